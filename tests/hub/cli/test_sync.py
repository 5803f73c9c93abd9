"""`greenroom sync`: read from GoTo here and now, and say in plain lines how it went."""

from datetime import timedelta

import pytest
from tests.hub.conftest import connect
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services import open_run

OLGA = "Olga Ortiz, Northwind Academy"


def sync(*options: str):
    return CliRunner().invoke(app, ["sync", *options])


def test_everything_is_read(world, connection):
    world.schedule_webinar("Ropes", registrants=3)
    world.schedule_training("Forklifts", registrants=2)
    result = sync()
    assert (0, "") == (result.exit_code, result.stderr)
    webinars, trainings, meetings, support = result.stdout.splitlines()
    assert webinars.startswith(f"{OLGA}: webinars: 1 event, 3 changes, ")
    assert trainings.startswith(f"{OLGA}: trainings: 1 event, 2 changes, ")
    assert meetings.startswith(f"{OLGA}: meetings: 0 events, ")
    assert support.startswith(f"{OLGA}: support sessions: 0 events, ")
    assert (2, 5) == (Event.objects.count(), Registrant.objects.count())
    assert "\x1b" not in result.output


@pytest.mark.parametrize("option", ["--product", "-p"])
def test_one_product_is_read(world, connection, option):
    world.schedule_webinar()
    world.schedule_training()
    assert 0 == sync(option, "training").exit_code
    assert ["training"] == list(Event.objects.values_list("product", flat=True))


@pytest.mark.parametrize("option", ["--id", "-i"])
def test_one_event_is_read(world, connection, option):
    world.schedule_webinar("Other")
    key = world.schedule_webinar("Ropes")
    assert 0 == sync("-p", "webinar", option, key).exit_code
    assert ["Ropes"] == list(Event.objects.values_list("title", flat=True))


def test_event_of_the_second_account_is_found(world, connection, ada):
    world.add_stranger()
    connect("hanna@harbor.example", ada)
    key = world.schedule_webinar("Theirs", organizer="hanna@harbor.example")
    result = sync("-p", "webinar", "-i", key)
    assert (0, ["Theirs"]) == (result.exit_code, [one.title for one in Event.objects.all()])


def test_only_the_account_that_has_an_event_is_asked_for_it(world, connection, ada):
    world.add_stranger()
    connect("hanna@harbor.example", ada)
    key = world.schedule_webinar()
    sync("-p", "webinar", "-i", key)
    made(world)
    asked = calls_of(sync("-p", "webinar", "-i", key, "--dry-run"))
    result = sync("-p", "webinar", "-i", key)
    assert (0, 1) == (result.exit_code, result.stdout.count("\n"))
    assert len(asked) == len(made(world)) == 4
    assert 1 == SyncRun.objects.filter(state="failed").count()


@pytest.mark.parametrize(
    ("sentence", "options"),
    [
        ("There is no product phone. Choose one of: webinar, training, meeting, assist.", ["-p", "phone"]),
        ("Say which product the key belongs to: --product and one of webinar, training, meeting, assist.", ["-i", "1"]),
        ("Say which event: its key belongs behind --id.", ["-p", "webinar", "-i", ""]),
        ("None of the connected accounts has this event.", ["-p", "webinar", "-i", "1234567890123456789"]),
    ],
)
def test_what_cannot_be_read_ends_with_a_sentence_and_status_1(connection, sentence, options):
    result = sync(*options)
    assert (1, "", sentence) == (result.exit_code, result.stdout, result.stderr.strip())


@pytest.mark.parametrize("state", [None, "disconnected"])
def test_without_an_account_there_is_nothing_to_read(world, ada, request, state):
    if state:
        connection = request.getfixturevalue("connection")
        type(connection).objects.update(state=state)
    else:
        request.getfixturevalue("db")
    result = sync()
    assert (1, "No GoTo account is connected. Connect one on the page Accounts.") == (
        result.exit_code,
        result.stderr.strip(),
    )


def test_account_that_waits_for_a_person_is_named_and_the_others_are_read(world, connection, ada):
    world.add_stranger()
    connect("hanna@harbor.example", ada)
    type(connection).objects.filter(pk=connection.pk).update(state="reconnect_needed")
    result = sync("-p", "webinar")
    told = f"{OLGA} has to be connected again, on the page Accounts.\n"
    assert (1, told) == (result.exit_code, result.stderr)
    assert result.stdout.startswith("Hanna Berg, Harbor Safety Training: webinars: 0 events, ")


def test_answer_that_cannot_be_read_is_told_in_words(world, connection):
    world.fail(kind="nonsense", product="webinar")
    result = sync("-p", "webinar")
    told = f"{OLGA}: webinars: GoTo gave an answer that cannot be read.\n"
    assert (1, "", told) == (result.exit_code, result.stdout, result.stderr)


def test_outage_is_told_and_the_rest_goes_on(world, connection):
    world.schedule_training()
    world.fail(kind="status", status=503, product="webinar", times=50)
    result = sync()
    assert 1 == result.exit_code
    assert f"{OLGA}: webinars: GoTo does not answer at the moment." == result.stderr.strip()
    assert f"{OLGA}: trainings: 1 event" in result.stdout
    assert {"webinar": "failed", "training": "done", "meeting": "done", "assist": "done"} == dict(
        SyncRun.objects.values_list("product", "state")
    )


