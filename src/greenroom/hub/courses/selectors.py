"""Fetching courses and what they hold, with a number of queries that does not grow with the number of items."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, Min, Prefetch, Q, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from greenroom.hub.core import clock
from greenroom.hub.courses.completion_rule import CompletionRule, read_rule
from greenroom.hub.courses.course_rule import DONE_IN_TIME, count_needed, list_required_items
from greenroom.hub.courses.date_choices import DateChoice, choose_own, find_full, is_over, list_choices
from greenroom.hub.courses.date_folding import FoldedDates, fold_dates
from greenroom.hub.courses.date_states import DateState, count_words, list_date_states
from greenroom.hub.courses.item_state import (
    LONGEST_WAIT,
    Circumstances,
    Code,
    ItemState,
    compute_item_state,
    seconds_to_wait,
    seconds_until,
    without_acts,
)
from greenroom.hub.courses.models import (
    Completion,
    Course,
    CoursePolicy,
    Enrollment,
    Lesson,
    Notice,
    Section,
    SectionItem,
)
from greenroom.hub.courses.occurrences import find_dates, items_showing
from greenroom.hub.courses.release import Closed, find_closed, is_open, is_shown, takes_people
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.products import Ability, can, get_product
from greenroom.hub.events.selectors import Registration, find_attended_sessions, find_registrations
from greenroom.hub.users.models import User
from greenroom.hub.users.selectors import list_users

# Looked at several times for each item that is viewed.
_LOOKED_AT = ("event__times", "event__sessions")


@dataclass(frozen=True, slots=True)
class ItemView:
    """
    An item as one person sees it; `state` is None for all but live events.

    `event` is the date that counts as theirs where they pick one of several, which are in `choices` then. Where one
    registration holds for several, they are in `dates`.
    """

    item: SectionItem
    state: ItemState | None
    rule: CompletionRule
    completion: Completion | None = None
    event: Event | None = None
    choices: tuple[DateChoice, ...] = ()
    dates: tuple[DateState, ...] = ()
    news: Notice | None = None  # that the event was moved or cancelled, until it was seen
    is_registered: bool = False

    @property
    def has_place(self) -> bool:
        """Return whether one of several dates is theirs, so that another one would take its place."""
        return any(choice.is_mine for choice in self.choices)

    @property
    def folded_choices(self) -> FoldedDates[DateChoice]:
        """Return the dates to pick from: the next few, what the person has or asked for, and the others."""
        return fold_dates(
            self.choices,
            is_ahead=lambda one: one.can_be_picked,
            is_pressing=lambda one: bool(one.word or one.is_mine or one.note),
        )

    @property
    def folded_dates(self) -> FoldedDates[DateState]:
        """Return the dates of one registration: the next few, what runs, whose attendance follows, and the others."""
        now = clock.now()
        return fold_dates(
            self.dates,
            is_ahead=lambda one: now < one.ends_at,
            is_pressing=lambda one: one.variant == "live" or one.is_awaited,
        )

    @property
    def folded_words(self) -> str:
        """Say how the person stands with the dates that are folded."""
        return count_words(self.folded_dates.others)

    @property
    def title(self) -> str:
        """Return what the item is called."""
        return self.item.shown_title

    @property
    def name(self) -> str:
        """Return what to call the item where it must be called something."""
        return self.title or self.item.get_kind_display()

    @property
    def closed(self) -> Closed | None:
        """Return why learners do not find it open now."""
        return find_closed(self.item, clock.now())

    @property
    def look_again_seconds(self) -> int:
        """Return in how many seconds a page asks for the item again by itself, 0 for never."""
        return seconds_to_wait(self.state, clock.now()) if self.state else 0

    @property
    def opens_in_seconds(self) -> int:
        """Return in how many seconds a live event that is closed opens, if that is within a day; otherwise 0."""
        now, closed = clock.now(), self.closed
        is_soon = self.state is not None and closed is not None and now < closed.at <= now + LONGEST_WAIT
        return seconds_until(closed.at, now) if closed and is_soon else 0

    @property
    def noun(self) -> str:
        """Return what the product is called."""
        return get_product(self.item.event.product).words.one if self.item.event else ""

    @property
    def signs_up(self) -> bool:
        """Return whether people sign up for it; elsewhere everybody joins by the event's own link."""
        event = self.item.event
        return event is not None and can(event.product, Ability.REGISTER)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A section with its items as one person sees them."""

    section: Section
    items: list[ItemView]


def view_lesson(*, lesson: Lesson, user: User, takes_part: bool = True) -> list[SectionView]:
    """
    Return a lesson's sections and items as a person sees them. Nine queries, whatever the number of items.

    Who does not take part finds nothing to register for or join.
    """
    shown = Prefetch("items", queryset=_shown_items(), to_attr="shown_items")
    sections = list(lesson.sections.prefetch_related(shown))
    views = {view.item.pk: view for view in view_items(items=_flat(sections), user=user, takes_part=takes_part)}
    return [SectionView(section, [views[item.pk] for item in section.shown_items]) for section in sections]


def _flat(sections: Iterable[Section]) -> list[SectionItem]:
    return [item for section in sections for item in section.shown_items]  # type: ignore[attr-defined]


def _shown_items() -> QuerySet[SectionItem]:
    items = SectionItem.objects.filter(removed_at=None).select_related(
        "event__connection", "recording__event", "section__lesson__course"
    )
    return items.prefetch_related(*_LOOKED_AT)


def view_items(*, items: Iterable[SectionItem], user: User, takes_part: bool = True) -> list[ItemView]:
    """Return items as a person sees them. A few queries more than the items themselves took."""
    items = list(items)
    dates = find_dates(items)
    shown = {event.pk for events in dates.values() for event in events}
    registrations = find_registrations(user=user, event_ids=shown)
    completions = {one.item_id: one for one in Completion.objects.filter(user=user, item__in=items)}
    full = find_full([event.pk for events in dates.values() if len(events) > 1 for event in events])
    news = _find_news(user, shown)
    series = [event for events in dates.values() for event in events if len(event.times.all()) > 1]
    attended = find_attended_sessions(user=user, events=series)
    now = clock.now()

    def view(item: SectionItem) -> ItemView:
        rule, completion = read_rule(item.completion_rule), completions.get(item.pk)
        events = dates.get(item.pk)
        if not events:
            return ItemView(item, None, rule, completion)
        own = choose_own(events, registrations, now)
        registration = registrations.get(own.pk, Registration())
        state = _state(item, own, registration, completion)
        choices = list_choices(events, own, registrations, full, now) if len(events) > 1 and takes_part else []
        if item.section.lesson.course.has_closed(now) and not any(choice.is_mine for choice in choices):
            choices = []  # nobody new registers
        if any(choice.is_moving for choice in choices):
            state = replace(state, news_seconds=2)
        if state.code == Code.CANCELLED and any(choice.can_be_picked for choice in choices):
            state = replace(state, sentence="The organizer cancelled this date. Pick another one.")
        is_expected = takes_part and (registration.is_open or not can(own.product, Ability.REGISTER))
        listed = list_date_states(event=own, state=state, attended=attended, is_expected=is_expected)
        moments = [moment for date in listed for moment in (date.starts_at, date.ends_at)]
        state = replace(state, next_check_at=_next_check(item, state, events, moments, now))
        return ItemView(
            item,
            state if takes_part else without_acts(state),
            rule,
            completion,
            own,
            tuple(choices),
            listed,
            news=None if is_over(own, now) else news.get(own.pk),
            is_registered=registration.is_open,
        )

    return [view(item) for item in items]


def _next_check(
    item: SectionItem, state: ItemState, events: Sequence[Event], listed: Sequence[datetime], now: datetime
) -> datetime | None:
    """Return when the clock first changes it: the state, the release, the course's end, or dates that are listed."""
    lesson = item.section.lesson
    moments = [state.next_check_at, item.available_from, item.available_until]
    moments += [lesson.available_from, lesson.available_until, lesson.course.close_at]
    moments += listed
    moments += [event.ends_at for event in events if len(events) > 1]
    return min((moment for moment in moments if moment and moment > now), default=None)


