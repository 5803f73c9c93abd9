"""Signing people up and taking them off again, whatever GoTo does meanwhile."""

import pytest
from tests.factories.users import make_user
from tests.hub.conftest import connect
from tests.hub.events.conftest import LENA
from tests.hub.races import do_together

from greenroom.hub.core.errors import InvalidInputError, RegistrationClosedError, UnknownObjectError
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.selectors import find_registration
from greenroom.hub.events.services import cancel_registration, register, registration
from greenroom.hub.events.tasks import deliver_what_waits
from greenroom.hub.jobs.models import Job

ANSWERS = Answers(fields=LENA)


def emails_at_goto(world, event: Event) -> list[str]:
    return [one["email"] for one in world.registrants_at_goto(event.event_key, f"{event.product}s")]


def test_a_person_is_signed_up_with_key_and_join_link(world, event, lena, sign_up, facts):
    request = sign_up(event, lena)
    [there] = world.registrants_at_goto(event.event_key)
    one = Registrant.objects.get()
    assert ("delivered", one, 1, "") == (request.state, request.registrant, request.tries, request.last_error)
    assert (str(there["registrantKey"]), there["joinUrl"]) == (one.registrant_key, one.join_url)
    assert ("lena@example.com", "Lena", "Example", "APPROVED", lena) == (
        one.email, one.first_name, one.last_name, one.status, one.user,
    )  # fmt: skip
    assert ["registered"] == facts(user_id=lena.pk)


def test_nothing_is_sent_while_the_person_waits(world, event, lena):
    world.count_calls()
    request = register(event=event, answers=ANSWERS, user=lena)
    assert ("pending", 0) == (request.state, world.count_calls())


def test_somebody_without_an_account_of_ours_is_signed_up_too(event, sign_up):
    assert "delivered" == sign_up(event).state
    assert Registrant.objects.get().user is None


def test_blanks_and_case_of_the_address_make_no_second_person(world, event, lena, sign_up):
    sign_up(event, lena, fields={"email": "  Lena@Example.COM "})
    sign_up(event)
    assert ["lena@example.com"] == [one.lower() for one in emails_at_goto(world, event)]
    assert "lena@example.com" == Registrant.objects.get().email


# Answers

ASKED = {
    "fields": [{"name": "organization", "is_required": True}, {"name": "industry", "is_required": False}, "city"],
    "questions": [
        {"text": "Heard where?", "is_required": True, "choices": ["Mail", "Friend"]},
        {"text": "Why?", "is_required": True},
    ],
}


@pytest.fixture
def asking(webinar) -> Event:
    return webinar(**ASKED)


def question(event: Event, text: str) -> str:
    return next(one["key"] for one in event.registration_form["questions"] if one["text"] == text)


def test_every_answer_reaches_goto_as_it_was_given(world, asking, lena, sign_up):
    """The first choice has the key 0."""
    request = sign_up(
        asking,
        lena,
        fields={"organization": "Größe & Söhne | GmbH", "industry": "Education", "city": ""},
        choices={question(asking, "Heard where?"): "0"},
        texts={question(asking, "Why?"): "To climb\n<b>safely</b>"},
    )
    told = world.ask_goto(f"webinars/{asking.event_key}/registrants/{request.registrant.registrant_key}")
    assert ("Größe & Söhne | GmbH", "Education") == (told["organization"], told["industry"])
    assert {"Heard where?": "Mail", "Why?": "To climb\n<b>safely</b>"} == {
        one["question"]: one["answer"] for one in told["responses"]
    }


def test_what_is_missing_is_named_and_nothing_stored(asking, lena):
    with pytest.raises(InvalidInputError) as caught:
        register(event=asking, answers=Answers(fields={"firstName": " ", "email": "lena"}), user=lena)
    expected = {"firstName", "lastName", "email", "organization"}
    expected |= {f"question_{question(asking, text)}" for text in ("Heard where?", "Why?")}
    assert expected == caught.value.errors.keys()
    assert not RegistrationRequest.objects.exists()
    assert not Job.objects.filter(name__contains="deliver").exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"industry": "Piracy"}, "industry"),
        ({"organization": "x" * 129}, "organization"),
        ({"email": "no address"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
    ],
)
def test_what_goto_would_refuse_is_refused_before(asking, lena, fields, wrong):
    answers = Answers(
        fields=LENA | {"organization": "Ours"} | fields,
        choices={question(asking, "Heard where?"): "1"},
        texts={question(asking, "Why?"): "so"},
    )
    with pytest.raises(InvalidInputError) as caught:
        register(event=asking, answers=answers, user=lena)
    assert {wrong} == caught.value.errors.keys()


