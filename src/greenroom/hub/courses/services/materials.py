"""What stands in lessons beside live events: texts, links, files and recordings."""

from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from greenroom.hub.connections.errors import AccountNotOpenError
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.positions import next_position
from greenroom.hub.courses.access import list_accounts_for
from greenroom.hub.courses.models import Section, SectionItem
from greenroom.hub.courses.services.completion import evaluate_item
from greenroom.hub.courses.services.course_completion import settle_course
from greenroom.hub.events.models import Recording
from greenroom.hub.users.models import User

_EDITABLE = ["title", "is_required", "text", "url", "file", "file_name", "file_size"]


def add_text_item(*, section: Section, title: str, text: str, actor: User, is_required: bool = False) -> SectionItem:
    """Put a text into a section, at its end."""
    return _add(section, SectionItem.Kind.TEXT, title, actor, is_required, text=_written(text))


def add_link_item(
    *, section: Section, title: str, url: str, text: str, actor: User, is_required: bool = False
) -> SectionItem:
    """Put a link to a page elsewhere into a section, at its end; `text` says what is there."""
    return _add(section, SectionItem.Kind.LINK, title, actor, is_required, url=_web_address(url), text=text.strip())


def add_file_item(
    *, section: Section, title: str, file: UploadedFile, text: str, actor: User, is_required: bool = False
) -> SectionItem:
    """Put a file to download into a section, at its end; `text` says what is in it."""
    return _add(section, SectionItem.Kind.FILE, title, actor, is_required, text=text.strip(), **_kept(file))


def add_recording_item(
    *, section: Section, recording: Recording, actor: User, is_required: bool = False
) -> SectionItem:
    """
    Put a recording into a section, at its end. One that stands in the section already is returned.

    Raises:
        AccountNotOpenError: the course may not use the account of the recording's event.
    """
    known = section.items.filter(recording=recording, removed_at=None).first()
    if known:
        return known
    if not list_accounts_for(section.lesson.course).filter(pk=recording.event.connection_id).exists():
        raise AccountNotOpenError(
            "This recording belongs to a GoTo account that is not open to this course. "
            "Ask your site administrator to open it."
        )
    return _add(section, SectionItem.Kind.RECORDING, "", actor, is_required, recording=recording)


def _add(section: Section, kind: str, title: str, actor: User, is_required: bool, **content: object) -> SectionItem:
    return SectionItem.objects.create(
        section=section,
        kind=kind,
        title=title.strip()[:200],
        is_required=is_required,
        position=next_position(section.items.all()),
        added_by=actor,
        **content,
    )


def change_material(
    *, item: SectionItem, title: str, text: str, is_required: bool, url: str = "", file: UploadedFile | None = None
) -> None:
    """
    Set what a material is called, what is in it, and whether it is required.

    Without another file the one that is kept stays. Who has opened it before it was required has done it.
    """
    item.title, item.is_required = title.strip()[:200], is_required
    item.text = _written(text) if item.kind == SectionItem.Kind.TEXT else text.strip()
    if item.kind == SectionItem.Kind.LINK:
        item.url = _web_address(url)
    if item.kind == SectionItem.Kind.FILE and file:
        for name, value in _kept(file).items():
            setattr(item, name, value)
    with transaction.atomic():
        item.save(update_fields=_EDITABLE)
        evaluate_item(item=item) if is_required else settle_course(course=item.section.lesson.course)


def _written(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInputError("Write something first.", {"text": "This is required."})
    return text


def _web_address(url: str) -> str:
    url = url.strip()
    if not url.startswith(("https://", "http://")):
        sentence = "Give the address of a page. It begins with https:// or http://."
        raise InvalidInputError(sentence, {"url": sentence})
    return url


def _kept(file: UploadedFile) -> dict[str, object]:
    """Return the columns of a file that is to be kept."""
    size = file.size or 0
    if size > settings.FILE_LIMIT:
        sentence = f"This file is too large. It may have at most {settings.FILE_LIMIT // 1_000_000} MB."
        raise InvalidInputError(sentence, {"file": sentence})
    name = PurePosixPath((file.name or "").replace("\0", "")).name
    return {"file": file, "file_name": name[-200:] or "file", "file_size": size}
