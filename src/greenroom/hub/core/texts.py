"""Texts from outside that both databases take."""


def storable(text: str | None, length: int | None = None) -> str:
    """
    Return a text without NUL, which PostgreSQL refuses; nothing for None.

    Args:
        length: that of the column; SQLite would take more and PostgreSQL refuse it.
    """
    return text.replace("\0", "")[:length] if text else ""