def test_the_three_usual_answers_are_needed_when_the_form_is_not_known_yet(event, lena):
    Event.objects.update(registration_form=None)
    event.refresh_from_db()
    with pytest.raises(InvalidInputError) as caught:
        register(event=event, answers=Answers(fields={}), user=lena)
    assert {"firstName", "lastName", "email"} == caught.value.errors.keys()


def test_a_refusal_by_goto_is_told_and_has_the_form_read_again(asking, lena, sign_up, run_jobs):
    """The organizer asks more than when we read the form."""
    run_jobs()
    form = asking.registration_form
    Event.objects.update(registration_form={"fields": form["fields"][:3], "questions": []})
    asking.refresh_from_db()
    request = sign_up(asking, lena)
    assert ("refused", "invalid") == (request.state, request.last_error)
    assert request.refusal.startswith("GoTo did not accept the answers.")
    assert Event.objects.get().registration_form_read_at is None
    assert not Registrant.objects.exists()


# Twice


def test_asking_twice_is_one_request_and_one_registrant(world, event, lena, run_jobs):
    first = register(event=event, answers=ANSWERS, user=lena)
    assert first == register(event=event, answers=ANSWERS, user=lena)
    run_jobs()
    assert first == register(event=event, answers=ANSWERS, user=lena)
    run_jobs()
    assert ["lena@example.com"] == emails_at_goto(world, event)
    assert 1 == Registrant.objects.count() == RegistrationRequest.objects.count()


def test_somebody_goto_has_already_is_taken_over(world, event, lena, sign_up, facts):
    """They signed up on GoTo's own page, and we have not read it yet."""
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[{"email": "LENA@example.com"}])
    [there] = world.registrants_at_goto(event.event_key)
    request = sign_up(event, lena)
    assert ("delivered", str(there["registrantKey"]), there["joinUrl"]) == (
        request.state, request.registrant.registrant_key, request.registrant.join_url,
    )  # fmt: skip
    assert 1 == len(world.registrants_at_goto(event.event_key))


def test_a_duplicate_told_without_key_and_link_is_looked_up(world, event, lena, sign_up):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[{"email": "lena@example.com"}])
    world.fail(kind="status", status=409, body="{}", operation="createRegistrant")
    [there] = world.registrants_at_goto(event.event_key)
    assert there["joinUrl"] == sign_up(event, lena).registrant.join_url


def test_a_duplicate_not_listed_yet_is_waited_for(world, event, lena, sign_up, run_jobs):
    world.fail(kind="status", status=409, body="{}", operation="createRegistrant")
    request = sign_up(event, lena)
    assert ("pending", "temporarily_unavailable") == (request.state, request.last_error)
    world.advance(seconds=61)
    run_jobs()
    request.refresh_from_db()
    assert "delivered" == request.state


def test_somebody_known_from_goto_is_not_asked_for_again(world, event, pull, lena, sign_up, run_jobs):
    run_jobs()
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[{"email": "lena@example.com"}])
    pull()
    world.count_calls()
    request = sign_up(event, lena)
    assert ("delivered", 0) == (request.state, world.count_calls())


def test_an_address_somebody_registered_with_at_goto_is_not_taken_over(world, event, pull, lena, sign_up):
    """GoTo gives the join link of whoever is registered to everybody who types their address."""
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[{"email": "guest@example.com"}])
    world.advance(minutes=5)
    request = sign_up(event, lena, fields={"email": "guest@example.com"})
    assert ("refused", "taken") == (request.state, request.last_error)
    assert not Registrant.objects.filter(user=lena).exists()

    pull()
    with pytest.raises(InvalidInputError) as caught:
        sign_up(event, lena, fields={"email": "guest@example.com"})
    assert ["email"] == list(caught.value.errors)


def test_a_second_address_of_ones_own_survives_a_lost_answer(world, event, lena, sign_up, run_jobs):
    world.fail(kind="timeout_after", operation="createRegistrant")
    request = sign_up(event, lena, fields={"email": "lena@home.example"})
    world.advance(hours=2)
    run_jobs()
    request.refresh_from_db()
    assert ("delivered", lena) == (request.state, request.registrant.user)
    assert ["lena@home.example"] == emails_at_goto(world, event)


# Trouble


