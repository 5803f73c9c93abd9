"""Texts, links, files and recordings in lessons: putting them in, changing them, opening them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.courses.access import Verb, get_item_for, get_section_for, list_accounts_for
from greenroom.hub.courses.models import ItemClick, SectionItem
from greenroom.hub.courses.services import (
    add_file_item,
    add_link_item,
    add_recording_item,
    add_text_item,
    change_material,
    note_click,
)
from greenroom.hub.events.selectors import find_recordings
from greenroom.hub.events.services.recordings import get_recording_url
from greenroom.hub.web.addresses import lesson_url
from greenroom.hub.web.doors import NOTHING, SignedInRequest, add_errors, number_of, page_of, signed_in, text_of
from greenroom.hub.web.downloads import send

_Kind = SectionItem.Kind


def _required_when(sentence: str) -> forms.BooleanField:
    return forms.BooleanField(required=False, label="Required to complete the course", help_text=sentence)


class TextForm(forms.Form):
    """A text to put into a lesson."""

    title = forms.CharField(max_length=200, required=False)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": "8"}))
    is_required = _required_when("It is done when a learner marks it as read.")


class LinkForm(forms.Form):
    """A page elsewhere."""

    title = forms.CharField(max_length=200, required=False)
    url = forms.URLField(
        label="Address", max_length=2000, assume_scheme="https", widget=forms.URLInput(attrs={"autocomplete": "off"})
    )
    text = forms.CharField(label="What is there", required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    is_required = _required_when("It is done when a learner has opened it.")


class FileForm(forms.Form):
    """A file to download."""

    title = forms.CharField(max_length=200, required=False)
    file = forms.FileField()
    text = forms.CharField(label="What is in it", required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    is_required = _required_when("It is done when a learner has opened it.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Tell how large a file may be."""
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = f"At most {settings.FILE_LIMIT // 1_000_000} MB. It is downloaded as it is."


class OtherFileForm(FileForm):
    """What is said of a file that is kept, and another one in its place."""

    file = forms.FileField(required=False, label="Another file")


class RecordingForm(forms.Form):
    """What a recording is called in the lesson."""

    title = forms.CharField(max_length=200, required=False)
    text = forms.CharField(label="What is in it", required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    is_required = _required_when(
        "It is done when a learner has opened it here. GoTo does not tell how much of it they watched."
    )


_NEW: dict[str, tuple[str, type[forms.Form], Callable[..., SectionItem]]] = {
    "text": ("Add a text", TextForm, add_text_item),
    "link": ("Add a link", LinkForm, add_link_item),
    "file": ("Add a file", FileForm, add_file_item),
}
_FORMS: dict[str, type[forms.Form]] = {
    _Kind.TEXT: TextForm,
    _Kind.LINK: LinkForm,
    _Kind.FILE: OtherFileForm,
    _Kind.RECORDING: RecordingForm,
}


@signed_in
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, pk: int, kind: str) -> HttpResponse:
    """Put a text, a link or a file into the section."""
    section = get_section_for(request.user, pk, Verb.EDIT)
    title, form_class, add_item = _NEW[kind]
    form = form_class(request.POST or None, request.FILES or None, initial={"url": text_of(request.GET, "url")})
    if form.is_valid():
        try:
            item = add_item(section=section, actor=request.user, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect(lesson_url(section.lesson_id, anchor=f"item-{item.pk}", is_editing=True))
    context = {"section": section, "form": form, "title": title, "verb": "Add to lesson"}
    return render(request, "courses/material_form.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def add_recording(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the recordings of the accounts open to the course, and put the chosen one into the section."""
    section = get_section_for(request.user, pk, Verb.EDIT)
    recordings = find_recordings(connections=list_accounts_for(section.lesson.course), text=text_of(request.GET, "q"))
    problem = ""
    if request.method == "POST":
        chosen = number_of(request.POST, "recording")
        recording = recordings.filter(pk=chosen).first() if chosen else None
        if recording:
            is_required = bool(text_of(request.POST, "is_required"))
            item = add_recording_item(section=section, recording=recording, actor=request.user, is_required=is_required)
            return redirect(lesson_url(section.lesson_id, anchor=f"item-{item.pk}", is_editing=True))
        problem = "Choose a recording first."
    context = {"section": section, "page": page_of(request, recordings, 20), "problem": problem}
    return render(request, "courses/choose_recording.html", context, status=422 if problem else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change what a text, link, file or recording is called, and what is in it."""
    item = get_item_for(request.user, pk, Verb.EDIT)
    if item.kind not in _FORMS:
        raise UnknownObjectError(NOTHING)
    initial = {name: getattr(item, name) for name in ("title", "text", "url", "is_required")}
    form = _FORMS[item.kind](request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            change_material(item=item, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect(lesson_url(item.section.lesson_id, anchor=f"item-{item.pk}", is_editing=True))
    context = {"section": item.section, "item": item, "form": form, "title": f"Change the {item.kind}", "verb": "Save"}
    return render(request, "courses/material_form.html", context, status=422 if form.errors else 200)


@signed_in
@require_GET
def download(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """
    Send the file of an item.

    Always to be saved and never shown: whoever may edit a course must not be able to run pages in this hub's name.
    """
    item = get_item_for(request.user, pk)
    if item.kind != _Kind.FILE:
        raise UnknownObjectError(NOTHING)
    try:
        content = item.file.open("rb")
    except FileNotFoundError as error:
        raise UnknownObjectError("This file is no longer there. Ask whoever made the lesson.") from error
    note_click(item=item, user=request.user, kind=ItemClick.Kind.OPENED)
    answer = send(
        request, content, name=item.file_name, content_type="application/octet-stream", tag=str(item.file.name)
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer


@signed_in
@require_GET
@never_cache
def open_link(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to the page elsewhere of an item."""
    item = get_item_for(request.user, pk)
    if item.kind != _Kind.LINK:
        raise UnknownObjectError(NOTHING)
    note_click(item=item, user=request.user, kind=ItemClick.Kind.OPENED)
    return redirect(item.url)


@signed_in
@require_GET
@never_cache
def watch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Lead to the recording of an item; GoTo's link works for a while and is asked for each time."""
    item = get_item_for(request.user, pk)
    if item.recording is None:
        raise UnknownObjectError(NOTHING)
    recording = item.recording
    address = get_recording_url(event=recording.event, recording_key=recording.recording_key)
    note_click(item=item, user=request.user, kind=ItemClick.Kind.OPENED)
    return redirect(address)
