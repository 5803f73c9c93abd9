"""Pages of what a form is made of: its fields, and the actions that follow."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.actions.fields import ActionForm, offer_events_of
from greenroom.hub.actions.registry import get_action
from greenroom.hub.connections.models import ConnectionUse
from greenroom.hub.connections.selectors import list_usable_connections
from greenroom.hub.contacts.models import Purpose
from greenroom.hub.contacts.selectors import list_fields
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, marketers_only, number_of, text_of
from greenroom.hub.webforms.answers import CONTACT_FIELDS
from greenroom.hub.webforms.checks import list_targets
from greenroom.hub.webforms.models import EVENT_FIELD, FormAction, FormField, WebForm
from greenroom.hub.webforms.selectors import list_events_of, list_offered_events
from greenroom.hub.webforms.services import (
    add_action,
    add_field,
    change_action,
    change_field,
    remove_action,
    remove_field,
)
from greenroom.hub.webforms.starting import BASIC_FIELDS
from greenroom.hub.webforms.words import name_event

Kind = FormField.Kind

_MAPPED = ("is_asked_once", "contact_field", "goto_field")
# What is asked of a field beside its label; all but hidden ones have a help.
_ASKED: Mapping[str, tuple[str, ...]] = {
    Kind.EMAIL: (),
    Kind.CHOICE: ("choices", "is_required", *_MAPPED),
    Kind.SEVERAL: ("choices", "is_required", *_MAPPED),
    Kind.CONSENT: ("purpose", "is_required"),
    Kind.HIDDEN: ("parameter", "default", "contact_field", "goto_field"),
    Kind.EVENT: ("is_required", "takes_several", "events"),
}
_OTHERS = ("is_required", *_MAPPED)
_TICKED = (Kind.CHECKBOX, Kind.CONSENT)


class FieldForm(forms.Form):
    """All that a field may be told; `kind` decides what is asked."""

    use_required_attribute = False

    label = forms.CharField(max_length=2000)
    help = forms.CharField(label="Help", required=False, max_length=500, help_text="Shown below the label.")
    choices = forms.CharField(label="Answers, one a line", widget=forms.Textarea(attrs={"rows": "6"}))
    purpose = forms.ModelChoiceField(
        Purpose.objects.all(),
        label="What is agreed to",
        empty_label="Choose a purpose",
        help_text="The label is what people agree to; it is kept as evidence.",
    )
    is_required = forms.BooleanField(label="Everybody must answer", required=False)
    takes_several = forms.BooleanField(label="More than one may be chosen", required=False)
    is_asked_once = forms.BooleanField(
        label="Ask only until it is known",
        required=False,
        help_text="People who have told it here are not asked again.",
    )
    contact_field = forms.ChoiceField(label="Keep it in the contact as", required=False)
    goto_field = forms.ChoiceField(label="Give it to the organizer as", required=False)
    parameter = forms.CharField(
        label="Take it from the address",
        required=False,
        max_length=64,
        help_text="Such as utm_campaign, for addresses that end in ?utm_campaign=spring.",
    )
    default = forms.CharField(label="Otherwise", required=False, max_length=200)
    events = forms.TypedMultipleChoiceField(
        label="Only these",
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text="Without a choice all that are to come are offered, also those planned later.",
    )

    def __init__(self, data: Any, *, field: FormField, initial: Mapping[str, Any]) -> None:
        """Leave what is asked of this kind of field."""
        super().__init__(data, initial={**initial})
        kind = Kind(field.kind)
        wanted = {"label", *_ASKED.get(kind, _OTHERS)} | ({"help"} if kind != Kind.HIDDEN else set())
        for name in set(self.fields) - wanted:
            del self.fields[name]
        if kind in _TICKED:
            self.fields["is_required"].label = "Everybody must tick it"
        if kind == Kind.CONSENT:
            self.fields["label"].widget = forms.Textarea(attrs={"rows": "3"})
            self.fields["is_required"].help_text = "To agree is free: who does not must still get what they came for."
        if "contact_field" in self.fields:
            customs = [(one.target, one.label) for one in list_fields()]
            kept_as = [("", "Nothing"), *CONTACT_FIELDS.items(), *customs]
            self.fields["contact_field"].choices = kept_as  # type: ignore[attr-defined]
        if "goto_field" in self.fields:
            targets = list_targets(list_events_of(field.form))
            kept = {field.goto_field} - {name for name, _ in targets} - {""}
            choices = [("", "Nothing"), *targets, *((one, one.partition(":")[2]) for one in kept)]
            self.fields["goto_field"].choices = choices  # type: ignore[attr-defined]
        if "events" in self.fields:
            self.fields["events"].choices = _list_choices(field)  # type: ignore[attr-defined]

    def get_values(self) -> dict[str, Any]:
        """Return what was given, in the shape of the services."""
        values = {**self.cleaned_data}
        if "choices" in values:
            values["choices"] = values["choices"].splitlines()
        return values


def _list_choices(field: FormField) -> list[tuple[int, str]]:
    """Return the events to choose from, with those that were chosen before, whatever has become of them."""
    any_of_them = FormField(form=field.form, product=field.product)
    chosen = list_offered_events(field) if field.events else []
    offered = {one.pk: name_event(one) for one in [*chosen, *list_offered_events(any_of_them)]}
    there = Event.objects.in_bulk([pk for pk in field.events if pk not in offered])
    gone = {pk: f"{there[pk]} (no longer offered)" if pk in there else "No longer here" for pk in field.events}
    return list({**gone, **offered}.items())


@marketers_only
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Add a field: one of a kind, or a ready-made one."""
    form = get_object_or_404(WebForm, pk=pk)
    ready_made = BASIC_FIELDS.get(kind, {"kind": kind})
    if ready_made["kind"] not in Kind.values or (kind == Kind.EVENT and request.GET.get("product") not in PRODUCTS):
        raise UnknownObjectError(NOTHING)
    field = FormField(form=form, product=text_of(request.GET, "product"), **ready_made)
    typed = FieldForm(
        request.POST if request.method == "POST" else None,
        field=field,
        initial={**ready_made, "is_required": field.kind not in _TICKED},
    )
    if typed.is_valid():
        try:
            add_field(form=form, kind=field.kind, product=field.product, **typed.get_values())
        except InvalidInputError as error:
            add_errors(typed, error)
        else:
            messages.success(request, "Added.")
            return redirect("web_form", pk=pk)
    return _show_field(request, field, typed)


