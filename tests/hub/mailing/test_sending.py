"""Sending: what the mail server answers, and what a crash leaves behind."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.hub.mailing.post_office import HUNG_UP, LOST

from greenroom.hub.contacts.models import Purpose
from greenroom.hub.contacts.services import record_consent
from greenroom.hub.ledger.models import Fact
from greenroom.hub.mailing.models import Batch, Message
from greenroom.hub.mailing.services import Letter, queue_letters, sending
from greenroom.hub.mailing.services.sending import MOST_ATTEMPTS, send_messages, wait_after

pytestmark = pytest.mark.django_db


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("to", "state"))


def test_each_answer_means_something_else(write, post, run_jobs) -> None:
    names = ["nobody", "refused", "later", "lost", "nils"]
    for name in names:
        write(f"{name}@example.com")
    run_jobs()
    expected = ["bounced", "failed", "waiting", "unsure", "waiting"]
    assert expected == [states()[f"{name}@example.com"] for name in names]
    # The connection was lost with the one; the next goes over a new one.
    send_messages.call()
    assert "sent" == states()["nils@example.com"]
    assert [LOST, "nils@example.com"] == post.recipients


def test_mail_that_is_delayed_is_tried_again_and_given_up_in_the_end(write, post, world, run_jobs) -> None:
    message = write("later@example.com")
    for attempt in range(1, MOST_ATTEMPTS):
        run_jobs()
        message.refresh_from_db()
        assert ("waiting", "delayed_450", attempt) == (message.state, message.error, message.attempts)
        assert world.now + wait_after(attempt) == message.due_at
        world.advance(seconds=wait_after(attempt).total_seconds())
    run_jobs()
    assert {"later@example.com": "failed"} == states()


def test_delayed_mail_arrives_when_the_server_takes_it(write, post, world, run_jobs) -> None:
    write("later@example.com")
    run_jobs()
    post.is_moody = False
    world.advance(minutes=1)
    run_jobs()
    assert ["later@example.com"] == post.recipients


def test_server_that_is_down_loses_nothing(write, post, settings, world, run_jobs) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    write()
    run_jobs()
    assert {"nils@example.com": "waiting"} == states()
    settings.EMAIL_PORT = port
    world.advance(minutes=5)
    run_jobs()
    assert {"nils@example.com": "sent"} == states()
    assert ["nils@example.com"] == post.recipients


def test_server_that_hangs_up_before_the_mail_is_given_it_again(write, post, world, run_jobs) -> None:
    for name in ("nils@example.com", HUNG_UP, "lena@example.com"):
        write(name)
    run_jobs()
    assert {"nils@example.com": "sent", HUNG_UP: "waiting", "lena@example.com": "waiting"} == states()
    post.is_moody = False
    world.advance(minutes=5)
    run_jobs()
    assert ["nils@example.com", HUNG_UP, "lena@example.com"] == post.recipients


class DeadError(BaseException):
    """Ends everything, as SIGKILL does."""


@pytest.mark.parametrize(
    ("moment", "sent", "unsure"),
    [("mailing.taken", 0, 0), ("mailing.noted", 2, 1), ("mailing.handed_over", 3, 1), ("mailing.recorded", 5, 0)],
)
def test_death_at_any_moment_sends_nothing_twice_and_loses_nothing(
    write, post, world, run_jobs, monkeypatch, moment, sent, unsure
) -> None:
    queue_letters([Letter(to=f"p{n}@example.com", subject="x", text="x", dedupe_key=f"x:{n}") for n in range(5)])
    passed = []

    def die(name: str) -> None:
        passed.append(name)
        if name == moment and (passed.count(name) == 3 or name in {"mailing.taken", "mailing.recorded"}):
            raise DeadError

    monkeypatch.setattr(sending, "reached", die)
    with pytest.raises(DeadError):
        send_messages.call()
    assert sent == len(post.recipients)
    monkeypatch.undo()
    world.advance(minutes=3)
    send_messages.call()
    assert len(post.recipients) == len(set(post.recipients))
    unsure_ones = set(Message.objects.filter(state="unsure").values_list("to", flat=True))
    assert unsure == len(unsure_ones)
    assert {f"p{n}@example.com" for n in range(5)} == set(post.recipients) | unsure_ones
    assert not Batch.objects.exists()


def test_sender_whose_batch_was_settled_stops(write, post, world) -> None:
    message = write()
    taken = sending.take_batch()
    assert taken is not None
    world.advance(minutes=3)
    sending.settle_batches_of_the_dead()
    with sending.open_transport() as transport:
        sending._send(transport, *taken)
    assert [] == post.recipients
    message.refresh_from_db()
    assert ("waiting", 0) == (message.state, message.attempts)


def test_contact_s_timeline_has_the_mail(write, post, nils, run_jobs) -> None:
    message = write(contact=nils, cause="test")
    write("lena@example.com")
    run_jobs()
    fact = Fact.objects.get(kind="mail_sent")
    assert (nils.pk, {"message": message.pk, "cause": "test"}) == (fact.contact_id, fact.data)


def test_marketing_lets_letters_that_somebody_waits_for_go_first(write, post, world, nils, monkeypatch) -> None:
    monkeypatch.setattr(sending, "BATCH", 2)
    news = Purpose.objects.create(name="News", wording="I want news.", created_at=world.now)
    record_consent(contacts=[nils.pk], purpose=news, state="granted", source="form")
    for number in range(3):
        write(f"m{number}@example.com", purpose=news, contact=nils)
    write("first@example.com")
    send_messages.call()
    assert "first@example.com" in post.recipients[:2]
    assert 4 == len(post.recipients)


def test_marketing_without_somebody_who_agreed_is_held_back(write, post, world, run_jobs) -> None:
    write(purpose=Purpose.objects.create(name="News", wording="I want news.", created_at=world.now))
    run_jobs()
    assert {"nils@example.com": "suppressed"} == states()


def test_a_mail_costs_one_small_statement(post, world) -> None:
    def send(count: int) -> int:
        letters = [
            Letter(to=f"p{n}@example.com", subject="x", text="x", dedupe_key=f"{count}:{n}") for n in range(count)
        ]
        queue_letters(letters)
        with CaptureQueriesContext(database) as queries:
            send_messages.call()
        return len(queries)

    assert 10 == send(12) - send(2)
