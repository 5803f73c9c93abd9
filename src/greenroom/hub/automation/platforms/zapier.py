"""
An app for Zapier, made for one hub's address: every trigger at once, every act, every search, lists to choose from.

Source: github.com/zapier/zapier-platform, packages/schema (docs/build/schema.md); docs.zapier.com/platform.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from greenroom.hub.automation.platforms.examples import example_of_output
from greenroom.hub.automation.platforms.openapi import API
from greenroom.hub.automation.platforms.packing import as_json
from greenroom.hub.automation.platforms.schemas import Member, Schema, Schemas, describe_registry, without_null
from greenroom.hub.automation.registry import (
    Operation,
    Trigger,
    Visibility,
    get_operation,
    list_operations,
    list_triggers,
)

_CORE = "17.9.1"  # of zapier-platform-core; the newest that runs on Node 20
_LONGEST_LINE = 500  # beyond this many characters a field is a box
# The triggers themselves subscribe and poll.
_WAITING = {"Hooks", "Triggers"}
_TYPES = {"integer": "integer", "number": "number", "boolean": "boolean", "string": "string"}

Field = dict[str, Any]


def list_zapier_files(public_url: str) -> dict[str, bytes]:
    """Return the files of the app by their names."""
    package = {
        "name": "greenroom-zapier",
        "version": "1.0.0",
        "description": f"The GoTo events of {public_url}",
        "main": "index.js",
        "private": True,
        "engines": {"node": ">=20", "npm": ">=5.6.0"},
        "dependencies": {"zapier-platform-core": _CORE},
    }
    return {
        "definition.json": as_json(make_zapier_app(public_url)),
        "index.js": b"module.exports = require('./definition.json');\n",
        "package.json": as_json(package),
        "README.md": _README.format(url=public_url).encode(),
    }


def make_zapier_app(public_url: str) -> dict[str, Any]:
    """Return the app's definition for the hub at this address, such as https://hub.example.com."""
    writer = _Writer(public_url + API, describe_registry("#/"))
    shown = [operation for operation in list_operations() if is_offered(operation)]
    triggers = [writer.list_of_choices(get_operation(name)) for name in writer.list_choices(shown)]
    triggers += [writer.trigger(trigger) for trigger in list_triggers()]
    return {
        "version": "1.0.0",
        "platformVersion": _CORE,
        "authentication": {
            "type": "custom",
            "fields": [
                {
                    "key": "api_key",
                    "label": "Key",
                    "type": "password",
                    "required": True,
                    "helpText": f"Sign in at {public_url}, open API keys and make a key. It begins with grk_.",
                }
            ],
            "test": {"url": f"{public_url}{API}/me"},
            "connectionLabel": "{{label}}",
        },
        "requestTemplate": {"headers": {"X-API-Key": "{{bundle.authData.api_key}}"}},
        "triggers": _by_key(triggers),
        "searches": _by_key(writer.search(operation) for operation in shown if operation.is_search),
        "creates": _by_key(writer.create(operation) for operation in shown if not operation.is_search),
    }


def is_offered(operation: Operation[Any, Any]) -> bool:
    """Whether people choose it; drop-downs and subscribing are behind fields and triggers."""
    return operation.visibility is not Visibility.INTERNAL and not _WAITING.intersection(operation.tags)


