"""What the tests of the API share."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from greenroom.hub.automation.callers import Verb
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import User

Call = Callable[..., HttpResponse]


@pytest.fixture
def key(ada: User, world: object) -> str:
    """A key of Ada's that may do everything."""
    return create_key(user=ada, name="Test", verbs=list(Verb), connection_ids=None)[1]


@pytest.fixture
def call(key: str) -> Call:
    """Call the API with Ada's key, or with another."""

    def send(
        method: str, path: str, body: Any = None, *, key: str = key, raw: bytes | None = None, **headers: str
    ) -> HttpResponse:
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        kind = extra.pop("content-type", "application/json")
        return Client().generic(
            method, f"/api/v1{path}", content, content_type=kind, headers={"authorization": f"Bearer {key}", **extra}
        )

    return send
