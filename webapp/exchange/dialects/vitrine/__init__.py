"""Our own product CSV: a column for every field, so that it comes back exactly."""
