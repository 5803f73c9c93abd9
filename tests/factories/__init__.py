"""Minimal valid objects with fixed, readable values."""
