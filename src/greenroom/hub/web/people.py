"""Pages of the people who sign in, for site admins."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.models import time_zones
from greenroom.hub.users.selectors import list_users
from greenroom.hub.users.services import add_user
from greenroom.hub.web.doors import SignedInRequest, add_errors, page_of, site_admins_only, text_of


class PersonForm(forms.Form):
    """Somebody new."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    first_name = forms.CharField(max_length=128)
    last_name = forms.CharField(max_length=128)
    time_zone = forms.ChoiceField(
        choices=lambda: [(name, name.replace("_", " ")) for name in sorted(time_zones())],
        initial="UTC",
        help_text="Times are shown in this zone.",
    )
    password = forms.CharField(
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least ten characters. They can change it.",
    )
    is_site_admin = forms.BooleanField(
        required=False, label="Site administrator", help_text="Connects accounts and sees everything."
    )
    is_marketer = forms.BooleanField(
        required=False, label="Marketer", help_text="Sees events and contacts, and writes to contacts."
    )


@site_admins_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show everybody."""
    return render(request, "people/list.html", {"page": page_of(request, list_users(text=text_of(request.GET, "q")))})


@site_admins_only
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Add a person."""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            user = add_user(**form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{user} can sign in now.")
            return redirect("people")
    return render(request, "people/add.html", {"form": form}, status=422 if form.errors else 200)
