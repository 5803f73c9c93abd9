"""The hub: the Django server with its pages and workers."""
