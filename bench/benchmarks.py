"""The benchmarks: each interleaves rounds of our code and of its floor, and compares medians."""

import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import children, imports
from bench.api_reads import measure_api
from bench.databases import Databases, open_databases
from bench.forms import measure_forms
from bench.goto import PASSWORD, Goto, Organizer, serve_goto
from bench.hooks_out import measure_hooks
from bench.joins import measure_joins
from bench.learning import measure_learning
from bench.mails import measure_mails
from bench.result import Result
from bench.webhooks import measure_webhooks

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Sizes:
    """How much is done; the tests do little."""

    registrants: int = 50_000
    decoded: int = 10_000
    calls: int = 50
    iterated: int = 1_000_000
    webinars: int = 20
    jobs: int = 1_000
    contacts: int = int(os.environ.get("BENCH_CONTACTS", "50000"))
    segments: int = 500
    campaign_contacts: int = int(os.environ.get("BENCH_CAMPAIGN_CONTACTS", "20000"))
    webhook_seconds: int = int(os.environ.get("BENCH_WEBHOOK_SECONDS", "10"))
    join_seconds: int = int(os.environ.get("BENCH_JOIN_SECONDS", "10"))
    forms: int = 500
    learners: int = 10_000
    hook_facts: int = 1_000
    mails: int = 5_000
    hook_seconds: int = 10
    rounds: int = 3


@dataclass(frozen=True)
class Bench:
    """What the benchmarks need: a GoTo, databases with connected organizers, and their sizes."""

    goto: Goto
    databases: Databases
    sizes: Sizes
    folder: Path
    organizers: dict[str, Organizer]

    def hub(
        self, step: str, database_url: str = "", *, settings: Mapping[str, str] | None = None, **arguments: Any
    ) -> Any:
        """Run a step of the hub in a process of its own, on a fresh database unless one is named."""
        environment = self.environment(database_url or self.databases.fresh()) | dict(settings or {})
        return children.run(f"bench.hub:{step}", environment=environment, **arguments)

    def environment(self, database_url: str) -> dict[str, str]:
        """Return the environment of a process of the hub."""
        return {
            **os.environ,
            **self.goto.environment,
            "DJANGO_SETTINGS_MODULE": "greenroom.hub.settings",
            "GREENROOM_DATA_DIR": str(self.folder),
            "GREENROOM_DATABASE_URL": database_url,
            "GREENROOM_LOG_LEVEL": "ERROR",
            "GREENROOM_WEBHOOKS": "off",
        }

    def floor(self, step: str, **arguments: Any) -> Any:
        """Run a floor in a process of its own, on an empty database."""
        return children.run(f"bench.floors:{step}", **arguments, **self.databases.floor())


# Warm reads one webinar with a few people before each measurement: first imports are not what we ask about.
_ORGANIZERS = ("Warm", "Large", "Few", "Many", "Long", "Paced", "Live")
_PACE = {"GREENROOM_GOTO_CALLS_PER_SECOND": "10"}


@contextmanager
def open_bench(sizes: Sizes, database_url: str = "") -> Iterator[Bench]:
    """Serve GoTo and prepare a hub's database with connected organizers."""
    with tempfile.TemporaryDirectory(prefix="greenroom-bench-") as name:
        folder = Path(name)
        with serve_goto(folder) as goto, open_databases(folder, database_url) as databases:
            organizers = {name: goto.add_organizer(name) for name in _ORGANIZERS}
            bench = Bench(goto, databases, sizes, folder, organizers)
            emails = [one.email for one in organizers.values()]
            databases.template(lambda url: bench.hub("prepare", url, emails=emails, password=PASSWORD))
            yield bench


def _median_of(rounds: list[dict[str, Any]], *path: str) -> float:
    values: list[Any] = list(rounds)
    for name in path:
        values = [value[name] for value in values]
    return median(values)


