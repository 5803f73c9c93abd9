"""Pages of contacts: who they are, and what happened to them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.actions.together import list_together
from greenroom.hub.contacts.models import Contact, CustomField
from greenroom.hub.contacts.selectors import (
    list_contacts,
    list_fields,
    list_merges,
    list_participations,
    list_standings,
    list_tags,
    list_values,
)
from greenroom.hub.contacts.services import (
    add_tags,
    change_contact,
    erase_contact,
    export_person,
    make_contact,
    read_value,
    remove_tags,
    set_values,
    split_tags,
)
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.exports.models import Export
from greenroom.hub.exports.services import request_export
from greenroom.hub.segments.selectors import list_segments_of
from greenroom.hub.users.models import User, time_zones
from greenroom.hub.web.activity import SUBJECTS, list_activity_of, tell_of_one
from greenroom.hub.web.doors import (
    SignedInRequest,
    add_errors,
    marketers_only,
    page_of,
    short_page_of,
    site_admins_only,
    text_of,
)

_EVENTS_SHOWN = 20
_TAGS_OFFERED = 20
_CUSTOM = "custom_"


class ContactForm(forms.Form):
    """What is known of a person; all of it may be missing but for an address or a name."""

    use_required_attribute = False

    email = forms.CharField(label="E-mail address", required=False)
    first_name = forms.CharField(required=False)
    last_name = forms.CharField(required=False)
    organization = forms.CharField(required=False)
    job_title = forms.CharField(required=False)
    phone = forms.CharField(required=False)
    city = forms.CharField(required=False)
    country = forms.CharField(required=False)
    time_zone = forms.ChoiceField(
        choices=lambda: [("", "Unknown"), *((name, name.replace("_", " ")) for name in sorted(time_zones()))],
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the custom fields, too."""
        super().__init__(*args, **kwargs)
        self._customs = {f"{_CUSTOM}{one.key}": one for one in list_fields()}
        self.fields |= {name: _form_field(one) for name, one in self._customs.items()}

    def clean(self) -> None:
        """Refuse what is not of the kind of its custom field."""
        for name, field in self._customs.items():
            try:
                read_value(field, self.cleaned_data.get(name, ""))
            except InvalidInputError as error:
                self.add_error(name, error.errors[field.key])

    def get_known(self) -> dict[str, str]:
        """Return what was given for the fields that every contact has."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self._customs}

    def list_customs(self) -> list[tuple[CustomField, str]]:
        """Return what was given for the custom fields."""
        return [(field, self.cleaned_data[name]) for name, field in self._customs.items()]


class TagsForm(forms.Form):
    """Tags to give to a person."""

    add = forms.CharField(label="Add tags", max_length=600, help_text="Separate several with commas.")


def _form_field(field: CustomField) -> forms.Field:
    if field.kind in (CustomField.Kind.CHOICE, CustomField.Kind.YES_NO):
        offered = field.choices if field.kind == CustomField.Kind.CHOICE else ["yes", "no"]
        choices = [("", "Unknown"), *((one, one) for one in offered)]
        return forms.ChoiceField(label=field.label, required=False, choices=choices)
    kind = {CustomField.Kind.NUMBER: "number", CustomField.Kind.DATE: "date"}.get(CustomField.Kind(field.kind), "text")
    step = {"step": "any"} if kind == "number" else {}
    return forms.CharField(label=field.label, required=False, widget=forms.TextInput(attrs={"type": kind, **step}))


@marketers_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show everybody marketing knows."""
    page = short_page_of(request, list_contacts(text=text_of(request.GET, "q"), tag=text_of(request.GET, "tag")))
    tags = [(name, name, size) for name, size in list_tags(most=_TAGS_OFFERED)]
    return render(request, "contacts/list.html", {"page": page, "tags": tags, "together": list_together()})


@marketers_only
@require_GET
def contact_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one person: what is known of them, their segments and events, and everything that happened in order."""
    contact = get_object_or_404(Contact, pk=pk)
    subject = text_of(request.GET, "about")
    page = page_of(request, list_activity_of(contact=contact, subject=subject))
    return render(
        request,
        "contacts/contact.html",
        {
            "contact": contact,
            "addresses": contact.addresses.all(),
            "merges": list_merges(contact=contact),
            "tags_form": TagsForm(),
            "tags": [one.tag for one in contact.tagged.select_related("tag").order_by("tag__key")],
            "values": list_values(contact=contact),
            "standings": list_standings(contact=contact),
            "memberships": list_segments_of(contact=contact),
            "participations": list_participations(contact=contact)[:_EVENTS_SHOWN],
            "page": page,
            "subjects": [(code, label) for code, (label, _) in SUBJECTS.items()],
            "entries": tell_of_one(contact, list(page)),
        },
    )


@marketers_only
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Add a person."""
    form = ContactForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            contact = make_contact(source=Contact.Source.HAND, **form.get_known())
            set_values(values=[(contact.pk, *one) for one in form.list_customs()])
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{contact} is a contact now.")
            return redirect("contact", pk=contact.pk)
    return render(request, "contacts/add.html", {"form": form}, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what is known of a person."""
    contact = get_object_or_404(Contact, pk=pk)
    known = {name: getattr(contact, name) for name in ContactForm.base_fields}
    custom = {f"{_CUSTOM}{one.field.key}": one.text for one in list_values(contact=contact)}
    form = ContactForm(request.POST or None, initial=known | custom)
    if form.is_bound and form.is_valid():
        try:
            change_contact(contact=contact, **form.get_known())
            set_values(values=[(pk, *one) for one in form.list_customs()])
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("contact", pk=pk)
    return render(
        request, "contacts/change.html", {"form": form, "contact": contact}, status=422 if form.errors else 200
    )


@marketers_only
@require_POST
def tag(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a person tags, separated by commas, or take one away."""
    contact = get_object_or_404(Contact, pk=pk)
    given, taken = split_tags(text_of(request.POST, "add")), split_tags(text_of(request.POST, "remove"))
    cause = f"person:{request.user.pk}"
    try:
        add_tags(contacts=[pk], names=given, cause=cause)
        remove_tags(contacts=[pk], names=taken, cause=cause)
    except InvalidInputError as error:
        messages.error(request, error.errors["tags"])
    return redirect("contact", pk=contact.pk)


@marketers_only
@require_POST
def export(request: SignedInRequest) -> HttpResponse:
    """Write a file of the contacts that the list shows."""
    params = {"text": text_of(request.POST, "q"), "tag": text_of(request.POST, "tag")}
    made = request_export(user=request.user, table="contacts", params=params, format=Export.Format.CSV)
    return redirect("export", pk=made.pk)


@marketers_only
@require_GET
def person_data(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send everything that is kept of a person, for them."""
    answer = JsonResponse(export_person(contact=get_object_or_404(Contact, pk=pk)), json_dumps_params={"indent": 2})
    answer["Content-Disposition"] = f'attachment; filename="contact-{pk}.json"'
    return answer


@site_admins_only
@require_http_methods(["GET", "POST"])
def erase(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say what is deleted and what stays when a person is forgotten, and forget them."""
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        try:
            erase_contact(contact=contact, with_account="account" in request.POST)
        except StateConflictError as error:
            messages.error(request, f"Nothing is erased. {error}")
            return redirect("contact", pk=pk)
        messages.success(request, "This person is erased, and taken off the events to come.")
        return redirect("contacts")
    has_account = User.objects.filter(email__in=contact.addresses.values("email")).exists()
    return render(request, "contacts/erase.html", {"contact": contact, "has_account": has_account})
