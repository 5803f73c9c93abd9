"""Mail that came in."""

from datetime import datetime

from msgspec import Struct


class Mail(Struct):
    """
    A mail as it came in, with what lists show of it; the rest is read from `raw` when somebody looks.

    `sender` and `recipients` are addresses: those of the envelope where there was one.
    """

    key: str
    received_at: datetime
    sender: str
    recipients: list[str]
    subject: str
    raw: bytes
