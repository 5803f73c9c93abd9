"""Pages of forms: making them, how they behave, what they look like, and where they are shown."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.actions.registry import find_titles, list_actions
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, page_of, text_of
from greenroom.hub.webforms.checks import find_lacking, find_problems
from greenroom.hub.webforms.forms import VisitorForm
from greenroom.hub.webforms.models import EVENT_FIELD, FormAction, FormField, WebForm
from greenroom.hub.webforms.selectors import find_fixed_events, list_offers, list_web_forms
from greenroom.hub.webforms.services import (
    add_asked_fields,
    change_form,
    close_form,
    create_form,
    delete_form,
    publish_form,
)
from greenroom.hub.webforms.starting import BASIC_FIELDS, STARTS

_ADDRESS = "email"
_VARIANTS = {WebForm.State.DRAFT: "info", WebForm.State.PUBLISHED: "ok", WebForm.State.CLOSED: "quiet"}


class NewForm(forms.Form):
    """What a form begins with."""

    use_required_attribute = False

    name = forms.CharField(max_length=200, help_text="Visitors see it as the title, until you give another.")
    start = forms.ChoiceField(
        label="Begin with",
        choices=[(key, one.label) for key, one in STARTS.items()],
        widget=forms.RadioSelect,
        initial="webinar",
    )


class SettingsForm(forms.Form):
    """What a form says, and how it behaves."""

    use_required_attribute = False

    name = forms.CharField(max_length=200, help_text="Among yourselves.")
    title = forms.CharField(max_length=200)
    introduction = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    button = forms.CharField(label="Word on the button", max_length=60)
    thanks = forms.CharField(label="Said when it is sent", required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    redirect_url = forms.CharField(
        label="Lead on to", required=False, help_text="The address of a page of yours, instead of our thanks."
    )
    asks_to_confirm = forms.BooleanField(
        label="Have people confirm by e-mail that it was them",
        required=False,
        help_text="Nothing is done before they have.",
    )
    sites = forms.CharField(
        label="Sites that may show it",
        required=False,
        help_text="One a line, such as https://www.example.com. Leave it empty to let all of them.",
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


@marketers_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show all forms, and which lack what an organizer asks for."""
    page = page_of(request, list_web_forms())
    context = {"page": page, "forms_lacking": find_lacking([one for one in page if one.state != WebForm.State.CLOSED])}
    return render(request, "webforms/list.html", context)


@marketers_only
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Make a form."""
    form = NewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = create_form(**form.cleaned_data, actor=request.user)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("web_form", pk=made.pk)
    return render(request, "webforms/create.html", {"form": form}, status=422 if form.errors else 200)


@marketers_only
@require_GET
def form_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a form asks and does, and what is not right with it."""
    form = get_object_or_404(WebForm, pk=pk)
    fields, actions = list(form.fields.all()), list(form.actions.all())
    problems = find_problems(form)
    has_address = any(one.kind == FormField.Kind.EMAIL for one in fields)
    context = {
        "form": form,
        "state_variant": _VARIANTS[WebForm.State(form.state)],
        "fields": fields,
        "actions": _describe_actions(actions, fields),
        "problems": problems,
        "can_complete": any(one.is_blocking and one.event for one in problems),
        "ready_made": [(key, one["label"]) for key, one in BASIC_FIELDS.items() if key != _ADDRESS or not has_address],
        "kinds": [one for one in FormField.Kind.choices if one[0] not in (FormField.Kind.EMAIL, FormField.Kind.EVENT)],
        "products": [(one.code, one.words.one.lower()) for one in PRODUCTS.values()],
        "acts": list_actions(),
    }
    return render(request, "webforms/form.html", context)


def _describe_actions(actions: list[FormAction], fields: list[FormField]) -> list[dict[str, Any]]:
    """Return actions with what they do in words; an act that is gone is said to be."""
    known = {one.key for one in list_actions()}
    titles = find_titles((one.kind, one.settings) for one in actions if one.kind in known)
    labels = {one.pk: one.label for one in fields}
    described = []
    for one in actions:
        chosen_in = one.settings.get(EVENT_FIELD)
        told = {"event": f"what is chosen in “{labels.get(chosen_in, 'a field that is gone')}”"} if chosen_in else {}
        words = titles.describe(one.kind, one.settings, told) if one.kind in known else "an action that is gone"
        described.append({"action": one, "words": words[:1].upper() + words[1:]})
    return described


@marketers_only
@require_http_methods(["GET", "POST"])
def settings_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what a form says and how it behaves."""
    web_form = get_object_or_404(WebForm, pk=pk)
    initial = {name: getattr(web_form, name) for name in SettingsForm.base_fields}
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            change_form(form=web_form, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("web_form", pk=pk)
    context = {"form": web_form, "typed": form}
    return render(request, "webforms/settings.html", context, status=422 if form.errors else 200)


@marketers_only
@require_POST
def publish(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let visitors fill a form in, or no more."""
    form = get_object_or_404(WebForm, pk=pk)
    if text_of(request.POST, "to") == "closed":
        close_form(form=form)
        messages.success(request, f"{form} is closed. What was sent stays.")
        return redirect("web_form", pk=pk)
    try:
        publish_form(form=form)
    except InvalidInputError as error:
        messages.error(request, f"This is not published. {error}")
        return redirect("web_form", pk=pk)
    messages.success(request, f"{form} is published. Show it where people see it.")
    return redirect("share_form", pk=pk)


@marketers_only
@require_POST
def add_asked(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add fields for all that organizers ask everybody for."""
    form = get_object_or_404(WebForm, pk=pk)
    count = add_asked_fields(form=form)
    messages.success(request, "One field was added." if count == 1 else f"{count} fields were added.")
    return redirect("web_form", pk=pk)


@marketers_only
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a form that visitors do not see."""
    form = get_object_or_404(WebForm, pk=pk)
    try:
        delete_form(form=form)
    except StateConflictError as error:
        messages.error(request, str(error))
        return redirect("web_form", pk=pk)
    messages.success(request, f"{form} is deleted. Contacts and registrations stay.")
    return redirect("web_forms")


@marketers_only
@require_GET
def preview(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a form as visitors see it; nothing can be sent."""
    form = get_object_or_404(WebForm, pk=pk)
    fields = list(form.fields.all())
    context = {
        "form": form,
        "typed": VisitorForm(fields=fields, offers=list_offers(fields)),
        "events": find_fixed_events(form.actions.all()).values(),
        "is_preview": True,
    }
    return render(request, "webforms/visitor/form.html", context)


@marketers_only
@require_GET
def share(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the address of a form, and how other sites show it."""
    form = get_object_or_404(WebForm, pk=pk)
    if form.state == WebForm.State.DRAFT:
        raise UnknownObjectError("This form is a draft. Publish it first; then it has an address.")
    context = {
        "form": form,
        "address": settings.PUBLIC_URL + reverse("form_page", args=[form.public_id]),
        "frame": settings.PUBLIC_URL + reverse("embedded_form", args=[form.public_id]),
        "public_url": settings.PUBLIC_URL,
    }
    return render(request, "webforms/share.html", context)
