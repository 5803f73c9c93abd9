"""Pages of contacts that are one person: finding them, making one of two, and undoing that."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.contacts.models import Contact, Merge
from greenroom.hub.contacts.selectors import list_alike, list_contacts, list_doubtful
from greenroom.hub.contacts.services import merge_contacts, undo_merge
from greenroom.hub.core.errors import HubError
from greenroom.hub.web.doors import SignedInRequest, marketers_only, number_of, page_of, text_of

_OFFERED = 8


@marketers_only
@require_GET
def duplicates_page(request: SignedInRequest) -> HttpResponse:
    """Show contacts who probably are somebody who was there before."""
    return render(request, "contacts/duplicates.html", {"page": page_of(request, list_doubtful())})


@marketers_only
@require_http_methods(["GET", "POST"])
def merge_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Choose who is the same person as a contact, and make one of both; the contact of the page is kept."""
    contact = get_object_or_404(Contact, pk=pk)
    if request.method == "POST":
        other = get_object_or_404(Contact, pk=number_of(request.POST, "other"))
        try:
            merge_contacts(kept=contact, other=other, actor=request.user)
        except HubError as error:
            messages.error(request, str(error))
            return redirect("merge_contact", pk=pk)
        messages.success(request, f"{other} and {contact} are one contact now.")
        return redirect("contact", pk=pk)
    text = text_of(request.GET, "q")
    offered = list_contacts(text=text).exclude(pk=pk) if text else list_alike(contact=contact)
    return render(request, "contacts/merge.html", {"contact": contact, "offered": offered[:_OFFERED]})


@marketers_only
@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Make two contacts again of what was merged."""
    merge = get_object_or_404(Merge, pk=pk)
    try:
        other = undo_merge(merge=merge)
    except HubError as error:
        messages.error(request, str(error))
        return redirect("contact", pk=merge.kept_id)
    messages.success(request, f"{other} is a contact of their own again.")
    return redirect("contact", pk=other.pk)
