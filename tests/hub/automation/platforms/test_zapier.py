"""The app for Zapier keeps the rules of Zapier's schema, as far as we check them, and refers to nothing missing."""

import json
import re
import shutil
import subprocess

import pytest

from greenroom.hub.automation.narrowing import Narrowing
from greenroom.hub.automation.platforms.zapier import list_zapier_files, make_zapier_app
from greenroom.hub.automation.registry import Visibility, list_operations, list_triggers

HUB = "https://hub.example.com"
KEY = re.compile(r"[a-zA-Z]+[a-zA-Z0-9_]*")
FIELD = {"key", "label", "type", "required", "helpText", "choices", "dynamic", "list", "children", "dict"}
TYPES = {"string", "text", "integer", "number", "boolean", "datetime"}


@pytest.fixture(scope="module")
def app():
    return make_zapier_app(HUB)


def parts_of(app):
    return [(kind, part) for kind in ("triggers", "searches", "creates") for part in app[kind].values()]


def sources_of(app):
    for _, part in parts_of(app):
        for name in ("perform", "performSubscribe"):
            step = part["operation"].get(name, {})
            if "source" in step:
                yield part, step["source"]


def test_everything_people_see_is_there(app):
    shown = [
        one
        for one in list_operations()
        if one.visibility is not Visibility.INTERNAL and not {"Hooks", "Triggers"} & set(one.tags)
    ]
    assert sum(one.is_search for one in shown) == len(app["searches"])
    assert sum(not one.is_search for one in shown) == len(app["creates"])
    assert {one.name.replace(".", "_") for one in list_triggers()} == {
        key for key, part in app["triggers"].items() if not part["display"].get("hidden")
    }


def test_names_and_texts_fit(app):
    for kind, part in parts_of(app):
        assert part["key"] in app[kind]
        assert KEY.fullmatch(part["key"])
        assert 2 <= len(part["noun"]) <= 255
        assert 2 <= len(part["display"]["label"]) <= 64, part["key"]
        assert 1 <= len(part["display"]["description"]) <= 1000, part["key"]


def test_fields_are_what_zapier_knows(app):
    for _, part in parts_of(app):
        fields = part["operation"].get("inputFields", [])
        assert len(fields) == len({field["key"] for field in fields})
        for field in fields:
            assert field.keys() <= FIELD
            assert field.get("type", "string") in TYPES
            # The schema takes only one of the two.
            assert not {"children", "list"} <= field.keys()
            assert not {"children", "helpText"} <= field.keys()
            assert not any("children" in inner for inner in field.get("children", []))
            assert not ("dynamic" in field and "choices" in field)
            assert 1 <= len(field.get("helpText", "x")) <= 1000


def test_drop_downs_are_filled_by_hidden_triggers(app):
    dynamic = [
        field["dynamic"]
        for _, part in parts_of(app)
        for field in part["operation"].get("inputFields", [])
        if "dynamic" in field
    ]
    assert dynamic
    for reference in dynamic:
        trigger, value, label = reference.split(".")
        assert app["triggers"][trigger]["display"]["hidden"]
        assert ("id", "label") == (value, label)


def test_triggers_subscribe_unsubscribe_and_show_what_they_give(app):
    for trigger in list_triggers():
        operation = app["triggers"][trigger.name.replace(".", "_")]["operation"]
        assert "hook" == operation["type"]
        assert f'event_types: ["{trigger.name}"]' in operation["performSubscribe"]["source"]
        assert ("DELETE", f"{HUB}/api/v1/hooks/{{{{bundle.subscribeData.id}}}}") == (
            operation["performUnsubscribe"]["method"],
            operation["performUnsubscribe"]["url"],
        )
        assert operation["sample"]["event_type"] == trigger.name
        assert isinstance(operation["sample"]["id"], str)


def test_what_people_fill_in_is_sent(app):
    for part, source in sources_of(app):
        if "z.request" not in source:
            continue
        fields = {field["key"] for field in part["operation"].get("inputFields", [])}
        assert set(re.findall(r"bundle\.inputData\.(\w+)", source)) == fields or part["display"].get("hidden"), source


def test_curly_braces_name_what_there_is(app):
    """Zapier puts nothing in their place otherwise, and says nothing."""
    named = set(re.findall(r"{{(.*?)}}", json.dumps(app)))
    filters = {f"bundle.inputData.{name}" for name in Narrowing.__struct_fields__}
    assert named == {"label", "bundle.authData.api_key", "bundle.subscribeData.id", *filters}


def test_functions_are_javascript(app, tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no Node here")
    functions = [f"(function (z, bundle) {{ {source} }});" for _, source in sources_of(app)]
    file = tmp_path / "functions.js"
    file.write_text("\n".join(functions))
    subprocess.run([node, "--check", str(file)], check=True, capture_output=True)


def test_every_call_goes_to_this_hub(app):
    addresses = set(
        re.findall(r"https?://[^/\"`]+", json.dumps({k: v for k, v in app.items() if k != "authentication"}))
    )
    hosts = {address for address in addresses if "example.com" not in address or address == HUB}
    assert {HUB} == hosts


def test_package_starts_the_definition():
    files = list_zapier_files(HUB)
    assert {"definition.json", "index.js", "package.json", "README.md"} == files.keys()
    assert make_zapier_app(HUB) == json.loads(files["definition.json"])
    assert "zapier-platform-core" in json.loads(files["package.json"])["dependencies"]
