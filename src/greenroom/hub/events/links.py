"""
What people paste: links, keys and numbers of GoTo events, in every form seen in the wild.

Source: forms collected from public files of integrators; GoTo documents only the first of them (observed).
"""

import re
from dataclasses import dataclass, field
from itertools import chain
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from greenroom.hub.events.errors import UnreadableLinkError

_GOTO = r"(?:goto(?:webinar|training|meeting)?\.com|gotomeet\.me)"
_URL = re.compile(
    rf"(?:https?://|www\.)[^\s<>\"']+|\b(?:[a-z0-9-]+\.)*{_GOTO}/[^\s<>\"']+",
    re.IGNORECASE,
)
# A whole GoTo address inside another one; two underscores end it in the links of one mail filter.
_INSIDE = re.compile(rf"https?://(?:[a-z0-9-]+\.)*{_GOTO}/(?:(?!__)[^\s<>\"'])+", re.IGNORECASE)
_KEY = re.compile(r"^[0-9]{15,20}$")
_NUMBER = re.compile(r"^[0-9]{9}$|^[0-9]{3}-[0-9]{3}-[0-9]{3}$")
_GOTO_HOST = re.compile(rf"(?:^|\.){_GOTO}$", re.IGNORECASE)
_KEY_PARAMETERS = ("webinar", "webinarKey", "training", "trainingKey")
# Hosts on which a lone word is somebody's meeting room.
_ROOM_HOST = re.compile(r"^(?:meet\.goto\.com|(?:www\.)?gotomeet\.me)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PastedLink:
    """What a pasted text points to: exactly one of the three identifiers is set."""

    event_key: str = ""
    recurrence_key: str = ""
    event_number: str = ""
    # The text admits or names one person; the event in it can be used all the same.
    is_personal: bool = False
    # The text is everybody's way into the event, for events that have one; a secret.
    join_url: str = field(default="", repr=False)


def read_link(text: str, *, own_hosts: frozenset[str] = frozenset()) -> PastedLink:
    """
    Find the event in a pasted text: a link, a key, a nine-digit number, or any of them with words around.

    Args:
        own_hosts: further hosts (with port) whose links count as GoTo's, such as the sandbox's.

    Raises:
        UnreadableLinkError: with a sentence that says what the text is and what to paste instead.
    """
    text = text.strip().strip("<>").strip()
    if not text:
        raise UnreadableLinkError("Paste the link of a webinar, training or meeting.")
    bare = _bare(text)
    if bare:
        return bare
    for found in _URL.findall(text):
        address = found if "//" in found else f"https://{found}"
        link = _read_address(_unwrap(address.rstrip(".,;)")), own_hosts)
        if link:
            return link
    for word in re.split(r"[\s:]+", text):
        bare = _bare(word.strip(".,;()<>"))
        if bare:
            return bare
    raise _explain(text)


def _bare(text: str) -> PastedLink | None:
    if _KEY.match(text):
        return PastedLink(event_key=text)
    if _NUMBER.match(text):
        return PastedLink(event_number=text.replace("-", ""))
    return None


def _unwrap(address: str) -> str:
    """Return the GoTo address that a tracking or mail-protection link carries inside, or the address itself."""
    parts = _split(address)
    if parts is None or _GOTO_HOST.search(parts.hostname or ""):
        return address
    for text in (*chain(*parse_qs(parts.query).values()), parts.path):
        inside = _INSIDE.search(unquote(text))
        if inside:
            return inside[0]
    return address


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:  # such as brackets around what is no IPv6 address
        return None


def _read_address(address: str, own_hosts: frozenset[str]) -> PastedLink | None:
    parts = _split(address)
    if parts is None:
        return None
    if not _GOTO_HOST.search(parts.hostname or "") and parts.netloc not in own_hosts:
        return None
    path = [part for part in parts.path.split("/") if part]
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if path[:1] == ["recording"]:
        raise UnreadableLinkError(
            "This is the link of a recording. To add it, choose Recording under Add content. "
            "For the event, paste its registration link."
        )
    for name in _KEY_PARAMETERS:
        if query.get(name, "").isdigit():
            return PastedLink(event_key=query[name], is_personal="registrant" in query)
    if number := _meeting_number(path, query):
        return PastedLink(event_number=number, join_url=_clean(parts, own_hosts))
    if len(path) == 1 and _ROOM_HOST.search(parts.hostname or ""):
        raise UnreadableLinkError(
            "This is the link of somebody's own meeting room, which does not tell the meeting. "
            "Paste the link with the nine digits of the meeting."
        )
    if path[:1] == ["rt"] and (parts.hostname or "").lower().endswith("gototraining.com"):
        path = ["r", *path[1:]]  # trainings have no key for a whole series
    return _read_path(path)


def _meeting_number(path: list[str], query: dict[str, str]) -> str:
    """Return the digits of a link that everybody may join by, or nothing."""
    match path:
        case ["join" | "meeting", number] if _NUMBER.match(number):
            return number.replace("-", "")
        case [number] if _NUMBER.match(number):
            return number.replace("-", "")
    number = query.get("meetingId", "")
    return number.replace("-", "") if _NUMBER.match(number) else ""


def _clean(parts: SplitResult, own_hosts: frozenset[str]) -> str:
    """Return an address of GoTo's as a browser should open it: encrypted, and with nobody's name in it."""
    if parts.netloc in own_hosts:
        return parts.geturl()
    return parts._replace(scheme="https", netloc=parts.hostname or "", fragment="").geturl()


def _read_path(path: list[str]) -> PastedLink | None:
    match path:
        case ["rt", key, *_] if key.isdigit():
            return PastedLink(recurrence_key=key)
        case ["join", "training" | "webinar", key, *_] if key.isdigit():
            return PastedLink(event_key=key, is_personal=True)
        case ["join", key, _, *_] if _KEY.match(key):
            return PastedLink(event_key=key, is_personal=True)
        case ["register", number] if _NUMBER.match(number):
            return PastedLink(event_number=number)
        case ["register" | "r" | "webinar" | "join", key, *_] if key.isdigit():
            return PastedLink(event_key=key)
        case ["host", "webinar" | "training", key, *_] if key.isdigit():
            return PastedLink(event_key=key)
        case ["event", *_]:
            raise UnreadableLinkError(
                "This is the link of an event page, which does not tell the webinar. Paste its registration link."
            )
    return None


def _explain(text: str) -> UnreadableLinkError:
    host = next((parts.hostname for found in _URL.findall(text) if (parts := _split(found))), None)
    if host and not _GOTO_HOST.search(host):
        return UnreadableLinkError(
            "This link does not lead to GoTo. In GoTo, choose Share and copy the registration link."
        )
    return UnreadableLinkError(
        "No event can be read from this. Paste a registration link, an event key, or the nine-digit number."
    )
