"""
What describes the API: documents and packages for platforms.

They are made from the code and hold nothing of anybody, so they can be had without a key.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from greenroom.hub.api.problems import RefusedCallError, answer_problem
from greenroom.hub.automation.platforms.n8n import list_n8n_files
from greenroom.hub.automation.platforms.openapi import make_openapi
from greenroom.hub.automation.platforms.packing import pack
from greenroom.hub.automation.platforms.power_platform import list_power_platform_files
from greenroom.hub.automation.platforms.swagger import make_swagger
from greenroom.hub.automation.platforms.zapier import list_zapier_files

_AGE = "public, max-age=300"


# By the name in the address: what lists the files.
_PACKAGES: Mapping[str, Callable[[str], Mapping[str, bytes]]] = {
    "n8n": list_n8n_files,
    "power-platform": list_power_platform_files,
    "zapier": list_zapier_files,
}


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI 3.1 document for this hub's address."""
    return _json(make_openapi)


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    """Answer with the Swagger 2.0 document for this hub's address."""
    return _json(make_swagger)


@require_safe
def package(request: HttpRequest, name: str) -> HttpResponse:
    """Answer with the package of a platform, made for this hub's address."""
    if name not in _PACKAGES:
        return answer_problem(
            request, RefusedCallError(404, "unknown_package", f"There is none. Packages: {', '.join(_PACKAGES)}.")
        )
    return HttpResponse(
        _packed(name, settings.PUBLIC_URL),
        content_type="application/zip",
        headers={"Cache-Control": _AGE, "Content-Disposition": f'attachment; filename="greenroom-{name}.zip"'},
    )


def _json(make: Callable[[str], Any]) -> HttpResponse:
    return HttpResponse(
        _encoded(make, settings.PUBLIC_URL),
        content_type="application/json",
        headers={"Cache-Control": _AGE, "Access-Control-Allow-Origin": "*"},
    )


# The registry does not change while we run, so each is made once.
@cache
def _encoded(make: Callable[[str], Any], public_url: str) -> bytes:
    return msgspec.json.encode(make(public_url))


@cache
def _packed(name: str, public_url: str) -> bytes:
    return pack(_PACKAGES[name](public_url))


urlpatterns = [
    path("v1/openapi.json", openapi, name="openapi"),
    path("v1/swagger.json", swagger, name="swagger"),
    path("v1/packages/<str:name>.zip", package, name="package"),
]