def _find_news(user: User, events: Collection[int]) -> dict[int, Notice]:
    """Return the last thing a person was told of each event's dates and has not put away. One query."""
    kinds = [Notice.Kind.MOVED, Notice.Kind.CANCELLED, Notice.Kind.RETURNED]
    told = Notice.objects.filter(user=user, event__in=events, kind__in=kinds, seen_at=None)
    return {notice.event_id: notice for notice in told.order_by("pk")}


def view_item(*, item: SectionItem, user: User, takes_part: bool = True) -> ItemView:
    """Return one item, as it was found for a person, as they see it."""
    prefetch_related_objects([item], *_LOOKED_AT)
    (view,) = view_items(items=[item], user=user, takes_part=takes_part)
    return view


def _state(item: SectionItem, event: Event, registration: Registration, completion: Completion | None) -> ItemState:
    product = get_product(event.product)
    sessions = list(event.sessions.all())
    return compute_item_state(
        Circumstances(
            now=clock.now(),
            event=event,
            times=tuple((time.starts_at, time.ends_at) for time in event.times.all()),
            noun=product.words.one.lower(),
            tells_when_live=product.tells_when_live,
            is_connected=event.connection.is_usable,
            registration=registration,
            completion=completion,
            rule=read_rule(item.completion_rule),
            session_ends=tuple(session.ended_at for session in sessions),
            is_final=event.attendance_due_at is None and all(session.is_final for session in sessions),
            signs_up=Ability.REGISTER in product.abilities,
            has_course_closed=item.section.lesson.course.has_closed(clock.now()),
        )
    )


