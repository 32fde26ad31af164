"""What an auditor runs without Toride; it ships as one file."""
