"""What actions do for contacts, once for each cause."""

from datetime import timedelta

import pytest
from django.core import mail

from greenroom.hub.actions.registry import (
    Subject,
    check_settings,
    find_obstacle,
    find_titles,
    get_action,
    list_actions,
    perform,
)
from greenroom.hub.contacts.models import ConsentRecord, Contact, ContactTag
from greenroom.hub.contacts.services import make_contact, stop_contacting
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.events.models import Event, Registrant, RegistrationRequest
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services import save_email
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.selectors import list_members
from greenroom.hub.segments.services import save_segment

pytestmark = pytest.mark.django_db


def make_person(name: str = "Cora", **known: str) -> Contact:
    return make_contact(source="hand", **{"email": f"{name.lower()}@example.com", "first_name": name} | known)


def subjects(*contacts: Contact, cause: str = "test") -> list[Subject]:
    return [Subject(one.pk, f"{cause}:{one.pk}") for one in contacts]


@pytest.fixture
def event(world, pull) -> Event:
    return pull(world.schedule_webinar(title="Intro", starts_in=timedelta(days=3)))


@pytest.fixture
def segment(ada) -> Segment:
    return save_segment(name="Warm", rules={"all": []}, actor=ada)


def test_registering_is_pending_until_goto_has_answered_and_is_asked_once(event, world, run_jobs):
    cora, dan = make_person("Cora", last_name="Cole"), make_person("Dan", last_name="Dill")
    for _ in range(2):
        outcomes = perform("register", subjects(cora, dan), {"event": event.pk})
        assert ({cora.pk, dan.pk}, {}) == (outcomes.pending, outcomes.problems)
    run_jobs()
    outcomes = perform("register", subjects(cora, dan), {"event": event.pk})
    assert (set(), {}) == (outcomes.pending, outcomes.problems)
    assert ["cora@example.com", "dan@example.com"] == sorted(
        one["email"] for one in world.registrants_at_goto(event.event_key)
    )
    assert 2 == RegistrationRequest.objects.count()


def test_each_contact_who_is_registered_costs_one_call_and_lists_nothing(event, world, run_jobs):
    people = [make_person(f"Person{number}", last_name="Doe") for number in range(5)]
    run_jobs()
    world.list_calls()
    perform("register", subjects(*people), {"event": event.pk})
    run_jobs()
    assert ["createRegistrant"] * 5 == world.list_calls()


def test_who_is_registered_at_another_door_or_address_is_done(event, world, pull, run_jobs):
    cora = make_person("Cora", last_name="Cole")
    cora.addresses.create(email="cora.cole@example.org")
    Registrant.objects.create(
        event=event, registrant_key="1", email="cora.cole@example.org", status=Registrant.Status.APPROVED
    )
    outcomes = perform("register", subjects(cora), {"event": event.pk})
    assert (set(), {}) == (outcomes.pending, outcomes.problems)
    assert not RegistrationRequest.objects.exists()


def test_one_contact_who_cannot_be_registered_says_why_and_stops_no_other(event, run_jobs):
    nameless, unreachable, cora = make_person("Nia"), make_person(email=""), make_person("Cora", last_name="Cole")
    outcomes = perform("register", subjects(nameless, unreachable, cora), {"event": event.pk})
    assert {cora.pk} == outcomes.pending
    assert "What the organizer asks for is missing or cannot be taken: last name." == outcomes.problems[nameless.pk]
    assert "There is no e-mail address." == outcomes.problems[unreachable.pk]


def test_what_goto_refuses_is_a_problem_and_not_a_success(event, world, run_jobs):
    cora = make_person("Cora", last_name="Cole")
    perform("register", subjects(cora), {"event": event.pk})
    world.fail(kind="status", status=403, operation="createRegistrant")
    run_jobs()
    outcomes = perform("register", subjects(cora), {"event": event.pk})
    assert {cora.pk: "GoTo takes no more registrations for this event."} == outcomes.problems


def test_answers_count_more_than_what_is_known(event, world, run_jobs):
    cora = make_person("Cora", last_name="Cole")
    answers = Answers({"firstName": "Coralie", "lastName": "Cole-Smith", "email": "cora@example.com"})
    perform("register", [Subject(cora.pk, "form:1", answers)], {"event": event.pk})
    run_jobs()
    assert ["Coralie"] == [one["firstName"] for one in world.registrants_at_goto(event.event_key)]


def test_cancelling_takes_off_whoever_is_registered_and_is_done_for_others(event, world, pull, run_jobs):
    cora, dan = make_person("Cora", last_name="Cole"), make_person("Dan", last_name="Dill")
    perform("register", subjects(cora), {"event": event.pk})
    assert {cora.pk} == perform("cancel_registration", subjects(cora, dan), {"event": event.pk}).pending
    run_jobs()
    outcomes = perform("cancel_registration", subjects(cora, dan, cause="again"), {"event": event.pk})
    assert ({cora.pk}, {}) == (outcomes.pending, outcomes.problems)
    run_jobs()
    assert set() == perform("cancel_registration", subjects(cora, dan), {"event": event.pk}).pending
    assert [] == world.registrants_at_goto(event.event_key)


