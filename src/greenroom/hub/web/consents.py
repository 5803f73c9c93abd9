"""Pages of consent: what people may be written to for, and how one person stands with it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.contacts.models import Channel, Consent, ConsentRecord, Contact, Purpose
from greenroom.hub.contacts.selectors import list_consent_records, list_purposes, list_standings
from greenroom.hub.contacts.services import (
    add_purpose,
    change_purpose,
    record_consent,
    resume_contacting,
    stop_contacting,
)
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, page_of

_BY_HAND = "How do you know: a call, a letter, a talk? What was said?"


class PurposeForm(forms.Form):
    """What people may be written to for."""

    use_required_attribute = False

    name = forms.CharField(max_length=100, help_text="Such as Newsletter, or Invitations to webinars.")
    wording = forms.CharField(
        label="Question",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The sentence by which a person agrees. It is kept with each consent.",
    )


class ConsentForm(forms.Form):
    """What a person said to somebody who writes it down here."""

    use_required_attribute = False

    purpose = forms.ModelChoiceField(queryset=Purpose.objects.none())
    channel = forms.ChoiceField(choices=Channel.choices)
    state = forms.ChoiceField(
        label="What they said",
        choices=[
            (Consent.State.GRANTED, "They agreed"),
            (Consent.State.WITHDRAWN, "They took it back"),
            (Consent.State.SERVICE_ONLY, "Neither: it was noted by mistake"),
        ],
        widget=forms.RadioSelect,
    )
    wording = forms.CharField(label="Evidence", widget=forms.Textarea(attrs={"rows": 3}), help_text=_BY_HAND)

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Offer all purposes there are."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["purpose"].queryset = list_purposes()  # type: ignore[attr-defined]


@marketers_only
@require_http_methods(["GET", "POST"])
def purposes_page(request: SignedInRequest) -> HttpResponse:
    """Show what people may be written to for, and add to it."""
    form = PurposeForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            purpose = add_purpose(**form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{purpose} is a purpose now.")
            return redirect("purposes")
    context = {"purposes": list_purposes(), "form": form}
    return render(request, "consents/purposes.html", context, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def purpose_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the name of a purpose and the sentence by which people agree."""
    purpose = get_object_or_404(Purpose, pk=pk)
    form = PurposeForm(request.POST or None, initial={"name": purpose.name, "wording": purpose.wording})
    if form.is_bound and form.is_valid():
        try:
            change_purpose(purpose=purpose, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("purposes")
    context = {"purpose": purpose, "form": form}
    return render(request, "consents/purpose.html", context, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def consent_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how a person stands with each purpose and the evidence of it, and write down what they said."""
    contact = get_object_or_404(Contact, pk=pk)
    form = ConsentForm(request.POST or None)
    if form.is_bound and form.is_valid():
        return _record(request, contact, form)
    context = {
        "contact": contact,
        "form": form,
        "standings": list_standings(contact=contact),
        "page": page_of(request, list_consent_records(contact=contact)),
    }
    return render(request, "consents/contact.html", context, status=422 if form.errors else 200)


def _record(request: SignedInRequest, contact: Contact, form: ConsentForm) -> HttpResponse:
    counts = record_consent(
        contacts=[contact.pk],
        **form.cleaned_data,
        source=ConsentRecord.Source.HAND,
        actor=request.user,
    )
    if counts:
        messages.success(request, "Written down.")
    else:
        messages.warning(
            request, "Written down as evidence. They had withdrawn it themselves, and only they can give it again."
        )
    return redirect("contact_consent", pk=contact.pk)


@marketers_only
@require_POST
def silence(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have nobody write to a person any more."""
    contact = get_object_or_404(Contact, pk=pk)
    stop_contacting(
        contacts=[contact.pk],
        reason=Contact.Silence.HAND,
        source=ConsentRecord.Source.HAND,
        actor=request.user,
    )
    messages.success(request, f"Nobody writes to {contact} any more.")
    return redirect("contact_consent", pk=pk)


@marketers_only
@require_POST
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a person be written to again."""
    contact = get_object_or_404(Contact, pk=pk)
    try:
        resume_contacting(contact=contact, actor=request.user)
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{contact} is written to again, as far as they agreed.")
    return redirect("contact_consent", pk=pk)
