"""
Calls made up from the OpenAPI document, right and wrong ones: each is answered as the document says, never by a 500.

A few for each operation by default; `GREENROOM_API_CALLS` says how many in all.
"""

import os
from collections.abc import Iterator
from math import ceil
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from greenroom.hub.api import dispatch, limits
from greenroom.hub.events.registration_form import Answers
from greenroom.hub.events.services import register

CALLS = int(os.environ.get("GREENROOM_API_CALLS", "50"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]


@pytest.fixture
def known(world, pull, run_jobs) -> dict[str, str]:
    """What there is, by the members that name it."""
    training = pull(world.schedule_training(), "training")
    webinar = pull(world.schedule_webinar())
    meeting = pull(world.schedule_meeting(), "meeting")
    fields = {"firstName": "Lena", "lastName": "Lund", "email": "lena@example.com"}
    request = register(event=webinar, answers=Answers(fields=fields), user=None)
    run_jobs()
    registrant = webinar.registrants.get().registrant_key
    return {
        "event": webinar.event_key,
        "webinarKey": webinar.event_key,
        "trainingid": training.event_key,
        "meetingId": meeting.event_key,
        "registrant_key": registrant,
        "registrantKey": registrant,
        "registration_id": str(request.pk),
    }


@pytest.fixture
def schema(known, monkeypatch) -> Iterator[Any]:
    monkeypatch.setattr(dispatch, "CALLS", limits.Limit("connection", 10**9, 60))
    # As Django's own test client: the end of a call must not close the connection in the middle of the test.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", GenerationMode)
def test_every_answer_is_declared(schema, known, key, mode, record_property):
    operations = [result.ok() for result in schema.get_all_operations()]
    each = ceil(CALLS / len(operations) / len(GenerationMode))
    made = sum(_try(operation, mode, each, known, key) for operation in operations)
    record_property("calls", made)
    assert made >= len(operations) / 2


def _try(operation: APIOperation, mode: GenerationMode, calls: int, known: dict[str, str], key: str) -> int:
    """Call an operation so often, half of the time about something that is there; return how often it was called."""
    made = 0

    @settings(
        max_examples=calls,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def call(case: Case, is_known: bool) -> None:
        nonlocal made
        made += 1
        if is_known:
            case.path_parameters = {
                name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
            }
        case.call_and_validate(headers={"Authorization": f"Bearer {key}"}, checks=CHECKS)

    call()
    return made
