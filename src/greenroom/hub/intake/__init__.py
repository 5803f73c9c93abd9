"""GoTo's webhooks: set up and kept alive, taken in, applied."""