def measure_sync(bench: Bench) -> list[Result]:
    """One webinar's registrants for the first time, and once more with nothing changed."""
    count = bench.sizes.registrants
    large, warm = bench.organizers["Large"], bench.organizers["Warm"]
    listing = bench.goto.listing(large, bench.goto.schedule(large, registrants=count))
    short = bench.goto.listing(warm, bench.goto.schedule(warm, registrants=20))
    floors, hubs = [], []
    for _ in range(bench.sizes.rounds):
        floors.append(bench.floor("fetch_and_upsert", listing=listing, warm_up=short))
        hubs.append(bench.hub("synchronize", email=large.email, warm_up=warm.email))
    if not {one["rows"] for one in floors} == {one["rows"] for one in hubs} == {count}:
        raise RuntimeError("The hub and the floor wrote different numbers of rows.")
    floor, first, again = (
        _median_of(floors, "cpu"),
        _median_of(hubs, "first", "cpu"),
        _median_of(hubs, "again", "cpu"),
    )
    database = bench.databases.name
    return [
        Result(
            name=f"sync_{count}_registrants",
            value=first / floor,
            unit="x_cpu_per_row",
            baseline="bare_fetch_and_upsert",
            goal=4,
            database=database,
            details={
                "seconds_wall": _median_of(hubs, "first", "wall"),
                "seconds_cpu": first,
                "seconds_cpu_of_database_server": _median_of(hubs, "first", "server_cpu"),
                "seconds_cpu_of_floor": floor,
                "rows_per_second": count / _median_of(hubs, "first", "wall"),
                "rows_per_second_of_floor": count / _median_of(floors, "wall"),
                "facts": hubs[0]["facts"],
                "rounds": {"hub": hubs, "floor": floors},
            },
        ),
        Result(
            name=f"sync_{count}_registrants_memory",
            value=max(one["peak_bytes"] for one in hubs) / MEBIBYTE,
            unit="MiB",
            baseline="peak_of_the_whole_process",
            goal=150,
            database=database,
            details={
                "idle_MiB": _median_of(hubs, "idle_bytes") / MEBIBYTE,
                "floor_MiB": _median_of(floors, "peak_bytes") / MEBIBYTE,
            },
        ),
        Result(
            name=f"sync_{count}_registrants_unchanged",
            value=again / first,
            unit="x_cpu",
            baseline="first_pass",
            goal=0.1,
            database=database,
            details={"seconds_cpu": again, "seconds_cpu_of_first_pass": first},
        ),
    ]


def measure_pace(bench: Bench) -> list[Result]:
    """A first pass at GoTo's own pace: how many calls it takes, and how long for so many."""
    held, upcoming = bench.sizes.webinars, 2 * bench.sizes.webinars
    organizer, warm = bench.organizers["Paced"], bench.organizers["Warm"]
    for _ in range(held):
        bench.goto.hold(organizer)
    for _ in range(upcoming):
        bench.goto.schedule(organizer, registrants=3)
    told = bench.hub("read_at_a_pace", settings=_PACE, email=organizer.email, warm_up=warm.email)
    # The webinars, the sessions of the organizer, each webinar's registrants, and each held one's attendance.
    least = math.ceil((held + upcoming) / 200) + 1 + (held + upcoming) + held
    details = {"calls": told["calls"], "least": least, "seconds_wall": told["wall"]}
    return [
        Result(
            name="calls_vs_formula",
            value=told["calls"] / least,
            unit="x_calls",
            baseline="fewest_that_can_know",
            goal=1.1,
            database=bench.databases.name,
            details=details,
        ),
        Result(
            name="paced_sync",
            value=told["wall"] / (told["calls"] / 10),
            unit="x_wall",
            baseline="calls_at_10_per_second",
            goal=1.05,
            database=bench.databases.name,
            details=details,
        ),
    ]


def count_statements(bench: Bench) -> list[Result]:
    """Statements that one more unchanged webinar costs a pass."""
    count = bench.sizes.webinars
    few, many = bench.organizers["Few"], bench.organizers["Many"]
    for organizer, webinars in ((few, count), (many, 2 * count)):
        for _ in range(webinars):
            bench.goto.schedule(organizer, registrants=3)
    of_few = bench.hub("count_statements", email=few.email)
    of_many = bench.hub("count_statements", email=many.email)
    return [
        Result(
            name="statements_per_unchanged_webinar",
            value=(of_many - of_few) / count,
            unit="statements",
            baseline=f"pass_over_{2 * count}_less_pass_over_{count}",
            goal=2,
            database=bench.databases.name,
            details={f"statements_of_{count}": of_few, f"statements_of_{2 * count}": of_many},
        )
    ]


