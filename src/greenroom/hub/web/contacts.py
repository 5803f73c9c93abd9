"""Pages of contacts: who they are, and what happened to them."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts, list_participations, list_standings
from greenroom.hub.contacts.services import change_contact, make_contact
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.segments.selectors import list_segments_of
from greenroom.hub.users.models import time_zones
from greenroom.hub.web.activity import list_activity_of, tell_of_one
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, page_of, text_of

_EVENTS_SHOWN = 20


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


@marketers_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show everybody marketing knows."""
    page = page_of(request, list_contacts(text=text_of(request.GET, "q")))
    return render(request, "contacts/list.html", {"page": page})


@marketers_only
@require_GET
def contact_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show one person: what is known of them, their segments and events, and everything that happened in order."""
    contact = get_object_or_404(Contact, pk=pk)
    page = page_of(request, list_activity_of(contact=contact))
    return render(
        request,
        "contacts/contact.html",
        {
            "contact": contact,
            "addresses": contact.addresses.all(),
            "standings": list_standings(contact=contact),
            "memberships": list_segments_of(contact=contact),
            "participations": list_participations(contact=contact)[:_EVENTS_SHOWN],
            "page": page,
            "entries": tell_of_one(list(page)),
        },
    )


@marketers_only
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Add a person."""
    form = ContactForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            contact = make_contact(source=Contact.Source.HAND, **form.cleaned_data)
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
    form = ContactForm(request.POST or None, initial={name: getattr(contact, name) for name in ContactForm.base_fields})
    if form.is_bound and form.is_valid():
        try:
            change_contact(contact=contact, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("contact", pk=pk)
    return render(
        request, "contacts/change.html", {"form": form, "contact": contact}, status=422 if form.errors else 200
    )
