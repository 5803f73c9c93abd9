"""
The web side of a hub in a process of its own: it does what it is told, and leaves the rest to the workers.

Each line of standard input is one act, `["register", {"event_key": "..."}]`, and is answered by one line.
"""

import hashlib
import json
import sys
from datetime import timedelta

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from tests.factories.users import make_user  # noqa: E402

from greenroom.goto import admin  # noqa: E402
from greenroom.hub.api.callers import caller_of  # noqa: E402
from greenroom.hub.api.models import IdempotentAnswer  # noqa: E402
from greenroom.hub.automation.callers import Verb  # noqa: E402
from greenroom.hub.automation.hooks.subscriptions import end, subscribe  # noqa: E402
from greenroom.hub.automation.models import Hook, HookDelivery  # noqa: E402
from greenroom.hub.connections.goto import open_goto  # noqa: E402
from greenroom.hub.connections.models import Connection  # noqa: E402
from greenroom.hub.connections.services import begin_authorization, finish_authorization  # noqa: E402
from greenroom.hub.core import clock  # noqa: E402
from greenroom.hub.core.errors import HubError  # noqa: E402
from greenroom.hub.courses.models import Course  # noqa: E402
from greenroom.hub.demo.browser import allow_access  # noqa: E402
from greenroom.hub.events import services  # noqa: E402
from greenroom.hub.events.models import Attendee, Event, EventAct, Registrant, RegistrationRequest  # noqa: E402
from greenroom.hub.events.products.base import EventWish  # noqa: E402
from greenroom.hub.events.products.webhooks import list_hooks  # noqa: E402
from greenroom.hub.events.registration_form import Answers  # noqa: E402
from greenroom.hub.events.services.acts import create_event  # noqa: E402
from greenroom.hub.intake.models import WebhookDelivery, WebhookSecret, WebhookSubscription  # noqa: E402
from greenroom.hub.intake.services import ask_for_webhooks, remove_webhooks  # noqa: E402
from greenroom.hub.jobs.models import Job, WorkerHeartbeat  # noqa: E402
from greenroom.hub.jobs.worker import run_until_idle  # noqa: E402
from greenroom.hub.ledger.models import Fact  # noqa: E402
from greenroom.hub.sync.models import OPEN_STATES, SyncRun  # noqa: E402
from greenroom.hub.sync.services import open_run, request_sync, synchronize  # noqa: E402
from greenroom.hub.users.api_keys import create_key  # noqa: E402
from greenroom.hub.users.models import User  # noqa: E402


def set_up() -> None:
    """Make the tables; Ada connects Olga's account, and Lena has come to learn."""
    call_command("migrate", verbosity=0)
    make_user("Lena")
    address, pending = begin_authorization(back_to="")
    answer = allow_access(address, email="olga@northwind.example", password="sandbox")
    finish_authorization(actor=make_user("Ada", is_site_admin=True), pending=pending, answer=answer)
    work()


def work() -> None:
    """Do all background work that is due, here."""
    run_until_idle()


def read() -> bool:
    """Read all webinars from GoTo, here and now; False when another run kept one from starting."""
    runs = [open_run(connection=connection, product="webinar") for connection in Connection.objects.all()]
    for run in filter(None, runs):
        synchronize(run=run)
    return all(runs)


def ask_to_read() -> int:
    """Have all webinars read by a worker; return the run."""
    return request_sync(connection=Connection.objects.get(), product="webinar").pk


def state_of_run(run: int) -> str:
    """Return how far a run has got."""
    return SyncRun.objects.get(pk=run).state


def register(event_key: str, email: str = "lena@example.com") -> None:
    """Ask to sign somebody up."""
    event, user = Event.objects.get(event_key=event_key), User.objects.get(email=email)
    fields = {"firstName": user.first_name, "lastName": user.last_name, "email": email}
    services.register(event=event, answers=Answers(fields=fields), user=user)


def make_event(title: str) -> int:
    """Ask for a webinar to be made; return the act."""
    start = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    wish = EventWish(title=title, description="", times=((start, start + timedelta(hours=1)),))
    connection = Connection.objects.get()
    return create_event(
        connection=connection, product="webinar", wish=wish, idempotency_key=f"make:{title}", actor=None
    ).pk


def made(title: str) -> dict[str, list[str]]:
    """Return the webinars of a title, how each act for it stands, and what was told of them."""
    events = Event.objects.filter(title=title)
    acts = EventAct.objects.filter(idempotency_key=f"make:{title}")
    facts = Fact.objects.filter(event_id__in=events.values("pk"), kind="event_created")
    return {
        "events": list(events.values_list("event_key", flat=True)),
        "acts": list(acts.values_list("state", flat=True)),
        "facts": list(facts.values_list("kind", flat=True)),
    }


def cancel(event_key: str) -> None:
    """Ask to take Lena off an event."""
    event, lena = Event.objects.get(event_key=event_key), User.objects.get(email="lena@example.com")
    services.cancel_registration(event=event, user=lena)


def begin_webhooks() -> None:
    """Have GoTo send nothing more, forget its secrets, and ask for webhooks from the beginning."""
    connection = Connection.objects.get()
    remove_webhooks(connection=connection)
    WebhookSecret.objects.all().delete()
    Job.objects.filter(name="intake.keep_webhooks").delete()
    ask_for_webhooks(connection=connection)


def webhooks() -> dict[str, list[str]]:
    """Return which webhooks deliver, by GoTo's own account and by ours; sorted."""
    with open_goto(Connection.objects.get()) as goto:
        theirs = sorted(one.event_name for one in list_hooks(goto) if one.delivers)
    ours = WebhookSubscription.objects.filter(state="active", connection__webhooks_trusted_until__gt=clock.now())
    return {"theirs": theirs, "ours": sorted(ours.values_list("event_name", flat=True))}


