"""A local GoTo."""
