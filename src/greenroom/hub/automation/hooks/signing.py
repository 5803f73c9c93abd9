"""
Signatures by which a receiver knows that a call is ours.

Source: Standard Webhooks 1.0 (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

_PREFIX = "whsec_"
_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64


def make_secret() -> str:
    """Return a new secret, as receivers are given it."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def is_secret(text: str) -> bool:
    """Tell whether a text is a secret one can sign with: `whsec_` and 24 to 64 bytes in base64."""
    try:
        return text.startswith(_PREFIX) and _FEWEST_BYTES <= len(_bytes_of(text)) <= _MOST_BYTES
    except (binascii.Error, ValueError):
        return False


def sign(body: bytes, *, secrets: Iterable[str], message_id: str, timestamp: int) -> dict[str, str]:
    """
    Return the headers that prove a body, by every secret that counts.

    Args:
        timestamp: of the attempt, in seconds since 1970; receivers refuse what is older than some minutes.
    """
    content = b".".join((message_id.encode(), str(timestamp).encode(), body))
    digests = (hmac.new(_bytes_of(secret), content, hashlib.sha256).digest() for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }


def _bytes_of(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
