"""Pages of courses, their lessons and their people."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError, UnknownObjectError
from greenroom.hub.courses.access import (
    Verb,
    get_course_for,
    get_lesson_for,
    learns,
    list_courses_for,
    may,
    may_create_course,
    sees_all,
)
from greenroom.hub.courses.models import Course, Enrollment
from greenroom.hub.courses.release import find_closed
from greenroom.hub.courses.results import find_certificate, view_standing
from greenroom.hub.courses.selectors import list_open_courses, list_people, list_progress, view_lesson
from greenroom.hub.courses.services import add_lesson, change_course, create_course, enroll, unenroll
from greenroom.hub.users.models import User
from greenroom.hub.users.selectors import find_user
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import SignedInRequest, add_errors, page_of, signed_in, text_of
from greenroom.hub.web.moments import MomentInput


class CourseForm(forms.Form):
    """A new course."""

    title = forms.CharField(max_length=200)
    summary = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": "3"}))


class CourseSettingsForm(CourseForm):
    """What is said of a course, and who sees it."""

    is_published = forms.BooleanField(
        required=False, label="Published", help_text="Without it only those who teach or edit the course see it."
    )
    publish_at = forms.DateTimeField(
        required=False, label="Publish at", widget=MomentInput, help_text="Empty: learners see it at once."
    )
    close_at = forms.DateTimeField(
        required=False,
        label="Close at",
        widget=MomentInput,
        help_text="Learners go on reading; nobody new takes part or registers. Empty: it stays open.",
    )


class EnrollmentForm(forms.Form):
    """Somebody to take into a course."""

    email = forms.EmailField(label="E-mail address")
    role = forms.ChoiceField(choices=Enrollment.Role.choices, initial=Enrollment.Role.LEARNER)


@signed_in
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show a person's courses with how far they are."""
    courses = list_courses_for(request.user)
    return render(
        request,
        "courses/list.html",
        {
            "progress": list_progress(courses=courses, user=request.user),
            "open_courses": list_open_courses(user=request.user),
            "may_create": may_create_course(request.user),
        },
    )


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Make a course."""
    if not may_create_course(request.user):
        raise UnknownObjectError("There is nothing here, or nothing that you may see.")
    form = CourseForm(request.POST or None)
    if form.is_valid():
        course = create_course(**form.cleaned_data, actor=request.user)
        return redirect("course", slug=course.slug)
    return render(request, "courses/create.html", {"form": form}, status=422 if form.errors else 200)


@signed_in
@require_GET
def course_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show a course's lessons."""
    course = get_course_for(request.user, slug)
    (progress,) = list_progress(courses=list_courses_for(request.user).filter(pk=course.pk), user=request.user)
    return render(
        request,
        "courses/course.html",
        {
            "course": course,
            "lessons": [(lesson, find_closed(lesson, clock.now())) for lesson in course.lessons.all()],
            "sees_all": sees_all(request.user, course),
            "is_shown": course.is_shown(clock.now()),
            "has_closed": course.has_closed(clock.now()),
            "progress": progress,
            "may_edit": may(request.user, Verb.EDIT, course),
            "may_see_people": may(request.user, Verb.PEOPLE, course),
            "may_observe": may(request.user, Verb.OBSERVE, course),
            **_own_standing(course, request.user, progress.role),
        },
    )


def _own_standing(course: Course, user: User, role: str) -> dict[str, object]:
    """Return what the page says to a learner about completing the course."""
    if role != Enrollment.Role.LEARNER:
        return {}
    standing = view_standing(course=course, user=user)
    return {"standing": standing, "certificate": find_certificate(course=course, user=user), "is_own": True}


@signed_in
@require_http_methods(["GET", "POST"])
def course_settings(request: SignedInRequest, slug: str) -> HttpResponse:
    """Rename a course, publish it now or later, close it, or make it a draft again."""
    course = get_course_for(request.user, slug, Verb.EDIT)
    initial = {name: getattr(course, name) for name in CourseSettingsForm.base_fields}
    form = CourseSettingsForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            change_course(course=course, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("course", slug=slug)
    context = {"course": course, "form": form}
    return render(request, "courses/course_settings.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def create_lesson(request: SignedInRequest, slug: str) -> HttpResponse:
    """Add a lesson to a course."""
    course = get_course_for(request.user, slug, Verb.EDIT)
    try:
        lesson = add_lesson(course=course, title=text_of(request.POST, "title"))
    except InvalidInputError as error:
        messages.error(request, str(error))
        return redirect("course", slug=slug)
    return redirect(lesson_url(lesson.pk, is_editing=True))


@signed_in
@require_GET
def lesson_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a lesson; with `?edit=1` the same page with handles for those who may edit."""
    lesson = get_lesson_for(request.user, pk)
    may_edit = may(request.user, Verb.EDIT, lesson.course)
    takes_part = may(request.user, Verb.TAKE_PART, lesson.course)
    closed = find_closed(lesson, clock.now())
    is_team = sees_all(request.user, lesson.course)
    is_shown = closed is None or is_team
    return render(
        request,
        "courses/lesson.html",
        {
            "lesson": lesson,
            "closed": closed,
            "is_shown": is_shown,
            "sees_all": is_team,
            "sections": view_lesson(lesson=lesson, user=request.user, takes_part=takes_part) if is_shown else [],
            "may_edit": may_edit,
            "may_see_results": may(request.user, Verb.RESULTS, lesson.course),
            "may_observe": may(request.user, Verb.OBSERVE, lesson.course),
            "is_editing": may_edit and request.GET.get("edit") == "1",
            "learns": learns(request.user, lesson.course),
        },
    )


@signed_in
@require_http_methods(["GET", "POST"])
def people_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show who is in a course, and take people in."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    form = EnrollmentForm(request.POST or None)
    if form.is_valid():
        user = find_user(email=form.cleaned_data["email"])
        if user is None:
            add_errors(form, InvalidInputError("", {"email": "Nobody signs in with this address yet. Add them first."}))
        else:
            try:
                enroll(course=course, user=user, role=form.cleaned_data["role"])
            except StateConflictError as error:
                form.add_error("email", str(error))
            else:
                messages.success(request, f"{user} is in this course.")
                return redirect("course_people", slug=slug)
    page = page_of(request, list_people(course=course, text=text_of(request.GET, "q")))
    context = {"course": course, "form": form, "page": page}
    return render(request, "courses/people.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def remove_person(request: SignedInRequest, slug: str, user_id: int) -> HttpResponse:
    """Take a person out of a course."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    enrollment = course.enrollments.filter(user=user_id).select_related("user").first()
    if enrollment:
        unenroll(course=course, user=enrollment.user)
        messages.success(request, f"{enrollment.user} is no longer in this course. What they completed is kept.")
    return redirect("course_people", slug=slug)
