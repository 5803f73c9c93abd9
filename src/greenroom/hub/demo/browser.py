"""A person at GoTo's sign-in and consent pages, for the demo: it goes through the same doors as a real one."""

import html
import re
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
from django.conf import settings

from greenroom.hub.core.errors import TemporarilyUnavailableError

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def allow_access(address: str, *, email: str, password: str) -> dict[str, str]:
    """
    Sign in at the sandbox, allow access, and return what it sends back to the hub.

    Raises:
        TemporarilyUnavailableError: the pages are not as the sandbox makes them.
    """
    with httpx2.Client(
        base_url=settings.GOTO_AUTH_URL, follow_redirects=True, transport=settings.GOTO_TRANSPORT
    ) as browser:
        page = browser.get(address)
        page = browser.post("/sign-in", data={**_hidden(page.text), "email": email, "password": password})
        asked = {**_hidden(page.text), "decision": "allow"}
        answer = browser.post("/oauth/authorize", data=asked, follow_redirects=False)
    target = urljoin(settings.PUBLIC_URL, answer.headers.get("location", ""))
    if not target.startswith(settings.PUBLIC_URL + "/"):
        raise TemporarilyUnavailableError("The sandbox did not let the demo's organizer in.")
    return dict(parse_qsl(urlsplit(target).query))


def _hidden(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(page)}