def test_goto_being_down_keeps_the_request_until_it_is_delivered(world, event, lena, sign_up, run_jobs):
    world.fail(kind="status", status=503, operation="createRegistrant", times=4)
    request = sign_up(event, lena)
    assert ("pending", 1, "temporarily_unavailable") == (request.state, request.tries, request.last_error)
    world.advance(seconds=10)
    run_jobs()
    request.refresh_from_db()
    assert ("pending", 2) == (request.state, request.tries)
    world.advance(seconds=20)
    run_jobs()
    request.refresh_from_db()
    assert ("delivered", 3, "") == (request.state, request.tries, request.last_error)
    assert ["lena@example.com"] == emails_at_goto(world, event)


def test_an_answer_that_was_lost_leaves_one_registrant_with_a_link(world, event, lena, sign_up, run_jobs):
    """GoTo signed the person up; its answer never came, twice."""
    world.fail(kind="timeout_after", operation="createRegistrant", times=2)
    request = sign_up(event, lena)
    world.advance(minutes=1)
    run_jobs()
    request.refresh_from_db()
    assert "delivered" == request.state
    [there] = world.registrants_at_goto(event.event_key)
    assert there["joinUrl"] == Registrant.objects.get().join_url


def test_nonsense_from_goto_is_noted_and_tried_again(world, event, lena, sign_up, run_jobs):
    run_jobs()
    world.fail(kind="nonsense", operation="createRegistrant")
    request = sign_up(event, lena)
    assert ("pending", 1, "unexpected_response") == (request.state, request.tries, request.last_error)
    world.advance(minutes=5)
    deliver_what_waits.enqueue()
    run_jobs()
    request.refresh_from_db()
    assert "delivered" == request.state


def test_too_many_calls_are_repeated_when_goto_says(world, event, lena, sign_up, run_jobs):
    world.fail(kind="status", status=429, retry_after=90, operation="createRegistrant")
    request = sign_up(event, lena)
    world.advance(seconds=89)
    assert 0 == run_jobs()
    world.advance(seconds=2)
    run_jobs()
    request.refresh_from_db()
    assert "delivered" == request.state


def test_a_lost_job_loses_nothing(event, lena, run_jobs):
    request = register(event=event, answers=ANSWERS, user=lena)
    Job.objects.all().delete()
    deliver_what_waits.enqueue()
    run_jobs()
    request.refresh_from_db()
    assert "delivered" == request.state


def test_requests_wait_while_the_account_has_to_be_connected_again(world, event, ada, lena, sign_up, run_jobs):
    world.advance(hours=2)
    world.control("POST", "tokens/revoke", all=True)
    Event.objects.update(state="scheduled")
    request = sign_up(event, lena)
    assert ("pending", "reconnect_needed") == (request.state, request.last_error)
    jobs = Job.objects.count()
    for _ in range(3):
        world.advance(minutes=5)
        deliver_what_waits.enqueue()
        run_jobs()
    assert jobs + 3 == Job.objects.count()

    connect("olga@northwind.example", ada)
    run_jobs()
    request.refresh_from_db()
    assert "delivered" == request.state
    assert ["lena@example.com"] == emails_at_goto(world, event)


# No


def test_a_full_webinar_is_told(world, webinar, lena, sign_up):
    event = webinar(limit=1, registrants=1)
    request = sign_up(event, lena)
    assert ("refused", "full", "GoTo takes no more registrations for this event.") == (
        request.state, request.last_error, request.refusal,
    )  # fmt: skip
    assert find_registration(user=lena, event=event).request == request
    assert not find_registration(user=lena, event=event).is_open


def test_somebody_refused_may_ask_again(world, webinar, lena, sign_up):
    event = webinar(limit=1, registrants=[{"email": "first@example.com"}])
    sign_up(event, lena)
    [first] = world.registrants_at_goto(event.event_key)
    world.remove_registrant(event.event_key, first["registrantKey"])
    assert "delivered" == sign_up(event, lena).state


def test_an_event_goto_has_no_longer_is_told(world, event, lena, sign_up):
    world.fail(kind="status", status=404, operation="createRegistrant")
    request = sign_up(event, lena)
    assert ("refused", "unknown_event") == (request.state, request.last_error)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("cancelled", "was cancelled"), ("ended", "is over"), ("missing", "does not know this event at the moment")],
)
def test_a_closed_event_takes_nobody(event, lena, state, sentence):
    Event.objects.update(state=state)
    event.refresh_from_db()
    with pytest.raises(RegistrationClosedError, match=sentence):
        register(event=event, answers=ANSWERS, user=lena)
    assert not RegistrationRequest.objects.exists()


