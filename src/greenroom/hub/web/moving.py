"""Putting lessons and what is in them, and fields of forms, into another order: dragged, or by buttons."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.core.positions import DOWN, UP, Place
from greenroom.hub.courses.access import Verb, get_item_for, get_lesson_for, get_section_for
from greenroom.hub.courses.models import Section, SectionItem
from greenroom.hub.courses.services.positions import (
    move_item,
    move_lesson,
    move_section,
    step_item,
    step_lesson,
    step_section,
)
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import NOTHING, SignedInRequest, marketers_only, number_of, signed_in, text_of
from greenroom.hub.webforms.models import FormField
from greenroom.hub.webforms.services import move_field, step_field

_STEPS = {"up": UP, "down": DOWN}


@signed_in
@require_POST
def lesson(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a lesson in its course."""
    moved = get_lesson_for(request.user, pk, Verb.EDIT)
    _act(
        request,
        moved.title,
        step=lambda by: step_lesson(lesson=moved, by=by),
        put=lambda before: move_lesson(lesson=moved, before=before),
    )
    return redirect("course", slug=moved.course.slug)


@signed_in
@require_POST
def section(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a section in its lesson."""
    moved = get_section_for(request.user, pk, Verb.EDIT)
    _act(
        request,
        moved.title,
        step=lambda by: step_section(section=moved, by=by),
        put=lambda before: move_section(section=moved, before=before),
    )
    return redirect(lesson_url(moved.lesson_id, anchor=f"section-{pk}", is_editing=True))


@signed_in
@require_POST
def item(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move an item in its lesson, also into another section."""
    moved = get_item_for(request.user, pk, Verb.EDIT)
    into = _section_asked_for(request, moved)
    _act(
        request,
        moved.shown_title or "The text",
        step=lambda by: step_item(item=moved, by=by),
        put=lambda before: move_item(item=moved, section=into, before=before),
    )
    return redirect(lesson_url(moved.section.lesson_id, anchor=f"item-{pk}", is_editing=True))


@marketers_only
@require_POST
def form_field(request: SignedInRequest, pk: int) -> HttpResponse:
    """Move a field in its form."""
    moved = get_object_or_404(FormField.objects.select_related("form"), pk=pk)
    _act(
        request,
        moved.label,
        step=lambda by: step_field(field=moved, by=by),
        put=lambda before: move_field(field=moved, before=before),
    )
    return redirect("web_form", pk=moved.form_id)


def _section_asked_for(request: SignedInRequest, moved: SectionItem) -> Section:
    """Return the section an item is dragged into: one of its own lesson."""
    pk = number_of(request.POST, "section")
    if pk is None:
        return moved.section
    into = get_section_for(request.user, pk, Verb.EDIT)
    if into.lesson_id != moved.section.lesson_id:
        raise UnknownObjectError(NOTHING)
    return into


def _act(
    request: SignedInRequest, title: str, *, step: Callable[[int], Place], put: Callable[[int | None], Place]
) -> None:
    """Do what `to` asks for: a step up or down, or to be put before another (`before`; none is the end)."""
    by = _STEPS.get(text_of(request.POST, "to"))
    try:
        place = step(by) if by else put(number_of(request.POST, "before"))
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{title}” is now {place.number} of {place.total}.")
