"""Reading a list of any length page by page, with the client and without. Django has no place in this process."""

from collections.abc import Iterator
from typing import Any

import httpx2
import msgspec

from bench.client import Bare
from bench.meter import Meter, peak_bytes

_SIZE = 200
_ROW = (
    '{"registrantKey":265334187@@@@@00%03d,"firstName":"Aisha","lastName":"Okafor",'
    '"email":"person@@@@@%03d@example.com","registrationDate":"2026-11-07T10:50:01Z","status":"APPROVED",'
    '"timeZone":"America/New_York","joinUrl":"https://goto.example/join/2920342328977881436/@@@@@%03d"}'
)


class GeneratedPages(httpx2.BaseTransport):
    """Answers with pages of registrants that nobody holds: the sandbox would take minutes, and not on our account."""

    def __init__(self, registrants: int) -> None:
        rows = ",".join(_ROW % (number, number, number) for number in range(_SIZE))
        told = f'"total":{registrants},"page":@@@@@,"limit":{_SIZE},"pageSize":{_SIZE}'
        self._template = f'{{"data":[{rows}],{told}}}'.encode()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Make the page that is asked for."""
        return httpx2.Response(200, content=self.page(int(request.url.params["page"])))

    def page(self, number: int) -> bytes:
        """Make a page."""
        return self._template.replace(b'"page":@@@@@', b'"page":%d' % number).replace(b"@@@@@", b"%05d" % number)


class BarePage(msgspec.Struct):
    """A page, as msgspec reads it by itself."""

    data: list[Bare]
    total: int


def iterate(reader: str, registrants: int) -> dict[str, float]:
    """
    Read all registrants of a generated list, one after the other, and keep none.

    Args:
        reader: `client`, or `bare` for httpx2 and msgspec alone.

    Returns:
        `cpu` seconds without what it took to make the pages, and `peak_bytes` above those held after ten pages.
    """
    rows = {"client": _by_client, "bare": _by_hand}[reader]
    assert sum(1 for _ in rows(10 * _SIZE)) == 10 * _SIZE
    before = peak_bytes()
    with Meter() as meter:
        count = sum(1 for _ in rows(registrants))
    assert count == registrants
    return {"cpu": meter.cpu - _making(registrants), "peak_bytes": peak_bytes() - before}


def _by_client(registrants: int) -> Iterator[Any]:
    from greenroom.goto import GoTo, webinar

    with GoTo("a-token", transport=GeneratedPages(registrants)) as goto:
        yield from goto.iterate(webinar.get_all_registrants_for_webinar("1", "2"))


def _by_hand(registrants: int) -> Iterator[Any]:
    decoder = msgspec.json.Decoder(BarePage)
    url = "https://api.getgo.com/G2W/rest/v2/organizers/1/webinars/2/registrants"
    headers = {"authorization": "Bearer a-token", "accept": "application/json"}
    with httpx2.Client(transport=GeneratedPages(registrants)) as http:
        for number in range(registrants // _SIZE):
            answer = http.request("GET", f"{url}?page={number}&limit={_SIZE}", headers=headers)
            yield from decoder.decode(answer.content).data


def _making(registrants: int) -> float:
    """Tell the CPU seconds that making the pages takes."""
    pages = GeneratedPages(registrants)
    with Meter() as meter:
        for number in range(registrants // _SIZE):
            pages.page(number)
    return meter.cpu
