"""Texts from outside that both databases take."""


def storable(text: str | None, length: int | None = None) -> str:
    """
    Return a text without NUL, which PostgreSQL refuses; nothing for None.

    Args:
        length: that of the column; SQLite would take more and PostgreSQL refuse it.
    """
    if not text:
        return ""
    # Asked for each text of each row: most are fine as they are.
    if "\0" in text:
        text = text.replace("\0", "")
    return text[:length] if length else text