def test_event_that_cannot_be_read_is_named_and_the_others_are_read(world, connection):
    key = world.schedule_webinar("First", registrants=1)
    world.schedule_webinar("Second", starts_in=timedelta(hours=2), registrants=1)
    world.fail(kind="status", status=403, operation="getAllRegistrantsForWebinar", times=1)
    result = sync("-p", "webinar")
    assert 1 == result.exit_code
    assert f"  First ({key}): GoTo does not let this account do that.\n" == result.stderr
    assert 1 == Registrant.objects.count()


@pytest.mark.parametrize("key", ["", "1234567890123456789"])
def test_run_that_is_on_its_way_is_left_alone(world, connection, key):
    open_run(connection=connection, product="webinar", event_key=key)
    result = sync("-p", "webinar", *(["-i", key] if key else []))
    assert (0, f"{OLGA}: webinars: another run is on its way\n", "") == (result.exit_code, result.stdout, result.stderr)


# Everything, and nothing


def test_only_what_is_due_is_read_unless_everything_is_asked_for(world, connection):
    world.schedule_webinar(registrants=3)
    assert ": 1 event, 3 changes, " in sync("-p", "webinar").stdout
    assert ": 0 events, 0 changes, 2 calls" in sync("-p", "webinar").stdout
    assert ": 1 event, 0 changes, 3 calls" in sync("-p", "webinar", "--full").stdout


def calls_of(result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines() if line.startswith("  ")]


def made(world) -> list[str]:
    """Return the operations GoTo was asked since this was asked last."""
    recent = world.control("GET", "counters")["recent"]
    world.control("DELETE", "counters")
    return [f"{one['method']} {one['operation']}" for one in recent]


def test_a_dry_run_prints_the_calls_and_makes_none(world, connection):
    key = world.schedule_webinar(registrants=3)
    sync()
    made(world)
    result = sync("-p", "webinar", "--full", "--dry-run")
    assert (0, [], 1) == (result.exit_code, made(world), SyncRun.objects.filter(product="webinar").count())
    base = f"/G2W/rest/v2/organizers/{world.olga_key}"
    assert f"{OLGA}: webinars: 3 calls" == result.stdout.splitlines()[0]
    webinars, live, registrants = calls_of(result)
    assert webinars == f"GET {base}/webinars?fromTime=2021-03-03T09:00:00Z&toTime=2031-03-01T09:00:00Z&page=0&size=200"
    assert live.startswith(f"GET {base}/insessionWebinars?")
    assert registrants == f"GET {base}/webinars/{key}/registrants"


@pytest.mark.parametrize("options", [[], ["--full"], ["-i"]])
def test_a_dry_run_foresees_as_many_calls_as_are_made(world, connection, options):
    """Once everything was read; what only GoTo can tell is not foreseen."""
    world.schedule_training(starts_in=timedelta(days=1))
    keys = [world.schedule_webinar(f"Ladders {days}", starts_in=timedelta(days=days)) for days in (1, 5, 40)]
    world.schedule_webinar("Over")
    sync()
    world.advance(hours=2, minutes=1)
    sync()
    world.advance(minutes=30)
    if options == ["-i"]:
        options = ["-p", "webinar", "-i", keys[0]]
    made(world)
    foreseen = calls_of(sync("--dry-run", *options))
    assert [] == made(world)
    assert 0 == sync(*options).exit_code
    assert len(foreseen) == len(made(world)) > 0


def test_a_dry_run_foresees_the_look_for_what_was_held_at_another_time(world, connection):
    """Which the first run of a day takes."""
    world.schedule_webinar(starts_in=timedelta(days=40))
    sync("-p", "webinar")
    world.advance(days=1)
    made(world)
    foreseen = calls_of(sync("--dry-run", "-p", "webinar"))
    assert any("/sessions?" in call for call in foreseen)
    sync("-p", "webinar")
    assert len(foreseen) == len([call for call in made(world) if call != "POST token"])


def test_a_dry_run_counts_the_pages_of_long_lists(world, connection):
    times = [[iso(world.now + timedelta(hours=n)), iso(world.now + timedelta(hours=n, minutes=30))] for n in range(450)]
    world.control("POST", "webinars", organizer="olga@northwind.example", type="series", times=times)
    sync("-p", "webinar")
    lists = [call for call in calls_of(sync("-p", "webinar", "--full", "--dry-run")) if "/webinars?" in call]
    assert ["page=0", "page=1", "page=2"] == [call.split("&")[2] for call in lists]


def test_a_day_without_calls_left_is_told(world, connection, settings):
    settings.GOTO_CALLS_PER_DAY = 1
    sync("-p", "webinar")
    result = sync("-p", "webinar")
    told = f"{OLGA}: webinars: Today's calls to GoTo are used up; there are new ones from midnight UTC.\n"
    assert (1, told) == (result.exit_code, result.stderr)


def iso(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
