"""What flows out there rely on stays: the operations of Microsoft's GoToTraining connector, and all of ours."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.urls import resolve
from tests.hub.automation.platforms.shape import shape_of

from greenroom.hub.automation.platforms.swagger import make_swagger
from greenroom.hub.automation.platforms.zapier import make_zapier_app
from greenroom.hub.automation.registry import list_triggers

HUB = "https://hub.example.com"
PROMISED = Path(__file__).with_name("promised.json")

TRAINING = {
    "trainingId", "name", "timeZone", "times", "times.startDate", "times.endDate", "organizers",
    "organizers.givenName", "organizers.surname", "organizers.email", "organizers.organizerKey", "trainingKey",
}  # fmt: skip
REGISTRANT = {
    "email", "givenName", "surname", "status", "registrationDate", "joinUrl", "confirmationUrl", "registrantKey",
}  # fmt: skip
# Operation id, summary, labels of what goes in, paths of what comes out. Source: the connector's own description.
CONNECTOR = [
    ("GetTraining", "Get training", {"Training Id"}, TRAINING),
    ("ListRegistrations", "List registrants", {"Training Id"}, REGISTRANT),
    (
        "AddRegistrant", "Add registrant", {"Training Id", "Registrant email", "First name", "Last name"},
        {"joinUrl", "confirmationUrl", "registrantKey"},
    ),
    ("GetRegistrant", "Get Registrant", {"Training Id", "Registrant key"}, REGISTRANT),
    ("OnNewTraining", "When a training is created", set(), TRAINING),
    ("OnNewRegistration", "When a registrant is added", {"Training Id"}, REGISTRANT),
]  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return make_swagger(HUB)


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        one["operationId"]: one for item in document["paths"].values() for one in item.values() if "operationId" in one
    }


@pytest.mark.parametrize(("name", "summary", "labels", "paths"), CONNECTOR)
def test_the_connectors_operation_is_there_under_its_id(document, name, summary, labels, paths):
    operation = operations_of(document)[name]
    assert summary == operation["summary"]
    told = {one["x-ms-summary"]: one for one in operation["parameters"] if one["in"] != "body"}
    for one in operation["parameters"]:
        if one["in"] == "body":
            told |= {member["x-ms-summary"]: member for member in one["schema"]["properties"].values()}
    assert labels <= told.keys()
    schema = next(answer["schema"] for status, answer in operation["responses"].items() if status[0] == "2")
    assert paths <= paths_in(schema, document)


def paths_in(schema: dict[str, Any], document: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        schema = document["definitions"][schema["$ref"].rpartition("/")[2]]
    if "items" in schema:
        return paths_in(schema["items"], document)
    found: set[str] = set()
    for name, inner in schema.get("properties", {}).items():
        found |= {name} | {f"{name}.{below}" for below in paths_in(inner, document)}
    return found


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
