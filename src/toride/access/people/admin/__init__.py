"""Pages of the administrator: who signs in, and by which rules."""
