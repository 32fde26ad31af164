"""Finding a customer: the list, saved views, the panel beside it, stars, and the palette."""
