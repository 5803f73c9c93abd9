"""The mailbox."""

from greenroom.sandbox.control.body import Body, ControlError, only
from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Mail
from greenroom.sandbox.mail.mailbox import Mailbox
from greenroom.sandbox.mail.reading import ReadMail
from greenroom.sandbox.times import write_instant_ms


def get_mails(core: Core, body: Body) -> Body:
    """The mails, latest first; with `to`, those to addresses that have it in them."""
    only(body, "to")
    return {"mails": [_summary(mail) for mail in Mailbox(core).mails(to=str(body.get("to", "")))]}


def _summary(mail: Mail) -> Body:
    return {
        "key": mail.key,
        "received_at": write_instant_ms(mail.received_at),
        "sender": mail.sender,
        "recipients": mail.recipients,
        "subject": mail.subject,
        "size": len(mail.raw),
    }


def get_mail(core: Core, body: Body, key: str) -> Body:
    """One mail, read."""
    mail = core.state.mails.get(key)
    if mail is None:
        raise ControlError(404, "There is no such mail.")
    read = ReadMail(mail.raw)
    return _summary(mail) | {
        "headers": [[name, value] for name, value in read.headers],
        "text": read.text,
        "html": read.html,
        "links": [{"text": link.text, "url": link.url} for link in read.links],
        "parts": [{"name": p.name, "content_type": p.content_type, "size": len(p.content)} for p in read.parts],
    }


def delete_mails(core: Core, body: Body) -> Body:
    only(body)
    Mailbox(core).clear()
    return get_mails(core, {})
