"""The client of the GoTo APIs."""
