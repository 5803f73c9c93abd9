"""
Forms as visitors meet them: on a page of ours, or inside a page of another site.

There is no session and no CSRF token here, since other sites may show the form; a signed word that was shown with it
says that a person has seen it, and when.
"""

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from greenroom.hub.contacts.addresses import normalize
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.web.doors import NOTHING, text_of
from greenroom.hub.web.middleware import content_security_policy
from greenroom.hub.webforms.answers import list_known, read_answers, read_contact_values
from greenroom.hub.webforms.errors import TooManySubmissionsError
from greenroom.hub.webforms.forms import VisitorForm, name_of
from greenroom.hub.webforms.models import FormField, Submission, WebForm
from greenroom.hub.webforms.outcomes import list_outcomes
from greenroom.hub.webforms.selectors import find_fixed_events, get_open_form, list_offers
from greenroom.hub.webforms.services import Sent, confirm_submission, count_view, submit
from greenroom.hub.webforms.tokens import (
    Acquaintance,
    digest_visitor,
    read_acquaintance,
    read_confirmation,
    read_shown,
    read_submission,
    sign_acquaintance,
    sign_shown,
    sign_submission,
)

_COOKIE, _KEPT_SECONDS = "greenroom_forms", 180 * 86_400
_LONGEST_PAGE = 500
# The status at which htmx no longer asks again.
_STOP_ASKING = 286


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def form_page(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show a form on a page of its own, and take what is sent."""
    return _visit(request, public_id, is_embedded=False)


@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def embedded_page(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Show a form inside a page of another site, and take what is sent."""
    form = get_open_form(public_id)
    answer = _visit(request, public_id, is_embedded=True)
    return _let_be_framed(answer, form)


def _let_be_framed(answer: HttpResponseBase, form: WebForm) -> HttpResponseBase:
    answer["Content-Security-Policy"] = content_security_policy(ancestors=form.sites.replace("\n", " ") or "*")
    return answer


def _visit(request: HttpRequest, public_id: str, *, is_embedded: bool) -> HttpResponseBase:
    form = get_open_form(public_id)
    if not form.is_open:
        return render(request, "webforms/visitor/closed.html", {"form": form, "is_embedded": is_embedded}, status=410)
    fields = list(form.fields.all())
    known = read_acquaintance(request.COOKIES.get(_COOKIE, ""))
    if request.method != "POST":
        typed = _make(request, form, fields, skipped=_list_skipped(fields, known))
        if request.method == "GET":
            count_view(form=form, browser=request.headers.get("User-Agent", ""))
        return _show(request, form, typed, is_embedded=is_embedded)
    if known and not known.is_of(_typed_address(request, fields)):
        known = None  # somebody else sits here now: they are asked everything
    typed = _make(request, form, fields, skipped=_list_skipped(fields, known))
    if not typed.is_valid():
        return _show(request, form, typed, is_embedded=is_embedded, status=422)
    return _take(request, form, typed, known, is_embedded=is_embedded)


def _make(request: HttpRequest, form: WebForm, fields: Sequence[FormField], *, skipped: set[int]) -> VisitorForm:
    return VisitorForm(
        request.POST if request.method == "POST" else None,
        fields=fields,
        offers=list_offers(fields),
        actions=list(form.actions.all()),
        skipped=skipped,
        parameters=request.GET.dict(),
    )


def _list_skipped(fields: Sequence[FormField], known: Acquaintance | None) -> set[int]:
    """Return what this browser's person need not be asked again: what they told here, or what we know to be theirs."""
    if known is None:
        return set()
    contact = Contact.objects.filter(pk=known.contact_id).first() if known.contact_id else None
    told = known.given | (list_known(contact) if contact else set())
    return {one.pk for one in fields if one.is_asked_once and one.contact_field in told}


def _typed_address(request: HttpRequest, fields: Sequence[FormField]) -> str:
    names = [name_of(one) for one in fields if one.kind == FormField.Kind.EMAIL]
    return normalize(text_of(request.POST, names[0])) if names else ""


def _show(
    request: HttpRequest, form: WebForm, typed: VisitorForm, *, is_embedded: bool, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "typed": typed,
        "token": sign_shown(form.pk),
        "page": text_of(request.POST, "page") or request.headers.get("Referer", "")[:_LONGEST_PAGE],
        "events": find_fixed_events(form.actions.all()).values(),
        "problem": problem,
        "is_embedded": is_embedded,
    }
    return render(request, "webforms/visitor/form.html", context, status=status)


def _take(
    request: HttpRequest, form: WebForm, typed: VisitorForm, known: Acquaintance | None, *, is_embedded: bool
) -> HttpResponseBase:
    shown = read_shown(form.pk, text_of(request.POST, "token"))
    if shown is None:
        problem = "This page was open for more than a day. Look at your answers again, then send them."
        return _show(request, form, typed, is_embedded=is_embedded, problem=problem, status=422)
    sent = Sent(
        answers=typed.get_answers(),
        shown=shown,
        visitor=_digest_visitor(request),
        page=text_of(request.POST, "page")[:_LONGEST_PAGE],
        is_suspicious=typed.is_suspicious,
        proven_contact=known.contact_id if known else None,
    )
    try:
        submission = submit(form=form, sent=sent)
    except TooManySubmissionsError as error:
        return _show(request, form, typed, is_embedded=is_embedded, problem=str(error), status=error.status)
    return _remember(_lead_on(submission, is_embedded=is_embedded), submission, known)


def _digest_visitor(request: HttpRequest) -> str:
    """Return by what a visitor's network is known again; behind a proxy it is the last that the proxy has added."""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() if settings.IS_HTTPS else ""
    return digest_visitor(forwarded or request.META.get("REMOTE_ADDR", ""))


def _lead_on(submission: Submission, *, is_embedded: bool) -> HttpResponse:
    form = submission.form
    if form.redirect_url and submission.state == Submission.State.ACCEPTED:
        return HttpResponseRedirect(form.redirect_url)
    address = reverse("form_sent", args=[form.public_id, sign_submission(submission.pk)])
    return HttpResponseRedirect(address + ("?embedded=1" if is_embedded else ""))


def _remember(
    answer: HttpResponse, submission: Submission, known: Acquaintance | None, *, contact_id: int | None = None
) -> HttpResponse:
    """Have the browser keep what its person need not be asked again."""
    told = read_contact_values(submission.form.fields.all(), read_answers(submission.answers))
    word = sign_acquaintance(
        email=submission.email,
        given={*told, *(known.given if known else ())},
        contact_id=contact_id or (known.contact_id if known else None),
    )
    answer.set_cookie(
        _COOKIE, word, max_age=_KEPT_SECONDS, path="/f/", secure=settings.IS_HTTPS, httponly=True, samesite="Lax"
    )
    return answer


@xframe_options_exempt
@require_safe
@never_cache
def sent_page(request: HttpRequest, public_id: str, token: str) -> HttpResponseBase:
    """Thank, and tell how it stands; the page asks for it again by itself."""
    submission = _find_submission(read_submission(token), public_id)
    outcomes = list_outcomes(submission)
    is_moving = any(one.is_moving for one in outcomes)
    is_part = bool(request.htmx)  # type: ignore[attr-defined]
    context = {
        "form": submission.form,
        "submission": submission,
        "outcomes": outcomes,
        "is_moving": is_moving,
        "is_embedded": "embedded" in request.GET,
    }
    template = "webforms/visitor/outcomes.html" if is_part else "webforms/visitor/sent.html"
    status = _STOP_ASKING if is_part and not is_moving else 200
    return _let_be_framed(render(request, template, context, status=status), submission.form)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm_page(request: HttpRequest, token: str) -> HttpResponseBase:
    """
    Ask whoever opens the mailed link to say that it was them, and note it.

    Only the button does: programs that look into mails open links by themselves.
    """
    pk, is_in_time = read_confirmation(token)
    submission = _find_submission(pk)
    if request.method == "POST" and is_in_time:
        confirm_submission(submission=submission, visitor=_digest_visitor(request))
        return _remember(_lead_on(submission, is_embedded=False), submission, None, contact_id=_contact_of(submission))
    if submission.state != Submission.State.UNCONFIRMED and submission.confirmed_at is None:
        raise StateConflictError("There is nothing to confirm here any more.")
    context = {"form": submission.form, "submission": submission, "is_in_time": is_in_time, "is_embedded": False}
    return render(request, "webforms/visitor/confirm.html", context, status=200 if is_in_time else 410)


def _contact_of(submission: Submission) -> int | None:
    return Submission.objects.values_list("contact", flat=True).get(pk=submission.pk)


def _find_submission(pk: int, public_id: str = "") -> Submission:
    found = Submission.objects.select_related("form").filter(pk=pk).first()
    if found is None or (public_id and found.form.public_id != public_id):
        raise UnknownObjectError(NOTHING)
    return found
