"""A fictional institution, built the same way every time: people, customers, their history."""
