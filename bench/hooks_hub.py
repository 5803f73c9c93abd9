"""What the hub does while hooks are measured. Each function runs in a process of its own, in which Django is set up."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.db import connections, transaction

from greenroom.hub.automation.callers import Caller, Verb
from greenroom.hub.automation.hooks.courier import run_courier
from greenroom.hub.automation.hooks.fan_out import fan_out
from greenroom.hub.automation.hooks.subscriptions import subscribe
from greenroom.hub.automation.models import HookDelivery
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.intake.services import receive_delivery
from greenroom.hub.jobs.worker import run_worker
from greenroom.hub.ledger.models import Fact
from greenroom.hub.ledger.services import NewFact, append
from greenroom.hub.users.api_keys import create_key
from greenroom.hub.users.models import User

_LIVE_TARGETS = 2
_PATIENCE = 60


def fan_out_facts(hooks: int, facts: int) -> dict[str, Any]:
    """Turn facts into deliveries for many hooks, batch by batch as the ledger does."""
    event = _event()
    for number in range(hooks):
        _subscribe(f"https://127.0.0.1/{number}")
    people = [_registrant(event, number) for number in range(facts)]
    with transaction.atomic():
        append(_sign_up(event, person) for person in people)
    batches = list(Fact.objects.filter(kind="registered").order_by("pk"))
    start = time.perf_counter()
    for begin in range(0, facts, 500):
        with transaction.atomic():
            fan_out(batches[begin : begin + 500])
    seconds = time.perf_counter() - start
    return {"deliveries": HookDelivery.objects.count(), "seconds": seconds}


def deliver_beside_a_dead_target(rate: int, seconds: int) -> dict[str, Any]:
    """Let things happen at a rate, told to some targets and to one that takes calls and never answers."""
    event = _event()
    people = [_registrant(event, number) for number in range(rate * seconds)]

    def happen(number: int) -> str:
        with transaction.atomic():
            append([_sign_up(event, people[number])])
        return people[number].email

    with socket.create_server(("127.0.0.1", 0), backlog=1000) as dead:
        _subscribe(f"http://127.0.0.1:{dead.getsockname()[1]}/")
        return _measure(happen, rate, seconds, targets=_LIVE_TARGETS)


def deliver_what_goto_tells(rate: int, seconds: int) -> dict[str, Any]:
    """Take webhooks of GoTo in at a rate, and see how long each needs until another program is told."""
    event = _event()

    def happen(number: int) -> str:
        email = f"ada{number}@bench.example"
        receive_delivery(connection_id=event.connection_id, body=_registrant_added(event, number, email))
        return email

    return _measure(happen, rate, seconds, targets=1)


def _measure(happen: Callable[[int], str], rate: int, seconds: int, *, targets: int) -> dict[str, Any]:
    """Let `happen` come to pass at a rate beside a worker, and return the waits of what arrives at each target."""
    began: dict[str, float] = {}
    with _receiving() as (url, arrived), _working():
        for number in range(targets):
            _subscribe(f"{url}/{number}")
        start = time.perf_counter()
        for number in range(rate * seconds):
            time.sleep(max(0.0, start + number / rate - time.perf_counter()))
            moment = time.perf_counter()
            began[happen(number)] = moment
        expected = rate * seconds * targets
        deadline = time.perf_counter() + _PATIENCE
        while len(arrived) < expected and time.perf_counter() < deadline:
            time.sleep(0.05)
        waits = sorted(at - began[email] for email, at in list(arrived))
    if len(waits) != expected:
        raise RuntimeError(f"{expected - len(waits)} of {expected} did not arrive.")
    return {"p50": waits[len(waits) // 2], "p95": waits[int(len(waits) * 0.95)], "longest": waits[-1], "sent": expected}


@contextmanager
def _working() -> Iterator[None]:
    """Run what a worker process runs: jobs, and the courier beside them."""
    stop = threading.Event()

    def courier() -> None:
        try:
            run_courier(stop)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run_worker, args=[stop]), threading.Thread(target=courier)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextmanager
def _receiving() -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Serve a target, and keep whom each call was about and when it came."""
    arrived: list[tuple[str, float]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
            arrived.append((sent["data"]["email"], time.perf_counter()))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        # Of calls that come together, five are kept waiting by default and the others try again a second later.
        request_queue_size = 1000

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", arrived
        server.shutdown()


def _event() -> Event:
    # So that the worker does this alone, and reads nothing from GoTo meanwhile.
    Connection.objects.update(state=Connection.State.RECONNECT_NEEDED)
    connection, tomorrow = Connection.objects.all()[0], clock.now() + timedelta(days=1)
    return Event.objects.create(
        connection=connection,
        product="webinar",
        event_key="4104950342217711886",
        organizer_key=connection.organizer_key,
        title="Ladder safety",
        starts_at=tomorrow,
        ends_at=tomorrow + timedelta(hours=1),
    )


def _registrant(event: Event, number: int) -> Registrant:
    return Registrant.objects.create(
        event=event,
        registrant_key=str(number),
        email=f"ada{number}@bench.example",
        first_name="Ada",
        last_name="Bench",
        status="APPROVED",
        registered_at=clock.now(),
    )


def _sign_up(event: Event, person: Registrant) -> NewFact:
    return NewFact(
        kind="registered",
        happened_at=clock.now(),
        dedupe_key=f"bench:{person.pk}",
        connection_id=event.connection_id,
        event_id=event.pk,
        registrant_id=person.pk,
        email=person.email,
    )


def _registrant_added(event: Event, number: int, email: str) -> bytes:
    """Tell of a sign-up as GoTo does."""
    now = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {
        "eventName": "registrant.added",
        "eventVersion": "1.0.0",
        "product": "g2w",
        "eventKey": f"{event.event_key}-{number}",
        "timestamp": now,
        "firstName": "Ada",
        "lastName": f"Number {number}",
        "email": email,
        "registrationDate": now,
        "status": "APPROVED",
        "webinarKey": int(event.event_key),
        "webinarTitle": event.title,
        "experienceType": "CLASSIC",
        "recurrenceType": "single_session",
        "registrantKey": 10**18 + number,
        "joinUrl": f"https://global.gotowebinar.com/join/{event.event_key}/{number}",
        "responses": [],
    }
    return json.dumps(told).encode()


def _subscribe(url: str) -> None:
    ada = User.objects.get(is_site_admin=True)
    key, _ = create_key(user=ada, name="Bench", verbs=[Verb.HOOKS], connection_ids=None)
    caller = Caller(owner=f"key:{key.pk}", user=ada, verbs=frozenset({Verb.HOOKS}))
    subscribe(caller=caller, target_url=url, event_types=["registrant.added"], narrowing={})
