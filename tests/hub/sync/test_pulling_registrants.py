"""Registrants: who is new, decided on, gone and back, and lists that are not to be trusted."""

import json
from datetime import timedelta

import pytest
from tests.factories.users import make_user
from tests.hub.events.conftest import LENA

from greenroom.hub.core import bulk
from greenroom.hub.events.models import Registrant
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import cancel_registration, register
from greenroom.hub.ledger.models import Fact

LIST = "getAllRegistrantsForWebinar"


def person(number: int, **more) -> dict:
    return {
        "registrantKey": 1000 + number,
        "firstName": f"First{number}",
        "lastName": f"Last{number}",
        "email": f"person{number}@example.com",
        "registrationDate": "2026-03-01T08:00:00Z",
        "status": "APPROVED",
        "joinUrl": f"https://global.gotowebinar.com/join/1/{number}",
        "timeZone": "GMT",
    } | more


@pytest.fixture
def listed(world, event, sync):
    """Read the registrants from a list that GoTo is made to give."""

    def read_list(people):
        world.advance(minutes=1)
        world.answer(LIST, people)
        return sync()

    return read_list


def there() -> set[str]:
    return set(Registrant.objects.filter(gone_at=None).values_list("email", flat=True))


def kinds(**about) -> list[str]:
    return list(Fact.objects.filter(registrant_id__isnull=False, **about).order_by("pk").values_list("kind", flat=True))


def test_registrants_are_stored_once_with_their_facts(world, event, sync):
    world.control("POST", f"webinars/{event.event_key}/registrants", registrants=3)
    assert 3 == sync().rows_changed
    assert {"registered": 3} == {kind: kinds().count(kind) for kind in set(kinds())}
    world.advance(minutes=15)
    assert (0, 3) == (sync().rows_changed, len(kinds()))
    theirs = world.registrants_at_goto(event.event_key)
    assert {(str(one["registrantKey"]), one["email"], one["joinUrl"]) for one in theirs} == set(
        Registrant.objects.values_list("registrant_key", "email", "join_url")
    )


def test_the_fact_tells_when_the_person_signed_up(listed):
    listed([person(1)])
    assert {"2026-03-01T08:00:00+00:00"} == {
        one.isoformat() for one in Fact.objects.filter(kind="registered").values_list("happened_at", flat=True)
    }


def test_a_decision_is_a_fact(world, pull, sync):
    key = world.schedule_webinar(approval="MANUAL", registrants=[{"email": "a@x.example"}, {"email": "b@x.example"}])
    pull()
    assert ["registered", "registered"] == kinds()
    for email, status in (("a@x.example", "APPROVED"), ("b@x.example", "DENIED")):
        world.control("POST", f"webinars/{key}/decisions", email=email, status=status)
    assert 2 == sync().rows_changed
    assert (["registered", "approved"], ["registered", "denied"]) == (
        kinds(email="a@x.example"),
        kinds(email="b@x.example"),
    )


def test_a_status_in_any_case_or_none_is_read(listed):
    listed([person(1, status="approved"), person(2, status=None), person(3, status="SOMETHING_NEW")])
    assert ["APPROVED", "APPROVED", "SOMETHING_NEW"] == list(
        Registrant.objects.order_by("registrant_key").values_list("status", flat=True)
    )


def test_who_is_gone_is_marked_and_who_comes_back_is_new_again(listed):
    listed([person(1), person(2)])
    listed([person(1)])
    gone = Registrant.objects.get(email="person2@example.com")
    assert (False, 0, ["registered", "cancelled"]) == (
        gone.is_there, gone.generation, kinds(email=gone.email),
    )  # fmt: skip
    listed([person(1), person(2)])
    gone.refresh_from_db()
    assert (True, 1) == (gone.is_there, gone.generation)
    assert ["registered", "cancelled", "registered"] == kinds(email=gone.email)
    listed([person(1)])
    assert 2 == kinds(email=gone.email).count("cancelled")


