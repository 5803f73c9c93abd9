"""The OpenAPI document is valid, whole, and true to the registry."""

import copy
import json

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from greenroom.hub.automation.hooks.messages import sample_of
from greenroom.hub.automation.platforms.openapi import PREFIX, make_openapi
from greenroom.hub.automation.platforms.schemas import references
from greenroom.hub.automation.registry import list_operations, list_triggers


@pytest.fixture(scope="module")
def document():
    return make_openapi("https://hub.example.com")


def operations_of(document):
    return {one["operationId"]: one for item in document["paths"].values() for one in item.values()}


def schema_in(document, schema):
    """Return a schema with everything it refers to."""
    return {**schema, "components": document["components"]}


def test_it_is_valid(document):
    assert [] == list(OpenAPIV31SpecValidator(copy.deepcopy(document)).iter_errors())


def test_what_is_not_valid_would_be_found(document):
    broken = copy.deepcopy(document)
    broken["paths"]["/trainings/{trainingid}"]["get"]["parameters"].clear()
    assert list(OpenAPIV31SpecValidator(broken).iter_errors())


def test_moments_are_told_as_such(document):
    times = document["components"]["schemas"]["Times"]["properties"]
    assert {"date-time"} == {one["format"] for one in times.values()}


def test_every_operation_of_the_registry_is_there_under_its_address(document):
    for one in list_operations():
        told = document["paths"][one.path][one.method.lower()]
        assert (one.operation_id, one.summary) == (told["operationId"], told["summary"])
        assert {str(one.status), *map(str, one.other_statuses)} <= told["responses"].keys()


def test_every_trigger_is_a_webhook(document):
    assert [one.name for one in list_triggers()] == list(document["webhooks"])


def test_operation_ids_are_unique(document):
    ids = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    ids += [item["post"]["operationId"] for item in document["webhooks"].values()]
    assert len(ids) == len(set(ids))


def test_what_stands_in_the_address_is_a_parameter(document):
    (training,) = document["paths"]["/trainings/{trainingid}"]["get"]["parameters"]
    assert ("trainingid", "path", True) == (training["name"], training["in"], training["required"])
    assert "nine-digit id" in training["description"]


def test_every_example_is_what_its_schema_says(document):
    contents = [
        content
        for one in operations_of(document).values()
        for part in [one.get("requestBody", {}), *one["responses"].values()]
        for content in part.get("content", {}).values()
    ]
    contents += [
        content for item in document["webhooks"].values() for content in item["post"]["requestBody"]["content"].values()
    ]
    assert contents
    for content in contents:
        Draft202012Validator(schema_in(document, content["schema"])).validate(content["example"])


def test_names_of_schemas_are_short_and_all_are_used(document):
    names = document["components"]["schemas"].keys()
    assert not [name for name in names if "." in name]
    assert set(names) == set(references(document, PREFIX))


def test_two_of_them_are_the_same():
    assert make_openapi("https://a.example.com") == make_openapi("https://a.example.com")


def test_what_is_sent_is_what_the_webhooks_say(document, settings):
    for trigger in list_triggers():
        content = document["webhooks"][trigger.name]["post"]["requestBody"]["content"]["application/json"]
        sent = json.loads(sample_of(trigger).body("envelope"))
        Draft202012Validator(schema_in(document, content["schema"])).validate(sent)
        assert content["schema"]["properties"].keys() == sent.keys()
