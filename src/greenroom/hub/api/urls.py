"""The addresses of the API, made from the registry."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from greenroom.hub.api import documents, unsubscribing
from greenroom.hub.api.dispatch import endpoint
from greenroom.hub.api.problems import RefusedCallError, answer_problem
from greenroom.hub.automation.registry import Operation, list_operations


def _routes() -> list[URLPattern]:
    """Return one route for each address; those with fixed words come before those that take anything there."""
    by_path: dict[str, dict[str, Operation[Any, Any]]] = {}
    for operation in list_operations():
        by_path.setdefault(operation.path, {})[operation.method] = operation
    addresses = sorted(by_path, key=lambda address: address.replace("{", "~"))
    return [path(f"v1{_as_route(address)}", endpoint(by_path[address])) for address in addresses]


def _as_route(address: str) -> str:
    return address.replace("{", "<str:").replace("}", ">")


@csrf_exempt
def unknown(request: HttpRequest) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return answer_problem(
        request, RefusedCallError(404, "unknown_address", "There is nothing at this address. See /api/docs.")
    )


urlpatterns = [*_routes(), *documents.urlpatterns, *unsubscribing.urlpatterns]
