"""GoTo's OAuth server."""