def test_somebody_with_a_new_key_is_another_sign_up(listed):
    listed([person(1)])
    listed([person(1, registrantKey=7)])
    assert 2 == Registrant.objects.count()
    assert {"person1@example.com"} == there()


def test_a_person_listed_twice_is_one(listed):
    assert 1 == listed([person(1), person(1), person(1, firstName="Other")]).rows_changed
    assert "First1" == Registrant.objects.get().first_name


# Lists that are not to be trusted


def test_a_list_that_lost_many_is_obeyed_when_it_is_given_twice(listed):
    listed([person(number) for number in range(10)])
    assert 0 == listed([person(number) for number in range(7)]).rows_changed
    assert 10 == len(there())
    assert 3 == listed([person(number) for number in range(7)]).rows_changed
    assert 7 == len(there())


def test_people_who_sign_up_meanwhile_do_not_hold_it_longer(listed):
    listed([person(number) for number in range(10)])
    listed([person(number) for number in range(7)])
    listed([person(number) for number in (*range(7), 11)])
    assert 8 == len(there())


def test_a_list_that_is_whole_again_takes_nobody_away(listed):
    everybody = [person(number) for number in range(10)]
    listed(everybody)
    listed([])
    listed(everybody)
    assert 10 == len(there())
    assert "cancelled" not in kinds()
    listed([])
    assert 10 == len(there()), "an old doubt does not count"


def test_an_empty_list_is_obeyed_when_it_is_given_twice(listed):
    listed([person(number) for number in range(10)])
    listed([])
    assert 10 == len(there())
    listed([])
    assert 0 == len(there())
    assert 10 == kinds().count("cancelled")


def test_those_who_left_long_ago_do_not_make_a_loss_look_small(listed):
    listed([person(number) for number in range(60)])
    for _ in range(2):
        listed([person(number) for number in range(10)])
    assert 10 == len(there())
    listed([])
    assert 10 == len(there())


def test_one_who_leaves_a_small_event_is_let_go_at_once(listed):
    listed([person(1)])
    listed([])
    assert set() == there()


def test_newcomers_of_a_list_in_doubt_are_stored(listed):
    listed([person(number) for number in range(10)])
    assert 1 == listed([person(11)]).rows_changed
    assert "person11@example.com" in there()


def test_a_loss_larger_than_a_statement_can_hold_is_marked(listed, monkeypatch):
    monkeypatch.setattr(bulk, "_KEYS_AT_ONCE", 7)
    listed([person(number) for number in range(20)])
    for _ in range(2):
        listed([])
    assert (0, 20) == (len(there()), kinds().count("cancelled"))


# Lag


def test_somebody_we_signed_up_for_a_training_is_kept_while_goto_s_list_lags(world, pull, sync, run_jobs):
    event = pull(world.schedule_training(starts_in=timedelta(days=1)), "training")
    register(event=event, answers=Answers(fields=LENA), user=None)
    run_jobs()
    for minutes in (15, 104):
        world.advance(minutes=minutes)
        world.answer("getRegistrants", [])
        sync("training")
        assert {"lena@example.com"} == there()
    world.advance(minutes=2)
    world.answer("getRegistrants", [])
    sync("training")
    assert set() == there()


def test_somebody_we_took_off_a_training_does_not_come_back_by_a_list_that_lags(world, pull, sync, lena, run_jobs):
    event = pull(world.schedule_training(starts_in=timedelta(days=1)), "training")
    register(event=event, answers=Answers(fields=LENA), user=lena)
    run_jobs()
    sync("training")
    before = world.registrants_at_goto(event.event_key, "trainings")
    cancel_registration(event=event, user=lena)
    run_jobs()
    world.advance(minutes=90)
    world.control("POST", f"trainings/{event.event_key}/registrants", registrants=[{"email": "otto@example.com"}])
    world.answer("getRegistrants", [*before, *world.registrants_at_goto(event.event_key, "trainings")])
    sync("training")
    assert {"otto@example.com"} == there()
    world.advance(minutes=15)
    sync("training")
    assert {"otto@example.com"} == there()
    assert ["registered", "cancelled"] == kinds(email="lena@example.com")


