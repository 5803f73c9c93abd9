"""Whom rules find, which rules are refused, and that "not" is the complement."""

import functools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenroom.hub.contacts.models import Contact, Participation
from greenroom.hub.contacts.services import (
    add_field,
    add_purpose,
    add_tags,
    make_contact,
    record_consent,
    set_values,
    stop_contacting,
)
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.segments.rules import find_contacts, read_rules

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def events(connection) -> list[Event]:
    return [
        Event.objects.create(
            connection=connection, product=product, event_key=str(number), organizer_key="1", title=title,
            starts_at=MARCH + timedelta(days=number),
        )
        for number, (product, title) in enumerate(
            [("webinar", "Ladder safety"), ("webinar", "Ropes"), ("training", "Ladder repair")]
        )
    ]  # fmt: skip


def took_part(contact: Contact, event: Event, *, minutes: int = 0, **more) -> None:
    given = {"is_registered": True, "is_approved": True, "was_registered": True, "is_final": True} | more
    Participation.objects.create(
        contact=contact, event=event, attended_seconds=60 * minutes, attended_percent=min(100, minutes),
        sessions_attended=int(minutes > 0), **given,
    )  # fmt: skip


@pytest.fixture
def people(events) -> dict[str, Contact]:
    ladders, ropes, repair = events
    made = {
        name: make_contact(source="hand", email=f"{name.lower()}@example.com", first_name=name, **more)
        for name, more in {
            "Ada": {"organization": "Northwind", "country": "DE"},
            "Bea": {"organization": "northwind academy", "country": "AT"},
            "Cy": {"organization": "Harbor", "country": "de"},
            "Dan": {},
        }.items()
    }
    took_part(made["Ada"], ladders, minutes=50)
    took_part(made["Ada"], repair, minutes=10)
    took_part(made["Bea"], ladders)
    took_part(made["Bea"], ropes, is_final=False)
    took_part(made["Cy"], ropes, minutes=20, is_registered=False, is_approved=False)
    return made


def names(rules) -> str:
    return "".join(sorted(one.first_name[0] for one in find_contacts(read_rules(rules))))


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"all": []}, ""),
        ({"any": []}, ""),
        ({"not": {"all": []}}, "ABCD"),
        ({"field": "organization", "is": "contains", "value": "NORTH"}, "AB"),
        ({"field": "organization", "is": "begins", "value": "harb"}, "C"),
        ({"field": "organization", "is": "ends", "value": "ACADEMY"}, "B"),
        ({"field": "organization", "is": "equals", "value": "northwind"}, "A"),
        ({"field": "organization", "is": "empty"}, "D"),
        ({"not": {"field": "organization", "is": "contains", "value": "north"}}, "CD"),
        ({"field": "country", "is": "in", "values": ["de", "FR"]}, "AC"),
        ({"field": "organization", "is": "contains", "value": "%"}, ""),
        ({"did": "registered"}, "AB"),
        ({"did": "cancelled"}, "C"),
        ({"did": "attended"}, "AC"),
        ({"did": "missed"}, "B"),
        ({"not": {"did": "attended"}}, "BD"),
        ({"did": "missed", "title": "rope"}, ""),
        ({"did": "attended", "minutes": 20}, "AC"),
        ({"did": "attended", "minutes": 21}, "A"),
        ({"did": "attended", "percent": 50}, "A"),
        ({"did": "attended", "sessions": 2}, ""),
        ({"did": "attended", "times": 2}, "A"),
        ({"did": "attended", "times": 3}, ""),
        ({"did": "registered", "product": "training"}, "A"),
        ({"did": "registered", "title": "LADDER"}, "AB"),
        ({"did": "attended", "starts_from": "2026-03-03T00:00:00Z"}, "AC"),
        ({"did": "attended", "starts_from": "2026-03-03T00:00:00Z", "starts_before": "2026-03-04T00:00:00Z"}, "C"),
        ({"all": [{"did": "registered"}, {"not": {"did": "attended"}}]}, "B"),
        ({"any": [{"did": "cancelled"}, {"field": "first_name", "is": "equals", "value": "dan"}]}, "CD"),
        ({"not": {"any": [{"did": "attended"}, {"not": {"did": "registered"}}]}}, "B"),
    ],
)
def test_rules_find_these_contacts(people, rules, expected):
    assert expected == names(rules)


def test_rules_name_single_events(people, events):
    assert "B" == names({"did": "registered", "events": [events[1].pk]})
    assert "AB" == names({"did": "registered", "events": [events[0].pk, events[1].pk]})
    assert "" == names({"did": "registered", "events": [10**9]})


def test_rules_name_an_event_whatever_it_is_called_by_now(people, events):
    rule = {"did": "registered", "events": [events[1].pk]}
    Event.objects.filter(pk=events[1].pk).update(title="Knots", event_key="other")
    assert "B" == names(rule)


def test_rules_that_name_many_events_ask_once(people, events, django_assert_num_queries):
    for named in (1, 300):
        with django_assert_num_queries(1):
            list(find_contacts(read_rules({"did": "registered", "events": list(range(1, named + 1))})))


