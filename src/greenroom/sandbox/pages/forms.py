"""Reading the fields of forms."""

from greenroom.sandbox.control.body import ControlError


def read_whole(text: str) -> int:
    """
    Read a whole number from 0.

    Raises:
        ControlError: it is none; the sentence is for people.
    """
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ControlError(400, f"{text or 'An empty field'} is no whole number.")
    return int(text)


def as_number(text: str, kind: type[int] | type[float]) -> int | float | str:
    """Make a number of a text; what is none stays text, for the check of the act that takes it."""
    try:
        return kind(text)
    except ValueError:
        return text
