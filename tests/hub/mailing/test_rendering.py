"""What each person gets: their own words and links, and nothing that a name could smuggle in."""

from email import message_from_bytes
from email.utils import parseaddr
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.mailing.composing import compose, write
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.rendering import compile_version
from greenroom.hub.mailing.services.editing import draft_version
from greenroom.hub.mailing.tags import Tag, check_tags, list_tags

LINK = "http://testserver/go/join/r/abc/"


def render(body: str, values: dict[Tag, str] | None = None, **more: object):
    draft = draft_version(
        **{"subject": "Hello {first_name|you}", "tracks_opens": False, "tracks_clicks": False, **more}, body=body
    )
    return compile_version(draft).render(values or {})


def test_words_without_html_become_paragraphs_in_both_parts() -> None:
    mail = render("Dear {first_name|friend},\n\nsee you.\nOlga", {Tag("first_name", default="friend"): "Nils & Co"})
    assert "Hello you" == mail.subject
    assert "<p>Dear Nils &amp; Co,</p>" in mail.html
    assert "Dear Nils & Co,\n\nsee you.\nOlga\n" == mail.text


def test_button_has_the_link_the_class_and_its_styles_written_into_it() -> None:
    body = '<p>{webinar_button event=12 text="Come & see"}</p>'
    mail = render(
        body, {Tag("webinar_link", event="12"): LINK}, style=".greenroom-start-button { background: green !important; }"
    )
    start = mail.html.index('<a class="greenroom-start-button"')
    button = mail.html[start : mail.html.index("</a>", start)]
    assert f'href="{LINK}"' in button
    assert "background: green !important" in button
    assert "padding: 12px 24px" in button
    assert button.endswith("Come &amp; see")
    assert f"Come & see: {LINK}" in mail.text
    assert "@media" in mail.html


def test_style_cannot_end_its_element() -> None:
    assert "<script>" not in render("<p>x</p>", style="</style><script>alert(1)</script>").html


def test_script_and_bad_addresses_are_taken_out() -> None:
    body = (
        '<p onclick="x()">a<script>alert(1)</script><a href="javascript:alert(1)">b</a><iframe src="//x"></iframe></p>'
    )
    html = render(body).html
    for bad in ("<script", "alert", "onclick", "javascript:", "<iframe"):
        assert bad not in html.replace("color-scheme", "")


def test_links_are_counted_but_never_those_that_are_somebody_s_own() -> None:
    body = '<p><a href="https://example.com/?a=1&amp;n={first_name}">x</a> {webinar_button event=1}</p>'
    compiled = compile_version(draft_version(subject="x", body=body, tracks_clicks=True))
    values = {
        Tag("webinar_link", event="1"): LINK,
        Tag("first_name"): "A&B /",
        Tag("!click 0"): "http://testserver/c/0/",
    }
    mail = compiled.render(values)
    assert 1 == len(compiled.links)
    assert 'href="http://testserver/c/0/"' in mail.html
    assert f'href="{LINK}"' in mail.html
    from greenroom.hub.mailing.rendering import fill

    assert "https://example.com/?a=1&n=A%26B%20%2F" == fill(compiled.links[0], values)


NASTY = st.text(alphabet=st.sampled_from("a<>\"'&{}\r\n\0/:; =()é😀{"), max_size=40)


@settings(max_examples=150)
@given(NASTY, NASTY)
def test_no_name_can_become_html_a_header_or_a_tag(first, organization) -> None:
    body = '<p title="{organization}">Dear {first_name}</p><a href="https://x.example/{organization}">x</a>'
    values = {Tag("first_name"): first + "<script>", Tag("organization"): organization + '" onload="x'}
    mail = render(body, values, subject="{first_name} {organization}")
    plain = render(body, {Tag("first_name"): "", Tag("organization"): ""}, subject="x")
    assert plain.html.count("<") == mail.html.count("<")
    assert plain.html.count('"') == mail.html.count('"')
    assert not {"\r", "\n", "\0"} & set(mail.subject)


class Outline(HTMLParser):
    """The elements of a page with the names of their attributes, without any text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [name for name, _ in attrs]))


SMUGGLED = st.one_of(
    NASTY,
    st.sampled_from(
        ["x\r\nBcc: all@example.com", "<img src=x onerror=y>", '" onload=x', "=?utf-8?q?=0D=0ABcc:x?=", "{!pixel}"]
    ),
)
FIELDS = ("first_name", "contact.motto", "webinar_title")
BODY = """<p title="{contact.motto} {webinar_title}">{first_name|you} {contact.motto} {webinar_title event=1}</p>
<a href="https://x.example/{contact.motto}?t={webinar_title}">x</a>"""


@settings(max_examples=100)
@given(st.tuples(SMUGGLED, SMUGGLED, SMUGGLED), SMUGGLED, SMUGGLED, SMUGGLED)
def test_nothing_in_a_mail_becomes_html_or_a_header(known, subject, sender, preheader) -> None:
    """What authors write into lines, what is known of a person, and what an event is called."""
    line = "{first_name} {contact.motto} {webinar_title} "
    draft = draft_version(
        subject=line + subject, preheader=line + preheader, sender_name=sender, body=BODY, tracks_opens=True
    )
    compiled = compile_version(draft)
    values = {tag: text for tag in compiled.tags for name, text in zip(FIELDS, known, strict=True) if tag.name == name}
    mail = compiled.render(values)
    plain = compile_version(draft_version(subject="x", preheader="x", body=BODY, tracks_opens=True)).render({})
    assert Outline(plain.html).found == Outline(mail.html).found
    letter = Message(pk=1, to="nils@example.com", subject=mail.subject, text=mail.text, html=mail.html)
    parsed = message_from_bytes(write(compose(letter, sender=(draft.sender_name, "olga@example.com"))))
    expected = ["Content-Type", "Date", "From", "MIME-Version", "Message-ID", "Subject", "To"]
    assert expected == sorted(parsed.keys())
    assert "olga@example.com" == parseaddr(parsed["From"])[1]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("{webinar_buton}", "Do you mean {webinar_button}?"),
        ("{first_name event=1}", "takes no event"),
        ("{webinar_link text=x}", "takes no text"),
        ("{contact.size event=1}", "takes no event"),
    ],
)
def test_tag_that_cannot_mean_anything_is_refused(written, problem) -> None:
    with pytest.raises(InvalidInputError) as caught:
        check_tags(f"Hello {written}", fields=["size"])
    assert problem in caught.value.errors["tags"]


def test_tags_are_read_with_what_they_are_given() -> None:
    text = 'a {b { webinar } {first_name|my friend} {webinar_button event=12 text="Come in"} {}'
    assert [Tag("first_name", default="my friend"), Tag("webinar_button", "12", "Come in")] == list(list_tags(text))
