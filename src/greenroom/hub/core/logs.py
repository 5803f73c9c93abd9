"""
Logs: one line per happening, with keys and counts; never tokens, join URLs, bodies or e-mail addresses.

JSON when nobody is looking, plain colours on a terminal.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEY = re.compile(r"token|secret|password|authorization|cookie|join_url|start_url|host_url|email", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_URL_PATH = re.compile(r"(https?://[^/?#\s]+)[/?#]\S*")
# Addresses of ours that let in whoever has them; Django logs the path of what it could not answer.
_CAPABILITY = re.compile(r"(/go/join/[a-z]/|/hooks/out/|/calendar/feed/|/invitations/)\S+")
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[\w.~+/=-]+", re.IGNORECASE)


def configure(options: dict[str, Any]) -> None:
    """Set logging up; Django calls it with `settings.LOGGING`."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    renderer: Any = structlog.processors.JSONRenderer()
    if sys.stderr.isatty():
        renderer = structlog.dev.ConsoleRenderer()
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(options.get("level", "INFO"))
    for noisy in ("httpx2", "httpcore2", "fontTools"):  # the last names the letters of whom a certificate is for
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def hide_secrets(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what must not be logged: values under telling names, e-mail addresses, and the paths of addresses."""
    for key, value in event.items():
        event[key] = "[hidden]" if _SECRET_KEY.search(key) else _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        value = _CAPABILITY.sub(r"\1[hidden]", _BEARER.sub(r"\1 [hidden]", value))
        return _URL_PATH.sub(r"\1/[hidden]", _EMAIL.sub("[hidden]", value))
    if isinstance(value, dict):
        return hide_secrets(None, "", {str(key): one for key, one in value.items()})
    if isinstance(value, list | tuple | set):
        return [_clean(one) for one in value]
    if isinstance(value, BaseException):
        return _clean(repr(value))
    return value