def measure_jobs(bench: Bench) -> list[Result]:
    """Jobs that do nothing, run by the hub's worker."""
    count = bench.sizes.jobs
    floors, hubs = [], []
    for _ in range(bench.sizes.rounds):
        floors.append(bench.floor("claim_and_delete", count=count))
        hubs.append(bench.hub("drain_jobs", count=count))
    return [
        Result(
            name="jobs_drained",
            value=_median_of(hubs, "cpu") / _median_of(floors, "cpu"),
            unit="x_cpu_per_job",
            baseline="bare_claim_and_delete",
            goal=20,
            database=bench.databases.name,
            details={
                "jobs_per_second": count / _median_of(hubs, "wall"),
                "jobs_per_second_of_floor": count / _median_of(floors, "wall"),
            },
        )
    ]


def measure_campaigns(bench: Bench) -> list[Result]:
    """Contacts that pass the steps of a campaign, each noted, and the statements that takes."""
    contacts = bench.sizes.campaign_contacts
    environment = bench.environment(bench.databases.fresh())
    told = children.run("bench.campaigns:move_contacts", environment=environment, contacts=contacts)
    engine, floor = told["engine"], told["floor"]
    return [
        Result(
            name="campaign_steps",
            value=engine["cpu"] / floor["cpu"],
            unit="x_cpu_per_step",
            baseline="two_bare_statements_per_step",
            goal=3,
            database=bench.databases.name,
            details={
                "steps_per_second": told["passed"] / engine["wall"],
                "steps_per_second_of_floor": told["passed"] / floor["wall"],
                "statements_per_contact_and_step": told["statements"] / told["passed"],
            },
        )
    ]


def measure_contacts(bench: Bench) -> list[Result]:
    """Segments over many contacts, against statements by hand and one by one, and a search among them."""
    count, segments = bench.sizes.contacts, bench.sizes.segments
    environment = bench.environment(bench.databases.fresh())
    told = children.run("bench.contacts:measure", environment=environment, contacts=count, segments=segments)
    database = bench.databases.name
    return [
        Result(
            name="segment_rebuild",
            value=told["rebuild"] / told["by_hand"],
            unit="x_wall",
            baseline="insert_select_by_hand",
            goal=2,
            database=database,
            details=told,
        ),
        Result(
            name="segment_rebuild_vs_one_by_one",
            value=told["one_by_one_per_contact"] * told["members"] / told["rebuild"],
            unit="x_wall",
            baseline="statements_per_contact",
            goal=100,
            more_is_better=True,
            database=database,
        ),
        Result(
            name=f"segment_incremental_{segments}",
            value=told["incremental"],
            unit="s_wall",
            baseline="one_contact_changed",
            goal=1,
            database=database,
        ),
        Result(
            name="contact_search",
            value=told["search"] * 1000,
            unit="ms_wall",
            baseline="slowest_first_page",
            goal=100,
            database=database,
        ),
    ]


def measure_decoding(bench: Bench) -> list[Result]:
    """The client's reading of a long list of registrants; in several processes, as memory lies luckier in some."""
    organizer, count = bench.organizers["Long"], bench.sizes.decoded
    body = bench.goto.save_registrants(organizer, bench.folder / "registrants.json", registrants=count)
    rounds = [children.run("bench.client:decode", body=body, rounds=20) for _ in range(bench.sizes.rounds * 3)]
    client = _median_of(rounds, "client")
    return [
        Result(
            name=f"decode_{count}_registrants",
            value=median(one["client"] / one["bare"] for one in rounds),
            unit="x_cpu",
            baseline="bare_msgspec",
            goal=1.5,
            details={"microseconds_per_row": client / count * 1e6, "rounds": rounds},
        )
    ]


