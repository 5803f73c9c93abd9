"""Recordings of webinars: the two searches and the list of one webinar."""

from typing import Any

from greenroom.sandbox.entities import Recording, Webinar
from greenroom.sandbox.operations import Answer, Call, Operation
from greenroom.sandbox.times import write_instant
from greenroom.sandbox.webinar import errors
from greenroom.sandbox.webinar.access import read_instant, read_page, webinar_without_organizer
from greenroom.sandbox.webinar.paging import hal_page

SORT_FIELDS = ("CREATETIME", "NAME")
SORT_ORDERS = ("DESC", "ASC")
INCLUDES = ("recordingShareUrl", "webinarKey")

Asset = tuple[Recording, Webinar]


def _assets(call: Call, organizer_key: str) -> list[Asset]:
    """The recordings of an organizer's webinars; trainings keep theirs apart."""
    found = []
    for recording in call.core.state.recordings:
        webinar = call.core.state.webinars.get(recording.event_key)
        if webinar is not None and webinar.organizer_key == organizer_key:
            found.append((recording, webinar))
    return found


def _written(call: Call, asset: Asset, includes: tuple[str, ...]) -> dict[str, Any]:
    recording, webinar = asset
    url = f"{call.core.public_url}/recordings/{recording.key}"
    body: dict[str, Any] = {
        "name": recording.name,
        "recordingAssetKey": recording.key,
        "productName": "GoToWebinar",  # assumed; no answer with its value is known
        "createTime": write_instant(recording.ended_at),
        "creatorKey": webinar.organizer_key,
        "accountKey": webinar.account_key,
        "totalReferenceCount": 1,
        "mp4DownloadUrl": url,
    }
    optional = {"recordingShareUrl": url, "webinarKey": webinar.key}
    return body | {name: optional[name] for name in includes}


def _includes(call: Call) -> tuple[str, ...]:
    names = tuple(filter(None, call.query.get("includes", "").split(",")))
    if not set(names) <= set(INCLUDES):
        raise errors.bad_request(f"includes may hold {' and '.join(INCLUDES)}.")
    return names


def _search(call: Call, body: dict[str, Any], assets: list[Asset]) -> Answer:
    field, order = body.get("sortField", "CREATETIME"), body.get("sortOrder", "DESC")
    if field not in SORT_FIELDS or order not in SORT_ORDERS:
        raise errors.bad_request("sortField must be CREATETIME or NAME, sortOrder DESC or ASC.")
    wanted = str(body.get("name", "")).lower()
    found = [asset for asset in assets if wanted in asset[0].name.lower()]
    found.sort(
        key=lambda asset: (asset[0].name.lower() if field == "NAME" else asset[0].ended_at.isoformat(), asset[0].key),
        reverse=order == "DESC",
    )
    includes = _includes(call)
    return hal_page(call, "recordingAssets", found, lambda asset: _written(call, asset, includes))


def search_own(call: Call) -> Answer:
    body = call.json_object()
    if body.get("accountKey") != call.user.account_key:
        raise errors.bad_request("accountKey is missing or not the account of the token's user.")
    return _search(call, body, _assets(call, call.user.key))


def search_as_administrator(call: Call) -> Answer:
    if call.path["accountKey"] != call.user.account_key or not call.user.is_admin:
        raise errors.access_denied("Only an administrator of the account can search its recordings.")
    body = call.json_object()
    organizer = call.core.state.users.get(str(body.get("organizerKey")))
    if organizer is None or organizer.account_key != call.user.account_key:
        raise errors.bad_request("organizerKey is missing or no organizer of the account.")
    assets = _assets(call, organizer.key)
    if body.get("fromTime"):
        start = read_instant(call, body["fromTime"], "fromTime")
        assets = [asset for asset in assets if asset[0].ended_at >= start]
    if body.get("toTime"):
        end = read_instant(call, body["toTime"], "toTime")
        assets = [asset for asset in assets if asset[0].ended_at <= end]
    return _search(call, body, assets)


def get_of_webinar(call: Call) -> Answer:
    """Not HAL, unlike the searches, and always with every member (documented)."""
    webinar = webinar_without_organizer(call)
    recordings = call.seen([(r, webinar) for r in call.core.state.recordings if r.event_key == webinar.key])
    number, limit = read_page(call, "limit")
    shown = call.page_of(recordings, number, limit)
    data = [_written(call, asset, INCLUDES) for asset in shown]
    return Answer(200, {"data": data, "total": len(recordings), "page": number, "pageSize": len(shown)})


SEARCH_QUERY = ("page", "size", "limit", "includes")
OPERATIONS = (
    Operation("searchAssets", "POST", "/recordingassets/search", search_own, SEARCH_QUERY),
    Operation(
        "searchAssetsForAdmin",
        "POST",
        "/accounts/{accountKey}/recordingassets/search",
        search_as_administrator,
        SEARCH_QUERY,
    ),
    Operation(
        "getRecordingAssets", "GET", "/webinars/{webinarKey}/recordingAssets", get_of_webinar, ("page", "size", "limit")
    ),
)
