"""
What describes the API: documents and packages for platforms.

They are made from the code and hold nothing of anybody, so they can be had without a key.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from greenroom.hub.automation.platforms.openapi import make_openapi

_AGE = "public, max-age=300"


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI 3.1 document for this hub's address."""
    return _json(make_openapi)


def _json(make: Callable[[str], Any]) -> HttpResponse:
    return HttpResponse(
        _encoded(make, settings.PUBLIC_URL),
        content_type="application/json",
        headers={"Cache-Control": _AGE, "Access-Control-Allow-Origin": "*"},
    )


@cache
def _encoded(make: Callable[[str], Any], public_url: str) -> bytes:
    """Make a document once: the registry does not change while we run."""
    return msgspec.json.encode(make(public_url))


urlpatterns = [path("v1/openapi.json", openapi, name="openapi")]