def measure_calls(bench: Bench) -> list[Result]:
    """What the client adds to a short call; the sandbox's own work is in its process and does not count."""
    organizer = bench.organizers["Warm"]
    listing = bench.goto.listing(organizer, bench.goto.schedule(organizer, registrants=3))
    rounds = [children.run("bench.client:call", listing=listing, calls=bench.sizes.calls) for _ in range(3)]
    return [
        Result(
            name="call_overhead",
            value=median(one["client"] / one["bare"] for one in rounds),
            unit="x_cpu",
            baseline="bare_httpx2_and_msgspec",
            goal=1.15,
            details={
                "microseconds_per_call": _median_of(rounds, "client") * 1e6,
                "microseconds_of_floor": _median_of(rounds, "bare") * 1e6,
                "x_cpu_in_memory": median(one["client_in_memory"] / one["bare_in_memory"] for one in rounds),
                "rounds": rounds,
            },
        )
    ]


def measure_iteration(bench: Bench) -> list[Result]:
    """The client's reading of a list that does not fit into memory."""
    count = bench.sizes.iterated
    clients, bare = [], []
    for _ in range(bench.sizes.rounds):
        clients.append(children.run("bench.lists:iterate", reader="client", registrants=count))
        bare.append(children.run("bench.lists:iterate", reader="bare", registrants=count))
    cpu, floor = _median_of(clients, "cpu"), _median_of(bare, "cpu")
    return [
        Result(
            name=f"iterate_{count}_registrants",
            value=cpu / floor,
            unit="x_cpu_per_row",
            baseline="bare_httpx2_and_msgspec",
            goal=2.5,
            details={"microseconds_per_row": cpu / count * 1e6, "microseconds_of_floor": floor / count * 1e6},
        ),
        Result(
            name=f"iterate_{count}_registrants_memory",
            value=max(one["peak_bytes"] for one in clients) / MEBIBYTE,
            unit="MiB",
            baseline="above_ten_pages",
            goal=10,
            details={"floor_MiB": _median_of(bare, "peak_bytes") / MEBIBYTE},
        ),
    ]


def measure_import(bench: Bench) -> list[Result]:
    """What the client costs a program before it does anything."""
    statements = ("import greenroom.goto", "from greenroom.goto import GoTo, webinar", "import httpx2, msgspec")
    rounds = [[imports.measure(statement) for statement in statements] for _ in range(bench.sizes.rounds * 3)]
    alone, ready, floor = (median(one.cpu for one in same) for same in zip(*rounds, strict=True))
    unwanted = {"django", "flask", "greenroom.hub", "greenroom.sandbox"} & rounds[0][1].modules
    return [
        Result(
            name="import_client",
            value=alone * 1000 if not unwanted else math.inf,
            unit="ms_cpu",
            baseline="fresh_interpreter_without_django",
            goal=150,
            details={"unwanted_modules": sorted(unwanted)},
        ),
        Result(
            name="import_client_to_send",
            value=ready / floor,
            unit="x_cpu",
            baseline="import_httpx2_and_msgspec",
            goal=1.5,
            details={"milliseconds": ready * 1000, "milliseconds_of_floor": floor * 1000},
        ),
    ]


# By name; those of `ON_A_DATABASE` are run once for each database.
ON_A_DATABASE: dict[str, Callable[[Bench], list[Result]]] = {
    "sync": measure_sync,
    "statements": count_statements,
    "jobs": measure_jobs,
    "campaigns": measure_campaigns,
    "contacts": measure_contacts,
    "api": measure_api,
    "hooks": measure_hooks,
    "pace": measure_pace,
    "forms": measure_forms,
    "webhooks": measure_webhooks,
    "mails": measure_mails,
    "learning": measure_learning,
    "joins": measure_joins,
}
WITHOUT_ONE: dict[str, Callable[[Bench], list[Result]]] = {
    "decode": measure_decoding,
    "calls": measure_calls,
    "iterate": measure_iteration,
    "import": measure_import,
}
