"""Pages of segments: who is in them and why, and the rules that find them."""

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.actions.together import list_together
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.rules import read_rules
from greenroom.hub.segments.selectors import explain, list_members, list_segments
from greenroom.hub.segments.services import decide_members, delete_segment, save_segment
from greenroom.hub.segments.words import find_names, name_what_is_gone, tell_lost, tell_reason, tell_rules
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, page_of, text_of
from greenroom.hub.web.segment_form import Editor, NameForm

_DECIDED = (Member.Decision.IN, Member.Decision.OUT)


@marketers_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show all segments with their sizes."""
    page = page_of(request, list_segments())
    rules = {one.pk: read_rules(one.rules) for one in page}
    names = find_names(rules.values())
    rows = [(one, name_what_is_gone(rules[one.pk], names)) for one in page]
    return render(request, "segments/list.html", {"page": page, "rows": rows})


@marketers_only
@require_GET
def segment_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a segment: its rules in words and who is in it, or with `?by=` for whom somebody decided."""
    segment = get_object_or_404(list_segments(), pk=pk)
    rule = read_rules(segment.rules)
    names = find_names([rule])
    by = text_of(request.GET, "by")
    members = list_members(segment=segment, text=text_of(request.GET, "q"), decided=by if by in _DECIDED else "")
    context = {
        "segment": segment,
        "sentence": tell_rules(rule, names),
        "lost": tell_lost(rule, names),
        "page": page_of(request, members),
        "choices": [(one.value, one.label) for one in _DECIDED],
        "together": list_together(),
    }
    return render(request, "segments/segment.html", context)


@marketers_only
@require_GET
def choose_people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show contacts who are not in a segment, to put them in by hand."""
    segment = get_object_or_404(Segment, pk=pk)
    inside = Member.objects.filter(segment=segment, is_in=True, contact=OuterRef("pk"))
    contacts = list_contacts(text=text_of(request.GET, "q")).filter(~Exists(inside))
    return render(request, "segments/choose_people.html", {"segment": segment, "page": page_of(request, contacts)})


@marketers_only
@require_GET
def person_page(request: SignedInRequest, pk: int, person_id: int) -> HttpResponse:
    """Say why a person is in a segment, or is not."""
    segment, contact = get_object_or_404(Segment, pk=pk), get_object_or_404(Contact, pk=person_id)
    reason = explain(rules=segment.rules, contact=contact)
    context = {
        "segment": segment,
        "contact": contact,
        "member": Member.objects.filter(segment=segment, contact=contact).first(),
        "sentence": tell_reason(reason, find_names([reason.rule])),
    }
    return render(request, "segments/person.html", context)


@marketers_only
@require_POST
def decide(request: SignedInRequest, pk: int, person_id: int) -> HttpResponse:
    """Put a person in or take them out by hand, or leave it to the rules again."""
    segment, contact = get_object_or_404(Segment, pk=pk), get_object_or_404(Contact, pk=person_id)
    decision = text_of(request.POST, "decision")
    if decision not in Member.Decision.values:
        messages.error(request, "Choose whether to put them in or to take them out.")
    else:
        decide_members(segment=segment, contacts=[contact.pk], decision=decision)
        said = {"in": "in this segment by hand", "out": "out of this segment by hand", "": "here as the rules say"}
        messages.success(request, f"{contact} is {said[decision]} now.")
    return redirect("segment_person", pk=pk, person_id=person_id)


@marketers_only
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Make a segment."""
    return _edit(request, None)


@marketers_only
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the name and the rules of a segment."""
    return _edit(request, get_object_or_404(Segment, pk=pk))


def _edit(request: SignedInRequest, segment: Segment | None) -> HttpResponse:
    """Show the editor; whatever is asked of it but to save only shows it anew, with all that was typed."""
    is_saving = "save" in request.POST
    form = NameForm(request.POST if is_saving else None, initial=_name(request, segment))
    editor = Editor(segment=segment, posted=request.POST if request.method == "POST" else None)
    if is_saving and form.is_valid():
        try:
            saved = save_segment(
                segment=segment, name=form.cleaned_data["name"], rules=editor.get_rules(), actor=request.user
            )
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved. Its members are being found.")
            return redirect("segment", pk=saved.pk)
    context = {"segment": segment, "form": form, "editor": editor, "is_saving": is_saving}
    return render(request, "segments/edit.html", context, status=422 if form.errors else 200)


def _name(request: SignedInRequest, segment: Segment | None) -> dict[str, str]:
    return {"name": text_of(request.POST, "name") or (segment.name if segment else "")}


@marketers_only
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a segment, unless another one needs it."""
    segment = get_object_or_404(Segment, pk=pk)
    try:
        delete_segment(segment=segment)
    except StateConflictError as error:
        messages.error(request, str(error))
        return redirect("segment", pk=pk)
    messages.success(request, f"{segment} is deleted. The contacts are still there.")
    return redirect("segments")
