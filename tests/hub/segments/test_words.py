"""Rules in words."""

import pytest

from greenroom.hub.events.models import Event
from greenroom.hub.segments.rules import read_rules
from greenroom.hub.segments.words import Names, describe_rule, find_names, tell_rules

NAMES = Names(events={7: "“Ladder safety”"}, segments={4: "North"}, purposes={2: "News"}, fields={9: "Size"})


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"field": "organization", "is": "begins", "value": "North"}, "organization begins with “North”"),
        ({"field": "job_title", "is": "empty"}, "job title is empty"),
        ({"field": "country", "is": "in", "values": ["DE", "AT"]}, "country is one of “DE”, “AT”"),
        ({"did": "attended", "events": [7], "minutes": 30}, "attended at least 30 minutes of “Ladder safety”"),
        ({"did": "attended", "percent": 50, "sessions": 2}, "attended at least 50% and 2 sessions of any event"),
        ({"did": "missed", "events": [7, 8]}, "missed “Ladder safety” or an event that is no longer here"),
        (
            {"did": "registered", "product": "webinar", "title": "safe", "times": 3},
            "registered for any webinar with “safe” in its title, 3 events or more",
        ),
        (
            {"did": "cancelled", "starts_from": "2026-03-01T09:30:00Z", "starts_before": "2026-04-01T00:00:00Z"},
            "cancelled any event from 1 March 2026, 09:30 before 1 April 2026, 00:00",
        ),
        ({"consent": "mailable", "purpose": 2}, "may be mailed for “News”"),
        ({"consent": "mailable"}, "may be mailed about what they signed up for"),
        ({"consent": "granted", "purpose": 2, "channel": "phone"}, "has agreed for “News”, by phone"),
        ({"consent": "withdrawn", "purpose": 3}, "has withdrawn their consent for a purpose that is no longer here"),
        ({"consent": "silenced"}, "is not to be contacted at all"),
        ({"tag": "VIP"}, "has the tag “VIP”"),
        ({"custom": 9, "is": "at_least", "value": "5"}, "Size is at least “5”"),
        ({"custom": 8, "is": "empty"}, "a field that is no longer here is empty"),
        ({"segment": 4}, "is in the segment “North”"),
        ({"segment": 5}, "is in a segment that is no longer here"),
        ({"not": {"segment": 4}}, "not: is in the segment “North”"),
        ({"not": {"any": [{"segment": 4}]}}, "none of these"),
        ({"not": {"all": [{"segment": 4}]}}, "not all of these"),
        ({"not": {"not": {"segment": 4}}}, "not: not: is in the segment “North”"),
        ({"not": {"all": []}}, "everybody"),
        ({"any": [{"segment": 4}]}, "at least one of these"),
        ({"all": []}, "nobody"),
    ],
)
def test_rule_in_words(rules, sentence):
    assert sentence == describe_rule(read_rules(rules), NAMES)


def test_rules_below_a_negated_group_stand_directly_below_it():
    told = tell_rules(read_rules({"not": {"any": [{"segment": 4}, {"not": {"segment": 5}}]}}), NAMES)
    assert [("is in the segment “North”", []), ("not: is in a segment that is no longer here", [])] == [
        (one.text, one.below) for one in told.below
    ]


def test_cancelled_event_is_named_as_such(connection):
    event = Event.objects.create(
        connection=connection, product="webinar", event_key="1", organizer_key="1", title="Ropes", state="cancelled"
    )
    rule = read_rules({"did": "registered", "events": [event.pk]})
    assert "registered for “Ropes” (cancelled)" == describe_rule(rule, find_names([rule]))
