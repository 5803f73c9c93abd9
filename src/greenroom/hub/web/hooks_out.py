"""Pages of the hooks other programs subscribed with: how they do, what was sent, and sending it again."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.automation.hooks import replaying, selectors, subscriptions
from greenroom.hub.automation.models import Hook, HookDelivery
from greenroom.hub.automation.registry import list_triggers
from greenroom.hub.core.encryption import DecryptionError
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.web.api_keys import check_may_give_leave
from greenroom.hub.web.doors import SignedInRequest, add_errors, page_of, signed_in, text_of


class ReplayForm(forms.Form):
    """What to send again."""

    use_required_attribute = False

    since = forms.DateTimeField(
        label="Since when?",
        help_text="At most 14 days back, in your time zone.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    event_type = forms.ChoiceField(required=False, label="What?")

    def __init__(self, data: object, *, hook: Hook) -> None:
        """Offer what the hook waits for."""
        super().__init__(data)  # type: ignore[arg-type]
        kinds = [(name, f"Everything of {name}") for name in hook.trigger_types]
        self.fields["event_type"].choices = [("", "Only what was given up"), *kinds]  # type: ignore[attr-defined]


@signed_in
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show the hooks of a person's keys, and site admins everybody's."""
    check_may_give_leave(request.user)
    page = page_of(request, selectors.list_hooks_for(request.user))
    backlogs = selectors.count_backlogs(list(page))
    rows = [{"hook": hook, "host": _host(hook), "backlog": backlogs[hook.pk]} for hook in page]
    return render(request, "hooks_out/list.html", {"page": page, "rows": rows})


@signed_in
@require_GET
def hook_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how a hook does, and what was sent to it."""
    hook = selectors.get_hook_for(request.user, pk)
    return _show(request, hook, ReplayForm(None, hook=hook))


def _show(request: SignedInRequest, hook: Hook, form: ReplayForm) -> HttpResponse:
    deliveries = hook.deliveries.defer("payload")
    if state := text_of(request.GET, "state"):
        deliveries = deliveries.filter(state=state)
    titles = {trigger.name: trigger.summary for trigger in list_triggers()}
    context = {
        "hook": hook,
        "host": _host(hook),
        "triggers": [(name, titles.get(name, name)) for name in hook.trigger_types],
        "backlog": selectors.count_backlogs([hook])[hook.pk],
        "page": page_of(request, deliveries),
        "states": HookDelivery.State.choices,
        "form": form,
    }
    return render(request, "hooks_out/hook.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def switch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Pause a hook, or have it called again."""
    hook = selectors.get_hook_for(request.user, pk)
    try:
        if hook.state == Hook.State.ACTIVE:
            subscriptions.pause(hook=hook)
            messages.success(request, "It is paused. What happens meanwhile waits for it.")
        else:
            subscriptions.resume(hook=hook)
            messages.success(request, "It is called again. What waited is sent now.")
    except StateConflictError as error:
        messages.error(request, str(error))
    return redirect("hook_out", pk=pk)


@signed_in
@require_POST
@never_cache
def renew_secret(request: SignedInRequest, pk: int) -> HttpResponse:
    """Sign with a new secret, and show it, this once."""
    hook = selectors.get_hook_for(request.user, pk)
    secret = subscriptions.rotate_secret(hook=hook)
    return render(request, "hooks_out/secret.html", {"hook": hook, "host": _host(hook), "secret": secret})


@signed_in
@require_POST
def send_sample(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a sample sent."""
    try:
        subscriptions.send_sample(hook=selectors.get_hook_for(request.user, pk))
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "A sample is on its way. It stands on top of the deliveries.")
    return redirect("hook_out", pk=pk)


@signed_in
@require_POST
def end(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a hook for good."""
    hook = selectors.get_hook_for(request.user, pk)
    subscriptions.end(hook=hook)
    messages.success(request, f"{_host(hook)} is called no more.")
    return redirect("hooks_out")


@signed_in
@require_POST
def replay(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send again what was given up, or everything of a kind, since a moment."""
    hook = selectors.get_hook_for(request.user, pk)
    form = ReplayForm(request.POST, hook=hook)
    if not form.is_valid():
        return _show(request, hook, form)
    try:
        messages.success(request, _replay(hook, form.cleaned_data["since"], form.cleaned_data["event_type"]))
    except InvalidInputError as error:
        add_errors(form, error)
        return _show(request, hook, form)
    except StateConflictError as error:
        messages.error(request, str(error))
    return redirect("hook_out", pk=pk)


def _replay(hook: Hook, since: datetime, event_type: str) -> str:
    """Do it and return the sentence that says so."""
    if event_type:
        replaying.replay_type(hook=hook, trigger_type=event_type, since=since)
        return f"Everything of {event_type} is sent again. It may take a minute until it stands below."
    count = replaying.replay_failed(hook=hook, since=since)
    if not count:
        return "Nothing was given up since then."
    return "One delivery is sent again." if count == 1 else f"{count} deliveries are sent again."


@signed_in
@require_GET
def delivery_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what was sent, and what came back each time."""
    delivery = selectors.get_delivery_for(request.user, pk)
    context: dict[str, Any] = {
        "delivery": delivery,
        "host": _host(delivery.hook),
        "payload": _payload(delivery),
        "attempts": delivery.attempt_log.all(),
    }
    return render(request, "hooks_out/delivery.html", context)


@signed_in
@require_POST
def send_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send one delivery again."""
    delivery = selectors.get_delivery_for(request.user, pk)
    try:
        replaying.replay_delivery(delivery=delivery)
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It is sent again, with the same id.")
    return redirect("hook_delivery", pk=pk)


def _host(hook: Hook) -> str:
    """Return by what people know an address; the rest of it lets in whoever knows it."""
    try:
        return urlsplit(hook.target_url).hostname or ""
    except DecryptionError:
        return "An address that cannot be read"


def _payload(delivery: HookDelivery) -> str:
    try:
        return delivery.payload
    except DecryptionError:
        return ""
