"""What happened is written once, in order, and anyone can check it."""
