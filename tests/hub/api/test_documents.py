"""What describes the API can be had by anybody, and is true."""

import io
import json
import zipfile

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

DOCUMENTS = ["/api/v1/openapi.json", "/api/v1/swagger.json"]
PACKAGES = ["n8n", "power-platform", "zapier"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_needs_no_key_and_asks_nothing_of_the_database(path):
    """Without the fixture of a database, asking it would fail."""
    answer = Client().get(path)
    assert (200, "application/json") == (answer.status_code, answer["Content-Type"])
    assert "max-age" in answer["Cache-Control"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_only_read(path):
    assert 405 == Client().post(path).status_code


def test_addresses_are_this_hubs():
    assert [{"url": "http://testserver/api/v1"}] == json.loads(Client().get("/api/v1/openapi.json").content)["servers"]


def test_problems_are_as_the_document_says(call):
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    problem = Draft202012Validator(document["components"]["schemas"]["Problem"])
    for answer in (call("GET", "/trainings/1"), call("GET", "/trainings/1?x=1"), call("GET", "/nothing")):
        assert answer.status_code >= 400
        problem.validate(json.loads(answer.content))


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_can_be_had_by_anybody(name):
    answer = Client().get(f"/api/v1/packages/{name}.zip")
    assert (200, "application/zip") == (answer.status_code, answer["Content-Type"])
    assert f'attachment; filename="greenroom-{name}.zip"' == answer["Content-Disposition"]
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None


def test_another_package_is_a_problem_that_names_those_there_are():
    answer = Client().get("/api/v1/packages/zap.zip")
    assert (404, "application/problem+json") == (answer.status_code, answer["Content-Type"])
    assert "power-platform" in json.loads(answer.content)["detail"]


def test_oauth_is_told_as_the_hub_tells_it_to_programs():
    document = json.loads(Client().get("/api/v1/openapi.json").content)
    flow = document["components"]["securitySchemes"]["oauth"]["flows"]["authorizationCode"]
    told = json.loads(Client().get("/.well-known/oauth-authorization-server").content)
    assert (told["authorization_endpoint"], told["token_endpoint"]) == (flow["authorizationUrl"], flow["tokenUrl"])
    assert set(told["scopes_supported"]) == flow["scopes"].keys()
