"""Each rule of Microsoft's finds what it is about, and nothing else does."""

import copy

import pytest

from greenroom.hub.automation.platforms import rules
from greenroom.hub.automation.platforms.swagger import make_swagger

TRAINING = {"type": "object", "properties": {"trainingKey": {"type": "string", "x-ms-summary": "Training Key"}}}
CHOICE = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "x-ms-summary": "Id"},
        "label": {"type": "string", "x-ms-summary": "Label"},
    },
}
CALLBACK = {
    "type": "string",
    "x-ms-summary": "Callback",
    "description": "Where.",
    "x-ms-notification-url": True,
    "x-ms-visibility": "internal",
}
GOOD = {
    "swagger": "2.0",
    "info": {
        "title": "Greenroom",
        "description": "Finds trainings and tells when there is a new one.",
        "version": "1.0",
        "contact": {"name": "Ada", "url": "https://hub.example.com"},
    },
    "host": "hub.example.com",
    "basePath": "/api/v1",
    "schemes": ["https"],
    "securityDefinitions": {"api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}},
    "security": [{"api_key": []}],
    "paths": {
        "/trainings": {
            "get": {
                "operationId": "ListTrainings",
                "x-ms-visibility": "internal",
                "parameters": [
                    {
                        "name": "product",
                        "in": "query",
                        "required": True,
                        "type": "string",
                        "default": "training",
                        "x-ms-visibility": "internal",
                        "x-ms-summary": "Product",
                        "description": "Which.",
                    }
                ],
                "responses": {
                    "200": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/Choice"}}}
                },
            }
        },
        "/trainings/{trainingid}": {
            "get": {
                "operationId": "GetTraining",
                "summary": "Get training",
                "description": "Retrieves one.",
                "parameters": [
                    {
                        "name": "trainingid",
                        "in": "path",
                        "required": True,
                        "type": "string",
                        "x-ms-summary": "Training Id",
                        "description": "Which.",
                        "x-ms-url-encoding": "single",
                        "x-ms-dynamic-values": {
                            "operationId": "ListTrainings",
                            "value-path": "id",
                            "value-title": "label",
                            "parameters": {"product": {"value": "training"}},
                        },
                    }
                ],
                "responses": {"200": {"description": "", "schema": {"$ref": "#/definitions/Training"}}},
            }
        },
        "/trigger/new": {
            "get": {
                "operationId": "OnNew",
                "summary": "When one is new",
                "description": "This operation triggers when one is new.",
                "x-ms-trigger": "batch",
                "x-ms-trigger-metadata": {"mode": "polling", "kind": "query"},
                "responses": {
                    "200": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/Training"}}}
                },
            }
        },
        "/hooks/new": {
            "x-ms-notification-content": {"schema": {"$ref": "#/definitions/Training"}},
            "post": {
                "operationId": "OnNewInstant",
                "summary": "When one is new (instant)",
                "description": "This operation triggers when one is new, at once.",
                "x-ms-trigger": "single",
                "parameters": [
                    {
                        "name": "body",
                        "in": "body",
                        "schema": {
                            "type": "object",
                            "properties": {"target_url": CALLBACK},
                            "required": ["target_url"],
                        },
                    }
                ],
                "responses": {"201": {"description": "", "headers": {"Location": {"type": "string"}}}},
            },
        },
    },
    "definitions": {"Training": TRAINING, "Choice": CHOICE},
    "x-ms-connector-metadata": [
        {"propertyName": "Website", "propertyValue": "https://hub.example.com"},
        {"propertyName": "Privacy policy", "propertyValue": "https://hub.example.com"},
        {"propertyName": "Categories", "propertyValue": "Collaboration"},
    ],
}
PATHS = GOOD["paths"]
LIST, GET, POLL, HOOK = (
    ("paths", path, method)
    for path, method in (
        ("/trainings", "get"),
        ("/trainings/{trainingid}", "get"),
        ("/trigger/new", "get"),
        ("/hooks/new", "post"),
    )
)
ID = (*GET, "parameters", 0)
TARGET = (*HOOK, "parameters", 0, "schema", "properties", "target_url")
GONE = object()

# Rule, where something is broken, and how.
BREAKS = [
    ("swagger_is_2_0", ("swagger",), "3.0"),
    ("host_is_bare", ("host",), GONE),
    ("host_is_bare", ("host",), "https://hub.example.com"),
    ("scheme_is_https", ("schemes",), ["https", "http"]),
    ("base_path_begins_with_slash", ("basePath",), "api/v1"),
    ("base_path_begins_with_slash", ("basePath",), "/api/v1/"),
    ("title_is_short", ("info", "title"), "G" * 31),
    ("title_is_short", ("info", "title"), "Greenroom API"),
    ("description_says_enough", ("info", "description"), "Short."),
    ("description_says_enough", ("info", "description"), "Works well together with Power Automate and others."),
    ("description_says_enough", ("info", "description"), "x" * 501),
    ("contact_is_told", ("info", "contact"), {"name": "Ada"}),
    ("metadata_is_told", ("x-ms-connector-metadata",), GOOD["x-ms-connector-metadata"][:2]),
    ("security_is_defined", ("securityDefinitions",), GONE),
    ("security_is_defined", ("security",), []),
    ("operation_ids_are_in_pascal_case", (*GET, "operationId"), "get_training"),
    ("operation_ids_are_in_pascal_case", (*GET, "operationId"), GONE),
    ("operation_ids_are_unique", (*GET, "operationId"), "OnNew"),
    ("summaries_can_be_shown", (*GET, "summary"), "Get training/webinar"),
    ("summaries_can_be_shown", (*GET, "summary"), "Get training."),
    ("summaries_can_be_shown", (*GET, "summary"), "G" * 81),
    ("summaries_are_in_sentence_case", (*GET, "summary"), "get training"),
    ("summaries_are_unique", (*GET, "summary"), "When one is new"),
    ("descriptions_are_sentences", (*GET, "description"), GONE),
    ("descriptions_are_sentences", (*GET, "description"), "Get training."),
    ("parameters_are_labelled", (*ID, "x-ms-summary"), GONE),
    ("parameters_are_labelled", (*TARGET, "x-ms-summary"), "x" * 81),
    ("parameters_are_described", (*ID, "description"), GONE),
    ("parameters_are_described", (*TARGET, "description"), ""),
    ("internal_parameters_have_defaults", (*LIST, "parameters", 0, "default"), GONE),
    ("paths_tell_their_encoding", (*ID, "x-ms-url-encoding"), GONE),
    ("paths_tell_their_encoding", (*ID, "required"), False),
    ("something_goes_well", (*GET, "responses"), {"400": {"description": ""}}),
    ("outputs_are_labelled", ("definitions", "Training", "properties", "trainingKey", "x-ms-summary"), GONE),
    ("keys_are_texts", ("definitions", "Training", "properties", "trainingKey", "type"), "integer"),
    ("keys_are_texts", (*ID, "type"), "integer"),
    ("schemas_are_of_swagger_2_0", ("definitions", "Training", "anyOf"), []),
    ("schemas_are_of_swagger_2_0", ("definitions", "Training", "type"), ["object", "null"]),
    ("references_stand_alone", (*GET, "responses", "200", "schema", "description"), "A training."),
    ("extensions_are_known", (*ID, "x-ms-visibilty"), "advanced"),
    ("extensions_have_known_values", (*ID, "x-ms-visibility"), "hidden"),
    ("choices_come_from_an_operation", (*ID, "x-ms-dynamic-values", "operationId"), "ListNothing"),
    ("choices_come_from_an_operation", (*ID, "x-ms-dynamic-values", "value-path"), "number"),
    ("triggers_say_when", (*POLL, "summary"), "One is new"),
    ("triggers_say_when", (*POLL, "description"), "Triggers for new ones."),
    ("hooks_start_one_flow_each", (*HOOK, "x-ms-trigger"), "batch"),
    ("hooks_tell_what_is_sent", ("paths", "/hooks/new", "x-ms-notification-content"), GONE),
    ("hooks_take_one_hidden_callback", (*TARGET, "x-ms-visibility"), "advanced"),
    ("hooks_tell_how_they_end", (*HOOK, "responses", "201", "headers"), GONE),
    ("polls_are_told_as_such", (*POLL, "x-ms-trigger-metadata"), GONE),
    ("polls_are_told_as_such", (*POLL, "responses", "200", "schema"), {"$ref": "#/definitions/Training"}),
]


def broken(where, value):
    document = copy.deepcopy(GOOD)
    *way, last = where
    node = document
    for step in way:
        node = node[step]
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return document


def test_a_good_definition_has_no_findings():
    assert [] == rules.check(GOOD)


@pytest.mark.parametrize(("rule", "where", "value"), BREAKS)
def test_a_rule_finds_what_breaks_it(rule, where, value):
    assert {rule} == {finding.partition(":")[0] for finding in rules.check(broken(where, value))}


def test_a_drop_down_is_given_what_its_search_needs():
    document = broken((*LIST, "parameters", 0), PATHS["/trainings/{trainingid}"]["get"]["parameters"][0])
    assert any("needs trainingid" in finding for finding in rules.check(document))


def test_every_rule_is_tried():
    assert set(rules.names_of_rules()) == {rule for rule, _, _ in BREAKS}


def test_ours_has_no_findings():
    assert [] == rules.check(make_swagger("https://hub.example.com"))
