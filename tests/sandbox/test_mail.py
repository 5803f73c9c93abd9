"""The mailbox: what comes in over SMTP or in process, what is kept, and how it is read."""

import random
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.sandbox.doors import Door, new_sandbox

from greenroom.sandbox import Sandbox
from greenroom.sandbox.mail import mailbox as mailbox_module
from greenroom.sandbox.mail.mailbox import MailTooLargeError
from greenroom.sandbox.mail.reading import Link, ReadMail
from greenroom.sandbox.mail.server import MailServer


def written(**more: str) -> EmailMessage:
    """A mail to Lena with a text and HTML."""
    mail = EmailMessage()
    mail["Subject"] = more.get("subject", "Tomorrow: Ladder safety basics")
    mail["From"] = "Greenroom <greenroom@hub.example>"
    mail["To"] = more.get("to", "Lena Fischer <lena@example.com>")
    mail.set_content("Join: http://hub.example/go/join/7 .\nSee you.")
    html = '<p>Hello <b>Lena</b></p><a href="http://hub.example/go/join/7">Join <i>now</i></a>'
    mail.add_alternative(more.get("html", html), subtype="html")
    return mail


@pytest.fixture
def server(sandbox: Sandbox) -> Iterator[MailServer]:
    server = MailServer(sandbox.mailbox)
    server.start()
    yield server
    server.stop()


