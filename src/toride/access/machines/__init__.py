"""Machines that act as a person: connections, their keys, and what each may do at most."""
