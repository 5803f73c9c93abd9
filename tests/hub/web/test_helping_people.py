"""What an organizer does for the people of an event: registering them, confirmations, and the team."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event, EventAct, Registrant, RegistrationRequest

BEN = {"key": "k1", "firstName": "Ben", "lastName": "Bell", "email": "ben@example.com"}


@pytest.fixture
def add(event, as_ada) -> Callable[..., Any]:
    """Register Ben by hand, as Ada."""
    return lambda **more: as_ada.post(reverse("add_registrant", args=[event.pk]), BEN | more)


@pytest.fixture
def people(event, as_ada) -> Callable[..., str]:
    """Return what the page of the event says of its people."""

    def read(tab: str = "people") -> str:
        page = as_ada.get(reverse("event", args=[event.pk]), {"tab": tab}).content.decode()
        return " ".join(re.sub(r"<[^>]+>", " ", page).split())

    return read


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# Registering


def test_somebody_is_registered_by_hand(world, event, add, people, run_jobs):
    assert reverse("event", args=[event.pk]) + "?tab=people" == add()["Location"]
    assert "ben@example.com On its way" in people()
    run_jobs()
    assert ["ben@example.com"] == [one["email"] for one in world.registrants_at_goto(event.event_key)]
    assert "ben@example.com Approved" in people()
    assert "On its way" not in people()


def test_the_form_sent_twice_registers_once(add):
    add()
    add()
    assert 1 == RegistrationRequest.objects.count()


def test_who_is_registered_is_said_to_be(add, run_jobs, event, as_ada):
    add()
    run_jobs()
    answer = as_ada.post(reverse("add_registrant", args=[event.pk]), BEN | {"key": "k2"}, follow=True)
    assert "ben@example.com is registered already." in words(answer)
    assert 1 == Registrant.objects.count()


def test_who_signs_in_here_finds_the_registration_as_their_own(add, lena, run_jobs, item, as_lena):
    add(email="LENA@example.com")
    run_jobs()
    assert lena == Registrant.objects.get().user
    assert "Registered" in words(as_lena.get(reverse("item_card", args=[item.pk])))


@pytest.mark.parametrize(
    ("field", "sentence", "wrong"),
    [
        ("firstName", "This field is required.", {"firstName": " "}),
        ("email", "Enter a valid email address.", {"email": "ben"}),
        ("lastName", "at most 128 characters", {"lastName": "x" * 129}),
    ],
)
def test_what_is_missing_is_said_beside_the_field(add, field, sentence, wrong):
    answer = add(**wrong)
    assert 422 == answer.status_code
    assert sentence in " ".join(answer.context["form"].errors[field])
    assert "k1" == answer.context["key"]
    assert not RegistrationRequest.objects.exists()


def test_the_organizers_own_questions_are_asked(world, pull, as_ada, run_jobs):
    questions = [{"text": "How often?", "is_required": True, "choices": ["Never", "Daily"]}]
    event = pull(
        world.schedule_webinar("Ropes", fields=[{"name": "organization", "is_required": True}], questions=questions)
    )
    path = reverse("add_registrant", args=[event.pk])
    assert {"organization"} < as_ada.post(path, BEN).context["form"].errors.keys()
    [question] = [name for name in as_ada.get(path).context["form"].fields if name.startswith("question_")]
    as_ada.post(path, BEN | {"organization": "Northwind", question: "0"})
    run_jobs()
    assert 1 == len(world.registrants_at_goto(event.event_key))


def test_who_has_to_be_approved_waits(world, pull, as_ada, run_jobs):
    event = pull(world.schedule_webinar("Ropes", approval="MANUAL"))
    as_ada.post(reverse("add_registrant", args=[event.pk]), BEN)
    run_jobs()
    page = as_ada.get(reverse("event", args=[event.pk]), {"tab": "people"})
    assert "ben@example.com Waiting for approval" in words(page)


def test_a_full_event_is_said_to_be_full(world, event, add, people, run_jobs):
    world.fail(kind="status", status=403, operation="createRegistrant")
    add()
    run_jobs()
    assert "ben@example.com Full GoTo takes no more registrations for this event." in people()
    add(key="k2")
    run_jobs()
    assert "Full" not in people()


def test_what_is_delayed_says_until_when(world, add, people, run_jobs):
    world.fail(kind="status", status=503, operation="createRegistrant", times=100)
    add()
    run_jobs()
    assert "ben@example.com Delayed GoTo does not answer. This is kept, and we try again. Next try:" in people()


def test_the_list_of_who_is_on_the_way_renews_itself(event, add, run_jobs, as_ada):
    add()
    page, htmx = reverse("sign_ups", args=[event.pk]), {"HX-Request": "true"}
    assert 'hx-trigger="every 2s"' in as_ada.get(page, headers=htmx).content.decode()
    run_jobs()
    assert "true" == as_ada.get(page, headers=htmx)["HX-Refresh"]


def test_nobody_is_registered_for_what_is_over(event, add, people, as_ada):
    Event.objects.update(state="ended")
    assert "This event is over." in words(as_ada.post(reverse("add_registrant", args=[event.pk]), BEN, follow=True))
    assert "Register somebody" not in people()


def test_nobody_registers_for_a_meeting(world, pull, as_ada):
    event = pull(world.schedule_meeting(), "meeting")
    assert 404 == as_ada.get(reverse("add_registrant", args=[event.pk])).status_code


# Confirmations


def test_a_confirmation_is_sent_again_once_for_each_press(world, event, add, people, run_jobs, as_ada):
    add()
    run_jobs()
    path = reverse("confirm_again", args=[event.pk, Registrant.objects.get().pk])
    for _ in range(2):
        as_ada.post(path, {"key": "k2"})
    assert 1 == EventAct.objects.count()
    run_jobs()
    assert "GoTo has sent the confirmation again." in people()


def test_trainings_have_no_confirmation_to_send_again(world, pull, as_ada):
    event = pull(world.schedule_training(registrants=[{"email": "ben@example.com"}]), "training")
    assert "Send confirmation again" not in words(as_ada.get(reverse("event", args=[event.pk]), {"tab": "people"}))
    path = reverse(
        "confirm_again", args=[event.pk, event.registrants.create(registrant_key="x", email="x@x.example").pk]
    )
    assert "GoTo does not let this be done with trainings." in words(as_ada.post(path, follow=True))


# Team

PIA = {"key": "k1", "role": "panelist", "member": "", "name": "Pia Panel", "email": "pia@elsewhere.example"}


@pytest.fixture
def invite(event, as_ada) -> Callable[..., Any]:
    """Put Pia on the team, as Ada."""
    return lambda **more: as_ada.post(reverse("add_to_team", args=[event.pk]), PIA | more)


def test_a_panelist_is_put_on_the_team_and_taken_off(world, event, invite, people, run_jobs, as_ada):
    for _ in range(2):
        assert reverse("event", args=[event.pk]) + "?tab=team" == invite()["Location"]
    assert 1 == EventAct.objects.count()
    run_jobs()
    assert "Pia Panel pia@elsewhere.example Panelist" in people("team")
    path = reverse("remove_from_team", args=[event.pk, event.team.get().pk])
    for _ in range(2):
        as_ada.post(path, {"key": "k2"})
        assert 2 == EventAct.objects.count()
    run_jobs()
    assert "Nobody but the organizer" in people("team")


@pytest.mark.parametrize(
    ("field", "sentence", "wrong"),
    [
        ("name", "This field is required.", {"name": ""}),
        ("email", "Give an e-mail address", {"email": "pia"}),
        ("role", "Select a valid choice", {"role": "boss"}),
    ],
)
def test_who_cannot_be_invited_is_said_beside_the_field(invite, field, sentence, wrong):
    answer = invite(**wrong)
    assert 422 == answer.status_code
    assert sentence in " ".join(answer.context["form"].errors[field])


@pytest.fixture
def omar(world, connection) -> Connection:
    """Omar, another organizer of Olga's account, connected."""
    account = world.control("GET", "state")["accounts"][0]["key"]
    key = world.add_organizer(account, "omar@northwind.example", "Omar", "Haddad")
    return Connection.objects.create(
        account_key=connection.account_key, organizer_key=key, organizer_name="Omar Haddad",
        organizer_email="omar@northwind.example", connected_at=world.now,
    )  # fmt: skip


