"""What the registry says of its triggers is so, and what it shows is what people get."""

import jsonschema
import msgspec
import pytest
from tests.hub.automation.schemas import validate

from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.registry import list_triggers
from greenroom.hub.automation.triggers.events import ChangedEventItem, SoonItem
from greenroom.hub.ledger.models import Fact

TRIGGERS = {trigger.name: trigger for trigger in list_triggers()}
named = pytest.mark.parametrize("trigger", TRIGGERS.values(), ids=TRIGGERS)


def test_validation_sees_what_is_wrong():
    """That the tests below can fail."""
    sample = TRIGGERS["event.starts_soon"].samples[0]
    wrong = [{"date_starts_at": "soon"}, {"date_starts_at": None}, {"minutes": "15"}, {"changes": [{"member": 1}]}]
    for member in wrong[:3]:
        with pytest.raises(jsonschema.ValidationError):
            validate(msgspec.to_builtins(sample) | member, SoonItem)
    with pytest.raises(jsonschema.ValidationError):
        validate(msgspec.to_builtins(TRIGGERS["event.changed"].samples[0]) | wrong[3], ChangedEventItem)


@named
def test_three_samples_fit_the_schema_and_differ(trigger):
    for sample in trigger.samples:
        validate(msgspec.to_builtins(sample), trigger.data)
    assert 3 == len({msgspec.json.encode(sample) for sample in trigger.samples})


@named
def test_every_member_has_a_label_and_a_sentence(trigger):
    schema = msgspec.json.schema(trigger.data)
    for part in schema["$defs"].values():
        for name, member in part["properties"].items():
            assert member.get("title"), name
            assert member.get("description", "").endswith("."), name


@named
def test_a_filter_narrows_by_what_all_filters_know(trigger):
    known = {field.name: field.type for field in msgspec.structs.fields(Narrowing)}
    for field in msgspec.structs.fields(trigger.filter):
        assert field.name in known


@named
def test_its_facts_have_names_that_the_ledger_knows(trigger):
    assert set(trigger.kinds) <= set(Fact.Kind)


@named
def test_it_is_told_as_platforms_want_it(trigger):
    assert trigger.summary.startswith("When ")
    assert len(trigger.summary) <= 80
    assert trigger.summary[-1].isalnum()
    assert trigger.description.startswith("This operation triggers when ")
