"""Pages of who takes part in a course: open courses, leaving, and taking in many people from a list."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.access import Verb, get_course_for
from greenroom.hub.courses.csv_rows import MOST_ROWS
from greenroom.hub.courses.selectors import find_open_course
from greenroom.hub.courses.services import (
    carry_out_enrollments,
    change_enrollment,
    leave,
    plan_enrollments,
    take_part,
)
from greenroom.hub.courses.services.enrolment_file import COLUMNS
from greenroom.hub.web.doors import SignedInRequest, add_errors, signed_in

# Characters; what is shown is sent back to be carried out, and has to fit into a form.
_LONGEST_LIST = 500_000
MOST_SHOWN = 200


class EnrolmentForm(forms.Form):
    """Who may take themselves in, and what assistants may."""

    is_open = forms.BooleanField(
        required=False, label="Open", help_text="Whoever signs in finds the course under Courses and may take part."
    )
    capacity = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=1_000_000,
        label="Learners at most",
        help_text="Empty is no limit. It holds for invitations as well. You can always take in more by hand.",
    )
    trusts_assistants = forms.BooleanField(
        required=False,
        label="Assistants start events and judge results",
        help_text="Without it they see who registered and attended, and change nothing.",
    )


class PeopleListForm(forms.Form):
    """A list of people, pasted or in a file."""

    text = forms.CharField(
        required=False,
        label="Paste a list",
        help_text=f"The first line names the columns: {', '.join(COLUMNS)}. Only email is needed.",
        widget=forms.Textarea(attrs={"rows": "8", "spellcheck": "false"}),
    )
    file = forms.FileField(required=False, label="Or choose a CSV file", help_text=f"At most {MOST_ROWS:,} rows.")

    def clean(self) -> dict[str, Any]:
        """Take the text of the file for what was pasted."""
        given: dict[str, Any] = super().clean() or {}
        file = given.get("file")
        if (file and file.size > _LONGEST_LIST) or len(given.get("text", "")) > _LONGEST_LIST:
            raise forms.ValidationError({"text": "This list is too long. Bring it in several parts."})
        if file:
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise forms.ValidationError(
                    {"file": "Save the table as CSV in UTF-8, then choose it again."}
                ) from error
        return given


@signed_in
@require_http_methods(["GET", "POST"])
def enrolment_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Say who may take themselves into a course, and what its assistants may do."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    initial = {name: getattr(course, name) for name in EnrolmentForm.base_fields}
    form = EnrolmentForm(request.POST or None, initial=initial)
    if form.is_valid():
        change_enrollment(course=course, **form.cleaned_data)
        return redirect("course_people", slug=slug)
    context = {"course": course, "form": form}
    return render(request, "courses/enrolment.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def import_people(request: SignedInRequest, slug: str) -> HttpResponse:
    """Take a list of people into a course: show what would happen first, and do it when it is sent again."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    form = PeopleListForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"course": course, "form": form}
    if form.is_valid():
        text = form.cleaned_data["text"]
        try:
            plan = plan_enrollments(course=course, text=text, actor=request.user)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            if "confirm" in request.POST:
                count = carry_out_enrollments(course=course, plan=plan)
                messages.success(request, f"{count} {'person has' if count == 1 else 'people have'} their role now.")
                return redirect("course_people", slug=slug)
            problems_first = sorted(plan, key=lambda one: not one.problem)
            context |= {
                "text": text,
                "plan": problems_first[:MOST_SHOWN],
                "not_shown": max(0, len(plan) - MOST_SHOWN),
                "changes": sum(one.is_change for one in plan),
                "problems": sum(bool(one.problem) for one in plan),
            }
    return render(request, "courses/import_people.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def enter(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show an open course to somebody who is not in it, and take them in when they say so."""
    course = find_open_course(user=request.user, slug=slug)
    if course is None:
        return redirect("course", slug=get_course_for(request.user, slug).slug)
    if request.method == "POST":
        take_part(course=course, user=request.user)
        messages.success(request, f"You take part in {course}.")
        return redirect("course", slug=slug)
    context = {"course": course, "has_closed": course.has_closed(clock.now())}
    return render(request, "courses/enter.html", context)


@signed_in
@require_POST
def leave_course(request: SignedInRequest, slug: str) -> HttpResponse:
    """Let a learner leave a course."""
    course = get_course_for(request.user, slug, Verb.TAKE_PART)
    leave(course=course, user=request.user)
    messages.success(request, f"You no longer take part in {course}. What you completed is kept.")
    return redirect("courses")
