"""
What Microsoft's reviewers and designer ask of a connector's definition, as far as it can be checked here.

Source: learn.microsoft.com/connectors/custom-connectors (openapi-extensions, connector-string-guidance), the checks
quoted in reviews at github.com/microsoft/PowerPlatformConnectors, and what its certified connectors have in common.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Document = dict[str, Any]
Finding = str  # where, and what is wrong there
Rule = Callable[[Document], Iterator[Finding]]

_METHODS = {"get", "post", "put", "patch", "delete"}
_KNOWN = {
    "x-ms-api-annotation",
    "x-ms-connector-metadata",
    "x-ms-dynamic-list",
    "x-ms-dynamic-properties",
    "x-ms-dynamic-schema",
    "x-ms-dynamic-tree",
    "x-ms-dynamic-values",
    "x-ms-no-generic-test",
    "x-ms-notification-content",
    "x-ms-notification-url",
    "x-ms-pageable",
    "x-ms-summary",
    "x-ms-trigger",
    "x-ms-trigger-hint",
    "x-ms-trigger-metadata",
    "x-ms-url-encoding",
    "x-ms-visibility",
}
_VALUES = {
    "x-ms-trigger": {"single", "batch"},
    "x-ms-visibility": {"important", "advanced", "internal"},
    "x-ms-url-encoding": {"single", "double"},
}
_RESTRICTED = re.compile(r"\b(api|connector|power ?apps|power automate|logic apps|copilot studio)\b", re.IGNORECASE)
_NOT_IN_SWAGGER = {"anyOf", "oneOf", "const", "examples", "$defs", "nullable"}
_SUMMARY = re.compile(r"[^/\\<>*%&?]{0,79}[A-Za-z0-9)\]]")
_KEY = re.compile(r"(key|id)$", re.IGNORECASE)
_RULES: list[Rule] = []


def check(document: Document) -> list[Finding]:
    """Return what is wrong with a definition, rule by rule."""
    return [f"{one.__name__}: {finding}" for one in _RULES for finding in one(document)]


def names_of_rules() -> list[str]:
    """Return the names of the rules, which findings begin with."""
    return [one.__name__ for one in _RULES]


def _rule(function: Rule) -> Rule:
    _RULES.append(function)
    return function


def _operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield address, method and operation."""
    for path, item in document.get("paths", {}).items():
        for method in item.keys() & _METHODS:
            yield path, method, item[method]


