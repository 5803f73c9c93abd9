"""Segments: groups of contacts by rules that keep themselves true, and by hand."""