def test_somebody_we_signed_up_and_the_organizer_removed_at_once_is_gone(world, event, sync, run_jobs):
    """The list is the same as before."""
    run_jobs()
    sync()
    register(event=event, answers=Answers(fields=LENA), user=None)
    run_jobs()
    world.remove_registrant(event.event_key, Registrant.objects.get().registrant_key)
    world.advance(minutes=15)
    sync()
    assert set() == there()


def test_webinars_have_no_such_grace(world, event, sync, run_jobs):
    register(event=event, answers=Answers(fields=LENA), user=None)
    run_jobs()
    world.advance(minutes=1)
    world.answer(LIST, [])
    sync()
    assert set() == there()


# People


def test_a_registrant_is_linked_to_the_user_with_the_address_in_any_case(listed, lena):
    listed([person(1, email="LENA@Example.com"), person(2)])
    assert {"lena@example.com": lena.pk, "person2@example.com": None} == dict(
        Registrant.objects.values_list("email", "user")
    )
    assert {lena.pk} == set(Fact.objects.filter(email="lena@example.com").values_list("user_id", flat=True))


def test_a_link_made_by_registering_is_not_changed_by_the_address(world, event, sync, lena, run_jobs):
    """Lena gave her private address; it happens to be Otto's here."""
    register(event=event, answers=Answers(fields=LENA | {"email": "otto@example.com"}), user=lena)
    run_jobs()
    make_user("Otto")
    sync()
    assert lena == Registrant.objects.get().user


def test_a_changed_name_changes_the_row_and_is_no_fact(listed):
    listed([person(1)])
    assert 1 == listed([person(1, lastName="Married")]).rows_changed
    assert ("Married", 1) == (Registrant.objects.get().last_name, len(kinds()))


# Odd


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("x" * 10_000, "x" * 10_000),
        ("Le\0na\0", "Lena"),
        ("\u202eanel", "\u202eanel"),
        ("🎓 علي\t\n\\N", "🎓 علي\t\n\\N"),
        ("'; DROP TABLE events_registrant; --", "'; DROP TABLE events_registrant; --"),
        (None, ""),
    ],
)
def test_odd_names_are_stored(listed, given, stored):
    run = listed([person(1, firstName=given, email="o'dd+\0tag@xn--bcher-kva.example"), person(2)])
    assert ("done", [], 2) == (run.state, run.event_errors, run.rows_changed)
    one = Registrant.objects.get(registrant_key="1001")
    assert (stored, "o'dd+tag@xn--bcher-kva.example") == (one.first_name, one.email)


def test_what_is_longer_than_its_column_is_cut(listed):
    run = listed([person(1, email="x" * 300 + "@example.com", status="S" * 50)])
    assert ("done", []) == (run.state, run.event_errors)
    assert (254, 32) == (len(Registrant.objects.get().email), len(Registrant.objects.get().status))


def test_keys_of_any_size_and_kind_are_kept_to_the_last_digit(listed):
    listed([person(1, registrantKey=2**63 + 1), person(2, registrantKey="0012"), person(3, registrantKey=2**53 + 1)])
    assert {str(2**63 + 1), "0012", str(2**53 + 1)} == set(Registrant.objects.values_list("registrant_key", flat=True))


def test_many_are_stored_in_few_statements(listed, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        assert 3000 == listed([person(number) for number in range(3000)]).rows_changed
    assert 3000 == len(kinds())


def test_a_list_torn_in_the_middle_stores_nothing_of_itself(world, event, sync):
    world.answer(LIST, [person(1)])
    whole = json.dumps([person(1), person(2)])
    world.control("DELETE", "faults")
    world.fail(kind="status", status=200, operation=LIST, body=whole[:-20])
    run = sync()
    assert ("done", [{"event": event.pk, "code": "unexpected_response"}]) == (run.state, run.event_errors)
    assert set() == there()
