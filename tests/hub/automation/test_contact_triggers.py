"""What programs are told of contacts, and that only marketers' programs are."""

import pytest
from tests.factories.campaigns import make_segment
from tests.factories.forms import make_form, send
from tests.hub.automation.conftest import caller_for

from greenroom.hub.automation.callers import Caller
from greenroom.hub.automation.items import Item
from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.polling import list_latest
from greenroom.hub.automation.registry import About, get_trigger, list_triggers
from greenroom.hub.contacts.models import Consent, Contact
from greenroom.hub.contacts.services import (
    add_purpose,
    change_contact,
    erase_contact,
    make_contact,
    merge_contacts,
    record_consent,
)
from greenroom.hub.segments.models import Member
from greenroom.hub.segments.services import decide_members, rebuild_segment, save_segment
from greenroom.hub.webforms.tokens import sign_shown

IN, OUT = Member.Decision.IN, Member.Decision.OUT
NORTH = {"field": "organization", "is": "contains", "value": "north"}


@pytest.fixture
def caller(mara, world) -> Caller:
    return caller_for(mara)


@pytest.fixture
def lena(world, db) -> Contact:
    return make_contact(source="hand", email="lena@example.com", first_name="Lena", last_name="Fischer")


def told(caller: Caller, name: str, **narrowing: str) -> list[Item]:
    """Return the items of a trigger, the oldest first."""
    return list_latest(caller, get_trigger(name), Narrowing(**narrowing), limit=50)[::-1]


def test_a_new_contact_is_told_with_how_they_became_known(caller, lena):
    (item,) = told(caller, "contact.created")
    assert (str(lena.pk), "lena@example.com", "hand") == (item["contact_id"], item["email"], item["source"])


def test_moves_between_segments_are_told_each_time(caller, lena, world):
    segment, other = make_segment("VIPs"), make_segment("Others")
    for decision in (IN, IN, OUT, IN):
        decide_members(segment=segment, contacts=[lena.pk], decision=decision)
        world.advance(minutes=1)
    decide_members(segment=other, contacts=[lena.pk], decision=IN)
    assert ["VIPs", "VIPs", "Others"] == [one["segment"] for one in told(caller, "segment.entered")]
    assert ["VIPs", "VIPs"] == [one["segment"] for one in told(caller, "segment.entered", segment_id=str(segment.pk))]
    assert ["VIPs"] == [one["segment"] for one in told(caller, "segment.left")]


def test_what_contacts_do_is_told_and_changed_rules_are_not(
    caller, lena, mara, run_jobs, django_capture_on_commit_callbacks
):
    segment = save_segment(name="North", rules=NORTH, actor=mara)
    run_jobs()
    for organization in ("Northwind", "Harbor"):
        with django_capture_on_commit_callbacks(execute=True):
            change_contact(contact=lena, organization=organization)
        run_jobs()
    assert [1, 1] == [len(told(caller, f"segment.{how}")) for how in ("entered", "left")]
    segment.rules = NORTH | {"value": "harbor"}
    segment.save()
    rebuild_segment.call(segment_id=segment.pk)
    assert segment.members.filter(contact=lena, is_in=True).exists()
    assert 1 == len(told(caller, "segment.entered"))


def test_a_form_is_told_with_what_was_answered(caller, mara, world):
    form = make_form(mara, start="address")
    shown = sign_shown(form.pk)
    world.advance(minutes=1)
    send(form, {"E-mail address": "lena@example.com"}, shown=shown)
    items = told(caller, "form.submitted", form_id=str(form.pk))
    assert [{"question": "E-mail address", "answer": "lena@example.com"}] == items[0]["answers"][:1]
    assert [] == told(caller, "form.submitted", form_id=str(form.pk + 1))


def test_a_consent_that_is_taken_back_is_told_with_its_purpose(caller, lena):
    news = add_purpose(name="News", wording="Write to me.")
    for state in (Consent.State.GRANTED, Consent.State.WITHDRAWN):
        record_consent(contacts=[lena.pk], purpose=news, state=state, source="form")
    assert [("News", "withdrawn")] == [(one["purpose"], one["reason"]) for one in told(caller, "contact.unsubscribed")]


def test_who_was_merged_is_told_as_who_they_are_now_and_who_was_erased_not_at_all(caller, lena):
    twin = make_contact(source="hand", email="l.fischer@example.com", first_name="Lena")
    merge_contacts(kept=lena, other=twin, actor=caller.user)
    assert ["lena@example.com"] * 2 == [one["email"] for one in told(caller, "contact.created")]
    erase_contact(contact=Contact.objects.get(pk=lena.pk))
    assert [] == told(caller, "contact.created")


@pytest.mark.parametrize("who", ["ivan", "otto", "account"])
def test_nobody_else_is_told(request, who, mara, connection, lena):
    decide_members(segment=make_segment("VIPs"), contacts=[lena.pk], decision=IN)
    if who == "account":
        stranger = caller_for(mara, frozenset({connection.pk}))
    else:
        stranger = caller_for(request.getfixturevalue(who))
    about_contacts = [one.name for one in list_triggers() if one.about is About.CONTACT]
    assert 8 == len(about_contacts)
    assert [[]] * 8 == [told(stranger, name) for name in about_contacts]
    assert told(caller_for(mara), "segment.entered")


@pytest.mark.parametrize(("who", "expected"), [("mara", 1), ("otto", 0), ("account", 0)])
def test_hooks_are_called_for_marketers_alone(request, subscribed, run_jobs, mara, connection, lena, who, expected):
    by = caller_for(mara, frozenset({connection.pk})) if who == "account" else caller_for(request.getfixturevalue(who))
    segment, other = make_segment("VIPs"), make_segment("Others")
    hook = subscribed("segment.entered", by=by, narrowing={"segment_id": str(segment.pk)})
    for one in (segment, other):
        decide_members(segment=one, contacts=[lena.pk], decision=IN)
    run_jobs()
    assert expected == hook.deliveries.count()
