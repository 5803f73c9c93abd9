"""The mailbox's pages: every mail, one of them, and its HTML where that can do nothing."""

import re
from html import escape

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Mail
from greenroom.sandbox.mail.mailbox import Mailbox
from greenroom.sandbox.mail.reading import Part, ReadMail
from greenroom.sandbox.pages.browser import Page

LISTED_MAILS = 50
# The HTML of a mail is a stranger's: no script, no form, no picture but its own. Its links open in a new tab. The
# frame around it says the same; this holds for who opens the address by itself, too.
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures} data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
PART_POLICY = "default-src 'none'; sandbox"
SHOWN_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_CONTENT_ID = re.compile(r"cid:([^\"'\s)>]+)")


def mails_page(core: Core) -> Page:
    to = flask.request.args.get("to", "")
    mails = Mailbox(core).mails(to=to)
    skipped = flask.request.args.get("from", 0, int)
    return flask.render_template(
        "mails.html",
        mails=mails[skipped : skipped + LISTED_MAILS],
        to=to,
        total=len(mails),
        skipped=skipped,
        older=skipped + LISTED_MAILS if skipped + LISTED_MAILS < len(mails) else None,
        newer=max(skipped - LISTED_MAILS, 0) if skipped > 0 else None,
        smtp_port=core.smtp_port,
    )


def clear_post(core: Core) -> Page:
    Mailbox(core).clear()
    return flask.redirect("/mail", 303)


def _mail(core: Core, key: str) -> Mail:
    mail = core.state.mails.get(key)
    if mail is None:
        raise NotFound
    return mail


def mail_page(core: Core, key: str) -> Page:
    mail = _mail(core, key)
    read = ReadMail(mail.raw)
    return flask.render_template("mail.html", mail=mail, read=read)


def mail_html(core: Core, key: str) -> Page:
    """The HTML of a mail, for a frame."""
    read = ReadMail(_mail(core, key).raw)
    if read.html is None:
        raise NotFound
    numbers = {part.content_id: number for number, part in enumerate(read.parts) if part.content_id}

    def address(found: re.Match[str]) -> str:
        number = numbers.get(found[1])
        return escape(found[0]) if number is None else f"/mail/{key}/parts/{number}"

    pictures = f"{flask.request.host_url}mail/{key}/parts/"
    # Links open beside the frame, not in it.
    html = '<!doctype html><base target="_blank">' + _CONTENT_ID.sub(address, read.html)
    return flask.Response(
        html,
        content_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": HTML_POLICY.format(pictures=pictures), "Referrer-Policy": "no-referrer"},
    )


def mail_source(core: Core, key: str) -> Page:
    """The mail as it came."""
    raw = _mail(core, key).raw
    return flask.Response(raw, content_type="text/plain; charset=utf-8", headers=_guarded())


def mail_part(core: Core, key: str, number: str) -> Page:
    """A file of a mail; pictures are shown, everything else is for saving."""
    parts = ReadMail(_mail(core, key).raw).parts
    if not (number.isascii() and number.isdigit() and len(number) < 6) or int(number) >= len(parts):
        raise NotFound
    part = parts[int(number)]
    if part.content_type in SHOWN_IMAGES:
        return flask.Response(part.content, content_type=part.content_type, headers=_guarded())
    response = flask.Response(part.content, content_type="application/octet-stream", headers=_guarded())
    response.headers.set("Content-Disposition", "attachment", filename=_file_name(part))
    return response


def _guarded() -> dict[str, str]:
    return {"Content-Security-Policy": PART_POLICY, "X-Content-Type-Options": "nosniff"}


def _file_name(part: Part) -> str:
    return re.sub(r"[^\w.\- ]", "_", part.name, flags=re.ASCII)[:100] or "part"


PAGES = (
    ("/mail", "mails", ("GET",), mails_page),
    ("/mail/clear", "mails_clear", ("POST",), clear_post),
    ("/mail/<key>", "mail", ("GET",), mail_page),
    ("/mail/<key>/html", "mail_html", ("GET",), mail_html),
    ("/mail/<key>/source", "mail_source", ("GET",), mail_source),
    ("/mail/<key>/parts/<number>", "mail_part", ("GET",), mail_part),
)