@marketers_only
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a field."""
    field = get_object_or_404(FormField.objects.select_related("form"), pk=pk)
    initial = {name: getattr(field, name) for name in FieldForm.base_fields} | {"choices": "\n".join(field.choices)}
    typed = FieldForm(request.POST if request.method == "POST" else None, field=field, initial=initial)
    if typed.is_valid():
        try:
            change_field(field=field, product=field.product, **typed.get_values())
        except InvalidInputError as error:
            add_errors(typed, error)
        else:
            messages.success(request, "Saved.")
            return redirect("web_form", pk=field.form_id)
    return _show_field(request, field, typed)


def _show_field(request: SignedInRequest, field: FormField, typed: FieldForm) -> HttpResponse:
    context = {"form": field.form, "field": field, "typed": typed}
    return render(request, "webforms/field.html", context, status=422 if typed.errors else 200)


@marketers_only
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a field out of its form."""
    field = get_object_or_404(FormField.objects.select_related("form"), pk=pk)
    form_id = field.form_id
    try:
        remove_field(field=field)
    except InvalidInputError as error:
        messages.error(request, f"This is not removed. {error}")
    else:
        messages.success(request, f"“{field}” is removed. What was answered stays.")
    return redirect("web_form", pk=form_id)


class SourceForm(forms.Form):
    """Where an action takes its event from."""

    use_required_attribute = False

    event_field = forms.ChoiceField(label="Which event", required=False, widget=forms.RadioSelect)

    def __init__(self, data: Any, *, form: WebForm, initial: Mapping[str, Any]) -> None:
        """Offer the fields in which visitors choose."""
        super().__init__(data, initial={**initial})
        fields = form.fields.filter(kind=Kind.EVENT)
        choices = [("", "Always the same"), *((str(one.pk), f"The visitor's choice in “{one}”") for one in fields)]
        self.fields["event_field"].choices = choices  # type: ignore[attr-defined]


@marketers_only
@require_http_methods(["GET", "POST"])
def add_act(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Have something done for who sends a form."""
    form = get_object_or_404(WebForm, pk=pk)
    return _edit_action(request, FormAction(form=form, kind=kind, settings=_first_settings(form)))


def _first_settings(form: WebForm) -> dict[str, Any]:
    field = form.fields.filter(kind=Kind.EVENT).first()
    return {EVENT_FIELD: field.pk} if field else {}


@marketers_only
@require_http_methods(["GET", "POST"])
def change_act(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what is done for who sends a form."""
    return _edit_action(request, get_object_or_404(FormAction.objects.select_related("form"), pk=pk))


def _edit_action(request: SignedInRequest, action: FormAction) -> HttpResponse:
    act = get_action(action.kind)
    posted = request.POST if request.method == "POST" else None
    typed = act.form(posted, initial=action.settings)
    offer_events_of(typed, list_usable_connections(used_by=ConnectionUse.UsedBy.FORM, object_id=action.form_id))
    source = SourceForm(posted, form=action.form, initial=action.settings) if "event" in typed.fields else None
    chosen_in = number_of(request.POST, EVENT_FIELD) if source else None
    if source:
        typed.fields["event"].required = not chosen_in
    if posted is not None and typed.is_valid() and (source is None or source.is_valid()):
        given = {**request.POST.dict(), EVENT_FIELD: chosen_in}
        try:
            _save_action(action, given)
        except InvalidInputError as error:
            add_errors(typed, error)
        else:
            messages.success(request, "Saved.")
            return redirect("web_form", pk=action.form_id)
    return _show_action(request, action, typed, source, act.name)


def _save_action(action: FormAction, given: Mapping[str, Any]) -> None:
    if action.pk:
        change_action(action=action, given=given)
    else:
        add_action(form=action.form, kind=action.kind, given=given)


def _show_action(
    request: SignedInRequest, action: FormAction, typed: ActionForm, source: SourceForm | None, name: str
) -> HttpResponse:
    context = {"form": action.form, "action": action, "typed": typed, "source": source, "name": name}
    return render(request, "webforms/action.html", context, status=422 if typed.errors else 200)


@marketers_only
@require_POST
def remove_act(request: SignedInRequest, pk: int) -> HttpResponse:
    """Do it no more for who sends the form."""
    action = get_object_or_404(FormAction.objects.select_related("form"), pk=pk)
    form_id = action.form_id
    remove_action(action=action)
    messages.success(request, "Removed. For what was sent before it is still done.")
    return redirect("web_form", pk=form_id)
