"""Personal data is sealed; it opens only to a permit."""
