"""Pages of the fields that people define for contacts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.campaigns.selectors import list_campaigns_asking
from greenroom.hub.contacts.models import CustomField
from greenroom.hub.contacts.selectors import list_fields
from greenroom.hub.contacts.services import add_field, change_field, delete_field
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.mailing.checking import list_emails_naming
from greenroom.hub.segments.selectors import list_segments_asking
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only
from greenroom.hub.webforms.selectors import list_forms_keeping


class FieldForm(forms.Form):
    """A field of contacts."""

    use_required_attribute = False

    label = forms.CharField(max_length=100)
    kind = forms.ChoiceField(choices=CustomField.Kind.choices)
    choices = forms.CharField(
        label="What can be chosen",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="For a list: one in each line.",
    )

    def get_given(self) -> dict[str, Any]:
        """Return what the services take."""
        return {**self.cleaned_data, "choices": self.cleaned_data["choices"].splitlines()}


@marketers_only
@require_http_methods(["GET", "POST"])
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show the custom fields, and add one."""
    form = FieldForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            field = add_field(**form.get_given())
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"Each contact has the field {field} now.")
            return redirect("custom_fields")
    context = {"fields": list_fields(), "form": form}
    return render(request, "custom_fields/list.html", context, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the label of a field and what can be chosen; its kind stays."""
    field = get_object_or_404(CustomField, pk=pk)
    initial = {"label": field.label, "choices": "\n".join(field.choices)}
    form = FieldForm(request.POST or None, initial=initial)
    del form.fields["kind"]
    if field.kind != CustomField.Kind.CHOICE:
        form.fields["choices"].widget = forms.HiddenInput()
    if form.is_bound and form.is_valid():
        try:
            change_field(field=field, **form.get_given())
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("custom_fields")
    context = {"field": field, "form": form, "uses": _list_uses(field)}
    return render(request, "custom_fields/change.html", context, status=422 if form.errors else 200)


def _list_uses(field: CustomField) -> list[tuple[str, str, str]]:
    """Return what would miss a field: of what kind it is, its name, and its address."""
    uses: list[tuple[str, str, Iterable[Model]]] = [
        ("E-mail", "email", list_emails_naming(field=field)),
        ("Segment", "segment", list_segments_asking(field=field)),
        ("Form", "web_form", list_forms_keeping(field=field)),
        ("Campaign", "campaign", list_campaigns_asking(field=field)),
    ]
    return [(kind, str(one), reverse(page, args=[one.pk])) for kind, page, many in uses for one in many]


@marketers_only
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a field with everything in it; what asks for it says so from now on."""
    field = get_object_or_404(CustomField, pk=pk)
    delete_field(field=field)
    messages.success(request, f"The field {field} is deleted.")
    return redirect("custom_fields")
