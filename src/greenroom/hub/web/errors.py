"""The pages for what goes wrong before any view is reached; errors of views are turned into pages by the middleware."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from greenroom.hub.core.errors import AccessDeniedError, HubError, UnknownObjectError


def answer_error(request: HttpRequest, error: HubError) -> HttpResponse:
    """Show an error with its status and words."""
    return render(request, "web/error.html", {"error": error}, status=error.status)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return answer_error(request, UnknownObjectError("There is nothing here, or nothing that you may see."))


def refused_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours, or from one that is too old."""
    sentence = "This page was open for too long, or you have signed in anew since. Go back, reload it and try again."
    return answer_error(request, AccessDeniedError(sentence))
