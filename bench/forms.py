"""How long a visitor waits after sending a form, with GoTo down."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bench.result import Result

if TYPE_CHECKING:
    from bench.benchmarks import Bench

_GOAL_MILLISECONDS = 300
_NOWHERE = {"GREENROOM_GOTO_API_URL": "http://127.0.0.1:9", "GREENROOM_GOTO_AUTH_URL": "http://127.0.0.1:9"}


def measure_forms(bench: "Bench") -> list[Result]:
    """Send a form that registers for an event and notes a consent; nothing answers at GoTo's address."""
    told = bench.hub("send_forms", count=bench.sizes.forms, settings=_NOWHERE)
    return [
        Result(
            name="form_submission",
            value=told["p99_milliseconds"],
            unit="ms_p99",
            baseline="goto_down",
            goal=_GOAL_MILLISECONDS,
            database=bench.databases.name,
            details=told,
        )
    ]


def send_forms(count: int) -> dict[str, Any]:
    """Let so many visitors send a form, one after the other, and return how long they waited."""
    from django.test import Client

    from greenroom.hub.webforms.forms import name_of
    from greenroom.hub.webforms.models import SubmissionAct
    from greenroom.hub.webforms.tokens import sign_shown

    form, event_id = _prepare()
    client, path = Client(), f"/f/{form.public_id}/"
    fields = list(form.fields.all())
    client.get(path)
    milliseconds = []
    for number in range(count):
        given = {"email": f"visitor{number}@example.com", "event": str(event_id), "consent": "on"}
        typed = {name_of(one): given.get(one.kind, "Vera") for one in fields}
        origin = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        began = time.perf_counter()
        answer = client.post(path, typed | {"token": sign_shown(form.pk)}, REMOTE_ADDR=origin)
        milliseconds.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 302, answer.status_code
    assert SubmissionAct.objects.count() == count
    milliseconds.sort()
    return {
        "p50_milliseconds": milliseconds[count // 2],
        "p99_milliseconds": milliseconds[count * 99 // 100],
        "longest_milliseconds": milliseconds[-1],
        "count": count,
    }


def _prepare() -> tuple[Any, int]:
    """Make an event, and a form in which it is chosen; machines are let through."""
    from django.conf import settings

    from greenroom.hub.connections.models import Connection
    from greenroom.hub.contacts.services import add_purpose
    from greenroom.hub.core import clock
    from greenroom.hub.events.models import Event
    from greenroom.hub.users.models import User
    from greenroom.hub.webforms.services import add_action, add_field, create_form, publish_form, submitting

    settings.ALLOWED_HOSTS = ["testserver"]
    submitting._QUICKEST = timedelta(0)
    now = clock.now()
    event = Event.objects.create(
        connection=Connection.objects.earliest("pk"),
        product="webinar",
        event_key="1",
        organizer_key="1",
        title="Ropes",
        starts_at=now + timedelta(hours=1),
        ends_at=now + timedelta(hours=2),
    )
    form = create_form(name="Bench", start="webinar", actor=User.objects.earliest("pk"))
    add_action(form=form, kind="register", given={"event_field": form.fields.get(kind="event").pk})
    purpose = add_purpose(name="Bench", wording="Write to me.")
    add_field(form=form, kind="consent", label="Write to me.", purpose=purpose)
    publish_form(form=form)
    return form, event.pk
