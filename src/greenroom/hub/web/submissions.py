"""Pages of what visitors sent: the list, one of them, and doing again what was not done."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.actions.registry import list_actions
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.events.models import Event
from greenroom.hub.web.doors import SignedInRequest, marketers_only, number_of, page_of, text_of
from greenroom.hub.webforms.answers import read_answers
from greenroom.hub.webforms.models import FormField, Submission, SubmissionAct, WebForm
from greenroom.hub.webforms.selectors import count_submissions, list_offered_events, list_submissions
from greenroom.hub.webforms.services import accept_submission, retry_acts
from greenroom.hub.webforms.words import name_event

_STATES = [
    (Submission.State.ACCEPTED, "Accepted"),
    (Submission.State.UNCONFIRMED, "Not confirmed"),
    (Submission.State.SET_ASIDE, "Set aside"),
    ("failed", "Something not done"),
]


@marketers_only
@require_GET
def list_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what was sent by a form, and how it does."""
    form = get_object_or_404(WebForm, pk=pk)
    state = text_of(request.GET, "state")
    known = state if state in dict(_STATES) else ""
    page = page_of(request, list_submissions(form=form, text=text_of(request.GET, "q"), state=known))
    context = {"form": form, "page": page, "states": _STATES, "statistics": count_submissions(form=form)}
    return render(request, "webforms/submissions.html", context)


@marketers_only
@require_GET
def submission_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what one visitor sent, and what has become of it."""
    submission = _find(pk)
    acts = list(submission.acts.select_related("event"))
    failed = [one for one in acts if one.state == SubmissionAct.State.FAILED]
    names = {one.key: one.name for one in list_actions()}
    context = {
        "form": submission.form,
        "submission": submission,
        "answers": read_answers(submission.answers),
        "acts": [(one, names.get(one.kind, "An action that is gone")) for one in acts],
        "has_failed": bool(failed),
        "others": _list_others(submission, failed),
    }
    return render(request, "webforms/submission.html", context)


def _list_others(submission: Submission, failed: list[SubmissionAct]) -> list[tuple[int, str]]:
    """Return the events that may stand in for those for which something was not done."""
    products = {one.event.product for one in failed if one.event}
    products |= set(submission.form.fields.filter(kind=FormField.Kind.EVENT).values_list("product", flat=True))
    if not failed:
        return []
    offered = [event for product in sorted(products) for event in list_offered_events(FormField(product=product))]
    return [(one.pk, name_event(one)) for one in offered]


@marketers_only
@require_POST
def retry(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have done what was not done, for another event if one is chosen."""
    submission = _find(pk)
    event = Event.objects.filter(pk=number_of(request.POST, "event") or 0).first()
    count = retry_acts(submission=submission, event=event)
    messages.success(request, "It is being done again." if count else "Everything is done, or under way.")
    return redirect("submission", pk=pk)


@marketers_only
@require_POST
def accept(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take in what was set aside."""
    submission = _find(pk)
    try:
        accept_submission(submission=submission)
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Accepted. What the form promises is being done.")
    return redirect("submission", pk=pk)


def _find(pk: int) -> Submission:
    return get_object_or_404(Submission.objects.select_related("form", "contact"), pk=pk)
