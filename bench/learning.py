"""What learning costs: completing many people, pages of long lists, and many joins at once."""

from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.meter import Meter
from bench.result import Result

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_FEW = 50
_LONG_LESSON = 200
_LESSON = 20


def measure_learning(bench: "Bench") -> list[Result]:
    """Complete everybody who attended, and show lessons and rosters."""
    told = bench.hub("learn", people=bench.sizes.learners, calls=bench.sizes.calls, rounds=max(3, bench.sizes.rounds))
    count, name = bench.sizes.learners, bench.databases.name
    figures = (
        (f"completion_{count}_attendees", told["completion"] / told["floor"], "x_cpu", "bare_read_and_upsert", 15),
        ("completion_statements", told["more_statements"], "statements", f"{count}_people_less_{_FEW}", 0),
        ("lesson_page", told["lesson"] / told["bare_lesson"], "x_cpu", "rows_and_the_same_template", 2),
        ("lesson_page_queries", told["more_queries"], "queries", f"{_LONG_LESSON}_items_less_1", 2),
        (f"roster_page_{count}", told["roster"] / told["short_roster"], "x_cpu", f"roster_of_{_FEW}", 1.5),
    )
    return [
        Result(name=what, value=value, unit=unit, baseline=floor, goal=goal, database=name, details=told)
        for what, value, unit, floor, goal in figures
    ]


def learn(people: int, calls: int, rounds: int) -> dict[str, Any]:
    """Be the hub: in one process, on an empty database."""
    return {**_complete(people), **_show_rosters(calls, rounds), **_show_lessons(calls, rounds)}


def _complete(people: int) -> dict[str, float]:
    from greenroom.hub.courses.services import evaluate_event

    small, large = _course_of(_FEW, "small"), _course_of(people, "large")
    _count(lambda: evaluate_event(event_id=_course_of(_FEW, "warm").event_id))
    statements = [_count(lambda item=item: evaluate_event(event_id=item.event_id)) for item in (small, large)]
    floors = [_read_and_upsert(large) for _ in range(3)]
    return {
        "completion": statements[1][1],
        "floor": median(floors),
        "more_statements": statements[1][0] - statements[0][0],
        "statements": statements[1][0],
    }


def _count(work: Callable[[], Any]) -> tuple[int, float]:
    """Return how many statements and CPU seconds something takes."""
    from django.db import connection

    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note), Meter() as meter:
        work()
    return len(seen), meter.cpu


def _read_and_upsert(item: Any) -> float:
    """Read who attended and write a row for each, as little as it takes."""
    from django.db import transaction

    from greenroom.hub.core import clock
    from greenroom.hub.core.bulk import upsert
    from greenroom.hub.courses.models import Completion
    from greenroom.hub.events.models import Attendee

    columns = ("item_id", "user_id", "status", "attended_seconds", "percent", "evaluated_at")
    with Meter() as meter, transaction.atomic():
        found = Attendee.objects.filter(session__event=item.event_id).values_list(
            "registrant__user", "attended_seconds"
        )
        now = clock.now()
        rows = ((item.pk, user, "completed", seconds, "100.0", now) for user, seconds in found)
        upsert(Completion, columns, rows, key=("item_id", "user_id"))
        transaction.set_rollback(True)
    return meter.cpu


def _course_of(people: int, slug: str) -> Any:
    """Make a course with so many learners, all of whom attended its one event."""
    from greenroom.hub.connections.models import Connection
    from greenroom.hub.core import clock
    from greenroom.hub.courses.models import Course, Enrollment, Lesson, Section, SectionItem
    from greenroom.hub.events.models import Attendee, Event, EventSession, EventTime, Registrant
    from greenroom.hub.users.models import User

    connection, start = Connection.objects.earliest("pk"), clock.now() - timedelta(hours=2)
    end = start + timedelta(hours=1)
    event = Event.objects.create(
        connection=connection, product="webinar", event_key=slug, organizer_key=connection.organizer_key,
        title="Ladder safety", state="ended", starts_at=start, ends_at=end,
    )  # fmt: skip
    EventTime.objects.create(event=event, starts_at=start, ends_at=end)
    session = EventSession.objects.create(
        event=event, session_key="1", started_at=start, ended_at=end, is_final=True, attendance_read_at=end
    )
    users = User.objects.bulk_create(
        User(email=f"{slug}{number}@bench.example", first_name="Ada", last_name=f"Number {number}", password="!")
        for number in range(people)
    )
    registrants = Registrant.objects.bulk_create(
        Registrant(event=event, registrant_key=f"{number}", email=user.email, user=user, status="APPROVED")
        for number, user in enumerate(users)
    )
    Attendee.objects.bulk_create(
        Attendee(
            session=session, attendee_key=one.registrant_key, email=one.email, registrant=one, intervals=[[0, 3600]],
            attended_seconds=3600, reported_seconds=3600,
        )
        for one in registrants
    )  # fmt: skip
    course = Course.objects.create(title=slug, slug=slug, is_published=True)
    Enrollment.objects.bulk_create(Enrollment(course=course, user=user, role="learner") for user in users)
    lesson = Lesson.objects.create(course=course, title="Working at height", position=10)
    section = Section.objects.create(lesson=lesson, title="Before you climb", position=10)
    return SectionItem.objects.create(section=section, kind="live_event", event=event, position=10)


