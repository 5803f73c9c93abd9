"""Pages of connected GoTo accounts, for site admins."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.connections.errors import AuthorizationError
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.selectors import count_calls_today, list_connections
from greenroom.hub.connections.services import begin_authorization, disconnect, finish_authorization
from greenroom.hub.web.doors import SignedInRequest, site_admins_only

_SESSION_KEY = "goto_authorization"


@site_admins_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show all accounts, with how each is doing."""
    return render(
        request,
        "connections/list.html",
        {
            "connections": list_connections(),
            "calls_today": count_calls_today(),
            "calls_per_day": settings.GOTO_CALLS_PER_DAY,
        },
    )


@site_admins_only
@require_POST
def connect(request: SignedInRequest) -> HttpResponse:
    """Send the browser to GoTo to allow access."""
    back_to = request.POST.get("next", "")
    if not back_to.startswith("/") or not url_has_allowed_host_and_scheme(back_to, allowed_hosts=None):
        back_to = ""
    try:
        address, pending = begin_authorization(back_to=back_to)
    except AuthorizationError as error:
        messages.error(request, str(error))
        return redirect("connections")
    request.session[_SESSION_KEY] = pending
    return redirect(address)


@site_admins_only
@require_GET
def callback(request: SignedInRequest) -> HttpResponse:
    """Take GoTo's answer. What was begun is taken out of the session first, so an answer counts once."""
    pending = request.session.pop(_SESSION_KEY, None)
    try:
        connection = finish_authorization(actor=request.user, pending=pending, answer=request.GET.dict())
    except AuthorizationError as error:
        messages.error(request, str(error))
        return redirect("connections")
    messages.success(request, f"{connection} is connected. Its events are on their way.")
    return redirect((pending and pending["next"]) or "connections")


@site_admins_only
@require_POST
def disconnect_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let an account go."""
    connection = get_object_or_404(Connection, pk=pk)
    disconnect(connection=connection, actor=request.user)
    messages.success(request, f"{connection} is disconnected. Its events and their history stay here.")
    return redirect("connections")
