"""Building courses."""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify

from greenroom.hub.connections.errors import AccountNotOpenError
from greenroom.hub.core import clock
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.core.positions import next_position
from greenroom.hub.courses.access import list_accounts_for
from greenroom.hub.courses.completion_rule import CompletionRule, check_rule, write_rule
from greenroom.hub.courses.models import Course, Enrollment, Lesson, Section, SectionItem
from greenroom.hub.courses.occurrences import list_dates_of
from greenroom.hub.courses.services.completion import evaluate_item
from greenroom.hub.courses.services.course_completion import settle_course
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Ability, can
from greenroom.hub.jobs.registry import task
from greenroom.hub.sync.services import keep_registration_form_fresh
from greenroom.hub.users.models import User

_LATER = "Choose a moment after the first."


def create_course(*, title: str, summary: str, actor: User, is_published: bool = True) -> Course:
    """Create a course with one empty lesson; its maker teaches it."""
    with transaction.atomic():
        course = Course.objects.create(
            title=titled(title), summary=summary.strip(), slug=free_slug(title), is_published=is_published
        )
        Enrollment.objects.create(course=course, user=actor, role=Enrollment.Role.INSTRUCTOR)
        add_lesson(course=course, title="First lesson")
    return course


def change_course(
    *,
    course: Course,
    title: str,
    summary: str,
    is_published: bool,
    publish_at: datetime | None = None,
    close_at: datetime | None = None,
) -> None:
    """
    Set what a course is called, what it says of itself, and when its learners see it. Its address stays.

    Args:
        publish_at: learners see it from then on, if it is published; None is at once.
        close_at: from then on nobody new takes part or registers; None is never.

    Raises:
        InvalidInputError: it would close before it is published.
    """
    if publish_at and close_at and close_at <= publish_at:
        raise InvalidInputError("It closes before it is published.", {"close_at": _LATER})
    course.title, course.summary, course.is_published = titled(title), summary.strip(), is_published
    course.publish_at, course.close_at = publish_at, close_at
    with transaction.atomic():
        course.save(update_fields=["title", "summary", "is_published", "publish_at", "close_at"])
        settle_course(course=course)
        if is_published and publish_at and publish_at > clock.now():
            # A moment that is put off is another job: one key would keep the earlier of the two.
            key = f"publish:{course.pk}:{publish_at.isoformat()}"
            settle_published.enqueue(course_id=course.pk, run_at=publish_at, dedupe_key=key)


@task(queue="default")
def settle_published(course_id: int) -> None:
    """Write down who has completed a course before its learners saw it, if they see it now."""
    course = Course.objects.filter(pk=course_id).first()
    if course:
        settle_course(course=course)


def add_lesson(*, course: Course, title: str, summary: str = "") -> Lesson:
    """Add a lesson at the end of a course, with one section ready to be filled."""
    with transaction.atomic():
        lesson = Lesson.objects.create(
            course=course, title=titled(title), summary=summary.strip(), position=next_position(course.lessons.all())
        )
        add_section(lesson=lesson, title="Overview")
    return lesson


def change_lesson(
    *, lesson: Lesson, title: str, summary: str, available_from: datetime | None, available_until: datetime | None
) -> None:
    """Set what a lesson is called, what it says of itself, and when learners find it open."""
    lesson.title, lesson.summary = titled(title), summary.strip()
    with transaction.atomic():
        lesson.save(update_fields=["title", "summary"])
        change_release(thing=lesson, available_from=available_from, available_until=available_until)


def change_section(*, section: Section, title: str) -> None:
    """Set what a section is called."""
    section.title = titled(title)
    section.save(update_fields=["title"])


def change_release(
    *, thing: Lesson | SectionItem, available_from: datetime | None, available_until: datetime | None
) -> None:
    """
    Set when a lesson or an item is open to learners; None is always.

    Raises:
        InvalidInputError: it would close before it opens.
    """
    if available_from and available_until and available_until <= available_from:
        raise InvalidInputError("It closes before it opens.", {"available_until": _LATER})
    thing.available_from, thing.available_until = available_from, available_until
    thing.save(update_fields=["available_from", "available_until"])


def add_section(*, lesson: Lesson, title: str) -> Section:
    """Add a section at the end of a lesson."""
    return Section.objects.create(lesson=lesson, title=titled(title), position=next_position(lesson.sections.all()))


