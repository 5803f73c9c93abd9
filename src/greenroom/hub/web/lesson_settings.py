"""What lessons and sections are called, and when lessons and items are open to learners."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.courses.access import Verb, get_item_for, get_lesson_for, get_section_for
from greenroom.hub.courses.services import change_lesson, change_release, change_section
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import SignedInRequest, add_errors, signed_in
from greenroom.hub.web.moments import MomentInput


class ReleaseForm(forms.Form):
    """When something is open; empty is always."""

    available_from = forms.DateTimeField(
        required=False, label="Opens", widget=MomentInput, help_text="Empty: it is open as soon as it is there."
    )
    available_until = forms.DateTimeField(
        required=False, label="Closes", widget=MomentInput, help_text="Empty: it stays open."
    )


class LessonForm(ReleaseForm):
    """What a lesson is called, and when it is open."""

    field_order = ("title", "summary", "available_from", "available_until")

    title = forms.CharField(max_length=200)
    summary = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": "3"}))


class SectionForm(forms.Form):
    """What a section is called."""

    title = forms.CharField(max_length=200)


def _initial(form: type[forms.Form], thing: object) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in form.base_fields}


@signed_in
@require_http_methods(["GET", "POST"])
def lesson_settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename a lesson, and say when it is open."""
    lesson = get_lesson_for(request.user, pk, Verb.EDIT)
    form = LessonForm(request.POST or None, initial=_initial(LessonForm, lesson))
    if form.is_valid():
        try:
            change_lesson(lesson=lesson, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("lesson", pk=pk)
    return _answer(request, form, title="Lesson settings", lesson=lesson, lead=lesson.title)


@signed_in
@require_http_methods(["GET", "POST"])
def section_settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Rename a section."""
    section = get_section_for(request.user, pk, Verb.EDIT)
    form = SectionForm(request.POST or None, initial=_initial(SectionForm, section))
    if form.is_valid():
        change_section(section=section, **form.cleaned_data)
        return redirect(lesson_url(section.lesson_id, anchor=f"section-{pk}", is_editing=True))
    return _answer(request, form, title="Rename the section", lesson=section.lesson, lead=section.title)


@signed_in
@require_http_methods(["GET", "POST"])
def item_release(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say when an item is open."""
    item = get_item_for(request.user, pk, Verb.EDIT)
    lesson = item.section.lesson
    form = ReleaseForm(request.POST or None, initial=_initial(ReleaseForm, item))
    if form.is_valid():
        try:
            change_release(thing=item, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect(lesson_url(lesson.pk, anchor=f"item-{pk}", is_editing=True))
    return _answer(request, form, title="When this is open", lesson=lesson, lead=item.shown_title)


def _answer(request: SignedInRequest, form: forms.Form, **context: object) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "courses/lesson_settings.html", {"form": form, **context}, status=status)
