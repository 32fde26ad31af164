"""Reviews of access: from time to time somebody else says of every grant whether it stays."""