def test_rules_ask_for_tags_and_custom_fields(people):
    size, joined = add_field(label="Size", kind="number"), add_field(label="Joined", kind="date")
    add_tags(contacts=[people["Ada"].pk, people["Cy"].pk], names=["VIP"])
    set_values(values=[(people["Ada"].pk, size, "9"), (people["Bea"].pk, size, "10.0"), (people["Cy"].pk, size, "38")])
    set_values(values=[(people["Dan"].pk, joined, "2026-03-31")])
    assert ("AC", "BD") == (names({"tag": "vip"}), names({"not": {"tag": "Vip"}}))
    for expected, operator in (
        ("BC", {"is": "at_least", "value": "10"}),
        ("AB", {"is": "at_most", "value": "10.00"}),
        ("B", {"is": "equals", "value": "10.00"}),
        ("AC", {"is": "in", "values": ["9", "38"]}),
        ("D", {"is": "empty"}),
        ("C", {"is": "contains", "value": "8"}),
    ):
        assert expected == names({"custom": size.pk} | operator), operator
    assert "D" == names({"custom": joined.pk, "is": "at_least", "value": "2026-03-31"})
    assert "" == names({"custom": joined.pk, "is": "at_most", "value": "2026-03-30"})
    assert ("", "ABCD") == (names({"custom": 10**9, "value": "9"}), names({"custom": 10**9, "is": "empty"}))


def test_rules_ask_for_consent(people):
    news, offers = add_purpose(name="News", wording="Write to me."), add_purpose(name="Offers", wording="Sell to me.")
    for name, state in (("Ada", "granted"), ("Bea", "withdrawn"), ("Cy", "granted")):
        record_consent(contacts=[people[name].pk], purpose=news, state=state, source="form")
    record_consent(contacts=[people["Bea"].pk], purpose=news, state="granted", source="form", channel="phone")
    stop_contacting(contacts=[people["Cy"].pk], reason="bounced", source="delivery")
    assert ("AC", "B", "D") == tuple(
        names({"consent": state, "purpose": news.pk}) for state in ("granted", "withdrawn", "service_only")
    )
    assert ("A", "ABD", "") == tuple(
        names({"consent": "mailable"} | for_what) for for_what in ({"purpose": news.pk}, {}, {"purpose": offers.pk})
    )
    assert ("B", "C") == (
        names({"consent": "granted", "purpose": news.pk, "channel": "phone"}), names({"consent": "silenced"}),
    )  # fmt: skip


@pytest.mark.parametrize(
    "rules",
    [
        None,
        [],
        {},
        "all",
        {"al": []},
        {"all": [], "any": []},
        {"all": [{}]},
        {"all": {}},
        {"field": "password", "value": "x"},
        {"field": "email"},
        {"field": "email", "is": "like", "value": "x"},
        {"field": "email", "is": "in", "value": "x"},
        {"field": "email", "is": "empty", "value": "x"},
        {"did": "slept"},
        {"did": "registered", "minutes": 5},
        {"did": "attended", "minutes": 0},
        {"did": "attended", "minutes": 10**9},
        {"did": "attended", "percent": 101},
        {"did": "attended", "starts_from": "tomorrow"},
        {"did": "attended", "value": "x"},
        {"did": "attended", "product": "podcast"},
        functools.reduce(lambda below, _: {"not": below}, range(21), {"did": "attended"}),
        {"consent": "granted"},
        {"consent": "sold", "purpose": 1},
        {"consent": "granted", "purpose": 1, "channel": "pigeon"},
        {"consent": "mailable", "channel": "phone"},
        {"consent": "silenced", "purpose": 1},
        {"tag": 7},
        {"custom": 1, "is": "at_least", "value": "many"},
        {"custom": 1, "is": "at_least", "value": "NaN"},
        {"custom": 1},
        {"field": "city", "is": "at_least", "value": "5"},
        {"segment": "1"},
        {"not": []},
        {"all": [{"did": "attended"}] * 201},
    ],
)
def test_what_is_no_rule_is_refused_with_a_reason(rules):
    with pytest.raises(InvalidInputError) as caught:
        read_rules(rules)
    assert caught.value.errors["rules"]


def test_rules_of_any_depth_are_read_or_refused():
    rules = {"did": "attended"}
    for _ in range(5_000):
        rules = {"not": rules}
    with pytest.raises(InvalidInputError):
        read_rules(rules)


leaves = st.sampled_from(
    [
        {"did": "registered"},
        {"did": "attended", "minutes": 15},
        {"did": "missed"},
        {"did": "attended", "times": 2},
        {"field": "organization", "is": "contains", "value": "north"},
        {"field": "country", "is": "in", "values": ["de"]},
        {"field": "organization", "is": "empty"},
    ]
)
trees = st.recursive(
    leaves,
    lambda below: st.one_of(
        st.builds(lambda one: {"not": one}, below),
        st.builds(lambda some: {"all": some}, st.lists(below, max_size=3)),
        st.builds(lambda some: {"any": some}, st.lists(below, max_size=3)),
    ),
    max_leaves=8,
)


def by_sets(rules, everybody: frozenset[str]) -> frozenset[str]:
    """Find the same by Python's sets, from what each single rule finds."""
    if "not" in rules:
        return everybody - by_sets(rules["not"], everybody)
    if "all" in rules:
        parts = [by_sets(one, everybody) for one in rules["all"]]
        return frozenset.intersection(*parts) if parts else frozenset()
    if "any" in rules:
        return frozenset().union(*(by_sets(one, everybody) for one in rules["any"]))
    return frozenset(names(rules))


@settings(max_examples=60)
@given(trees)
def test_trees_find_what_sets_of_their_leaves_make(people, tree):
    assert by_sets(tree, frozenset("ABCD")) == frozenset(names(tree))
