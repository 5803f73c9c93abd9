"""
The answers of GoToAssist Remote Support. No schema of them is published.

The members of a session are named by the whole texts of GoTo's 2019 collection, but for `createdAt`, which is assumed
like the other members no source names.
"""

from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import AssistRecording, AssistSession, Company, Machine, SystemLink, Ticket
from greenroom.sandbox.times import write_instant


def launch_url(core: Core, item: AssistSession) -> str:
    return f"{core.public_url}/launch/{item.token}"


def session_created(core: Core, item: AssistSession) -> dict[str, Any]:
    """`startScreenSharing.launchUrl` and `sessionToken` are named by sources; where the token lies is assumed."""
    body: dict[str, Any] = {"sessionId": item.key, "sessionToken": item.token, "status": item.status}
    if item.kind == "screen_sharing":
        return body | {"startScreenSharing": {"launchUrl": launch_url(core, item)}}
    return body | {"startWebChat": {"launchUrl": launch_url(core, item)}}


def session(core: Core, item: AssistSession) -> dict[str, Any]:
    technician = core.state.users[item.user_key]
    body: dict[str, Any] = {
        "sessionId": item.key,
        "sessionType": item.kind,
        "status": item.status,
        "accountKey": item.account_key,
        "expertUserKey": technician.key,
        "expertName": technician.name,
        "expertEmail": technician.email,
        "customerName": item.customer_name,
        "customerEmail": item.customer_email,
        "partnerObject": item.partner_object,
        "partnerObjectUrl": item.partner_object_url,
        "customerJoinUrl": f"{core.public_url}/support/{item.support_key}",
        "createdAt": write_instant(item.created_at),
    }
    if item.machine_uuid:  # nobody sits there
        body["unattendedMachineUuid"] = item.machine_uuid
    moments = {"startedAt": item.started_at, "customerJoinedAt": item.joined_at, "endedAt": item.ended_at}
    return body | {name: write_instant(moment) for name, moment in moments.items() if moment is not None}


def transcript(item: AssistSession) -> dict[str, Any]:
    """`sessionId`, `startTime` and `endTime` are named by the collection; the sandbox holds no chat."""
    body: dict[str, Any] = {"sessionId": item.key, "startTime": write_instant(item.started_at or item.created_at)}
    if item.ended_at is not None:
        body["endTime"] = write_instant(item.ended_at)
    return body | {"events": []}


def company(item: Company) -> dict[str, Any]:
    return {"companyId": item.key, "companyName": item.name}


def machines(items: list[Machine]) -> dict[str, Any]:
    """`machines` is a map; that its keys are the machines' is assumed."""
    told = {item.uuid: {"machineUuid": item.uuid, "machineName": item.name} for item in items}
    return {"totalNumMachines": len(items), "machines": told}


def recordings(items: list[AssistRecording]) -> dict[str, Any]:
    """The ids by what can be done with them, in the order the recordings started (the order is documented)."""
    return {
        "readyForTranscodeRecordingIds": [item.key for item in items if not item.is_transcoded],
        "readyForDownloadRecordingIds": [item.key for item in items if item.is_transcoded],
    }


def download(core: Core, item: AssistRecording) -> dict[str, Any]:
    base = f"{core.public_url}/recordings/{item.key}"
    return {
        "recordingId": item.key,
        "sessionId": item.session_key,
        "startTime": write_instant(item.started_at),
        "archived": item.is_archived,
        "mp4Url": base,
        "eventsUrl": base,
        "thumbnailUrl": base,
    }


def system_link(item: SystemLink) -> dict[str, Any]:
    return {
        "systemName": item.name,
        "systemDomain": item.domain,
        "userEmail": item.user_email,
        "callbackUrl": item.callback_url,
        "supportedCallbacks": dict.fromkeys(item.callbacks, True),
    }


def ticket(item: Ticket) -> dict[str, Any]:
    return {
        "partnerObject": item.key,
        "title": item.title,
        "body": item.body,
        "sessionId": item.session_key,
        "createdAt": write_instant(item.created_at),
    }