def _shown(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield where an operation is and the operation, for those that people see."""
    for path, method, operation in _operations(document):
        if operation.get("x-ms-visibility") != "internal":
            yield f"{method} {path}", operation


def _parameters(document: Document) -> Iterator[tuple[str, Document]]:
    """Yield where a parameter is and the parameter; the members of a body are parameters to people."""
    for path, method, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            where = f"{method} {path} {parameter.get('name')}"
            if parameter.get("in") != "body":
                yield where, parameter
                continue
            whole = parameter.get("schema", {})
            for name, member in whole.get("properties", {}).items():
                yield f"{where}.{name}", {**member, "required": name in whole.get("required", [])}


def _nodes(document: Any, where: str = "") -> Iterator[tuple[str, Document]]:
    """Yield every object in a document and where it is."""
    if isinstance(document, dict):
        yield where, document
        for name, value in document.items():
            yield from _nodes(value, f"{where}/{name}")
    elif isinstance(document, list):
        for number, value in enumerate(document):
            yield from _nodes(value, f"{where}/{number}")


def _properties(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Yield where, name and schema of every member of an object in a schema."""
    for where, node in _nodes(document):
        if isinstance(node.get("properties"), dict) and node.get("type", "object") == "object":
            for name, schema in node["properties"].items():
                yield f"{where}/{name}", name, schema


def _hooks(document: Document) -> Iterator[tuple[str, Document, Document]]:
    """Yield address, path item and operation of what takes a callback."""
    for path, _, operation in _operations(document):
        if operation.get("x-ms-trigger") and _callbacks(operation):
            yield path, document["paths"][path], operation


def _callbacks(operation: Document) -> list[Document]:
    return [node for _, node in _nodes(operation.get("parameters", [])) if node.get("x-ms-notification-url") is True]


def _polls(document: Document) -> Iterator[tuple[str, Document]]:
    for path, method, operation in _operations(document):
        if operation.get("x-ms-trigger") and not _callbacks(operation):
            yield path, operation | {"method": method}


@_rule
def swagger_is_2_0(document: Document) -> Iterator[Finding]:
    """Power Platform imports nothing newer."""
    if document.get("swagger") != "2.0":
        yield "swagger is not 2.0"


@_rule
def host_is_bare(document: Document) -> Iterator[Finding]:
    """There is a host, without scheme or path."""
    if not re.fullmatch(r"[A-Za-z0-9.-]+(:\d+)?", document.get("host", "")):
        yield "host is missing or holds more than a name and a port"


@_rule
def scheme_is_https(document: Document) -> Iterator[Finding]:
    """Nothing else is taken."""
    if document.get("schemes") != ["https"]:
        yield "schemes is not exactly https"


@_rule
def base_path_begins_with_slash(document: Document) -> Iterator[Finding]:
    """It stands between host and paths."""
    if not re.fullmatch(r"/|/.*[^/]", document.get("basePath", "")):
        yield "basePath does not begin with a slash, or ends with one"


@_rule
def title_is_short(document: Document) -> Iterator[Finding]:
    """At most 30 characters, and no words that are Microsoft's."""
    title = document.get("info", {}).get("title", "")
    if not 1 <= len(title) <= 30 or _RESTRICTED.search(title):
        yield "title is missing, longer than 30 characters or holds a restricted word"


@_rule
def description_says_enough(document: Document) -> Iterator[Finding]:
    """From 30 to 500 characters, and no words that are Microsoft's."""
    text = document.get("info", {}).get("description", "")
    if not 30 <= len(text) <= 500 or _RESTRICTED.search(text):
        yield "description is not of 30 to 500 characters or holds a restricted word"


@_rule
def contact_is_told(document: Document) -> Iterator[Finding]:
    """People need somebody to ask."""
    contact = document.get("info", {}).get("contact", {})
    if not contact.get("name") or not (contact.get("url") or contact.get("email")):
        yield "contact lacks a name or an address"


@_rule
def metadata_is_told(document: Document) -> Iterator[Finding]:
    """Website, privacy policy and categories."""
    told = {one.get("propertyName") for one in document.get("x-ms-connector-metadata", [])}
    for name in sorted({"Website", "Privacy policy", "Categories"} - told):
        yield f"x-ms-connector-metadata lacks {name}"


@_rule
def security_is_defined(document: Document) -> Iterator[Finding]:
    """Exactly one kind, which every operation uses."""
    if len(document.get("securityDefinitions", {})) != 1 or not document.get("security"):
        yield "there is not exactly one kind of security, or it is not used"


@_rule
def operation_ids_are_in_pascal_case(document: Document) -> Iterator[Finding]:
    """They are the names in expressions of flows."""
    for path, method, operation in _operations(document):
        if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", operation.get("operationId", "")):
            yield f"{method} {path}"


@_rule
def operation_ids_are_unique(document: Document) -> Iterator[Finding]:
    """Flows refer to operations by them."""
    ids = Counter(operation.get("operationId") for _, _, operation in _operations(document))
    yield from (str(one) for one, number in ids.items() if number > 1)


@_rule
def summaries_can_be_shown(document: Document) -> Iterator[Finding]:
    """At most 80 characters, none of them a slash or the like, and a letter, digit or bracket at the end."""
    for where, operation in _shown(document):
        if not _SUMMARY.fullmatch(operation.get("summary", "")):
            yield where


@_rule
def summaries_are_in_sentence_case(document: Document) -> Iterator[Finding]:
    """They begin with a capital letter."""
    for where, operation in _shown(document):
        if not operation.get("summary", "")[:1].isupper():
            yield where


@_rule
def summaries_are_unique(document: Document) -> Iterator[Finding]:
    """People choose by them."""
    summaries = Counter(operation.get("summary") for _, operation in _shown(document))
    yield from (str(one) for one, number in summaries.items() if number > 1)


@_rule
def descriptions_are_sentences(document: Document) -> Iterator[Finding]:
    """Every operation that people see has one that says more than its summary and ends with a full stop."""
    for where, operation in _shown(document):
        text = operation.get("description", "")
        if not text.endswith(".") or text.rstrip(".") == operation.get("summary"):
            yield where


@_rule
def parameters_are_labelled(document: Document) -> Iterator[Finding]:
    """A label of at most 80 characters."""
    for where, parameter in _parameters(document):
        if not 1 <= len(parameter.get("x-ms-summary", "")) <= 80:
            yield where


@_rule
def parameters_are_described(document: Document) -> Iterator[Finding]:
    """A hint in the empty field."""
    for where, parameter in _parameters(document):
        if not parameter.get("description"):
            yield where


@_rule
def internal_parameters_have_defaults(document: Document) -> Iterator[Finding]:
    """Nobody can fill in what nobody sees; a callback is filled in by the platform."""
    for where, parameter in _parameters(document):
        is_hidden = parameter.get("x-ms-visibility") == "internal" and parameter.get("required")
        if is_hidden and "default" not in parameter and not parameter.get("x-ms-notification-url"):
            yield where


@_rule
def paths_tell_their_encoding(document: Document) -> Iterator[Finding]:
    """A value with a slash in it would lead elsewhere."""
    for where, parameter in _parameters(document):
        if parameter.get("in") == "path" and (not parameter.get("required") or "x-ms-url-encoding" not in parameter):
            yield where


@_rule
def something_goes_well(document: Document) -> Iterator[Finding]:
    """Every operation has an answer of success."""
    for path, method, operation in _operations(document):
        if not any(re.fullmatch(r"2\d\d|default", status) for status in operation.get("responses", {})):
            yield f"{method} {path}"


@_rule
def outputs_are_labelled(document: Document) -> Iterator[Finding]:
    """Every member of an output has a label, by which people choose it as dynamic content."""
    for where, _, schema in _properties(document.get("definitions", {})):
        if not schema.get("x-ms-summary"):
            yield where


@_rule
def keys_are_texts(document: Document) -> Iterator[Finding]:
    """Keys of GoTo's have more digits than numbers keep."""
    for where, name, schema in _properties(document):
        if _KEY.search(name) and schema.get("type") in {"integer", "number"}:
            yield where
    for where, parameter in _parameters(document):
        if _KEY.search(str(parameter.get("name", ""))) and parameter.get("type") in {"integer", "number"}:
            yield where


@_rule
def schemas_are_of_swagger_2_0(document: Document) -> Iterator[Finding]:
    """What came later is refused."""
    for where, node in _nodes({"paths": document.get("paths", {}), "definitions": document.get("definitions", {})}):
        if where.endswith("/properties"):
            continue
        if node.keys() & _NOT_IN_SWAGGER or isinstance(node.get("type"), list) or node.get("type") == "null":
            yield where


@_rule
def references_stand_alone(document: Document) -> Iterator[Finding]:
    """Words beside a reference do not count."""
    for where, node in _nodes(document):
        if isinstance(node.get("$ref"), str) and len(node) > 1:
            yield where


@_rule
def extensions_are_known(document: Document) -> Iterator[Finding]:
    """A misspelt one is refused."""
    for where, node in _nodes(document):
        yield from (f"{where}/{name}" for name in node if name.startswith("x-ms-") and name not in _KNOWN)


@_rule
def extensions_have_known_values(document: Document) -> Iterator[Finding]:
    """So is one with a value that does not exist."""
    for where, node in _nodes(document):
        for name, values in _VALUES.items():
            if name in node and node[name] not in values:
                yield f"{where}/{name}"


@_rule
def choices_come_from_an_operation(document: Document) -> Iterator[Finding]:
    """A drop-down is filled by an operation that exists, is given what it needs, and finds the parts it shows."""
    operations = {operation.get("operationId"): operation for _, _, operation in _operations(document)}
    for where, node in _nodes(document):
        choices = node.get("x-ms-dynamic-values")
        if choices is None:
            continue
        search = operations.get(choices.get("operationId"))
        if search is None or not choices.get("value-path"):
            yield where
            continue
        needed = {one["name"] for one in search.get("parameters", []) if one.get("required") and "default" not in one}
        if needed - choices.get("parameters", {}).keys():
            yield f"{where} needs {', '.join(sorted(needed))}"
        shown = {choices["value-path"], choices.get("value-title", choices["value-path"])}
        if shown - _members_listed_by(search, document):
            yield f"{where} shows what is not listed"


def _members_listed_by(search: Document, document: Document) -> set[str]:
    items = search.get("responses", {}).get("200", {}).get("schema", {}).get("items", {})
    if "$ref" in items:
        items = document.get("definitions", {}).get(items["$ref"].rpartition("/")[2], {})
    return set(items.get("properties", {}))


@_rule
def triggers_say_when(document: Document) -> Iterator[Finding]:
    """Their summaries begin with "When", their descriptions with "This operation triggers when"."""
    for where, operation in _shown(document):
        if not operation.get("x-ms-trigger"):
            continue
        if not operation.get("summary", "").startswith("When "):
            yield f"{where} summary"
        if not operation.get("description", "").startswith("This operation triggers when"):
            yield f"{where} description"


@_rule
def hooks_start_one_flow_each(document: Document) -> Iterator[Finding]:
    """What is sent to a callback is one item."""
    yield from (path for path, _, operation in _hooks(document) if operation.get("x-ms-trigger") != "single")


@_rule
def hooks_tell_what_is_sent(document: Document) -> Iterator[Finding]:
    """Beside the method, not in it."""
    for path, item, _ in _hooks(document):
        if not item.get("x-ms-notification-content", {}).get("schema"):
            yield path


@_rule
def hooks_take_one_hidden_callback(document: Document) -> Iterator[Finding]:
    """The platform fills it in, so people do not see it."""
    for path, _, operation in _hooks(document):
        callbacks = _callbacks(operation)
        if len(callbacks) != 1 or callbacks[0].get("x-ms-visibility") != "internal":
            yield path


@_rule
def hooks_tell_how_they_end(document: Document) -> Iterator[Finding]:
    """The address in Location is called with DELETE when a flow is switched off."""
    for path, _, operation in _hooks(document):
        if "Location" not in operation.get("responses", {}).get("201", {}).get("headers", {}):
            yield path


@_rule
def polls_are_told_as_such(document: Document) -> Iterator[Finding]:
    """A GET below /trigger/, told by metadata, that answers with a list."""
    for path, operation in _polls(document):
        metadata = {"mode": "polling", "kind": "query"}
        if operation["method"] != "get" or not path.startswith("/trigger/"):
            yield f"{path} is no GET below /trigger/"
        if operation.get("x-ms-trigger-metadata") != metadata or operation.get("x-ms-trigger") != "batch":
            yield f"{path} is not told as polling"
        if operation.get("responses", {}).get("200", {}).get("schema", {}).get("type") != "array":
            yield f"{path} lists nothing"