# Approval


def test_approval_is_waited_for(world, webinar, pull, lena, sign_up, facts):
    event = webinar(approval="MANUAL")
    sign_up(event, lena)
    one = Registrant.objects.get()
    assert ("WAITING", "") == (one.status, one.join_url)
    assert ["registered"] == facts()

    world.control("POST", f"webinars/{event.event_key}/decisions", email="lena@example.com", status="APPROVED")
    pull()
    one.refresh_from_db()
    [there] = world.registrants_at_goto(event.event_key)
    assert ("APPROVED", there["joinUrl"], lena) == (one.status, one.join_url, one.user)
    assert ["registered", "approved"] == facts()


def test_a_denial_is_a_fact(world, webinar, pull, lena, sign_up, facts):
    event = webinar(approval="MANUAL")
    sign_up(event, lena)
    world.control("POST", f"webinars/{event.event_key}/decisions", email="lena@example.com", status="DENIED")
    pull()
    assert ["registered", "denied"] == facts(user_id=lena.pk)


# Taking off


def cancel(event: Event, user, run_jobs) -> RegistrationRequest:
    request = cancel_registration(event=event, user=user)
    run_jobs()
    request.refresh_from_db()
    return request


def test_a_person_is_taken_off_at_goto_and_here(world, event, lena, sign_up, run_jobs, facts):
    sign_up(event, lena)
    world.advance(minutes=1)
    assert "cancelled" == cancel(event, lena, run_jobs).state
    assert [] == emails_at_goto(world, event)
    assert world.now == Registrant.objects.get().gone_at
    assert ["registered", "cancelled"] == facts(user_id=lena.pk)


def test_a_request_still_on_its_way_is_never_sent(world, event, lena, run_jobs):
    register(event=event, answers=ANSWERS, user=lena)
    assert "cancelled" == cancel(event, lena, run_jobs).state
    assert [] == emails_at_goto(world, event)
    assert not Registrant.objects.exists()


def test_a_sign_up_goto_took_before_we_knew_is_taken_off(world, event, lena, sign_up, run_jobs):
    """The answer was lost; the person changes their mind before the second try."""
    world.fail(kind="timeout_after", operation="createRegistrant", times=2)
    sign_up(event, lena)
    assert ["lena@example.com"] == emails_at_goto(world, event)
    assert "cancelled" == cancel(event, lena, run_jobs).state
    assert [] == emails_at_goto(world, event)


def test_somebody_signed_up_at_another_door_can_be_taken_off(world, event, pull, lena, run_jobs, facts):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=[{"email": "lena@example.com"}])
    pull()
    assert "cancelled" == cancel(event, lena, run_jobs).state
    assert [] == emails_at_goto(world, event)
    assert ["registered", "cancelled"] == facts(user_id=lena.pk)


def test_taking_off_twice_is_once(world, event, lena, sign_up, run_jobs, facts):
    sign_up(event, lena)
    first = cancel_registration(event=event, user=lena)
    assert first == cancel_registration(event=event, user=lena)
    run_jobs()
    with pytest.raises(UnknownObjectError, match="not registered"):
        cancel_registration(event=event, user=lena)
    assert 1 == facts().count("cancelled")


def test_who_is_not_signed_up_cannot_be_taken_off(event, otto):
    with pytest.raises(UnknownObjectError):
        cancel_registration(event=event, user=otto)


def test_somebody_gone_at_goto_already_is_off(world, event, lena, sign_up, run_jobs):
    sign_up(event, lena)
    world.fail(kind="status", status=404, operation="deleteRegistrant")
    assert "cancelled" == cancel(event, lena, run_jobs).state


def test_goto_being_down_keeps_the_cancellation(world, event, lena, sign_up, run_jobs):
    sign_up(event, lena)
    world.fail(kind="status", status=500, operation="deleteRegistrant", times=2)
    request = cancel(event, lena, run_jobs)
    assert ("cancelling", "temporarily_unavailable") == (request.state, request.last_error)
    world.advance(minutes=1)
    run_jobs()
    request.refresh_from_db()
    assert ("cancelled", "") == (request.state, request.last_error)


def test_nobody_is_taken_off_an_event_that_runs(world, event, lena, sign_up, run_jobs):
    """GoTo refuses it, and asking for ever would not help."""
    sign_up(event, lena)
    world.advance(hours=1)
    world.launch(event.event_key)
    request = cancel(event, lena, run_jobs)
    assert ("delivered", "bad_request") == (request.state, request.last_error)
    assert "may have begun" in request.refusal
    assert Registrant.objects.get().is_there