def test_an_event_that_nobody_can_be_registered_for_is_an_obstacle(event):
    assert "" == find_obstacle("register", {"event": event.pk})
    Event.objects.update(state=Event.State.CANCELLED)
    assert "The event was cancelled." == find_obstacle("register", {"event": event.pk})
    form = {"fields": [], "questions": [{"key": "1", "text": "Your badge number", "is_required": True}]}
    Event.objects.update(state=Event.State.SCHEDULED, registration_form=form)
    assert "Your badge number" in find_obstacle("register", {"event": event.pk})


def test_contacts_are_put_into_a_segment_and_taken_out_however_often(segment):
    cora, dan = make_person("Cora"), make_person("Dan")
    for _ in range(2):
        perform("add_to_segment", subjects(cora, dan), {"segment": segment.pk})
    assert 2 == list_members(segment=segment).count()
    perform("remove_from_segment", subjects(dan), {"segment": segment.pk})
    assert [cora] == [one.contact for one in list_members(segment=segment)]


def test_settings_are_checked_and_kept_as_numbers(event, segment):
    assert {"event": event.pk} == check_settings("register", {"event": str(event.pk)})
    assert {"segment": segment.pk} == check_settings("add_to_segment", {"segment": segment.pk})
    for key, given in (("register", {}), ("register", {"event": "0"}), ("add_to_segment", {"segment": "x"})):
        with pytest.raises(InvalidInputError) as caught:
            check_settings(key, given)
        assert caught.value.errors
    with pytest.raises(UnknownObjectError):
        check_settings("no_such_action", {})


def test_actions_say_what_they_do_in_one_query_for_each_kind_of_thing(event, segment, django_assert_num_queries):
    chosen = [("register", {"event": event.pk}), ("add_to_segment", {"segment": segment.pk})] * 10
    with django_assert_num_queries(2):
        titles = find_titles(chosen)
    assert "register for “Intro”" == titles.describe(*chosen[0])
    assert "add to the segment “Warm”" == titles.describe(*chosen[1])
    assert "register for something that is no longer here" == titles.describe("register", {"event": 10**9})
    Event.objects.update(state=Event.State.CANCELLED)
    assert "register for “Intro” (cancelled)" == find_titles(chosen).describe(*chosen[0])


def test_what_is_gone_is_said(segment):
    for key, settings in (("register", {"event": 10**9}), ("add_to_segment", {"segment": 10**9})):
        with pytest.raises(UnknownObjectError):
            perform(key, subjects(make_person(key)), settings)


def test_the_event_chosen_before_stays_among_those_offered_when_it_is_over(event, world):
    Event.objects.update(starts_at=world.now - timedelta(days=9), ends_at=world.now - timedelta(days=9))
    form = get_action("register").form
    assert "Intro" not in str(form()["event"])
    assert "Intro" in str(form(initial={"event": event.pk})["event"])


def test_every_action_has_words_for_its_settings():
    for one in list_actions():
        assert one.words.format_map(dict.fromkeys(one.form.base_fields, "it"))


def test_an_email_is_put_in_line_once_for_each_cause_and_only_for_whoever_may_be_sent_it(world, ada):
    cora, dan = make_person("Cora"), make_person("Dan")
    stop_contacting(contacts=[dan.pk], reason=Contact.Silence.ASKED, source=ConsentRecord.Source.HAND)
    email = save_email(name="Hello", actor=ada, subject="Hello", body="Good day, {first_name}.")
    for cause in ("one", "one", "two"):
        perform("send_email", [Subject(cora.pk, cause), Subject(dan.pk, cause)], {"email": email.pk})
    assert [(cora.pk, "one"), (cora.pk, "two")] == list(Message.objects.order_by("pk").values_list("contact", "cause"))


def test_who_has_no_address_or_no_link_that_an_email_needs_is_a_problem(event, ada, world, run_jobs):
    cora, dan, silent, nowhere = (make_person(one) for one in ("Cora", "Dan", "Silent", "Nowhere"))
    Contact.objects.filter(pk=nowhere.pk).update(email="")
    stop_contacting(contacts=[silent.pk], reason=Contact.Silence.ASKED, source=ConsentRecord.Source.HAND)
    Registrant.objects.create(event=event, registrant_key="7", email=cora.email, status="APPROVED")
    email = save_email(name="In", actor=ada, subject="In", body=f"{{webinar_button event={event.event_key}}}")
    everybody, settings = subjects(cora, dan, silent, nowhere), {"email": email.pk}
    no_address = {nowhere.pk: "There is no e-mail address."}
    outcomes = perform("send_email", everybody, settings)
    assert no_address | {dan.pk: "They are not registered, so there is no link of theirs."} == outcomes.problems
    Contact.objects.filter(pk=dan.pk).update(last_name="Example")
    perform("register", subjects(dan), {"event": event.pk})
    outcomes = perform("send_email", everybody, settings)
    assert (no_address, {dan.pk}) == (outcomes.problems, outcomes.pending)
    run_jobs()
    outcomes = perform("send_email", subjects(dan), settings)
    assert ({}, set()) == (outcomes.problems, outcomes.pending)
    assert [cora.pk, dan.pk] == list(Message.objects.order_by("pk").values_list("contact", flat=True))


