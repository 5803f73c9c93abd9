"""Pages of lists in GoToWebinar's HAL shape."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import flask

from greenroom.sandbox.operations import Answer, Call
from greenroom.sandbox.webinar.access import read_page

HAL_JSON = "application/hal+json;charset=UTF-8"

T = TypeVar("T")


def hal_page(call: Call, name: str, items: Sequence[T], write: Callable[[T], dict[str, Any]]) -> Answer:
    """
    Answer one page of a list.

    `_embedded` is missing when the list is empty (observed). `_links` are in no schema's answer; assumed.
    """
    number, size = read_page(call, "size")
    items = call.seen(items)
    pages = -(-len(items) // size)
    shown = call.page_of(items, number, size)
    body: dict[str, Any] = {}
    if shown:
        body["_embedded"] = {name: [write(item) for item in shown]}
    body["_links"] = {
        "first": {"href": _page_link(0, size)},
        "self": {"href": _page_link(number, size)},
        "last": {"href": _page_link(max(pages - 1, 0), size)},
    }
    body["page"] = {"size": size, "totalElements": len(items), "totalPages": pages, "number": number}
    return Answer(200, body, content_type=HAL_JSON)


def _page_link(number: int, size: int) -> str:
    query = flask.request.args.to_dict() | {"page": str(number), "size": str(size)}
    return f"{flask.request.base_url}?{urlencode(query)}"
