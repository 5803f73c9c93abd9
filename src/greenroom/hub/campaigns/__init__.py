"""Campaigns: flows that contacts move through, each step exactly once."""
