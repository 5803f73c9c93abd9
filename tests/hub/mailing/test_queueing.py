"""Letters in line: what is kept, and what nothing in a letter can do."""

from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from django.core import mail
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.mailing.composing import compose, id_of, read_id
from greenroom.hub.mailing.composing import write as write_letter
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services import Attachment, Letter, queue_letters


def test_letter_leaves_once_however_often_it_is_asked_for(write, run_jobs) -> None:
    first = write()
    assert first == write(text="Something else")
    run_jobs()
    write()
    run_jobs()
    assert [("Hello", "Hello there.", ["nils@example.com"])] == [(m.subject, m.body, m.to) for m in mail.outbox]
    assert "sent" == Message.objects.get().state


def test_letter_waits_for_its_time(write, world, run_jobs) -> None:
    write(not_before=world.now + timedelta(hours=1))
    write("lena@example.com", not_before=world.now + timedelta(hours=2))
    run_jobs()
    assert [] == mail.outbox
    world.advance(hours=1)
    run_jobs()
    assert [["nils@example.com"]] == [one.to for one in mail.outbox]
    world.advance(hours=1)
    run_jobs()
    assert ["lena@example.com"] == mail.outbox[1].to


def test_what_is_no_address_is_refused(write) -> None:
    for wrong in ("", "nils", "nils@example.com\nBcc: otto@example.com", "nils@example.com, otto@example.com"):
        with pytest.raises(InvalidInputError, match="cannot be sent"):
            write(wrong)
    queue_letters([Letter(to="", subject="x", text="x", dedupe_key="x")])
    assert not Message.objects.exists()


def test_a_letter_for_everybody_costs_few_statements(world, db, django_assert_max_num_queries) -> None:
    letters = [
        Letter(to=f"p{number}@example.com", subject="x", text="x", dedupe_key=f"x:{number}") for number in range(400)
    ]
    with django_assert_max_num_queries(12):
        queue_letters(letters)
    assert 400 == Message.objects.count()


def test_calendar_file_is_attached(write, run_jobs) -> None:
    ics = Attachment("event.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nSUMMARY:Caf\xc3\xa9\r\n")
    write(attachments=[ics], html="<p>Hello</p>")
    run_jobs()
    parts = {part.get_content_type(): part for part in mail.outbox[0].message().walk()}
    assert {"text/plain", "text/html", "text/calendar"} < parts.keys()
    assert "REQUEST" == parts["text/calendar"].get_param("method")
    assert ics.content.split() == parts["text/calendar"].get_payload(decode=True).split()


@settings(max_examples=60)
@given(st.text(alphabet=st.sampled_from("a\r\n\0\x85\u2028: é😀<>\"'"), max_size=30))
def test_no_field_can_make_a_header_of_its_own(text) -> None:
    evil = text + "\r\nBcc: otto@example.com\r\n\r\n<script>"
    message = Message(pk=1, to="nils@example.com", subject=evil, text=evil, headers={"X-Cause": evil})
    written = compose(message, sender=(evil, "olga@example.com"), reply_to="olga@example.com").message()
    assert None is written["Bcc"]
    assert {"Subject", "From", "To", "X-Cause", "Message-ID", "Date", "Reply-To"} <= set(written.keys())
    assert 1 == len(written.get_all("Subject"))


def test_message_id_is_read_back_and_cannot_be_made_up() -> None:
    assert 7 == read_id(id_of(7))
    assert None is read_id(id_of(7).replace(".7.", ".8."))
    assert None is read_id("<1.2@example.com>")


@pytest.mark.parametrize(
    ("subject", "text", "html"),
    [
        ("Hello", "Hello.\n.dots\n", "<p>Hello</p>"),
        ("Grüße =?utf-8?q?x?=", "Ää é 😀\r\nlines " + "long " * 400, "<p>" + "é" * 2000 + "</p>"),
        ("x" * 950, "= and =20\t\n", ""),
    ],
)
def test_letter_reads_the_same_over_the_wire_as_django_writes_it(db, subject, text, html) -> None:
    letter = compose(Message(pk=1, to="nils@example.com", subject=subject, text=text, html=html))
    ours, django = message_from_bytes(write_letter(letter)), letter.message()
    for name in ("Subject", "From", "To", "Message-ID", "Date"):
        assert 1 == len({str(make_header(decode_header(mail[name]))).strip() for mail in (django, ours)}), name
    texts = [
        [
            part.get_payload(decode=True).decode().replace("\r\n", "\n").rstrip("\n")
            for part in mail.walk()
            if not part.is_multipart()
        ]
        for mail in (django, ours)
    ]
    assert texts[0] == texts[1]
    assert all(len(line) <= 998 for line in write_letter(letter).splitlines())