def _by_key(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {part["key"]: part for part in parts}


class _Writer:
    """Writes the parts of an app whose hub answers at one address."""

    def __init__(self, api: str, schemas: Schemas) -> None:
        self._api, self._schemas = api, schemas

    def list_choices(self, shown: Iterable[Operation[Any, Any]]) -> list[str]:
        """Return the ids of the searches that fill a drop-down."""
        members = [member for operation in shown for member in self._schemas.members_of(operation)]
        members += [member for trigger in list_triggers() for member in self._schemas.filter_of(trigger, "query")]
        return sorted({member.choices for member in members if member.choices})

    def list_of_choices(self, search: Operation[Any, Any]) -> dict[str, Any]:
        """Return a hidden trigger: Zapier fills drop-downs from triggers."""
        return {
            "key": snake(search.operation_id),
            "noun": _noun(search.tags),
            "display": {"label": search.summary, "description": search.description, "hidden": True},
            "operation": {"type": "polling", "perform": self._call(search)},
        }

    def trigger(self, trigger: Trigger) -> dict[str, Any]:
        members = self._schemas.filter_of(trigger, "query")
        narrowing = {member.name: f"{{{{bundle.inputData.{member.name}}}}}" for member in members}
        sample = msgspec.to_builtins(trigger.samples[0])
        return {
            "key": trigger.name.replace(".", "_"),
            "noun": _noun(trigger.tags),
            "display": {"label": trigger.summary, "description": trigger.description},
            "operation": {
                "type": "hook",
                "performSubscribe": self._subscribe(trigger, members),
                "performUnsubscribe": {"method": "DELETE", "url": f"{self._api}/hooks/{{{{bundle.subscribeData.id}}}}"},
                "perform": _source("return [bundle.cleanedRequest];"),
                "performList": {
                    "url": f"{self._api}/zapier/{trigger.name}",
                    "params": narrowing,
                    "removeMissingValuesFrom": {"params": True},
                },
                "inputFields": self._fields(members),
                "sample": {
                    **sample,
                    "id": "evt_1",
                    "event_type": trigger.name,
                    "occurred_at": "2026-03-04T09:00:00Z",
                },
            },
        }

    def _subscribe(self, trigger: Trigger, members: Iterable[Member]) -> dict[str, Any]:
        """Subscribe by a function: a request that is only data turns numbers into texts."""
        body = {
            "target_url": "bundle.targetUrl",
            "event_types": json.dumps([trigger.name]),
            "platform": json.dumps("zapier"),
            "filter": _object({member.name: f"bundle.inputData.{member.name}" for member in members}),
        }
        return _request("POST", json.dumps(f"{self._api}/hooks"), "response.data", body=_object(body))

    def search(self, operation: Operation[Any, Any]) -> dict[str, Any]:
        """Return a search. One that finds a single thing answers with a list of it, or of none."""
        return self._part(operation, self._call(operation))

    def create(self, operation: Operation[Any, Any]) -> dict[str, Any]:
        return self._part(operation, self._call(operation))

    def _part(self, operation: Operation[Any, Any], perform: dict[str, Any]) -> dict[str, Any]:
        return {
            "key": snake(operation.operation_id),
            "noun": _noun(operation.tags),
            "display": {"label": operation.summary, "description": operation.description},
            "operation": {
                "perform": perform,
                "inputFields": self._fields(self._schemas.members_of(operation)),
                "sample": self._sample(operation),
            },
        }

    def _sample(self, operation: Operation[Any, Any]) -> dict[str, Any]:
        if operation.output in (None, type(None)):
            return {"done": True}
        example = example_of_output(operation.output, self._schemas)
        if not isinstance(example, list):
            return dict(example)
        return dict(example[0]) if operation.is_search else {"items": example}

    def _call(self, operation: Operation[Any, Any]) -> dict[str, Any]:
        members = self._schemas.members_of(operation)
        by_place = {
            place: {member.name: f"bundle.inputData.{member.name}" for member in members if member.place == place}
            for place in ("query", "body")
        }
        url = _template(self._api + operation.path)
        is_list = self._is_list(operation)
        if operation.is_search:
            found = "response.data" if is_list else "response.status === 404 ? [] : [response.data]"
            return _request(
                "GET", url, found, params=_object(by_place["query"]), skipThrowForStatus="false" if is_list else "true"
            )
        told = "{items: response.data}" if is_list else "response.data || {done: true}"
        return _request(operation.method, url, told, body=_object(by_place["body"]))

    def _is_list(self, operation: Operation[Any, Any]) -> bool:
        return operation.output is not None and self._schemas.of(operation.output).get("type") == "array"

    def _fields(self, members: Iterable[Member]) -> list[Field]:
        return [self._field(member) for member in members]

    def _field(self, member: Member) -> Field:
        field = self._typed(member.name, member.schema)
        field["required"] = member.is_required
        if "children" not in field:
            field["helpText"] = member.description
        if member.choices:
            field["dynamic"] = f"{snake(member.choices)}.id.label"
        return field

    def _typed(self, key: str, schema: Schema) -> Field:
        """Return a field without what only the outermost has."""
        schema = self._schemas.resolve(without_null(schema))
        schema = self._schemas.resolve(schema)
        field: Field = {"key": key, "label": schema.get("title", key)}
        kinds = [value for value in schema.get("enum", []) if value != ""]
        if kinds:
            field["choices"] = [str(value) for value in kinds]
        match schema.get("type"):
            case "array":
                return field | self._list(schema["items"])
            case "object":
                return field | {"dict": True}
            case kind:
                field["type"] = _TYPES.get(kind or _kind_of(kinds), "string")
        if schema.get("format") == "date-time":
            field["type"] = "datetime"
        elif schema.get("maxLength", 0) > _LONGEST_LINE:
            field["type"] = "text"
        return field

    def _list(self, items: Schema) -> Field:
        items = self._schemas.resolve(items)
        if "properties" in items:
            fields = [self._typed(name, inner) for name, inner in items["properties"].items()]
            # A row takes nothing but single values.
            return {"children": [field for field in fields if not field.keys() & {"children", "list", "dict"}]}
        inner = self._typed("item", items)
        return {"list": True, **{name: inner[name] for name in ("type", "choices") if name in inner}}


def _kind_of(values: list[Any]) -> str:
    return "integer" if values and all(isinstance(value, int) for value in values) else "string"


def snake(name: str) -> str:
    """Return a name in PascalCase as Zapier's and n8n's keys are written."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _noun(tags: tuple[str, ...]) -> str:
    return tags[0].removesuffix("s") if tags else "Event"


def _source(code: str) -> dict[str, Any]:
    return {"source": code, "args": ["z", "bundle"]}


def _request(method: str, url: str, told: str, **options: str) -> dict[str, Any]:
    """Return a function that calls the hub; `url`, what it tells and the options are expressions of JavaScript."""
    given = {"method": json.dumps(method), "url": url, **{name: text for name, text in options.items() if text != "{}"}}
    given["removeMissingValuesFrom"] = "{params: true, body: true}"
    throw = "if (response.status !== 404) response.throwForStatus(); " if options.get("skipThrowForStatus") else ""
    return _source(f"return z.request({_object(given)}).then((response) => {{ {throw}return {told}; }});")


def _object(members: dict[str, str]) -> str:
    return "{" + ", ".join(f"{name}: {value}" for name, value in members.items()) + "}"


def _template(url: str) -> str:
    """Return an address with places to fill as a text of JavaScript."""
    return "`" + re.sub(r"{(\w+)}", r"${encodeURIComponent(bundle.inputData.\1)}", url) + "`"


_README = """# Greenroom for Zapier

The GoTo events of the hub at {url}.

## Put it on your Zapier account

You need Node 20 or later and a Zapier account.

```
npm install
npx zapier-platform-cli@17.9.1 login
npx zapier-platform-cli@17.9.1 register "Greenroom"
npx zapier-platform-cli@17.9.1 push
```

The app is then private to your account. Make a connection with a key of your hub: sign in there, open **API keys**,
make one that may read, register, manage and subscribe to triggers.

## Limits

- 100 calls in 60 seconds for each key.
- Zapier's servers must reach the hub over https.
- Triggers are instant. The list that Zapier shows while you set up a Zap holds what happened last, or samples.
"""
