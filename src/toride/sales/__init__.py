"""Deals with customers: what is to be sold, how far it is."""
