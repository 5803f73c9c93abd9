"""Mail that comes back: believed only when it is about a mail of ours."""

import pytest
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.composing import id_of
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services.bouncing import Bounce, note_bounce

REPORT = """From: MAILER-DAEMON@mail.example
To: greenroom@localhost
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"
MIME-Version: 1.0

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example

Final-Recipient: rfc822; nils@example.com
Action: {action}
Status: {status}

--b
Content-Type: {kind}

Message-ID: {message_id}
Subject: Hello
To: nils@example.com

--b--
"""


def report(message_id: str, action: str = "failed", status: str = "5.1.1", kind: str = "text/rfc822-headers") -> bytes:
    return REPORT.format(message_id=message_id, action=action, status=status, kind=kind).encode()


@pytest.fixture
def sent(write, nils, run_jobs) -> Message:
    message = write(contact=nils)
    run_jobs()
    message.refresh_from_db()
    return message


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_who_cannot_be_reached_is_written_to_no_more(sent, nils, write, run_jobs, mailoutbox, kind) -> None:
    for _ in range(2):
        assert Bounce.NOTED == note_bounce(report(id_of(sent.pk), kind=kind))
    sent.refresh_from_db()
    nils.refresh_from_db()
    assert ("bounced", "bounced") == (sent.state, nils.do_not_contact_reason)
    assert 1 == Fact.objects.filter(kind="mail_bounced", contact_id=nils.pk).count()
    mailoutbox.clear()
    write(contact=nils, dedupe_key="another")
    run_jobs()
    assert [] == mailoutbox


def test_delay_is_no_news(sent, nils) -> None:
    assert Bounce.TEMPORARY == note_bounce(report(id_of(sent.pk), action="delayed", status="4.4.1"))
    nils.refresh_from_db()
    assert nils.do_not_contact_at is None


@pytest.mark.parametrize("raw", [b"", b"Subject: hello\n\nMessage-ID: x", b"\xff\xfe--b\n"])
def test_what_is_no_report_changes_nothing(sent, raw) -> None:
    assert Bounce.UNKNOWN == note_bounce(raw)


def test_nobody_can_have_others_left_alone(sent, nils) -> None:
    forged = f"<greenroom.{sent.pk}.forged@testserver>"
    assert Bounce.UNKNOWN == note_bounce(report(forged))
    nils.refresh_from_db()
    assert nils.do_not_contact_at is None


def test_command_reads_standard_input(sent, nils) -> None:
    answer = CliRunner().invoke(app, ["mail", "bounce"], input=report(id_of(sent.pk)))
    assert (0, "Noted: nobody is written to there any more.\n") == (answer.exit_code, answer.output)
    nils.refresh_from_db()
    assert nils.do_not_contact_at
