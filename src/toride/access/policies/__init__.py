"""The policy administered: drafts, versions, comparison, the matrix, and their pages."""