def deliveries() -> list[list[str]]:
    """Return what was delivered and what became of it, in the order it came."""
    return [list(row) for row in WebhookDelivery.objects.order_by("pk").values_list("event_name", "state")]


def forget_deliveries() -> None:
    """Begin anew."""
    WebhookDelivery.objects.all().delete()


def make_key() -> str:
    """Make a key of Ada's that may do everything, and return its text."""
    ada = User.objects.get(is_site_admin=True)
    return create_key(user=ada, name="Program", verbs=list(Verb), connection_ids=None)[1]


def let_first_call_be_taken_for_dead() -> None:
    """Do as if a minute had passed since the call whose process died."""
    assert IdempotentAnswer.objects.filter(status=None).update(held_until=clock.now())


def wait_for_sign_ups(url: str) -> int:
    """Have an address called when somebody registers; return the hook."""
    make_key()
    caller = caller_of(User.objects.get(is_site_admin=True).api_keys.latest("pk"))
    hook, _ = subscribe(caller=caller, target_url=url, event_types=["registrant.added"], narrowing={})
    return hook.pk


def wait_no_more(hook: int) -> None:
    """End a hook."""
    end(hook=Hook.objects.get(pk=hook))


def let_taken_deliveries_be_due() -> None:
    """Do as if half a minute had passed since the worker died that had taken them."""
    HookDelivery.objects.filter(state="waiting").update(due_at=clock.now())


def told_programs(hook: int) -> list[list[str]]:
    """Return what a hook was to be told, and how it stands."""
    return [list(row) for row in HookDelivery.objects.filter(hook=hook).values_list("message_id", "state")]


def is_at_work(pid: int) -> bool:
    """Tell whether a worker has begun, so that it ends its work when it is told to stop."""
    return WorkerHeartbeat.objects.filter(worker__contains=f":{pid}:").exists()


def is_settled() -> bool:
    """Tell whether all that was asked for is done."""
    is_open = RegistrationRequest.objects.filter(state__in=["pending", "cancelling"]).exists()
    is_open = is_open or EventAct.objects.filter(state="pending").exists()
    is_reading = SyncRun.objects.filter(state__in=OPEN_STATES).exists()
    jobs = Job.objects.filter(state="running") | Job.objects.filter(state="ready", run_at__lte=clock.now())
    is_telling = HookDelivery.objects.filter(state="waiting", hook__state="active").exists()
    return not (is_open or is_reading or is_telling or jobs.exists())


def report(event_key: str) -> dict[str, list[object]]:
    """Return what the hub knows of an event and its people; lists are sorted."""
    event = Event.objects.get(event_key=event_key)
    registrants = Registrant.objects.filter(event=event, gone_at=None)
    facts = Fact.objects.filter(event_id=event.pk).exclude(registrant_id=None)
    return {
        "requests": sorted(RegistrationRequest.objects.filter(event=event).values_list("state", flat=True)),
        "registrants": sorted(registrants.values_list("registrant_key", flat=True)),
        "without_join_url": list(registrants.filter(join_url="").values_list("pk", flat=True)),
        "attended": sorted(Attendee.objects.filter(session__event=event).values_list("email", "attended_seconds")),
        "facts": sorted(facts.values_list("kind", "email")),
    }


def ask() -> str:
    """Ask GoTo whose account it is; return the name of what went wrong, nothing when it went well."""
    try:
        with open_goto(Connection.objects.get()) as goto:
            goto.send(admin.get_me())
    except HubError as error:
        return type(error).__name__
    return ""


def state_of_account() -> str:
    """Return how the connected account is doing."""
    return Connection.objects.get().state


def fingerprint_of_tokens() -> str:
    """Return what is different whenever the tokens are, and tells nothing of them."""
    tokens = Connection.objects.values_list("access_token", "refresh_token", "token_version").get()
    return hashlib.sha256(repr(tokens).encode()).hexdigest()


def let_access_token_run_out() -> None:
    """Do as if an hour had passed."""
    Connection.objects.update(access_token_expires_at=clock.now())


def let_lease_run_out() -> None:
    """Do as if whoever renews the tokens had been silent for a minute."""
    assert Connection.objects.exclude(refresh_lease="").update(refresh_lease_until=clock.now() - timedelta(seconds=1))


def failed_jobs() -> list[str]:
    """Return the names of the jobs that were given up; a look that comes again in seconds is not tried twice."""
    failed = Job.objects.filter(state="failed").exclude(name="sync.watch_product")
    return list(failed.values_list("name", flat=True))


def inventory() -> dict[str, list[str]]:
    """Return what there is of each kind, by the names that GoTo or people gave it; sorted."""
    names = {User: "email", Connection: "organizer_key", Course: "title", Event: "event_key"}
    there_is = {model.__name__: sorted(model.objects.values_list(name, flat=True)) for model, name in names.items()}
    registrants = Registrant.objects.values_list("event__event_key", "registrant_key")
    return there_is | {"Registrant": sorted(":".join(keys) for keys in registrants)}


def coming_event() -> str:
    """Return the key of the webinar that is the last to begin."""
    return (
        Event.objects.filter(product="webinar", state="scheduled", needs_approval=False).latest("starts_at").event_key
    )


def main() -> None:
    """Do one act for each line until there are no more."""
    for line in sys.stdin:
        act, arguments = json.loads(line)
        print(json.dumps(globals()[act](**arguments)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
