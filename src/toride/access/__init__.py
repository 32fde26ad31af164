"""Nobody acts without a permit."""
