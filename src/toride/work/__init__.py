"""What people have to do, until when, and that they learn of it."""
