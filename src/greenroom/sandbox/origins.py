"""Telling calls of our own pages and of programs from those that a page of another site makes in a person's browser."""

from urllib.parse import urlsplit

import flask


def is_foreign() -> bool:
    """
    Tell whether a page of another site sent this request.

    The sandbox asks nobody who they are, so whatever changes something is refused to such pages. Browsers name the
    page's site in `Origin`; programs send none.
    """
    origin = flask.request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != flask.request.host
