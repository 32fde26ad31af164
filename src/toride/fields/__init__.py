"""Sealed fields that a domain declares: how each is cleaned, shown, typed and read by machines; knows no domain."""
