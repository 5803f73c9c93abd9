"""Every published operation, sent by the client to the sandbox: what is sent, what is answered, what is refused."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from tests.contract import calls
from tests.contract.calls import CALLS, client_of, make_operation, new_world, send_as_is
from tests.contract.coverage import endpoint_of, is_proof
from tests.contract.published import ENTRIES, PRODUCTS, Entry, specification
from tests.contract.schema_faults import PARAMETER_FAULTS, SCHEMA_FAULTS, schema_faults_of, unexplained_problems

from greenroom.goto import Operation

exercise = functools.cache(calls.exercise)

DESCRIBED = [entry for entry in ENTRIES if entry.product not in ("assist", "admin")]
PAGED = [entry for entry in ENTRIES if (endpoint := endpoint_of(entry)) is not None and endpoint.paging]

REQUIRED = [pytest.param(entry, name, id=f"{entry}-{name}") for entry in ENTRIES for name in entry.required]


def test_there_is_a_call_of_every_published_operation() -> None:
    assert sorted(entry.id for entry in ENTRIES) == sorted(CALLS)
    assert sum(one.count for one in PRODUCTS.values()) == len(CALLS)


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_the_client_reads_a_typed_value_from_the_sandboxs_answer(entry: Entry) -> None:
    outcome = exercise(*entry.id)

    assert is_proof(entry, outcome), outcome
    assert outcome.answer.value not in ([], {})  # what is empty fits every type


@pytest.mark.parametrize("entry", DESCRIBED, ids=str)
def test_the_request_fits_the_published_schema(entry: Entry) -> None:
    published = specification(entry.product)
    schema = published.operations[entry.name].request
    body = exercise(*entry.id).operation.body
    if schema is None:
        assert body is None
        return

    assert body is not None
    assert [one.message for one in published.problems(schema, json.loads(body))] == []


@pytest.mark.parametrize("entry", DESCRIBED, ids=str)
def test_the_answer_fits_the_published_schema(entry: Entry) -> None:
    published = specification(entry.product)
    answer = exercise(*entry.id).answer
    schema = published.operations[entry.name].answers[answer.status]
    if schema is None:
        assert answer.content == b""
        return

    faults = schema_faults_of(*entry.id)
    assert list(unexplained_problems(published, schema, json.loads(answer.content), faults)) == []


def test_every_listed_fault_of_a_schema_is_of_an_operation() -> None:
    assert {(fault.product, fault.operation) for fault in SCHEMA_FAULTS} <= {entry.id for entry in DESCRIBED}


@pytest.mark.parametrize(("entry", "name"), REQUIRED)
def test_the_sandbox_refuses_a_call_without_a_required_parameter(entry: Entry, name: str) -> None:
    world, operation = call_of(entry)
    assert name in operation.query

    left = {key: value for key, value in operation.query.items() if key != name}
    response = send_as_is(world.olga, operation, query=left)

    if (*entry.id, name) in PARAMETER_FAULTS:
        assert response.status_code == 200
        return
    assert response.status_code == 400, response.text
    assert name in response.text


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_a_body_is_sent_where_one_is_published_and_missed_by_the_sandbox(entry: Entry) -> None:
    world, operation = call_of(entry)
    assert entry.has_body == (operation.body is not None)

    if entry.has_body:
        assert send_as_is(world.olga, operation, body=b"").status_code == 400


@pytest.mark.parametrize("entry", PAGED, ids=str)
def test_a_list_read_by_single_items_is_the_whole_list(entry: Entry) -> None:
    world, operation = call_of(entry)
    with client_of(world.olga) as goto:
        whole = list(goto.send(operation))
        assert whole == list(goto.iterate(operation, page_size=1))
    assert whole


def call_of(entry: Entry) -> tuple[Any, Operation[Any]]:
    """Make the operation's call, and the world it is to be sent in."""
    world = new_world(entry.product)
    return world, make_operation(*entry.id, world)