def list_next_items(*, user: User, limit: int = 3) -> list[ItemView]:
    """Return the live items of a person's courses that are running or come next."""
    now = clock.now()
    mine = Enrollment.objects.filter(is_shown(now, "course__"), user=user, role=Enrollment.Role.LEARNER)
    coming = Q(event__state=Event.State.LIVE) | Q(event__ends_at__gte=now, event__state=Event.State.SCHEDULED)
    # Of an event with many dates the next one counts; one that runs over its last has only its first.
    ahead = Min("event__times__starts_at", filter=Q(event__times__ends_at__gte=now))
    items = _shown_items().filter(
        is_open(now), is_open(now, "section__lesson__"), section__lesson__course__in=mine.values("course")
    )
    near = items.filter(coming, picks_date=False).annotate(next_at=Coalesce(ahead, "event__starts_at"))
    views = view_items(items=[*near.order_by("next_at", "pk")[:limit], *items.filter(picks_date=True)], user=user)
    return sorted((view for view in views if _is_ahead(view, now)), key=_starts)[:limit]


def _is_ahead(view: ItemView, now: datetime) -> bool:
    event = view.event
    return event is not None and not is_over(event, now) and event.state in {Event.State.LIVE, Event.State.SCHEDULED}


def _starts(view: ItemView) -> float:
    """Return when the date that matters begins; what is held at any time and runs now comes first."""
    return view.state.starts_at.timestamp() if view.state and view.state.starts_at else 0


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """How far a person is in a course: required items done, of those that are needed to complete it."""

    course: Course
    done: int
    total: int
    role: str

    @property
    def text(self) -> str:
        """Say it in words."""
        return f"{self.done} of {self.total} required items done"

    @property
    def word(self) -> str:
        """Say what is special about when the course is there; empty for nothing."""
        if not self.course.is_published:
            return "Draft"
        if not self.course.is_shown(clock.now()):
            return "Not published yet"
        return "Closed" if self.course.has_closed(clock.now()) else ""


def list_progress(*, courses: QuerySet[Course], user: User) -> list[CourseProgress]:
    """Return a person's courses with their role and progress. Five queries."""
    found = list(courses)
    required = list_required_items(courses=found)
    totals = dict(required.values_list("section__lesson__course").annotate(n=Count("pk")))
    mine = Completion.objects.filter(user=user, item__in=required).values_list("item__section__lesson__course")
    is_excused = Q(status=Completion.Status.EXCUSED)
    counts = {
        course: (done, excused)
        for course, done, excused in mine.annotate(
            done=Count("pk", filter=DONE_IN_TIME), excused=Count("pk", filter=is_excused)
        )
    }
    percents = dict(CoursePolicy.objects.filter(course__in=found).values_list("course", "percent"))
    roles = dict(Enrollment.objects.filter(user=user, course__in=found).values_list("course", "role"))
    progress = []
    for course in found:
        done, excused = counts.get(course.pk, (0, 0))
        needed = count_needed(percent=percents.get(course.pk, 100), required=totals.get(course.pk, 0), excused=excused)
        progress.append(CourseProgress(course, min(done, needed), needed, roles.get(course.pk, "")))
    return progress


def list_notices(*, user: User) -> QuerySet[Notice]:
    """Return what a person was told of their events, the newest first."""
    return Notice.objects.filter(user=user).select_related("event").order_by("-made_at", "-pk")


def list_open_courses(*, user: User) -> QuerySet[Course]:
    """Return the courses into which a person may take themselves, with their number of learners as `learners`."""
    return _list_open_courses(user).filter(takes_people(clock.now()))


def find_open_course(*, user: User, slug: str) -> Course | None:
    """Return one of those courses, or one of them that has closed since."""
    return _list_open_courses(user).filter(slug=slug).first()


def _list_open_courses(user: User) -> QuerySet[Course]:
    learners = Count("enrollments", filter=Q(enrollments__role=Enrollment.Role.LEARNER))
    courses = Course.objects.filter(is_shown(clock.now()), is_open=True)
    return courses.exclude(enrollments__user=user).annotate(learners=learners)


def list_people(*, course: Course, text: str = "") -> QuerySet[Enrollment]:
    """Return who is in a course, by role and name; `text` is looked for in names and addresses."""
    people = course.enrollments.select_related("user").order_by("role", "user__last_name", "user__first_name", "pk")
    return people.filter(user__in=list_users(text=text)) if text else people


def count_learners_to_register(*, event: Event) -> int | None:
    """
    Return how many learners could register for an event and have not; None when learners find it in no course now.

    It is found by name, or as one of the dates to pick from; who has picked another one could change to it.

    Two queries.
    """
    now = clock.now()
    shown = SectionItem.objects.filter(
        is_shown(now, "section__lesson__course__"), items_showing(event), removed_at=None
    )
    courses = list(shown.values_list("section__lesson__course", flat=True).distinct())
    if not courses:
        return None
    open_ones = Enrollment.objects.filter(takes_people(now, "course__"), course__in=courses)
    learners = open_ones.filter(role=Enrollment.Role.LEARNER)
    signed_up = Registrant.objects.filter(event=event, gone_at=None, user__isnull=False)
    return learners.exclude(user__in=signed_up.values("user")).values("user").distinct().count()