def test_registering_again_afterwards_is_a_new_sign_up(world, event, lena, sign_up, run_jobs, facts):
    first = sign_up(event, lena)
    cancel(event, lena, run_jobs)
    world.advance(minutes=1)
    again = sign_up(event, lena)
    assert first != again
    assert "delivered" == again.state
    assert again.registrant.is_there
    assert ["registered", "cancelled", "registered"] == facts()
    assert ["lena@example.com"] == emails_at_goto(world, event)


def test_somebody_the_organizer_removed_can_sign_up_again(world, event, pull, lena, sign_up):
    """What they had asked of us is closed when they are found to be gone."""
    first = sign_up(event, lena)
    key = first.registrant.registrant_key
    world.remove_registrant(event.event_key, key)
    world.advance(minutes=1)
    pull()
    first.refresh_from_db()
    assert "cancelled" == first.state
    assert not find_registration(user=lena, event=event).is_open
    assert "delivered" == sign_up(event, lena).state
    assert ["lena@example.com"] == emails_at_goto(world, event)


# Trainings


def test_a_person_is_signed_up_for_a_training(world, training, lena, sign_up):
    request = sign_up(training, lena)
    [there] = world.registrants_at_goto(training.event_key, "trainings")
    assert ("delivered", there["registrantKey"], there["joinUrl"]) == (
        request.state, request.registrant.registrant_key, request.registrant.join_url,
    )  # fmt: skip


def test_a_training_s_duplicate_has_its_link_looked_up(world, training, lena, sign_up):
    world.control("POST", f"trainings/{training.event_key}/registrants", registrants=[{"email": "lena@example.com"}])
    [there] = world.registrants_at_goto(training.event_key, "trainings")
    request = sign_up(training, lena)
    assert ("delivered", there["joinUrl"]) == (request.state, request.registrant.join_url)


def test_a_full_training_is_told(world, pull, lena, sign_up):
    event = pull(world.schedule_training(limit=1, registrants=1), "training")
    request = sign_up(event, lena)
    assert "refused" == request.state
    assert request.refusal.startswith("GoTo takes no")


def test_a_training_that_is_over_is_told(world, training, lena, sign_up):
    world.advance(hours=3)
    request = sign_up(training, lena)
    assert ("refused", "closed") == (request.state, request.last_error)


def test_a_person_is_taken_off_a_training(world, training, lena, sign_up, run_jobs):
    sign_up(training, lena)
    assert "cancelled" == cancel(training, lena, run_jobs).state
    assert [] == emails_at_goto(world, training)


# Many at once


@pytest.mark.postgresql
@pytest.mark.parametrize("has_account", [True, False])
def test_eight_tabs_are_one_request(postgresql, world, event, lena, run_jobs, has_account):
    people = [lena if has_account else None] * 8
    pressed = do_together(lambda user: register(event=event, answers=ANSWERS, user=user).pk, people)
    assert 1 == len(set(pressed))
    run_jobs()
    assert 1 == RegistrationRequest.objects.count() == Registrant.objects.count()
    assert ["lena@example.com"] == emails_at_goto(world, event)


@pytest.mark.postgresql
def test_of_eight_people_with_one_address_one_is_signed_up(postgresql, event, run_jobs):
    people = [make_user(f"Twin{number}") for number in range(8)]

    def press(user) -> int | None:
        try:
            return register(event=event, answers=ANSWERS, user=user).user_id
        except InvalidInputError:
            return None

    [winner] = set(do_together(press, people)) - {None}
    run_jobs()
    assert winner == Registrant.objects.get().user_id


def test_who_changes_their_mind_while_the_answer_is_on_its_way_is_taken_off(world, event, lena, run_jobs, monkeypatch):
    """The cancellation overtakes the sign-up: it is done, and finds nobody, before GoTo's yes is written down."""
    request = register(event=event, answers=ANSWERS, user=lena)

    def meanwhile(checkpoint: str) -> None:
        if checkpoint == "registration.accepted":
            RegistrationRequest.objects.filter(pk=request.pk).update(state="cancelled", answered_at=world.now)

    monkeypatch.setattr(registration, "reached", meanwhile)
    run_jobs()
    request.refresh_from_db()
    assert ("cancelled", []) == (request.state, world.registrants_at_goto(event.event_key))
    assert not find_registration(user=lena, event=event).is_open