def test_a_mail_sent_over_smtp_is_in_the_mailbox(sandbox: Sandbox, server: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        smtp.login("anybody", "any password")
        smtp.send_message(written(), to_addrs=["lena@example.com", "hidden@example.com"])
    (mail,) = sandbox.mailbox.mails()
    assert (mail.subject, mail.sender) == ("Tomorrow: Ladder safety basics", "greenroom@hub.example")
    assert mail.recipients == ["lena@example.com", "hidden@example.com"]
    assert b"\r\n.\r\n" not in mail.raw
    assert ReadMail(mail.raw).text == "Join: http://hub.example/go/join/7 .\nSee you.\n"


def test_a_mail_that_is_too_large_is_refused(sandbox: Sandbox, server: MailServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as smtp, pytest.raises(smtplib.SMTPSenderRefused, match="size"):
        smtp.sendmail("a@example.com", ["b@example.com"], b"x" * (mailbox_module.MAX_MAIL_BYTES + 1))
    with pytest.raises(MailTooLargeError):
        sandbox.mailbox.receive(b"x" * (mailbox_module.MAX_MAIL_BYTES + 1))
    assert sandbox.mailbox.mails() == []


def test_the_server_stops_while_somebody_is_still_connected(sandbox: Sandbox) -> None:
    server = MailServer(sandbox.mailbox)
    server.start()
    with smtplib.SMTP("127.0.0.1", server.port) as smtp:
        smtp.noop()
        server.stop()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtp.noop()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", server.port)


def test_mails_are_found_by_their_recipients(sandbox: Sandbox) -> None:
    for to in ("lena@example.com", "Leo <leo@example.com>, ivan@other.example"):
        sandbox.mailbox.receive(written(to=to).as_bytes())
    assert [mail.recipients for mail in sandbox.mailbox.mails(to=" LENA@")] == [["lena@example.com"]]
    assert [mail.recipients for mail in sandbox.mailbox.mails(to="example.com")] == [
        ["leo@example.com", "ivan@other.example"],
        ["lena@example.com"],
    ]
    assert sandbox.mailbox.mails(to="nobody@example.com") == []


def test_the_oldest_mails_make_room(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailbox_module, "KEPT_MAILS", 3)
    monkeypatch.setattr(mailbox_module, "KEPT_BYTES", 1000)
    for number in range(5):
        sandbox.mailbox.receive(f"Subject: {number}\r\n\r\n".encode())
    assert [mail.subject for mail in sandbox.mailbox.mails()] == ["4", "3", "2"]
    sandbox.mailbox.receive(b"Subject: big\r\n\r\n" + b"x" * 970)
    assert [mail.subject for mail in sandbox.mailbox.mails()] == ["big", "4"]


def test_mails_outlive_a_restart(tmp_path: Path) -> None:
    first = new_sandbox(str(tmp_path / "sandbox.sqlite3"))
    first.mailbox.receive(written().as_bytes())
    second = new_sandbox(str(tmp_path / "sandbox.sqlite3"))
    assert second.mailbox.mails() == first.mailbox.mails()
    second.mailbox.clear()
    assert new_sandbox(str(tmp_path / "sandbox.sqlite3")).mailbox.mails() == []


# Pages


def test_pages_show_the_mails_and_one_of_them(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    assert "No mail has come yet" in door.get("/mail").text
    for number in range(60):
        sandbox.mailbox.receive(written(subject=f"Number {number}", to=f"lena{number}@example.com").as_bytes())
    listed = door.get("/mail")
    assert ("Number 59" in listed.text, "Number 9<" in listed.text) == (True, False)
    assert "Number 9<" in door.get("/mail", **{"from": 50}).text
    assert "Number 7<" in door.get("/mail", to="lena7@").text
    key = sandbox.mailbox.mails(to="lena7@")[0].key
    page = door.get(f"/mail/{key}").text
    for text in ("Number 7", "lena7@example.com", 'href="http://hub.example/go/join/7"', "See you.", "MIME-Version"):
        assert text in page
    assert door.get(f"/mail/{key}/source").content == sandbox.mailbox.mails(to="lena7@")[0].raw
    door.http.post("/mail/clear")
    assert sandbox.mailbox.mails() == []
    assert door.get(f"/mail/{key}").status_code == 404


def test_the_html_of_a_mail_can_do_nothing_but_show_its_own_pictures(sandbox: Sandbox) -> None:
    mail = written(html='<script>alert(1)</script><img src="cid:logo"><img src="cid:other">')
    body = mail.get_payload()[1]
    body.add_related(b"PNG", maintype="image", subtype="png", cid="<logo>")
    mail.add_attachment(b"<script>", maintype="text", subtype="html", filename='bad";name.html')
    key = sandbox.mailbox.receive(mail.as_bytes()).key
    door = Door(sandbox)
    html = door.get(f"/mail/{key}/html")
    assert f'<img src="/mail/{key}/parts/0"><img src="cid:other">' in html.text
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert ("script-src" in policy, "allow-scripts" in policy, "sandbox allow-popups" in policy) == (False, False, True)
    assert f"img-src http://testserver/mail/{key}/parts/ data:;" in policy
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in door.get(f"/mail/{key}").text
    picture, file = door.get(f"/mail/{key}/parts/0"), door.get(f"/mail/{key}/parts/1")
    assert (picture.content, picture.headers["Content-Type"]) == (b"PNG", "image/png")
    assert file.headers["Content-Type"] == "application/octet-stream"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert [door.get(f"/mail/{key}/parts/{number}").status_code for number in ("2", "x", "-1")] == [404] * 3


def test_pages_load_nothing_from_elsewhere(sandbox: Sandbox) -> None:
    policy = Door(sandbox).get("/mail").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


# The control API


def test_programs_read_the_mailbox_as_json(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    for to in ("lena@example.com", "leo@example.com"):
        sandbox.mailbox.receive(written(to=to).as_bytes())
    (listed,) = door.control("mail?to=Leo@", method="GET")["mails"]
    assert listed["recipients"] == ["leo@example.com"]
    one = door.control(f"mail/{listed['key']}", method="GET")
    assert one["links"] == [{"text": "Join now", "url": "http://hub.example/go/join/7"}]
    assert ["Subject", "Tomorrow: Ladder safety basics"] in one["headers"]
    assert one["text"].startswith("Join: ")
    assert door.http.get("/_sandbox/mail/1").status_code == 404
    assert door.http.get("/_sandbox/mail?tp=leo").status_code == 400
    assert door.control("mail", method="DELETE") == {"mails": []}


# Reading


def test_a_mail_is_read_into_headers_bodies_links_and_parts() -> None:
    mail = written(subject="Grüße aus Lyon")
    mail.add_attachment(b"BEGIN:VCALENDAR", maintype="text", subtype="calendar", filename="event.ics")
    read = ReadMail(mail.as_bytes())
    assert (read.header("subject"), read.header("To")) == ("Grüße aus Lyon", "Lena Fischer <lena@example.com>")
    assert read.html is not None
    assert "<b>Lena</b>" in read.html
    assert read.links == [Link("Join now", "http://hub.example/go/join/7")]
    assert [(part.name, part.content_type, part.content) for part in read.parts] == [
        ("event.ics", "text/calendar", b"BEGIN:VCALENDAR")
    ]


def test_links_lead_to_web_addresses_only() -> None:
    read = ReadMail(written(html='<a href="javascript:alert(1)">One</a><a href=" https://two.example">').as_bytes())
    assert read.links == [
        Link("https://two.example", "https://two.example"),
        Link("http://hub.example/go/join/7", "http://hub.example/go/join/7"),
    ]


def test_a_character_set_nobody_knows_is_read_all_the_same() -> None:
    read = ReadMail(b"Content-Type: text/plain; charset=klingon\r\nSubject: =?klingon?q?Hi?=\r\n\r\nHello \xff")
    assert (read.header("Subject"), read.text) == ("=?klingon?q?Hi?=", "Hello \ufffd")


def test_broken_mails_are_read_as_far_as_they_can_be(sandbox: Sandbox) -> None:
    """Two thousand mails with bytes changed at random, and some that are no mail at all."""
    whole = written().as_bytes()
    chance = random.Random(3)
    door = Door(sandbox)
    for _ in range(2000):
        raw = bytearray(whole[chance.randrange(40) : chance.randrange(60, len(whole))])
        for _ in range(chance.randrange(12)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        read = ReadMail(bytes(raw))
        assert None not in (read.headers, read.recipients, read.links, read.parts)
        assert isinstance(read.text, str | None)
    for raw in (b"", b"\x00\xff" * 40, whole[:200], bytes(chance.randrange(256) for _ in range(500))):
        key = sandbox.mailbox.receive(bytes(raw)).key
        assert door.get(f"/mail/{key}").status_code == 200
        assert door.control(f"mail/{key}", method="GET")["key"] == key
    assert door.get("/mail").status_code == 200
