"""What the client does while it is measured. Django has no place in this process."""

from collections.abc import Callable, Mapping
from datetime import datetime
from statistics import median
from typing import Any

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


def decode(listing: Mapping[str, Any], rounds: int) -> dict[str, float]:
    """Read one body in turns with the client and with msgspec alone; CPU seconds of each, medians."""
    import httpx2

    from greenroom.goto import Answer, webinar
    from greenroom.goto._operation import Reply

    content = httpx2.get(listing["url"], headers=listing["headers"], timeout=60).content
    operation = webinar.get_all_registrants_for_webinar("1", "2")
    bare = msgspec.json.Decoder(list[Bare])
    by_client, by_msgspec = [], []
    for _ in range(rounds):
        by_client.append(_cpu(lambda: Answer(operation, Reply(200, {}, content)).value))
        by_msgspec.append(_cpu(lambda: bare.decode(content)))
    return {"client": median(by_client), "bare": median(by_msgspec)}


def _cpu(work: Callable[[], object]) -> float:
    with Meter() as meter:
        kept = work()
    del kept  # freed outside, on both sides
    return meter.cpu
