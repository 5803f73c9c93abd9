"""
An e-mail as each person gets it.

All that is the same for everybody is done once: the HTML is cleaned, its styles are written into its elements, and the
text is made of it. What is left for each person is to join pieces.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape, unescape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import quote

import nh3
from css_inline import CSSInliner
from django.template.loader import render_to_string
from django.utils.html import linebreaks

from greenroom.hub.mailing.composing import header_text
from greenroom.hub.mailing.models import EmailVersion
from greenroom.hub.mailing.tags import PATTERN, Tag, list_tags, read_tag

Values = Mapping[Tag, str]

PIXEL = Tag("!pixel")
_CLICK = "!click"

_BLOCKS = re.compile(r"<(p|div|table|h[1-6]|ul|ol|br|blockquote|section|center)\b", re.IGNORECASE)
_TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "center", "code", "col", "colgroup", "dd", "del", "div", "dl"),
    *("dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "q", "s"),
    *(
        "section",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "u",
        "ul",
    ),
}
_ATTRIBUTES = {
    "*": {"align", "bgcolor", "class", "dir", "height", "id", "lang", "role", "style", "title", "valign", "width"},
    "a": {"href", "name", "target"},
    "img": {"alt", "border", "src"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
_inliner = CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
_CLEANER = nh3.Cleaner(
    tags=_TAGS, attributes=_ATTRIBUTES, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
)
_WEB_LINK = re.compile(r'(<a\b[^>]*?\bhref=")(https?://[^"]*)(")', re.IGNORECASE)
_DEAD_LINK = re.compile(r'<a\b[^>]*?\bhref=""[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_IN_ADDRESS = re.compile(r'\b(?:href|src)="[^"<>]*$', re.IGNORECASE)
# Also the tags that rendering itself puts in, which nobody can write.
_ANY_TAG = re.compile(rf"\{{(!pixel|!click \d+)\}}|{PATTERN.pattern}")


class Slot(NamedTuple):
    """Where a value goes, and how it is written there: as `text`, in `html`, or in an address (`url`)."""

    tag: Tag
    form: str

    def write(self, values: Values) -> str:
        """Return the value so that it is nothing but text where it stands."""
        value = values.get(self.tag) or self.tag.default
        if self.form == "text":
            return value
        if self.form == "url" and not (self.tag.is_link or self.tag.name.startswith("!")):
            return quote(value, safe="")
        return escape(value)


Pieces = tuple[str | Slot, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """An e-mail for one person."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """
    What of an e-mail is the same for everybody.

    Attributes:
        links: the addresses that are counted when somebody follows them, in their order.
        tags: all that has to be known of a person.
    """

    subject: Pieces
    text: Pieces
    html: Pieces
    links: tuple[Pieces, ...]
    tags: frozenset[Tag]

    def render(self, values: Values) -> Rendered:
        """Fill in what is known of one person."""
        subject = header_text(fill(self.subject, values))
        return Rendered(subject, fill(self.text, values), fill(self.html, values))


def fill(pieces: Pieces, values: Values) -> str:
    """Join pieces with the values of one person between them."""
    return "".join([piece if isinstance(piece, str) else piece.write(values) for piece in pieces])


def without_dead_links(html: str) -> str:
    """Leave of each link without an address only its words."""
    return _DEAD_LINK.sub(r"\1", html)


def with_tags(pieces: Pieces) -> str:
    """Join pieces with the tags themselves between them."""
    return "".join([piece if isinstance(piece, str) else str(piece.tag) for piece in pieces])


def click_tag(link: int) -> Tag:
    """Return the tag for the counted address of a link."""
    return Tag(f"{_CLICK} {link}")


class _Content(NamedTuple):
    subject: str
    preheader: str
    body: str
    style: str
    purpose: str
    tracks_opens: bool
    tracks_clicks: bool


def compile_version(version: EmailVersion) -> Compiled:
    """Compile what an e-mail says, saved or not. What was compiled before costs nothing."""
    purpose = version.purpose.name if version.purpose else ""
    texts = (version.subject, version.preheader, version.body, version.style)
    return _compile(_Content(*texts, purpose, version.tracks_opens, version.tracks_clicks))


@lru_cache(maxsize=64)
def _compile(version: _Content) -> Compiled:
    body = _CLEANER.clean(_draw_buttons(_as_html(version.body)))
    written = {str(tag) for tag in list_tags(body)}
    below = {tag: words for tag, words in _BELOW.items() if tag not in written} if version.purpose else {}
    shell = render_to_string(
        "mailing/shell.html",
        {
            "subject": version.subject,
            "preheader": version.preheader,
            "body": body,
            # A style must not end its element: what follows would be HTML.
            "style": version.style.replace("<", ""),
            "purpose": version.purpose,
            "below": below,
            "tracks_opens": version.tracks_opens,
        },
    )
    html, links = _count_links(_inliner.inline(shell)) if version.tracks_clicks else (_inliner.inline(shell), [])
    in_text = [f"{words}: {tag}\n" for tag, words in below.items()]
    text = "".join([_as_text(body), "\n--\n" if below else "", *in_text])
    compiled = (_cut(version.subject, "text"), _cut(text, "text"), _cut(html, "html"))
    inside = tuple(_cut(link, "url") for link in links)
    tags = {piece.tag for pieces in (*compiled, *inside) for piece in pieces if isinstance(piece, Slot)}
    return Compiled(*compiled, inside, frozenset(tags))


# What stands below every mail with a purpose, unless its author has put it elsewhere.
_BELOW = {
    "{view_in_browser}": "View in browser",
    "{unsubscribe_link}": "Unsubscribe",
    "{preferences_link}": "Choose what you get",
}


def _as_html(body: str) -> str:
    """Make paragraphs of what was written without HTML."""
    return body if _BLOCKS.search(body) else linebreaks(body)


def _draw_buttons(body: str) -> str:
    """Put a link in the place of each button, so that styles reach it."""
    return PATTERN.sub(lambda found: _button(read_tag(found)) or found[0], body)


def _button(tag: Tag) -> str:
    if tag.part != "button":
        return ""
    return f'<a class="greenroom-start-button" href="{tag.as_link()}">{escape(tag.words)}</a>'


def _count_links(html: str) -> tuple[str, list[str]]:
    """Lead each link to a web address over the hub. Personal links, such as to join, are left as they are."""
    links: list[str] = []

    def replace(found: "re.Match[str]") -> str:
        links.append(unescape(found[2]))
        return f"{found[1]}{{{_CLICK} {len(links) - 1}}}{found[3]}"

    return _WEB_LINK.sub(replace, html), links


def _cut(text: str, form: str) -> Pieces:
    """Cut a text at its tags."""
    pieces: list[str | Slot] = []
    end = 0
    for found in _ANY_TAG.finditer(text):
        pieces.append(text[end : found.start()])
        if found[1]:
            pieces.append(Slot(Tag(found[1]), "html"))
        else:
            tag = read_tag(PATTERN.fullmatch(unescape(found[0]) if form == "html" else found[0]) or found)
            is_in_address = form == "html" and _IN_ADDRESS.search(text, max(0, found.start() - 2000), found.start())
            pieces.append(Slot(tag, "url" if is_in_address else form))
        end = found.end()
    return tuple(piece for piece in (*pieces, text[end:]) if piece)


def _as_text(html: str) -> str:
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = "".join(reader.parts).splitlines()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip() + "\n"


class _TextReader(HTMLParser):
    """Writes HTML as plain text: blocks on lines of their own, items with a dash, links with their addresses."""

    _APART = {"p", "div", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "hr"}

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._href = ""
        self._words = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._APART:
            self.parts.append("\n\n")
        elif tag in {"br", "tr"}:
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag == "a":
            self._href, self._words = dict(attrs).get("href") or "", len(self.parts)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._APART:
            self.parts.append("\n\n")
        elif tag == "a" and self._href and "".join(self.parts[self._words :]).strip() != self._href:
            self.parts.append(f": {self._href} ")
        if tag == "a":
            self._href = ""

    def handle_data(self, data: str) -> None:
        self.parts.append(re.sub(r"\s+", " ", data))