def check_can_be_added(*, event: Event, course: Course) -> None:
    """
    See whether an event can be put into a course now. One that is over can: attendance counts for those who were there.

    Raises:
        StateConflictError: with the reason.
    """
    _check_account_is_open(event, course)
    if can(event.product, Ability.SUPPORT):
        raise StateConflictError("A support session is for one customer, so it cannot be in a lesson.")
    if event.state == Event.State.CANCELLED:
        raise StateConflictError("This event was cancelled, so it cannot be added.")
    if event.state != Event.State.ENDED and not event.connection.is_usable:
        raise StateConflictError(
            "The GoTo account of this event is not connected at the moment, so nobody could join. "
            "Have it connected again first."
        )


def _check_account_is_open(event: Event, course: Course) -> None:
    if not list_accounts_for(course).filter(pk=event.connection_id).exists():
        raise AccountNotOpenError(
            "This event belongs to a GoTo account that is not open to this course. "
            "Ask your site administrator to open it."
        )


def add_event_item(
    *,
    section: Section,
    event: Event,
    actor: User,
    rule: CompletionRule | None = None,
    picks_date: bool = False,
    is_required: bool = True,
) -> SectionItem:
    """
    Put an event into a section, at its end. One that stands in the section already is returned.

    Args:
        picks_date: whether learners pick one of all its dates; it means nothing where it has no others.

    Raises:
        AccountNotOpenError: the course may not use the event's account.
    """
    known = section.items.filter(event=event, removed_at=None).first()
    if known:
        return known
    _check_account_is_open(event, section.lesson.course)
    item = SectionItem.objects.create(
        section=section,
        kind=SectionItem.Kind.LIVE_EVENT,
        event=event,
        position=next_position(section.items.all()),
        completion_rule=write_rule(rule) if rule else None,
        picks_date=picks_date and event.dates == Event.Dates.PICK_ONE,
        is_required=is_required,
        added_by=actor,
    )
    evaluate_item(item=item)  # a past event may have been attended before it was put here
    _have_forms_read(item)
    return item


def _have_forms_read(item: SectionItem) -> None:
    """Have read what the organizer asks, as learners are asked the same."""
    for event in list_dates_of(item):
        if event.state != Event.State.ENDED and can(event.product, Ability.REGISTER):
            keep_registration_form_fresh(event=event)


def change_item(*, item: SectionItem, title: str, is_required: bool, picks_date: bool = False) -> None:
    """Set what a live item is called, whether it is required, and which dates it is for; who has done it follows."""
    is_for_others = item.picks_date != picks_date
    item.title, item.is_required, item.picks_date = title.strip(), is_required, picks_date
    with transaction.atomic():
        item.save(update_fields=["title", "is_required", "picks_date"])
        if is_for_others:
            evaluate_item(item=item)
            _have_forms_read(item)
        settle_course(course=item.section.lesson.course)


def set_rule(*, item: SectionItem, rule: CompletionRule) -> None:
    """
    Set when an item is done; everybody's standing follows, also of sessions that are over.

    Raises:
        InvalidInputError: the rule cannot be kept.
    """
    check_rule(rule)
    item.completion_rule = write_rule(rule)
    with transaction.atomic():
        item.save(update_fields=["completion_rule"])
        evaluate_item(item=item, keeps_old=False)


def set_points(*, item: SectionItem, points_for: str, max_points: int) -> None:
    """Set what points are given for at an item, and how many; empty for none. They follow from how people stand."""
    item.points_for, item.max_points = points_for, max_points
    item.save(update_fields=["points_for", "max_points"])


def remove_item(*, item: SectionItem) -> None:
    """Take an item out of its lesson. The event stays at GoTo, and so do its registrants."""
    with transaction.atomic():
        SectionItem.objects.filter(pk=item.pk, removed_at=None).update(removed_at=clock.now())
        settle_course(course=item.section.lesson.course)


def titled(title: str) -> str:
    """Return a title as it is kept, or refuse one that is empty."""
    title = title.strip()
    if not title:
        raise InvalidInputError("Give it a title.", {"title": "This is required."})
    return title[:200]


def free_slug(title: str) -> str:
    """Return an address for a course that no other has."""
    base = slugify(title)[:70] or "course"
    slug, number = base, 2
    while Course.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
