"""GoToWebinar, version 2."""
