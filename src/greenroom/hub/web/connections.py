"""Pages of connected GoTo accounts, for site admins."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.campaigns.models import Campaign
from greenroom.hub.connections.errors import AuthorizationError
from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.connections.selectors import list_connections, list_uses
from greenroom.hub.connections.services import begin_authorization, disconnect, finish_authorization, set_uses
from greenroom.hub.courses.models import Course
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.intake.selectors import describe_webhooks
from greenroom.hub.intake.services import remove_webhooks
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.selectors import list_runs
from greenroom.hub.web.doors import SignedInRequest, number_of, site_admins_only
from greenroom.hub.webforms.models import WebForm

_SESSION_KEY = "goto_authorization"
_MEANT_KEY = "goto_account"
# The members of `UsesForm` in which is chosen what may use an account.
_CHOSEN_IN = {
    "courses": ConnectionUse.UsedBy.COURSE,
    "web_forms": ConnectionUse.UsedBy.FORM,
    "campaigns": ConnectionUse.UsedBy.CAMPAIGN,
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was last read of one product."""

    label: str
    run: SyncRun | None

    @property
    def is_refused(self) -> bool:
        """Whether GoTo does not let the organizer use the product at all."""
        return self.run is not None and self.run.error == "permission_denied"


@site_admins_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show all accounts, with how each is doing."""
    connections = list(list_connections().select_related("connected_by"))
    webhooks = describe_webhooks(connections)
    return render(request, "connections/list.html", {"accounts": [(one, webhooks[one.pk]) for one in connections]})


@site_admins_only
@require_GET
def account_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one account: what GoTo lets us do with it, what was read last, and what may use it."""
    connection = get_object_or_404(Connection.objects.select_related("connected_by"), pk=pk)
    return _show_account(request, connection, UsesForm(initial=_uses(connection)))


class UsesForm(forms.Form):
    """What may use an account."""

    open_to = forms.ChoiceField(
        choices=[("all", "Every course, form and campaign"), ("chosen", "Only those chosen here")],
        widget=forms.RadioSelect,
    )
    courses = forms.ModelMultipleChoiceField(
        queryset=Course.objects.order_by("title"), required=False, widget=forms.CheckboxSelectMultiple
    )
    web_forms = forms.ModelMultipleChoiceField(
        queryset=WebForm.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )
    campaigns = forms.ModelMultipleChoiceField(
        queryset=Campaign.objects.order_by("name"), required=False, widget=forms.CheckboxSelectMultiple
    )


def _uses(connection: Connection) -> dict[str, Any]:
    chosen = {name: list_uses(connection=connection, used_by=used_by) for name, used_by in _CHOSEN_IN.items()}
    return {"open_to": "all" if connection.is_open_to_all else "chosen", **chosen}


def _show_account(request: SignedInRequest, connection: Connection, form: UsesForm) -> HttpResponse:
    runs = list(list_runs().filter(connection=connection, event_key="").order_by("-pk")[:50])
    latest = {run.product: run for run in reversed(runs)}
    context = {
        "connection": connection,
        "webhooks": describe_webhooks([connection])[connection.pk],
        "form": form,
        "readings": [_Reading(product.words.many, latest.get(code)) for code, product in PRODUCTS.items()],
    }
    return render(request, "connections/account.html", context, status=422 if form.errors else 200)


@site_admins_only
@require_POST
def change_uses(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say which courses, forms and campaigns may use an account."""
    connection = get_object_or_404(Connection, pk=pk)
    form = UsesForm(request.POST)
    if not form.is_valid():
        return _show_account(request, connection, form)
    set_uses(
        connection=connection,
        is_open_to_all=form.cleaned_data["open_to"] == "all",
        uses={used_by: [one.pk for one in form.cleaned_data[name]] for name, used_by in _CHOSEN_IN.items()},
    )
    messages.success(request, "That is kept. What is used already stays in use.")
    return redirect("account", pk=pk)


@site_admins_only
@require_POST
def connect(request: SignedInRequest) -> HttpResponse:
    """Send the browser to GoTo to allow access; `connection` is the account that somebody means to connect again."""
    back_to = request.POST.get("next", "")
    if not back_to.startswith("/") or not url_has_allowed_host_and_scheme(back_to, allowed_hosts=None):
        back_to = ""
    try:
        address, pending = begin_authorization(back_to=back_to)
    except AuthorizationError as error:
        messages.error(request, str(error))
        return redirect("connections")
    request.session[_SESSION_KEY] = pending
    request.session[_MEANT_KEY] = number_of(request.POST, "connection")
    return redirect(address)


@site_admins_only
@require_GET
def callback(request: SignedInRequest) -> HttpResponse:
    """Take GoTo's answer. What was begun is taken out of the session first, so an answer counts once."""
    pending, meant = request.session.pop(_SESSION_KEY, None), request.session.pop(_MEANT_KEY, None)
    try:
        connection = finish_authorization(actor=request.user, pending=pending, answer=request.GET.dict())
    except AuthorizationError as error:
        messages.error(request, str(error))
        return redirect("connections")
    messages.success(request, f"{connection} is connected. Its events are on their way.")
    _warn_of_another(request, connection, meant)
    return redirect((pending and pending["next"]) or "connections")


def _warn_of_another(request: SignedInRequest, connected: Connection, meant: int | None) -> None:
    """Say so when GoTo knew the browser as another organizer than the one who was to be connected again."""
    other = Connection.objects.filter(pk=meant).exclude(pk=connected.pk).first() if meant else None
    if other and not other.is_usable:
        messages.warning(
            request, f"{other} still has to be connected: sign out at GoTo, and sign in as {other.organizer_name}."
        )


@site_admins_only
@require_POST
def disconnect_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let an account go."""
    connection = get_object_or_404(Connection, pk=pk)
    remove_webhooks(connection=connection, is_waited_for=True)
    disconnect(connection=connection, actor=request.user)
    messages.success(request, f"{connection} is disconnected. Its events and their history stay here.")
    return redirect("connections")
