"""Tokens that let in whoever has them: shown once, and kept as a hash."""

import hashlib
import secrets


def make_token() -> str:
    """Return a new token, of 32 random bytes."""
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """Return by what a token is found again. It has too much chance in it to be guessed from that."""
    return hashlib.sha256(token.encode()).hexdigest()
