"""What Join costs when a live event begins: each learner is let in by a link of their own, many in the same minute."""

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import children
from bench.goto import free_port
from bench.result import Result
from bench.served import served, share

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_RATE = 50
_WARM = 20


def measure_joins(bench: "Bench") -> list[Result]:
    """Let learners who are signed in press Join at a served hub, with its worker beside it."""
    seconds, port, olga = bench.sizes.join_seconds, free_port(), bench.organizers["Live"]
    emails = [f"learner{number}@bench.example" for number in range(_RATE * seconds + _WARM)]
    key = bench.goto.go_live(olga, emails)
    environment = bench.environment(bench.databases.fresh())
    warm, others = (str(bench.folder / name) for name in ("warm_cookies", "cookies"))
    item_id = bench.hub(
        "expect_joins",
        environment["GREENROOM_DATABASE_URL"],
        organizer=olga.email,
        event_key=key,
        files={warm: _WARM, others: _RATE * seconds},
    )
    load = {"url": f"http://127.0.0.1:{port}/go/join/{item_id}/", "leads_to": bench.goto.url, "rate": _RATE}
    with served(environment, port):
        children.run("bench.load:join", **load, cookies=warm)
        sent = children.run("bench.load:join", **load, cookies=others)
    if not sent["took"]:
        raise RuntimeError(f"Nobody was let in: {sent['refused'][:3]}.")
    figures = (
        (f"joins_{_RATE}_per_second", share(sent["took"], 0.95), "ms_p95_of_answer", 150),
        ("joins_refused", len(sent["refused"]), "joins", 0),
    )
    details = {"milliseconds_p50": share(sent["took"], 0.5), "milliseconds_longest": sent["took"][-1]}
    return [
        Result(
            name=what,
            value=value,
            unit=unit,
            baseline=f"for_{seconds}_s",
            goal=goal,
            database=bench.databases.name,
            details=details,
        )
        for what, value, unit, goal in figures
    ]


def expect_joins(organizer: str, event_key: str, files: dict[str, int]) -> int:
    """Be the hub: read the live webinar and who is registered, let them learn, and write cookies into each file."""
    from django.conf import settings

    from bench.hub import pull
    from greenroom.hub.connections.models import Connection
    from greenroom.hub.courses.models import Course, Enrollment, Lesson, Section, SectionItem
    from greenroom.hub.events.models import Event
    from greenroom.hub.sync.services import watch
    from greenroom.hub.users.models import User

    users = User.objects.bulk_create(
        User(email=f"learner{number}@bench.example", first_name="Ada", last_name=f"Number {number}", password="!")
        for number in range(sum(files.values()))
    )
    pull(organizer)
    watch(connection=Connection.objects.get(organizer_email=organizer), product="webinar")
    course = Course.objects.create(title="Working safely", slug="live", is_published=True)
    Enrollment.objects.bulk_create(Enrollment(course=course, user=user, role="learner") for user in users)
    lesson = Lesson.objects.create(course=course, title="Working at height", position=10)
    section = Section.objects.create(lesson=lesson, title="Before you climb", position=10)
    event = Event.objects.get(event_key=event_key, state=Event.State.LIVE)
    cookies = (f"{settings.SESSION_COOKIE_NAME}={_sign_in(user)}" for user in users)
    for name, count in files.items():
        Path(name).write_text("\n".join(islice(cookies, count)))
    return SectionItem.objects.create(section=section, kind="live_event", event=event, position=10).pk


def _sign_in(user: Any) -> str:
    """Make a session, and return its key."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key or ""
