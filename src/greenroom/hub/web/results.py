"""How people stand with a course and its items: for those who teach, and for each learner."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.courses.access import Verb, get_course_for, get_item_for, list_observed_learners, may
from greenroom.hub.courses.completion_rule import CompletionRule
from greenroom.hub.courses.course_rule import policy_of
from greenroom.hub.courses.models import Completion, Course, Enrollment, ItemClick, SectionItem
from greenroom.hub.courses.occurrences import list_dates_of
from greenroom.hub.courses.results import (
    OPEN,
    count_unmatched,
    find_certificate,
    has_withheld_certificate,
    list_certificate_changes,
    list_changes,
    list_learners,
    list_learners_of_item,
    list_out_of_reach,
    list_standings,
    view_roster,
    view_standing,
)
from greenroom.hub.courses.services import (
    mark,
    note_click,
    restore_certificate,
    revoke_certificate,
    set_policy,
    take_back_marks,
)
from greenroom.hub.courses.services.completion import rule_of
from greenroom.hub.courses.services.reminding import REGISTRABLE
from greenroom.hub.events.products import Ability, can
from greenroom.hub.users.models import User
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, page_of, signed_in, text_of

_RESULTS = [*Completion.Status.choices, (OPEN, "Open")]
_BY_RULE = "rule"
_OUT_OF_REACH = "out"


class PolicyForm(forms.Form):
    """When a course is completed."""

    percent = forms.IntegerField(
        label="Per cent of the required items", min_value=1, max_value=100, help_text="100 asks for all of them."
    )
    complete_by = forms.DateTimeField(
        label="Complete by",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In your time zone. Empty is no deadline. What took place until then counts, also when GoTo tells of "
        "it later.",
    )
    gives_certificate = forms.BooleanField(
        required=False,
        label="Give a certificate",
        help_text="Everybody who completes the course gets one, also those who have completed it already.",
    )
    credits = forms.CharField(
        label="Hours or credits",
        required=False,
        max_length=60,
        help_text="What a certificate says the course is worth, such as “6 hours” or “2.5 CPE credits”. Those issued "
        "already stay as they are.",
    )


class MarkForm(forms.Form):
    """What an instructor says of some people."""

    status = forms.ChoiceField(
        label="Mark as", choices=[*Completion.Status.choices, (_BY_RULE, "As the rule says: take marks back")]
    )
    reason = forms.CharField(max_length=500, help_text="The people you mark can read it.")


@signed_in
@require_http_methods(["GET", "POST"])
def policy_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say when a course is completed."""
    course = get_course_for(request.user, slug, Verb.EDIT)
    policy = policy_of(course)
    initial = {name: getattr(policy, name) for name in PolicyForm.base_fields}
    form = PolicyForm(request.POST or None, initial=initial)
    if form.is_valid():
        set_policy(course=course, **form.cleaned_data)
        messages.success(request, "Saved. Who completes the course by this has been written down.")
        return redirect("course", slug=slug)
    context = {"course": course, "form": form}
    return render(request, "courses/policy.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def results_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the learners of a course whose results the person may see beside all its items."""
    course = get_course_for(request.user, slug, Verb.OBSERVE)
    learners = list_learners(course=course, text=text_of(request.GET, "q"))
    learners = list_observed_learners(request.user, course, among=learners)
    if text_of(request.GET, "reach") == _OUT_OF_REACH:
        page = page_of(request, list_out_of_reach(course=course, users=[one.user for one in learners]))
        standings = list(page.object_list)
    else:
        page = page_of(request, learners)
        standings = list_standings(course=course, users=[one.user for one in page.object_list])
    reaches = [(_OUT_OF_REACH, "Cannot complete any more")]
    context = {
        "course": course,
        "page": page,
        "standings": standings,
        "reaches": reaches,
        "may_export": may(request.user, Verb.RESULTS, course),
        "filters": {name: text_of(request.GET, name) for name in ("q", "reach")},
    }
    return render(request, "results/matrix.html", context)


@signed_in
@require_GET
def person_page(request: SignedInRequest, slug: str, user_id: int) -> HttpResponse:
    """Show how one learner stands with a course, and how it came to that."""
    course = get_course_for(request.user, slug, Verb.OBSERVE)
    person = _get_learner(course, user_id)
    if not list_observed_learners(request.user, course).filter(user=person).exists():
        raise UnknownObjectError(NOTHING)
    return _transcript(request, course, person)


@signed_in
@require_GET
def own_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show a learner their own results."""
    course = get_course_for(request.user, slug)
    return _transcript(request, course, _get_learner(course, request.user.pk))


def _get_learner(course: Course, user_id: int) -> User:
    enrollment = course.enrollments.filter(user=user_id, role=Enrollment.Role.LEARNER).select_related("user").first()
    if enrollment is None:
        raise UnknownObjectError(NOTHING)
    return enrollment.user


class CertificateForm(forms.Form):
    """Why a certificate is revoked or brought back."""

    reason = forms.CharField(
        max_length=500, help_text="The learner can read it. Whoever verifies the certificate cannot."
    )


@signed_in
@require_http_methods(["GET", "POST"])
def revoke_certificate_page(request: SignedInRequest, slug: str, user_id: int) -> HttpResponse:
    """Revoke a learner's certificate."""
    return _change_certificate(request, slug, user_id, is_revoking=True)


@signed_in
@require_http_methods(["GET", "POST"])
def restore_certificate_page(request: SignedInRequest, slug: str, user_id: int) -> HttpResponse:
    """Bring back a learner's certificate that was revoked."""
    return _change_certificate(request, slug, user_id, is_revoking=False)


def _change_certificate(request: SignedInRequest, slug: str, user_id: int, *, is_revoking: bool) -> HttpResponse:
    course = get_course_for(request.user, slug, Verb.LEAD)
    person = _get_learner(course, user_id)
    form = CertificateForm(request.POST or None)
    if form.is_valid():
        change = revoke_certificate if is_revoking else restore_certificate
        change(course=course, user=person, reason=form.cleaned_data["reason"], actor=request.user)
        messages.success(request, f"The certificate is {'revoked' if is_revoking else 'valid again'}.")
        return redirect("person_results", slug=slug, user_id=user_id)
    context = {"course": course, "person": person, "form": form, "is_revoking": is_revoking}
    return render(request, "results/certificate.html", context, status=422 if form.errors else 200)


def _transcript(request: SignedInRequest, course: Course, user: User) -> HttpResponse:
    context = {
        "course": course,
        "person": user,
        "is_own": user == request.user,
        "standing": view_standing(course=course, user=user),
        "changes": page_of(request, list_changes(course=course, user=user)),
        "certificate": find_certificate(course=course, user=user),
        "has_withheld": has_withheld_certificate(course=course, user=user),
        "certificate_changes": list_certificate_changes(course=course, user=user),
        "may_judge": may(request.user, Verb.LEAD, course),
    }
    return render(request, "results/transcript.html", context)


@signed_in
@require_GET
def roster_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show how learners stand with one item, and let those who lead mark them."""
    item, rule = _get_item(request, pk, Verb.OBSERVE)
    return _show_roster(request, item, rule, MarkForm())


@signed_in
@require_POST
def mark_people(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark the chosen people, or take their marks back."""
    item, rule = _get_item(request, pk, Verb.LEAD)
    form = MarkForm(request.POST)
    chosen = [int(one) for one in request.POST.getlist("user") if one.isdecimal() and len(one) < 19]
    if form.is_valid() and not chosen:
        form.add_error(None, "Choose at least one person.")
    if form.is_valid():
        try:
            messages.success(request, _carry_out(item, form, chosen, request.user))
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("roster", pk=pk)
    return _show_roster(request, item, rule, form, chosen)


def _carry_out(item: SectionItem, form: MarkForm, chosen: list[int], actor: User) -> str:
    status, reason = form.cleaned_data["status"], form.cleaned_data["reason"]
    if status == _BY_RULE:
        count = take_back_marks(item=item, users=chosen, reason=reason, actor=actor)
        return f"{count} {'mark was' if count == 1 else 'marks were'} taken back. The rule decides again."
    count = mark(item=item, users=chosen, status=status, reason=reason, actor=actor)
    return f"{count} {'person is' if count == 1 else 'people are'} marked as {Completion.Status(status).label.lower()}."


def _get_item(request: SignedInRequest, pk: int, verb: Verb) -> tuple[SectionItem, CompletionRule]:
    item = get_item_for(request.user, pk, verb)
    if item.event is None and not item.is_required:
        raise UnknownObjectError(NOTHING)
    return item, rule_of(item)


def _show_roster(
    request: SignedInRequest, item: SectionItem, rule: CompletionRule, form: MarkForm, chosen: list[int] | None = None
) -> HttpResponse:
    result = text_of(request.GET, "result")
    filters = {"q": text_of(request.GET, "q"), "result": result if result in dict(_RESULTS) else ""}
    learners = list_learners_of_item(item=item, text=filters["q"], result=filters["result"])
    course = item.section.lesson.course
    page = page_of(request, list_observed_learners(request.user, course, among=learners))
    may_mark = may(request.user, Verb.LEAD, course)
    signs_up = item.event is not None and can(item.event.product, Ability.REGISTER)
    may_ask = signs_up and may(request.user, Verb.PEOPLE, course)
    may_ask = may_ask and any(one.state in REGISTRABLE for one in list_dates_of(item))
    context = {
        "item": item,
        "rule": rule,
        "page": page,
        "rows": view_roster(item=item, users=[one.user for one in page.object_list]),
        "results": _RESULTS,
        "signs_up": signs_up,
        "may_remind": may_ask,
        "may_register": may_ask and not item.picks_date,
        "may_mark": may_mark,
        "may_see_results": may(request.user, Verb.RESULTS, course),
        "filters": filters,
        "unmatched": count_unmatched(item=item) if may_mark else (),
        "form": form,
        "chosen": chosen or [],
    }
    return render(request, "results/roster.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def confirm_done(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a learner's word that they have read a text."""
    item = get_item_for(request.user, pk, Verb.TAKE_PART)
    if item.kind != SectionItem.Kind.TEXT:
        raise StateConflictError("Only a text is marked as read.")
    note_click(item=item, user=request.user, kind=ItemClick.Kind.DONE)
    return redirect(lesson_url(item.section.lesson_id, anchor=f"item-{item.pk}"))
