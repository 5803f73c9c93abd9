"""Reading a mail: its headers, its text, its HTML, its links and what is attached. Nothing in it is trusted."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_AFTER_ADDRESS = ".,;:!?)]}"
_RECIPIENT_HEADERS = ("To", "Cc", "Bcc")


@dataclass(frozen=True)
class Link:
    """An address in a mail, and the words that lead to it; a text has no words but the address."""

    text: str
    url: str


@dataclass(frozen=True)
class Part:
    """A file in a mail. `content_id` is what the HTML calls it, without the brackets."""

    name: str
    content_type: str
    content_id: str
    content: bytes


class ReadMail:
    """
    What a mail says. Broken mails are read as far as they can be; nothing raises.

    Only the parts of a mail are taken apart, and only when they are asked for.
    """

    def __init__(self, raw: bytes) -> None:
        # The older way of the standard library to read mail: the newer one raises on headers that are wrong.
        self._message: Message = message_from_bytes(raw)

    @cached_property
    def headers(self) -> list[tuple[str, str]]:
        """All headers in their order, decoded."""
        return [(name, _decoded(value)) for name, value in self._message.raw_items()]

    def header(self, name: str) -> str:
        """The first header of a name; empty without one."""
        return next((value for other, value in self.headers if other.lower() == name.lower()), "")

    def addresses(self, *names: str) -> list[str]:
        """The addresses in some headers, each once."""
        texts = [value for name, value in self.headers if name.title() in names]
        return list(dict.fromkeys(address for _, address in getaddresses(texts) if address))

    @property
    def recipients(self) -> list[str]:
        return self.addresses(*_RECIPIENT_HEADERS)

    @cached_property
    def text(self) -> str | None:
        """The plain text, or None."""
        return self._body("text/plain")

    @cached_property
    def html(self) -> str | None:
        """The HTML as it was sent, or None. Show it only where it can do nothing."""
        return self._body("text/html")

    @cached_property
    def links(self) -> list[Link]:
        """The links of the HTML, then the addresses only the text has."""
        links = [*_links_of_html(self.html or ""), *_links_of_text(self.text or "")]
        return list({link.url: link for link in reversed(links)}.values())[::-1]

    @cached_property
    def parts(self) -> list[Part]:
        """Everything that is neither the text nor the HTML."""
        bodies = (self._first("text/plain"), self._first("text/html"))
        return [_part(leaf, number) for number, leaf in enumerate(self._leaves(), 1) if leaf not in bodies]

    def _leaves(self) -> Iterator[Message]:
        return (part for part in self._message.walk() if not part.is_multipart())

    def _first(self, content_type: str) -> Message | None:
        wanted = (
            leaf
            for leaf in self._leaves()
            if leaf.get_content_type() == content_type and leaf.get_content_disposition() != "attachment"
        )
        return next(wanted, None)

    def _body(self, content_type: str) -> str | None:
        leaf = self._first(content_type)
        if leaf is None:
            return None
        content = _content(leaf)
        try:
            return content.decode(leaf.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
        except LookupError:  # a character set nobody knows
            return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _decoded(value: Any) -> str:
    """Write a raw header as people read it: unfolded, and out of its coding where that can be read."""
    text = re.sub(r"\r?\n[ \t]*", " ", str(value)).strip()
    with suppress(HeaderParseError, LookupError, UnicodeError, ValueError):
        text = str(make_header(decode_header(text)))
    return text.encode("utf-8", "replace").decode()


def _content(leaf: Message) -> bytes:
    payload = leaf.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _part(leaf: Message, number: int) -> Part:
    return Part(
        name=_decoded(leaf.get_filename() or f"part-{number}"),
        content_type=leaf.get_content_type(),
        content_id=str(leaf.get("Content-ID") or "").strip(" <>"),
        content=_content(leaf),
    )


def _links_of_text(text: str) -> list[Link]:
    found = (match[0].rstrip(_AFTER_ADDRESS) for match in _ADDRESS.finditer(text))
    return [Link(url, url) for url in found]


def _links_of_html(html: str) -> list[Link]:
    reader = _LinkReader()
    reader.feed(html)
    reader.close()
    return reader.links


class _LinkReader(HTMLParser):
    """Gathers the links to web addresses, and the words between `<a>` and `</a>`."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[Link] = []
        self._url: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._finish()
            url = (dict(attrs).get("href") or "").strip()
            self._url = url if _ADDRESS.match(url) else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._finish()

    def handle_data(self, data: str) -> None:
        if self._url is not None:
            self._words.append(data)

    def _finish(self) -> None:
        if self._url is not None:
            self.links.append(Link(" ".join("".join(self._words).split()) or self._url, self._url))
        self._url, self._words = None, []

    def close(self) -> None:
        super().close()
        self._finish()
