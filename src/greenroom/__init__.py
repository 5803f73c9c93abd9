"""Greenroom: the hub between GoTo live events and the people who teach, market and automate with them."""

__version__ = "0.1.0"
