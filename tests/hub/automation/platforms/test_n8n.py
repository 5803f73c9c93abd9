"""The nodes for n8n offer every operation and trigger, and their code is whole."""

import json
import re

import msgspec
import pytest

from greenroom.hub.automation.platforms.n8n import list_n8n_files
from greenroom.hub.automation.platforms.zapier import is_offered, snake
from greenroom.hub.automation.registry import list_operations, list_triggers

HUB = "https://hub.example.com"


@pytest.fixture(scope="module")
def files():
    return {path: content.decode() for path, content in list_n8n_files(HUB).items()}


@pytest.fixture(scope="module")
def properties(files):
    """The properties of the node that acts, read back from its code."""
    code = files["nodes/Greenroom/Greenroom.node.ts"]
    listed = code.partition("properties: ")[2].rpartition(",\n\t};")[0]
    return json.loads(re.sub(r"^(\s*)(\w+): ", r'\1"\2": ', listed, flags=re.MULTILINE))


def offered():
    return [operation for operation in list_operations() if is_offered(operation)]


def fields_of(properties, operation):
    for one in properties:
        if snake(operation.operation_id) in one.get("displayOptions", {}).get("show", {}).get("operation", []):
            yield from one["options"] if one["type"] == "collection" else [one]


def test_every_operation_can_be_chosen(properties):
    chosen = {option["value"]: option for one in properties if one["name"] == "operation" for option in one["options"]}
    assert {snake(operation.operation_id) for operation in offered()} == chosen.keys()
    for operation in offered():
        request = chosen[snake(operation.operation_id)]["routing"]["request"]
        assert operation.method == request["method"]
        assert re.sub(r"{(\w+)}", r'{{encodeURIComponent($parameter["\1"])}}', operation.path) == request["url"].lstrip(
            "="
        )


def test_every_member_has_a_field_that_sends_it(properties):
    for operation in offered():
        fields = {field["name"]: field for field in fields_of(properties, operation)}
        described = {one.encode_name for one in msgspec.structs.fields(operation.input)}
        assert described == fields.keys()
        for name, field in fields.items():
            if name not in operation.path_members:
                place = "query" if operation.is_search else "body"
                assert (place, name) == (field["routing"]["send"]["type"], field["routing"]["send"]["property"])


def test_names_and_options_are_sorted_as_people_look_for_them(properties):
    for one in properties:
        if one["name"] == "operation":
            names = [option["name"].casefold() for option in one["options"]]
            assert sorted(names) == names


def test_every_trigger_can_be_chosen(files):
    code = files["nodes/GreenroomTrigger/GreenroomTrigger.node.ts"]
    for trigger in list_triggers():
        assert f'value: "{trigger.name}"' in code


def test_credentials_are_hidden_and_tested_at_this_hub(files):
    code = files["credentials/GreenroomApi.credentials.ts"]
    assert "typeOptions: { password: true }" in code
    assert "url: '/api/v1/me'" in code
    assert HUB in code


def test_package_names_what_the_build_makes(files):
    package = json.loads(files["package.json"])
    for built in [*package["n8n"]["nodes"], *package["n8n"]["credentials"]]:
        assert built.removeprefix("dist/").removesuffix(".js") + ".ts" in files
    assert "n8n-community-node-package" in package["keywords"]
    # The check of n8n's own cloud refuses dependencies.
    assert "dependencies" not in package
