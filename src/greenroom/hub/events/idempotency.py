"""The keys by which callers repeat themselves safely: the same key is the same act, and gets the same answer."""

from greenroom.hub.core.errors import InvalidInputError, StateConflictError

KEY_LENGTH = 128


def check_key(key: str) -> None:
    """
    Refuse a key that cannot be kept.

    Raises:
        InvalidInputError: it is empty or too long.
    """
    if not 0 < len(key) <= KEY_LENGTH or "\0" in key:
        problem = f"Give 1 to {KEY_LENGTH} characters."
        raise InvalidInputError(f"An idempotency key has 1 to {KEY_LENGTH} characters.", {"idempotency_key": problem})


def used_otherwise() -> StateConflictError:
    """Return the error of a key that was used for something else."""
    return StateConflictError("This key was used for something else before. Ask again with a new key.")
