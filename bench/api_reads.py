"""What a call of the API costs beside a bare Django view that answers with the same rows, in one process."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from statistics import median
from typing import TYPE_CHECKING, Any

from bench.meter import Meter
from bench.result import Result

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_PEOPLE = 100
# Turns are short and many, so that what else the machine does in the meantime meets both alike.
_CALLS_A_TURN = 5


def measure_api(bench: "Bench") -> list[Result]:
    """Read one page of registrants by key: who calls, what they may, the limit, the rows, JSON."""
    turns = max(3, bench.sizes.calls * bench.sizes.rounds // _CALLS_A_TURN)
    told = bench.hub("read_api", people=_PEOPLE, turns=turns)
    return [
        Result(
            name="api_read",
            value=told["cpu_of_api"] / told["cpu_of_view"],
            unit="x_cpu",
            baseline="bare_django_json_view",
            goal=1.5,
            database=bench.databases.name,
            details=told,
        )
    ]


def read_api(people: int, turns: int) -> dict[str, Any]:
    """Let both answer by turns, through the same handler and middleware, and return the medians."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    from greenroom.hub.api import dispatch, limits

    settings.ROOT_URLCONF = "bench.api_urls"
    dispatch.CALLS = limits.Limit("connection", 10**9, 60)
    key = _prepare(people)
    handler = get_wsgi_application()
    paths = {"api": "/api/v1/trainings/1/registrants", "view": "/bare/1"}
    seconds: dict[str, list[float]] = {name: [] for name in paths}
    sizes = {name: len(_ask(handler, path, key)) for name, path in paths.items()}
    for _ in range(turns):
        for name, path in paths.items():
            with Meter() as meter:
                for _ in range(_CALLS_A_TURN):
                    _ask(handler, path, key)
            seconds[name].append(meter.cpu / _CALLS_A_TURN)
    medians = {f"cpu_of_{name}": median(values) for name, values in seconds.items()}
    return {**medians, "bytes": sizes, "turns": seconds}


def _ask(handler: Any, path: str, key: str) -> bytes:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "HTTP_AUTHORIZATION": f"Bearer {key}",
    }
    statuses: list[str] = []
    answer = handler(environ, lambda status, headers: statuses.append(status))
    body = b"".join(answer)
    answer.close()
    if statuses != ["200 OK"]:
        raise RuntimeError(f"{path} was answered with {statuses}.")
    return body


def _prepare(people: int) -> str:
    """Make a training with so many registrants, and return a key that may read it."""
    from greenroom.hub.connections.models import Connection
    from greenroom.hub.core import clock
    from greenroom.hub.events.models import Event, Registrant
    from greenroom.hub.users.api_keys import create_key
    from greenroom.hub.users.models import User

    now, connection = clock.now(), Connection.objects.earliest("pk")
    event = Event.objects.create(
        connection=connection,
        product="training",
        event_key="1",
        organizer_key=connection.organizer_key,
        title="Ladder safety",
        starts_at=now,
        ends_at=now + timedelta(hours=1),
    )
    Registrant.objects.bulk_create(_registrants(event, people, now))
    user = User.objects.create_user("bench@bench.example", first_name="Ada", last_name="Bench", is_site_admin=True)
    return create_key(user=user, name="Bench", verbs=["read"], connection_ids=None)[1]


def _registrants(event: Any, people: int, now: Any) -> Iterator[Any]:
    from greenroom.hub.events.models import Registrant

    for number in range(people):
        yield Registrant(
            event=event,
            registrant_key=str(5312497713849125120 + number),
            email=f"ada{number}@bench.example",
            first_name="Ada",
            last_name=f"Number {number}",
            status="APPROVED",
            registered_at=now,
            join_url=f"https://global.gototraining.com/join/{number}",
        )
