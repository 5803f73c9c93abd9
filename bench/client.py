"""What the client does while it is measured. Django has no place in this process."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import msgspec

from bench.meter import Meter


class Bare(msgspec.Struct, rename="camel"):
    """A registrant with all members the sandbox sends, as msgspec reads them by itself."""

    registrant_key: int
    first_name: str
    last_name: str
    email: str
    registration_date: datetime
    status: str
    time_zone: str
    join_url: str


def decode(body: str, rounds: int) -> dict[str, float]:
    """Read the list in a file, and let go of it, with the client and with msgspec alone; CPU seconds of each."""
    from greenroom.goto import Answer, webinar
    from greenroom.goto._operation import Reply

    content = Path(body).read_bytes()
    operation = webinar.get_all_registrants_for_webinar("1", "2")
    bare = msgspec.json.Decoder(list[Bare])
    return _by_turns(
        {
            "client": lambda: len(Answer(operation, Reply(200, {}, content)).value),
            "bare": lambda: len(bare.decode(content)),
        },
        rounds=rounds,
    )


def call(listing: Mapping[str, Any], calls: int) -> dict[str, float]:
    """
    Send one short call again and again, with the client and with httpx2 and msgspec alone.

    Returns:
        CPU seconds per call of `client` and `bare`, and the same `_in_memory`: with a transport that has the answer.
    """
    content = httpx2.get(listing["url"], headers=listing["headers"]).raise_for_status().content
    answering = httpx2.MockTransport(lambda request: httpx2.Response(200, content=content))
    on_loopback, in_memory = _call(listing, None, calls), _call(listing, answering, calls)
    return on_loopback | {f"{name}_in_memory": cpu for name, cpu in in_memory.items()}


def _call(listing: Mapping[str, Any], transport: httpx2.BaseTransport | None, calls: int) -> dict[str, float]:
    from greenroom.goto import GoTo, webinar

    url, headers, keys = listing["url"], listing["headers"], listing["keys"]
    decoder = msgspec.json.Decoder(list[Bare])
    with (
        GoTo(listing["token"], base_url=listing["base_url"], transport=transport) as goto,
        httpx2.Client(transport=transport) as http,
    ):
        return _by_turns(
            {
                "client": lambda: len(goto.send(webinar.get_all_registrants_for_webinar(*keys))),
                "bare": lambda: len(decoder.decode(http.request("GET", url, headers=headers).content)),
            },
            rounds=10,
            repeat=calls,
        )


def _by_turns(acts: Mapping[str, Callable[[], int]], *, rounds: int, repeat: int = 1) -> dict[str, float]:
    """Do by turns what comes to the same, and return the CPU seconds that each takes, medians."""
    assert len({act() for act in acts.values()}) == 1  # and all is warm now
    order = list(acts.items())
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        order.reverse()  # who comes second finds memory that the first has left
        for name, act in order:
            with Meter() as meter:
                for _ in range(repeat):
                    act()
            times[name].append(meter.cpu / repeat)
    return {name: median(taken) for name, taken in times.items()}