def _show_rosters(calls: int, rounds: int) -> dict[str, float]:
    """Show the last page of a long roster, and the only one of a short."""
    from greenroom.hub.courses.models import SectionItem

    browser = _browser(is_site_admin=True)
    items = {
        name: SectionItem.objects.get(section__lesson__course__slug=slug)
        for name, slug in (("roster", "large"), ("short_roster", "small"))
    }
    return _by_turns(
        {name: lambda item=item: browser(f"/items/{item.pk}/roster/?page=999") for name, item in items.items()},
        calls,
        rounds,
    )


def _show_lessons(calls: int, rounds: int) -> dict[str, float]:
    """Show a lesson of twenty events, and render the same page beside nothing but fetching its rows."""
    from django.shortcuts import render as render_page

    from greenroom.hub.courses.models import SectionItem
    from greenroom.hub.web import courses as pages

    lesson = _lesson_of(_LESSON)
    browser = _browser(learns_in=lesson.course)
    kept: dict[str, Any] = {}

    def keep(request: Any, template: str, context: dict[str, Any], **more: Any) -> Any:
        kept["context"] = context
        return render_page(request, template, context, **more)

    pages.render = keep
    path = f"/lessons/{lesson.pk}/"
    browser(path)
    pages.render = render_page

    def bare(request: Any) -> Any:
        rows = SectionItem.objects.filter(section__lesson=lesson).select_related("event__connection", "section__lesson")
        list(rows.prefetch_related("event__times", "event__sessions"))
        return render_page(request, "courses/lesson.html", kept["context"])

    _set_bare_view(bare)
    figures = _by_turns({"lesson": lambda: browser(path), "bare_lesson": lambda: browser("/bare/")}, calls, rounds)
    one, many = _lesson_of(1), _lesson_of(_LONG_LESSON)
    for other in (one, many):
        browser = _browser(learns_in=other.course)
        figures[f"queries_of_{other.title}"] = _count(lambda: browser(f"/lessons/{other.pk}/"))[0]  # noqa: B023
    figures["more_queries"] = figures[f"queries_of_{_LONG_LESSON}"] - figures["queries_of_1"]
    return figures


def _lesson_of(count: int) -> Any:
    from greenroom.hub.connections.models import Connection
    from greenroom.hub.core import clock
    from greenroom.hub.courses.models import Course, Lesson, Section, SectionItem
    from greenroom.hub.events.models import Event, EventTime

    connection, start = Connection.objects.earliest("pk"), clock.now() + timedelta(days=1)
    course = Course.objects.create(title=f"Of {count}", slug=f"of-{count}", is_published=True)
    lesson = Lesson.objects.create(course=course, title=str(count), position=10)
    section = Section.objects.create(lesson=lesson, title="Before you climb", position=10)
    for number in range(count):
        event = Event.objects.create(
            connection=connection, product="webinar", event_key=f"{count}-{number}", organizer_key="1",
            title="Ladder safety", starts_at=start, ends_at=start + timedelta(hours=1),
        )  # fmt: skip
        EventTime.objects.create(event=event, starts_at=start, ends_at=event.ends_at)
        SectionItem.objects.create(section=section, kind="live_event", event=event, position=number)
    return lesson


def _set_bare_view(view: Callable[[Any], Any]) -> None:
    from django.urls import clear_url_caches, path

    from greenroom.hub import urls

    urls.urlpatterns.insert(0, path("bare/", view))
    clear_url_caches()


def _browser(*, learns_in: Any = None, **columns: Any) -> Callable[[str], bytes]:
    """Sign somebody in and return what fetches a page for them."""
    from django.test import Client

    from greenroom.hub.courses.models import Enrollment
    from greenroom.hub.users.models import User

    email = f"viewer{User.objects.count()}@bench.example"
    user = User.objects.create_user(email, first_name="Ada", last_name="Viewer", **columns)
    if learns_in:
        Enrollment.objects.create(course=learns_in, user=user, role="learner")
    client = Client()
    client.force_login(user)

    def fetch(path: str) -> bytes:
        answer = client.get(path, HTTP_HOST="127.0.0.1")
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered with {answer.status_code}.")
        return answer.content

    return fetch


def _by_turns(work: dict[str, Callable[[], Any]], calls: int, rounds: int) -> dict[str, float]:
    """Do each by turns, and return the median CPU seconds of one."""
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for act in work.values():
        act()
    for _ in range(rounds):
        for name, act in work.items():
            with Meter() as meter:
                for _ in range(calls):
                    act()
            seconds[name].append(meter.cpu / calls)
    return {name: median(values) for name, values in seconds.items()}
