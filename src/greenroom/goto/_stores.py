"""Where tokens are kept beyond one process: in a file, or wherever two functions put them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from greenroom.goto._auth import Token
from greenroom.goto._files import FileLock, replace_file
from greenroom.goto.errors import ReconnectRequiredError


class FileTokenStore:
    """
    Keeps a token in a file that only its owner may read, for all processes of one machine.

    The token stands in it in plain text. Beside it lies an empty file, `NAME.lock`, which is the lock.

    Args:
        path: of the file; it and its folder are made when a token is saved.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def __repr__(self) -> str:
        return f"FileTokenStore({str(self._path)!r})"

    def load(self) -> Token:
        """
        Return the token as it is now.

        Raises:
            ReconnectRequiredError: there is no file, or no token in it: a person must sign in.
        """
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Token)
        except FileNotFoundError:
            raise _no_token("no token is kept") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise _no_token("the kept token is unreadable") from None

    def save(self, token: Token) -> None:
        """Replace the token, in one step."""
        replace_file(self._path, msgspec.json.encode(token))

    def delete(self) -> None:
        """Forget the token; the lock's file stays, as somebody may be waiting for it."""
        self._path.unlink(missing_ok=True)

    def exclusive(self) -> AbstractContextManager[object]:
        """Let one holder in at a time among all threads and processes of this machine."""
        return FileLock(self._path.with_name(self._path.name + ".lock"))


class CallbackTokenStore:
    """
    Keeps a token wherever two functions of yours put it.

    Args:
        load: returns the token as it is now.
        save: replaces it, in one step.
        exclusive: makes a context manager that lets one holder in at a time, such as a database's lock on the
            row. Without it only the threads of this process take turns: not enough for several processes.
    """

    def __init__(
        self,
        load: Callable[[], Token],
        save: Callable[[Token], object],
        exclusive: Callable[[], AbstractContextManager[object]] | None = None,
    ) -> None:
        lock = threading.Lock()
        self._load = load
        self._save = save
        self._exclusive = exclusive or (lambda: lock)

    def load(self) -> Token:
        """Return the token as it is now."""
        return self._load()

    def save(self, token: Token) -> None:
        """Replace the token."""
        self._save(token)

    def exclusive(self) -> AbstractContextManager[object]:
        """Let one holder in at a time."""
        return self._exclusive()


def _no_token(message: str) -> ReconnectRequiredError:
    return ReconnectRequiredError(401, product="oauth", operation="load", message=message)
