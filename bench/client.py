"""What the client does while it is measured. Django has no place in this process."""

from collections.abc import Callable, Sized
from datetime import datetime
from pathlib import Path
from statistics import median

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
    """Read the list in a file by turns with the client and with msgspec alone; CPU seconds of each, medians."""
    from greenroom.goto import Answer, webinar
    from greenroom.goto._operation import Reply

    content = Path(body).read_bytes()
    operation = webinar.get_all_registrants_for_webinar("1", "2")
    bare = msgspec.json.Decoder(list[Bare])
    readers: list[tuple[str, Callable[[], Sized]]] = [
        ("client", lambda: Answer(operation, Reply(200, {}, content)).value),
        ("bare", lambda: bare.decode(content)),
    ]
    assert len({len(read()) for _, read in readers}) == 1
    times: dict[str, list[float]] = {name: [] for name, _ in readers}
    for _ in range(rounds):
        readers.reverse()  # who comes second finds memory that the first has left
        for name, read in readers:
            times[name].append(_cpu(read))
    return {name: median(taken) for name, taken in times.items()}


def _cpu(work: Callable[[], object]) -> float:
    with Meter() as meter:
        kept = work()
    del kept  # freed outside, on both sides
    return meter.cpu
