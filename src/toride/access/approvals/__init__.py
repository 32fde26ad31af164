"""Acts that need two people: requests, what waits for whom, their pages."""
