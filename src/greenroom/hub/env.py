"""
Typed readers of the environment.

Every setting of the hub is one `GREENROOM_...` variable, or the same name with `_FILE` holding the path of a file
with the value. A bad value stops the start and names the variable.
"""

import os
import secrets
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from greenroom.hub.core.sqlite.base import LOOK_AGAIN

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
_MAIL_PORTS = {"smtp": 25, "smtps": 465}


def text(name: str, default: str = "") -> str:
    """Return the variable `name`, or what stands in the file that `name_FILE` points to, or the default."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(f"{name}_FILE must hold text in UTF-8") from error


def boolean(name: str, default: bool) -> bool:
    """Return the variable as true or false."""
    value = text(name, "1" if default else "0").lower()
    if value not in _TRUE | _FALSE:
        raise ImproperlyConfigured(f"{name} must be one of 1, 0, true, false, yes, no")
    return value in _TRUE


def integer(name: str, default: int, *, at_least: int = 0) -> int:
    """Return the variable as a whole number of at least `at_least`."""
    try:
        value = int(text(name, str(default)))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number") from error
    if value < at_least:
        raise ImproperlyConfigured(f"{name} must be at least {at_least}")
    return value


def choice(name: str, default: str, choices: set[str]) -> str:
    """Return the variable, which must be one of the choices."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(choices))}")
    return value


def address(name: str, default: str) -> str:
    """Return the variable as an http or https address without a trailing slash."""
    value = text(name, default).rstrip("/")
    parts = _split(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be an http or https address")
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the variable as networks such as 10.1.0.0/16, separated by commas; none by default."""
    try:
        return [ip_network(one.strip()) for one in text(name).split(",") if one.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must hold networks like 10.1.0.0/16, separated by commas") from error


def _split(value: str) -> SplitResult | None:
    """Take an address apart; None when it is none."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # looked at last, and may be wrong too
    except ValueError:
        return None
    return parts


def kept_secret(name: str, data_dir: Path, make: Callable[[], str]) -> str:
    """
    Return a secret from the environment, or the one kept in the data directory, which is made at the first start.

    The file is created exclusively, so two processes that start together end up with the same secret.
    """
    value = text(name)
    if value:
        return value
    path = data_dir / name.removeprefix("GREENROOM_").lower()
    try:
        return _keep(path, make)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is not set, and {path} cannot be written: {error.strerror}") from error


def _keep(path: Path, make: Callable[[], str]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(8)}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(make(), encoding="utf-8")
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # another process was first: its secret is the one
        finally:
            fresh.unlink()
    return path.read_text(encoding="utf-8").strip()


def encryption_keys(name: str, data_dir: Path) -> list[str]:
    """Return the keys for secrets at rest: the first one encrypts, all of them decrypt. One is made at first start."""
    keys = kept_secret(name, data_dir, lambda: Fernet.generate_key().decode()).split(",")
    try:
        for key in keys:
            Fernet(key.strip())
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must hold Fernet keys, separated by commas") from error
    return keys


def database(name: str, data_dir: Path) -> dict[str, Any]:
    """Return Django's database settings for a `postgresql://` address; without one, SQLite in the data directory."""
    value = text(name)
    if not value:
        return _sqlite(str(data_dir / "greenroom.sqlite3"))
    parts = _split(value)
    if parts and parts.scheme == "sqlite":
        return _sqlite(unquote(parts.path.removeprefix("/")) or ":memory:")
    if parts is None or parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like postgresql://user:password@host:5432/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


class Mail(NamedTuple):
    """How mail goes out: over SMTP, or as files into a folder."""

    backend: str
    folder: Path
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    use_starttls: bool = False
    use_tls: bool = False


def mail(name: str, folder: Path) -> Mail:
    """
    Return how mail goes out: `smtp://user:password@host:port`, `smtps://...`, or `file:`, the default.

    `?tls=1` after an `smtp` address asks for STARTTLS. `file:///path` names another folder than `folder`.
    """
    value = text(name) or "file:"
    parts = _split(value)
    if parts and parts.scheme == "file" and not (parts.netloc or parts.query):
        return Mail("django.core.mail.backends.filebased.EmailBackend", Path(unquote(parts.path) or folder))
    if parts is None or not (parts.scheme in _MAIL_PORTS and parts.hostname) or parts.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must look like smtp://user:password@host:587?tls=1, smtps://... or file:")
    if parts.query not in {"", "tls=1"} or (parts.query and parts.scheme == "smtps"):
        raise ImproperlyConfigured(f"{name} may have ?tls=1 after an smtp address, and nothing else")
    return Mail(
        "django.core.mail.backends.smtp.EmailBackend",
        folder,
        host=parts.hostname,
        port=parts.port or (587 if parts.query else _MAIL_PORTS[parts.scheme]),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_starttls=bool(parts.query),
        use_tls=parts.scheme == "smtps",
    )


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "greenroom.hub.core.sqlite",
        "NAME": path,
        # Whoever closes the last connection writes the whole log into the file, while everybody else waits.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A transaction that reads before it writes fails with "database is locked" unless it starts as a writer.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {LOOK_AGAIN}",
        },
    }