def test_an_organizer_of_the_account_is_chosen_by_name(omar, event, invite, people, run_jobs):
    wrong = [invite(member="7"), invite(name="", email="")]
    assert [["member"], ["name", "email"]] == [list(answer.context["form"].errors) for answer in wrong]
    invite(role="co_organizer", member=omar.organizer_key, name="", email="")
    run_jobs()
    assert "Omar Haddad omar@northwind.example Co-organizer" in people("team")


def test_with_a_training_only_organizers_of_the_account_help(world, pull, omar, as_ada):
    event = pull(world.schedule_training(), "training")
    path = reverse("add_to_team", args=[event.pk])
    assert ["key", "role", "member"] == list(as_ada.get(path).context["form"].fields)
    omar.delete()
    assert "Nobody to choose" in words(as_ada.get(path))


def test_meetings_have_no_team(world, pull, as_ada):
    event = pull(world.schedule_meeting(), "meeting")
    assert 404 == as_ada.get(reverse("add_to_team", args=[event.pk])).status_code


def test_teachers_see_the_team_and_the_people_without_changing_them(item, as_ivan, run_jobs):
    for tab in ("people", "team"):
        page = as_ivan.get(reverse("event", args=[item.event_id]), {"tab": tab}).content.decode()
        acts = (f"/events/{item.event_id}/{act}/" for act in ("people/add", "team/add", "change", "cancel"))
        assert not [act for act in acts if act in page]


def test_number_of_statements_is_flat(world, event, as_ada, django_assert_max_num_queries):
    for number in range(25):
        RegistrationRequest.objects.create(
            event=event, email=f"{number}@example.com", answers={"fields": {}}, state="pending", asked_at=world.now
        )
        event.team.create(role="panelist", member_key=f"{number}", name="Pia", email=f"{number}@example.com")
    for tab in ("people", "team"):
        with django_assert_max_num_queries(26):
            page = as_ada.get(reverse("event", args=[event.pk]), {"tab": tab})
    assert 25 == len(page.context["team"])
    with django_assert_max_num_queries(10):
        assert 20 == len(as_ada.get(reverse("sign_ups", args=[event.pk])).context["sign_ups"])
