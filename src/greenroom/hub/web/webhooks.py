"""Pages of GoTo's webhooks and what they delivered, for site admins. The door they come through is `hooks`."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.intake.selectors import describe_webhooks, list_deliveries
from greenroom.hub.intake.services import apply_again, ask_for_webhooks, rotate_secret
from greenroom.hub.web.doors import SignedInRequest, number_of, page_of, site_admins_only, text_of


@site_admins_only
@require_GET
def list_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the webhooks of one account and what they delivered, the latest first."""
    connection = get_object_or_404(Connection, pk=pk)
    deliveries = list_deliveries(connection=connection, state=text_of(request.GET, "state"))
    return render(
        request,
        "intake/webhooks.html",
        {
            "connection": connection,
            "webhooks": describe_webhooks([connection])[connection.pk],
            "page": page_of(request, deliveries),
            "states": WebhookDelivery.State.choices,
        },
    )


@site_admins_only
@require_POST
def look(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have the webhooks of one account looked at now."""
    ask_for_webhooks(connection=get_object_or_404(Connection, pk=pk))
    messages.success(request, "GoTo is asked. It may take half a minute until this page knows more.")
    return redirect("webhooks", pk=pk)


@site_admins_only
@require_POST
def renew_secret(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a new secret made; it is shared by all accounts."""
    get_object_or_404(Connection, pk=pk)
    try:
        rotate_secret()
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "GoTo signs with a new secret in ten minutes. The old one is taken for one more day.")
    return redirect("webhooks", pk=pk)


@site_admins_only
@require_POST
def apply_failed(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have deliveries that failed applied once more: the one that was chosen, or all of the account."""
    connection = get_object_or_404(Connection, pk=pk)
    count = apply_again(connection=connection, delivery_id=number_of(request.POST, "delivery"))
    if count:
        messages.success(request, "It is applied again." if count == 1 else f"{count} deliveries are applied again.")
    else:
        messages.warning(request, "Nothing is left to be applied: it was applied since, or is no longer kept.")
    return redirect("webhooks", pk=pk)
