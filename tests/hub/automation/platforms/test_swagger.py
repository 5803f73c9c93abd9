"""The Swagger document is valid, and says the same as the OpenAPI document."""

import copy
import json

import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator

from greenroom.hub.automation.hooks.messages import sample_of
from greenroom.hub.automation.platforms.openapi import make_openapi
from greenroom.hub.automation.platforms.swagger import INSTANT, make_swagger
from greenroom.hub.automation.registry import list_triggers

HUB = "https://hub.example.com"


@pytest.fixture(scope="module")
def document():
    return make_swagger(HUB)


@pytest.fixture(scope="module")
def newer():
    return make_openapi(HUB)


def test_a_foreign_validator_takes_it(document):
    assert [] == list(OpenAPIV2SpecValidator(copy.deepcopy(document)).iter_errors())


@pytest.mark.filterwarnings("ignore:jsonschema.RefResolver")
def test_another_foreign_validator_takes_it(document):
    from swagger_spec_validator.validator20 import validate_spec  # warns of itself while it is imported

    validate_spec(copy.deepcopy(document))


def test_it_is_for_this_hub(document):
    assert ("hub.example.com", "/api/v1", ["https"]) == (document["host"], document["basePath"], document["schemes"])


def resolved(schema, document):
    """Return a schema with what it refers to in place of the reference."""
    if "$ref" in schema:
        whole = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            whole = whole[step]
        return resolved(whole, document)
    return schema


def names_in(schema, document):
    """Return the paths of all members in a schema."""
    schema = resolved(schema, document)
    for kind in schema.get("anyOf", []):
        yield from names_in(kind, document)
    if "items" in schema:
        yield from names_in(schema["items"], document)
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{below}" for below in names_in(inner, document))


def test_both_documents_have_the_same_operations(document, newer):
    for path, item in newer["paths"].items():
        assert document["paths"][path].keys() == item.keys()


def test_both_say_the_same_of_every_operation(document, newer):
    for path, item in newer["paths"].items():
        for method, new in item.items():
            old = document["paths"][path][method]
            assert (new["operationId"], new["summary"]) == (old["operationId"], old["summary"])
            assert inputs_of_new(new, newer) == inputs_of_old(old, document)
            for status in old["responses"].keys() - {"default"}:
                answer = new["responses"][status].get("content", {}).get("application/json", {}).get("schema", {})
                told = old["responses"][status].get("schema", {})
                assert sorted(names_in(answer, newer)) == sorted(names_in(told, document))


def inputs_of_new(operation, document):
    parameters = [resolved(one, document) for one in operation["parameters"]]
    found = {(one["name"], one["in"], one["required"]) for one in parameters if one["in"] != "header"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return found | {(name, "body", name in body["required"]) for name in body.get("properties", {})}


def inputs_of_old(operation, document):
    found = {(one["name"], one["in"], one["required"]) for one in operation["parameters"] if one["in"] != "body"}
    for one in operation["parameters"]:
        if one["in"] == "body":
            schema = one["schema"]
            found |= {(name, "body", name in schema.get("required", [])) for name in schema["properties"]}
    return found


def test_every_trigger_is_there_looked_for_and_instant(document, newer):
    ids = {
        one["operationId"]: one
        for item in document["paths"].values()
        for one in item.values()
        if "operationId" in one and one.get("x-ms-trigger")
    }
    assert {one.operation_id for one in list_triggers()} | {
        one.operation_id + INSTANT for one in list_triggers()
    } == ids.keys()
    for trigger in list_triggers():
        data = newer["webhooks"][trigger.name]["post"]["requestBody"]["content"]["application/json"]["schema"]
        polled = ids[trigger.operation_id]["responses"]["200"]["schema"]["items"]
        assert sorted(names_in(data["properties"]["data"], newer)) == sorted(names_in(polled, document))


def test_a_flow_is_given_what_the_trigger_says(document):
    for trigger in list_triggers():
        told = document["paths"][f"/hooks/on/{trigger.name}"]["x-ms-notification-content"]["schema"]
        sent = json.loads(sample_of(trigger).body("flat"))
        assert told["properties"].keys() >= sent.keys() >= set(told["required"])
