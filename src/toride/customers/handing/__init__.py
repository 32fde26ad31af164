"""Customers change branch and person in charge: a few at once, many when a second person agreed."""
