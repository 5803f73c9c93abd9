"""
Filling an empty hub with a demo.

It goes through the hub's own doors: accounts are connected by OAuth at the sandbox, events are read by sync, lessons
are built by the same services as the pages use. Each step looks first whether it was done, so that it can be repeated.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from greenroom.goto import GotoError
from greenroom.hub.connections.goto import open_goto
from greenroom.hub.connections.models import Connection
from greenroom.hub.connections.services import begin_authorization, finish_authorization
from greenroom.hub.core import clock
from greenroom.hub.core.errors import TemporarilyUnavailableError
from greenroom.hub.courses.models import Course, Enrollment, Section
from greenroom.hub.courses.services import (
    add_event_item,
    add_lesson,
    add_section,
    add_text_item,
    change_course,
    change_enrollment,
    create_course,
    evaluate_event,
    grant_results,
    set_points,
)
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.demo.courses import COURSES, Item, PlannedCourse, PlannedLesson
from greenroom.hub.demo.doubts import fill_doubts
from greenroom.hub.demo.forms import fill_forms
from greenroom.hub.demo.marketing import fill_marketing
from greenroom.hub.demo.people import CAST, PASSWORD
from greenroom.hub.demo.results import fill_results
from greenroom.hub.events.links import PastedLink, read_link
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import PRODUCTS, Ability, can, get_product
from greenroom.hub.events.services import keep_join_link, link_sign_ups
from greenroom.hub.sync.services import close_past_events, open_run, synchronize
from greenroom.hub.users.models import User

# The accounts that are connected already; Hanna Berg's is left for you to connect.
_ORGANIZERS = ("olga@northwind.example", "omar@northwind.example")
_ORGANIZER_PASSWORD = "sandbox"  # noqa: S105
_CANCELLED = "What is new this winter"
_PLACES = 25
_POINTS = 10
_OBSERVED = 3


def ensure_demo(*, say: Callable[[str], object]) -> None:
    """
    See that the demo is there. What people changed since is left as it is.

    Raises:
        HubError: the sandbox could not be read; calling it again goes on from there.
    """
    cast = _ensure_cast()
    if Course.objects.exists():
        return
    say("Filling the hub with demo data.")
    for email in _ORGANIZERS:
        _connect(cast["admin"], email)
    _read_everything(say)
    _cancel_one()
    for _ in range(2):  # an event that is gone counts as cancelled at the second look
        _read_everything()
    close_past_events()
    _ensure_learners()
    with transaction.atomic():
        for planned in COURSES:
            _build(planned, cast)
    fill_marketing(cast["marketer"])
    fill_doubts()
    fill_forms(cast["marketer"])
    for event in Event.objects.filter(items__isnull=False).distinct():
        evaluate_event(event_id=event.pk)
    fill_results(cast["instructor"])


def _ensure_cast() -> dict[str, User]:
    return {one.role: _ensure_user(one.email, one.first_name, one.last_name, one.time_zone, one.role) for one in CAST}


def _ensure_user(email: str, first_name: str, last_name: str, time_zone: str, role: str) -> User:
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(
        email=email,
        password=PASSWORD,
        first_name=first_name,
        last_name=last_name,
        time_zone=time_zone,
        is_site_admin=role == "admin",
        is_marketer=role == "marketer",
    )


def _connect(admin: User, email: str) -> None:
    if Connection.objects.filter(organizer_email=email).exists():
        return
    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email=email, password=_ORGANIZER_PASSWORD)
    finish_authorization(actor=admin, pending=pending, answer=answer)


def _read_everything(say: Callable[[str], object] = lambda line: None) -> None:
    for connection in Connection.objects.filter(state=Connection.State.ACTIVE):
        for product in PRODUCTS:
            run = open_run(connection=connection, product=product)
            if run:
                synchronize(run=run)
                say(f"  {connection}: {run.events_done} {get_product(product).words.many.lower()} read")


def _cancel_one() -> None:
    event = Event.objects.filter(title=_CANCELLED, state=Event.State.SCHEDULED).select_related("connection").first()
    if event is None:
        return
    try:
        with open_goto(event.connection) as goto:
            get_product(event.product).cancel_event(goto, event.organizer_key, event.event_key)
    except GotoError as error:
        raise TemporarilyUnavailableError("The sandbox did not cancel the demo's event.") from error


def _ensure_learners() -> None:
    """Make everybody who signed up for something somebody who can learn here; they have no password."""
    known = set(User.objects.values_list("email", flat=True))
    people = Registrant.objects.order_by("email").values_list("email", "first_name", "last_name").distinct()
    fresh = {email: (first, last) for email, first, last in people if email not in known}
    User.objects.bulk_create(
        User(email=email, first_name=first, last_name=last, password=make_password(None))
        for email, (first, last) in fresh.items()
    )
    for user in User.objects.all():
        link_sign_ups(user=user)


def _build(planned: PlannedCourse, cast: dict[str, User]) -> None:
    course = create_course(title=planned.title, summary=planned.summary, actor=cast["instructor"])
    course.lessons.all().delete()
    if planned.published_in:
        publish_at = clock.now() + planned.published_in
        change_course(
            course=course, title=course.title, summary=course.summary, is_published=True, publish_at=publish_at
        )
    for lesson in planned.lessons:
        _build_lesson(course, lesson, cast["editor"])
    Enrollment.objects.create(course=course, user=cast["editor"], role=Enrollment.Role.EDITOR)
    if planned.is_open:
        change_enrollment(course=course, is_open=True, capacity=_PLACES, trusts_assistants=False)
        return
    Enrollment.objects.create(course=course, user=cast["assistant"], role=Enrollment.Role.ASSISTANT)
    titles = [item.event for lesson in planned.lessons for _, items in lesson.sections for item in items if item.event]
    learners = User.objects.filter(pk__in=Registrant.objects.filter(event__title__in=titles).values("user"))
    others = learners.exclude(pk__in=[one.pk for one in cast.values()]).order_by("email")
    Enrollment.objects.bulk_create(
        Enrollment(course=course, user=user, role=Enrollment.Role.LEARNER) for user in [cast["learner"], *others]
    )
    observer = Enrollment.objects.create(course=course, user=cast["observer"], role=Enrollment.Role.OBSERVER)
    observed = course.enrollments.filter(role=Enrollment.Role.LEARNER).order_by("pk").values_list("pk", flat=True)
    grant_results(observer=observer, everybody=False, learners=observed[:_OBSERVED], actor=cast["instructor"])


def _build_lesson(course: Course, planned: PlannedLesson, editor: User) -> None:
    lesson = add_lesson(course=course, title=planned.title, summary=planned.summary)
    lesson.sections.all().delete()
    for title, items in planned.sections:
        section = add_section(lesson=lesson, title=title)
        for item in items:
            _build_item(section, item, editor)


def _build_item(section: Section, item: Item, editor: User) -> None:
    if item.text:
        add_text_item(section=section, title=item.title, text=item.text, actor=editor)
        return
    event = Event.objects.filter(title=item.event, product=item.product).order_by("starts_at").first()
    if event is None:
        return
    placed = add_event_item(section=section, event=event, actor=editor, picks_date=True)
    if item.points_for:
        set_points(item=placed, points_for=item.points_for, max_points=_POINTS)
    if not can(event.product, Ability.REGISTER):
        keep_join_link(event=event, link=_join_link(event))


def _join_link(event: Event) -> PastedLink:
    """Return the link of the sandbox's invitation, which an editor would paste."""
    link = f"{settings.GOTO_API_URL}/join/{event.event_number}"
    return read_link(link, own_hosts=frozenset({urlsplit(link).netloc}))