def test_an_email_whose_merge_tag_stands_for_nothing_is_an_obstacle(event, ada):
    email = save_email(name="Join", actor=ada, subject="Join", body=f"{{webinar_button event={event.event_key}}}")
    assert "" == find_obstacle("send_email", {"email": email.pk})
    Event.objects.update(state=Event.State.CANCELLED)
    assert "was cancelled" in find_obstacle("send_email", {"email": email.pk})


@pytest.fixture
def places(connection, event) -> dict[str, Event]:
    """An event of each product; into a meeting and a support session leads one link for everybody."""
    made = {"webinar": event}
    for product in ("training", "meeting", "assist"):
        made[product] = Event.objects.create(
            connection=connection, product=product, event_key=f"9{product}", organizer_key="1", title="Other",
            join_url="" if product == "training" else "http://goto.test/join",
        )  # fmt: skip
    for one in (event, made["training"]):
        Registrant.objects.create(event=one, registrant_key="7", email="cora@example.com", status="APPROVED")
    return made


@pytest.mark.parametrize(
    ("product", "path", "left_out"),
    [("webinar", "r", True), ("training", "r", True), ("meeting", "e", False), ("assist", "e", False)],
)
def test_the_link_into_the_chosen_event_is_sent_once_to_each_who_may_enter(
    places, ada, run_jobs, product, path, left_out
):
    cora, dan = make_person("Cora"), make_person("Dan")
    body = f"{{{product}_title}}: {{{product}_button}}"
    settings = {"event": places[product].pk, "email": save_email(name="In", actor=ada, subject="In", body=body).pk}
    assert "" == find_obstacle("send_link", settings)
    for _ in range(2):
        problems = perform("send_link", subjects(cora, dan), settings).problems
        assert ({dan.pk: "They are not registered, so there is no link of theirs."} if left_out else {}) == problems
    run_jobs()
    letters = {one.to[0]: str(one.alternatives[0][0]) for one in mail.outbox}
    assert ({"cora@example.com"} if left_out else {"cora@example.com", "dan@example.com"}) == letters.keys()
    assert len(letters) == len(mail.outbox)
    assert all(f"/go/join/{path}/" in one and places[product].title in one for one in letters.values())


def test_the_link_to_start_goes_to_organizers_unless_the_email_says_otherwise(places, ada, run_jobs):
    olga, cora = make_person("Olga", email="olga@northwind.example"), make_person("Cora")
    email = save_email(name="Start", actor=ada, subject="Start", body="{start_button}")
    settings = {"event": places["webinar"].pk, "email": email.pk}
    problems = perform("send_link", subjects(olga, cora), settings).problems
    assert {cora.pk: "They do not organize the event, so they were not let start it."} == problems
    save_email(email=email, name="Start", actor=ada, subject="Start", body="Go: {start_button}", allows_host_links=True)
    assert {} == perform("send_link", subjects(cora, cause="knowingly"), settings).problems
    run_jobs()
    ways = {one.to[0]: "/go/start/" in str(one.alternatives[0][0]) for one in mail.outbox}
    assert {"olga@northwind.example": False, "cora@example.com": True} == ways
    email.refresh_from_db()
    assert (True, ada) == (email.version.allows_host_links, email.version.created_by)


@pytest.mark.parametrize(
    ("product", "body", "why"),
    [
        ("webinar", "Hello", "leads nowhere. Write {webinar_button}"),
        ("webinar", "{training_button}", "{training_button} cannot lead to “Intro”. Write {webinar_button}"),
        ("assist", "{start_button}", "GoTo tells how to start “Other” only once"),
    ],
)
def test_an_email_that_cannot_lead_into_the_event_is_an_obstacle_and_sends_nothing(places, ada, product, body, why):
    email = save_email(name="In", actor=ada, subject="In", body=body)
    settings = {"event": places[product].pk, "email": email.pk}
    assert why in find_obstacle("send_link", settings)
    cora = make_person("Cora")
    assert why in perform("send_link", subjects(cora), settings).problems[cora.pk]
    assert not Message.objects.exists()


def test_tags_are_given_and_taken(world):
    cora, dan = make_person("Cora"), make_person("Dan")
    perform("add_tags", subjects(cora, dan), {"tags": "Partner, Warm"})
    perform("remove_tags", subjects(dan), {"tags": "warm"})
    assert [["Partner", "Warm"], ["Partner"]] == [
        sorted(ContactTag.objects.filter(contact=one).values_list("tag__name", flat=True)) for one in (cora, dan)
    ]
