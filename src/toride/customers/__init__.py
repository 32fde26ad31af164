"""Who our customers are, in five categories."""
