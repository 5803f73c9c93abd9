"""Which calls a run would make, as far as the mirror can tell, without making any."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from urllib.parse import unquote

import httpx2

from greenroom.goto import GoTo, GotoError
from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import Product, get_product
from greenroom.hub.events.services import session_data
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.selectors import is_told, list_attendance_due, list_possibly_held, list_registrants_due
from greenroom.hub.sync.services.attendance import find_sessions
from greenroom.hub.sync.services.listing import window
from greenroom.hub.sync.services.pulling import is_form_stale

_PAGE_SIZE = 200


class _Recorder(httpx2.BaseTransport):
    """Notes what is sent, and answers that there is nothing."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.calls.append(f"{request.method} {unquote(request.url.raw_path.decode())}")
        return httpx2.Response(200, content=b"[]")


def list_calls(*, connection: Connection, product: str, event_key: str = "", is_full: bool = False) -> list[str]:
    """
    Return the calls that a run would make now, each as method and path. Makes none.

    What only GoTo's answers can tell is not among them: attendance of sessions we do not know of yet, and events that
    the list will turn out to lack.
    """
    recorder = _Recorder()
    run = SyncRun(
        connection=connection, product=product, event_key=event_key, is_full=is_full, requested_at=clock.now()
    )
    with GoTo("dry-run", transport=recorder) as goto:
        for call in _calls(goto, run, get_product(product).for_one_run()):
            with suppress(GotoError):  # an answer without anything in it is not always one that can be read
                call()
    return _with_further_pages(recorder.calls, run)


def _calls(goto: GoTo, run: SyncRun, product: Product) -> Iterable[Callable[[], object]]:
    """Yield what a pass would do, in its order."""
    organizer_key = run.connection.organizer_key
    if run.event_key:
        yield partial(product.get_event, goto, organizer_key, run.event_key)
    else:
        yield lambda: list(product.list_events(goto, organizer_key, *window(run)))
    if product.tells_when_live and not is_told(run):
        yield partial(product.list_live_keys, goto, organizer_key)
    awaited = list_attendance_due(run)
    yield partial(find_sessions, goto, run.connection, product, {*awaited, *list_possibly_held(run)})
    for event in list_registrants_due(run):
        yield partial(product.list_registrants, goto, event.organizer_key, event.event_key)
        if is_form_stale(event):
            yield partial(product.get_registration_form, goto, event.organizer_key, event.event_key)
    for event in awaited:
        yield partial(_list_attendance, goto, run, product, event)


def _list_attendance(goto: GoTo, run: SyncRun, product: Product, event: Event) -> None:
    for session in event.sessions.all():
        if run.is_full or not session.is_final:
            product.list_attendance(goto, event.organizer_key, event.event_key, session_data(session))


def _with_further_pages(calls: list[str], run: SyncRun) -> list[str]:
    """Add the pages of the list of events that follow the first one, judging by how many we know."""
    first = calls[0] if calls else ""
    since, _ = window(run)
    known = Event.objects.filter(connection=run.connection, product=run.product, ends_at__gte=since).count()
    if run.event_key or "page=0" not in first:
        return calls
    pages = max(1, -(-known // _PAGE_SIZE))
    return [first.replace("page=0", f"page={number}") for number in range(pages)] + calls[1:]
