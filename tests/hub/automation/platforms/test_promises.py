"""What flows out there rely on stays: the operations of Microsoft's GoToTraining connector, and all of ours."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve
from tests.hub.automation.platforms.shape import shape_of

from greenroom.hub.automation.platforms.power_platform import list_power_platform_files
from greenroom.hub.automation.platforms.swagger import make_swagger
from greenroom.hub.automation.platforms.zapier import make_zapier_app
from greenroom.hub.automation.registry import list_triggers

HUB = "https://hub.example.com"
PROMISED = Path(__file__).with_name("promised.json")

# What comes out: the path of each member, with its label and type.
TRAINING = {
    "trainingId": ("Training Id", "string"), "name": ("Title", "string"), "timeZone": ("Time Zone", "string"),
    "times": ("Times", "array"), "times.startDate": ("Start date-time", "date-time"),
    "times.endDate": ("End date-time", "date-time"), "organizers": ("Organizers", "array"),
    "organizers.givenName": ("First Name", "string"), "organizers.surname": ("Last Name", "string"),
    "organizers.email": ("Email", "string"), "organizers.organizerKey": ("Organizer key", "string"),
    "trainingKey": ("Training Key", "string"),
}  # fmt: skip
LINKS = {
    "joinUrl": ("Join Url", "string"), "confirmationUrl": ("Confirmation Url", "string"),
    "registrantKey": ("Registrant Key", "string"),
}  # fmt: skip
REGISTRANT = LINKS | {
    "email": ("Email", "string"), "givenName": ("First name", "string"), "surname": ("Last name", "string"),
    "status": ("Status", "string"), "registrationDate": ("Registration date-time", "date-time"),
}  # fmt: skip
ONE = {"Training Id"}
# Operation id, summary, how its description begins, labels of what goes in and must, what comes out. Source: the
# connector's own description. There the registrant's names and address could be left out; GoTo always refused that.
CONNECTOR = [
    ("GetTraining", "Get training", "Retrieves all information about a scheduled training.", ONE, TRAINING),
    ("ListRegistrations", "List registrants", "Retrieves details of all registrants for a specific training",
     ONE, REGISTRANT),
    ("AddRegistrant", "Add registrant",
     "Registers one person, identified by a unique email address, for a training.",
     ONE | {"Registrant email", "First name", "Last name"}, LINKS),
    ("GetRegistrant", "Get Registrant", "Retrieves details of a specific registrant in a training.",
     ONE | {"Registrant key"}, REGISTRANT),
    ("OnNewTraining", "When a training is created", "This operation triggers when a new training is created.",
     set(), TRAINING),
    ("OnNewRegistration", "When a registrant is added",
     "This operation triggers when a registrant is added to a training.", ONE, REGISTRANT),
]  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return make_swagger(HUB)


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        one["operationId"]: one for item in document["paths"].values() for one in item.values() if "operationId" in one
    }


@pytest.mark.parametrize(("name", "summary", "description", "needed", "members"), CONNECTOR)
def test_the_connectors_operation_is_there_word_for_word(document, name, summary, description, needed, members):
    operation = operations_of(document)[name]
    assert (summary, True) == (operation["summary"], operation["description"].startswith(description))
    assert needed == set(labels_needed(operation))
    schema = next(answer["schema"] for status, answer in operation["responses"].items() if status[0] == "2")
    found = members_of(schema, document)
    assert members == {path: found.get(path) for path in members}


def labels_needed(operation: dict[str, Any]) -> Iterator[str]:
    for one in operation["parameters"]:
        if one["in"] != "body" and one.get("required"):
            yield one["x-ms-summary"]
        elif one["in"] == "body":
            yield from (one["schema"]["properties"][name]["x-ms-summary"] for name in one["schema"]["required"])


def members_of(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return label and type of all members of an answer, by their paths."""
    if "$ref" in schema:
        schema = document["definitions"][schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        return members_of(schema["items"], document)
    found = {}
    for name, inner in schema.get("properties", {}).items():
        found[name] = (inner.get("x-ms-summary", ""), inner.get("format", inner.get("type", "")))
        found |= {f"{name}.{path}": told for path, told in members_of(inner, document).items()}
    return found


def test_the_connectors_limits_are_told_with_it():
    """That they are kept is tested where calls and polls are counted."""
    readme = list_power_platform_files(HUB)["readme.md"].decode()
    assert "100 calls in 60 seconds" in readme
    assert "at most once in 120 seconds" in readme


def test_nothing_that_flows_use_is_gone_or_different(document):
    """After adding something, keep it by `python -m tests.hub.automation.platforms.shape`."""
    promised, now = json.loads(PROMISED.read_text(encoding="utf-8")), shape_of(document)
    broken = sorted(what for what, kind in promised.items() if now.get(what) != kind)
    assert [] == broken
    needed = sorted(what for what, kind in now.items() if kind.endswith(" needed") and what not in promised)
    known = {what.partition(" ")[0] for what in promised}
    assert [] == [what for what in needed if what.partition(" ")[0] in known]


def test_a_change_that_breaks_flows_is_found(document):
    promised = shape_of(document)
    changed = json.loads(json.dumps(document).replace('"trainingKey"', '"trainingNumber"'))
    gone = promised.keys() - shape_of(changed).keys()
    assert "GetTraining answers trainingKey" in gone


def test_every_address_the_packages_name_is_answered_here(document):
    paths = [f"/api/v1{path}" for path in document["paths"]]
    paths += [
        re.sub(r"^https://[^/]*", "", trigger["operation"]["performList"]["url"])
        for trigger in make_zapier_app(HUB)["triggers"].values()
        if "performList" in trigger["operation"]
    ]
    assert len(paths) > 2 * len(list_triggers())
    for path in paths:
        assert resolve(re.sub(r"{\w+}", "1", path)).func.__name__ != "unknown", path
