"""Pages of one's own sign-in, and the steps of signing in beyond the password."""
