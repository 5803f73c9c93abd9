"""What people are told of their events, and by which ways they want to be."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import get_item_for
from greenroom.hub.courses.models import NoticeChoice
from greenroom.hub.courses.selectors import list_notices
from greenroom.hub.courses.services import choose_notices, put_away
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import NOTHING, SignedInRequest, number_of, page_of, signed_in

_SPANS = {15: "15 minutes before", 30: "Half an hour before", 60: "An hour before", 1440: "A day before"}


class NoticesForm(forms.Form):
    """By which ways somebody wants to be told."""

    by_mail = forms.BooleanField(
        required=False, label="By e-mail", help_text="When an event is moved or cancelled, and the reminder below."
    )
    on_home = forms.BooleanField(required=False, label="On the home page", help_text="The same, until you put it away.")
    invitations = forms.BooleanField(
        required=False,
        label="Into my calendar",
        help_text="Mails carry the dates for which you are registered. They move when the event moves, and go when you "
        "step back.",
    )
    reminder_minutes = forms.TypedChoiceField(
        required=False, label="Remind me", coerce=int, empty_value=None, choices=[("", "Never"), *_SPANS.items()]
    )


@signed_in
@require_http_methods(["GET", "POST"])
def notices_page(request: SignedInRequest) -> HttpResponse:
    """Show what a person was told, and let them choose."""
    choice = NoticeChoice.objects.filter(user=request.user).first() or NoticeChoice()
    initial = {name: getattr(choice, name) for name in NoticesForm.base_fields}
    form = NoticesForm(request.POST or None, initial=initial)
    if form.is_valid():
        choose_notices(user=request.user, **form.cleaned_data)
        messages.success(request, "This is how you are told from now on.")
        return redirect("notices")
    context = {"form": form, "page": page_of(request, list_notices(user=request.user), 20)}
    return render(request, "notices/page.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def put_away_one(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a notice off the home page, and off the event's card; `item` leads back to a lesson."""
    notices = list_notices(user=request.user).filter(pk=pk)
    if not notices.exists():
        raise UnknownObjectError(NOTHING)
    put_away(notices=notices)
    if pk_of_item := number_of(request.POST, "item"):
        item = get_item_for(request.user, pk_of_item)
        return redirect(lesson_url(item.section.lesson_id, anchor=f"item-{item.pk}"))
    return redirect("home")


@signed_in
@require_POST
def put_away_all(request: SignedInRequest) -> HttpResponse:
    """Take all notices off the home page."""
    put_away(notices=list_notices(user=request.user))
    return redirect("home")
