"""Requests nobody thought of: every operation with good, odd and bad paths, parameters and bodies."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
from tests.sandbox.doors import ASSIST, NOW, SCIM, SEEIT, WEBINAR, Door, ada, meeting, new_sandbox, sign_up

from greenroom.sandbox.app import PRODUCTS
from greenroom.sandbox.operations import Operation, Product
from greenroom.sandbox.times import write_instant

ODD_TEXTS = (
    "",
    "0",
    "-1",
    "1",
    "abc",
    "null",
    "true",
    "9" * 19,
    "9" * 40,
    "9" * 6000,
    "1e9",
    "０１２",  # digits, but not these
    "a'b\"c<d>",
    "%00",
    "..",
    "naïve ☃",
    "x" * 3000,
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-09-01T14:00:00Z",
    "2026-09-01T14:00:00+02:00",
)
ODD_VALUES: tuple[Any, ...] = (
    *ODD_TEXTS,
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    [],
    {},
    [None],
    [{}],
    [[]],
    {"a": 1},
    [1, "x"],
    {"givenName": 3},
)


class World:
    """An account with one of everything, and the names and keys that requests can be made of."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        transport = httpx2.MockTransport(lambda request: httpx2.Response(200))
        sandbox = new_sandbox(webhook_transport=transport)
        self.olga = olga = sign_up(sandbox, "olga@northwind.example", is_admin=True)
        account_key = sandbox.core.state.users[olga.organizer_key].account_key
        self.omar = sign_up(sandbox, "omar@northwind.example", account_key=account_key)
        self.otto = sign_up(sandbox, "otto@elsewhere.example", is_admin=True)
        self.keys: dict[str, list[str]] = {"accountKey": [account_key]}
        self.keys_of: dict[str, dict[str, list[str]]] = {}
        self.keys["organizerKey"] = self.keys["userKey"] = [olga.organizer_key, self.omar.organizer_key]
        self._add_events()
        self._add_meetings(account_key)
        self._add_support()
        self._add_organization()

    def _add_events(self) -> None:
        olga = self.olga
        people = [{"email": "ada@example.com"}, {"email": "bo@example.com"}]
        session = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z", "people": people}
        times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
        for kind, name in (("webinars", "webinarKey"), ("trainings", "trainingKey")):
            body = {"organizer_key": olga.organizer_key, "registrants": people}
            key = olga.control(kind, body)["key"]
            live = olga.control(kind, body | {"starts_at": "2026-10-01T10:00:00Z"})["key"]
            past = olga.control(kind, {"organizer_key": olga.organizer_key, "starts_at": "2026-08-01T10:00:00Z"})["key"]
            olga.control(f"{kind}/{live}/launch")
            sessions = [olga.control(f"{kind}/{key}/attendance", session)["session_key"]]
            self.keys[name] = [key, live, past]
            recordings = [olga.control(f"{kind}/{key}/recordings", times)["key"]]
            registrants = [person.key for person in olga.sandbox.core.state.registrants_of(key)]
            self.keys_of[kind.removesuffix("s")] = {
                "sessionKey": sessions,
                "recordingId": recordings,
                "registrantKey": registrants,
            }
        crowd = {"organizer_key": olga.organizer_key, "generated_registrants": 5000}
        self.keys["webinarKey"].append(olga.control("webinars", crowd)["key"])
        webinar = f"{olga.webinars}/{self.keys['webinarKey'][0]}"
        guest = {"external": True, "givenName": "Gil", "email": "gil@example.org"}
        self.keys["coorganizerKey"] = [olga.post(f"{webinar}/coorganizers", [guest]).json()[0]["memberKey"]]
        panelist = [{"name": "Pia", "email": "pia@example.org"}]
        self.keys["panelistKey"] = [olga.post(f"{webinar}/panelists", panelist).json()[0]["panelistKey"]]
        hook = {"callbackUrl": "https://hub.example/", "eventName": "registrant.added", "eventVersion": "1.0.0"}
        made = olga.post(f"{WEBINAR}/webhooks", [hook | {"product": "g2w"}]).json()
        self.keys["webhookKey"] = [made["_embedded"]["webhooks"][0]["webhookKey"]]
        made = olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": self.keys["webhookKey"][0]}]).json()
        self.keys["userSubscriptionsKey"] = [made["_embedded"]["userSubscriptions"][0]["userSubscriptionKey"]]

    def _add_meetings(self, account_key: str) -> None:
        group = self.olga.control("groups", {"account_key": account_key, "name": "Trainers"})["key"]
        body = {"organizer_key": self.olga.organizer_key}
        live, held = (str(self.olga.control("meetings", body)["key"]) for _ in range(2))
        self.olga.control(f"meetings/{live}/launch")
        times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
        self.olga.control(f"meetings/{held}/attendance", times | {"people": [{"name": "Ada"}]})
        self.keys["meetingId"], self.keys["groupKey"] = [live, held], [group]

    def _add_support(self) -> None:
        olga = self.olga
        company = olga.control("companies", {"organizer_key": olga.organizer_key, "machines": ["Desk"]})
        self.keys["companyId"] = [company["key"]]
        self.machine = company["machines"][0]["uuid"]
        ids = []
        for kind in ("screen_sharing", "web_chat"):
            key = olga.post(f"{ASSIST}/sessions", {"sessionType": kind}).json()["sessionId"]
            for act in ("launch", "join", "end"):
                olga.control(f"assist/{key}/{act}")
            ids.append(key)
        self.keys["sessionId"] = ids
        recordings = [item.key for item in olga.sandbox.core.state.assist_recordings]
        for name in ("recordingIDs", "readyForTranscodeRecordingIds", "readyForDownloadRecordingId"):
            self.keys[name] = recordings
        self.keys["attribute"] = ["recordingId"]
        self.keys["uuid"] = [olga.post(f"{SEEIT}/sessions").json()["uuid"]]

    def _add_organization(self) -> None:
        group = self.olga.post(f"{SCIM}/Groups", {"displayName": "All"}).json()["id"]
        self.keys_of["scim"] = {"groupKey": [group]}

    # Making requests

    def any_of(self, values: Any) -> Any:
        return self.chance.choice(values)

    def door(self) -> Door:
        return self.any_of([self.olga] * 8 + [self.omar, self.otto])  # type: ignore[no-any-return]

    def path(self, product: Product, operation: Operation) -> str:
        path = product.base_path + self.any_of([operation.path, *operation.also])
        for name, keys in (self.keys | self.keys_of.get(product.name, {})).items():
            draw = self.chance.random()
            # The first keys belong together, so that most paths lead somewhere.
            key = self.any_of(ODD_TEXTS) if draw < 0.1 else keys[0] if draw < 0.7 else self.any_of(keys)
            path = path.replace("{" + name + "}", httpx2.URL("http://x/", params={"k": str(key)}).query.decode()[2:])
        return path

    def query(self, product: Product, operation: Operation) -> dict[str, str]:
        usual = {
            "fromTime": write_instant(NOW.replace(year=2020)),
            "toTime": write_instant(NOW.replace(year=2030)),
            "startDate": write_instant(NOW.replace(year=2020)),
            "endDate": write_instant(NOW.replace(year=2030)),
            "history": "true",
            "scheduled": "true",
            "product": "g2w",
            "filter": 'displayName eq "All"',
            "email": "omar@northwind.example",
            "sessionType": "screen_sharing",
            "sort": "sessionCreateTime,desc",
            "external": "true",
            "notifyParticipants": "true",
            "deleteAll": "false",
            "sendCancellationEmails": "false",
            "resendConfirmation": "true",
            "includes": "webinarKey",
            "page": "0",
            "size": "20",
            "limit": "20",
            "offset": "0",
            "pageSize": "2",
            "sortBy": "displayName",
            "sortOrder": "ascending",
            "startIndex": "1",
            "count": "20",
            "startTime": "1788000000000",
            "endTime": "1789000000000",
        }
        if product.name == "admin":
            usual["filter"] = 'name="Trainers"' if operation.name == "getGroups" else 'lastName="Organizer"'
        sent = {}
        for name in operation.query:
            draw = self.chance.random()
            if draw < 0.75:
                sent[name] = usual.get(name) or self.any_of(("0", "1", "2", "20", *self.keys["organizerKey"]))
            elif draw < 0.85:
                sent[name] = self.any_of(ODD_TEXTS)
        if self.chance.random() < 0.02:
            sent["unheardOf"] = "1"
        return sent

    def body(self, operation: Operation) -> bytes:
        draw = self.chance.random()
        if draw < 0.05:
            return self.any_of((b"", b"{", b"\xff\xfe", b"[]", b"null", b'"text"', b"{}", b"[" * 5000))  # type: ignore[no-any-return]
        made = BODIES[operation.name](self) if operation.name in BODIES else {}
        return json.dumps(self._spoilt(made) if draw < 0.6 else made).encode()

    def _spoilt(self, value: Any) -> Any:
        """Drop, replace or add members here and there."""
        if isinstance(value, list):
            return [self._spoilt(item) for item in value]
        if not isinstance(value, dict):
            return self.any_of(ODD_VALUES) if self.chance.random() < 0.4 else value
        kept = {name: self._spoilt(item) for name, item in value.items() if self.chance.random() < 0.9}
        return kept | {"unheardOf": 1} if self.chance.random() < 0.1 else kept


def _user(world: World) -> dict[str, Any]:
    number = world.chance.randrange(10**6)
    return {
        "userName": f"u{number}@northwind.example",
        "name": {"givenName": "U", "familyName": "V"},
        "displayName": "U V",
        "locale": "en_US",
        "timezone": "America/New_York",
        "password": "secret",
    }


def _group(world: World) -> dict[str, Any]:
    members = [{"type": "user", "value": world.any_of(world.keys["userKey"])}]
    return {"displayName": f"Group {world.chance.randrange(10**6)}", "members": members}


def _times(first: str, last: str) -> list[dict[str, str]]:
    return [{first: "2026-09-10T14:00:00Z", last: "2026-09-10T15:00:00Z"}]


def _webinar(world: World) -> dict[str, Any]:
    return {
        "subject": "Safety",
        "description": "All of it",
        "times": _times("startTime", "endTime"),
        "timeZone": "America/New_York",
        "type": world.any_of(("single_session", "series", "sequence")),
        "experienceType": "CLASSIC",
        "isPasswordProtected": False,
        "recurrenceStart": _times("startTime", "endTime")[0],
        "recurrencePattern": world.any_of(("daily", "weekly", "monthly")),
        "recurrenceEnd": "2026-10-30",
        "locale": "en_US",
        "emailSettings": {},
    }


def _training(world: World) -> dict[str, Any]:
    day = f"2026-11-{world.chance.randrange(1, 29):02d}"
    return {
        "name": "Forklift",
        "description": "Theory",
        "timeZone": "America/New_York",
        "times": [{"startDate": f"{day}T14:00:00Z", "endDate": f"{day}T15:00:00Z"}],
        "organizers": [world.omar.organizer_key],
        "notifyOrganizers": False,
        "notifyRegistrants": True,
        "registrationSettings": {"disableWebRegistration": True, "disableConfirmationEmail": False},
        "notifyTrainers": True,
    }


def _person(world: World) -> dict[str, Any]:
    return {"email": f"p{world.chance.randrange(10**6)}@northwind.example", "firstName": "P", "lastName": "Q"}


def _sharing(world: World) -> dict[str, Any]:
    return {
        "sessionType": world.any_of(("screen_sharing", "web_chat")),
        "sessionStatusCallbackUrl": "https://desk.example/",
        "machineUuid": world.any_of(("", world.machine)),
        "customerName": "Ada",
        "customerEmail": "ada@example.com",
    }


def _hook(world: World) -> list[dict[str, Any]]:
    return [
        {
            "callbackUrl": "https://hub.example/",
            "eventName": "registrant.joined",
            "eventVersion": "1.0.0",
            "product": "g2w",
            "webhookKey": world.keys["webhookKey"][0],
            "userSubscriptionKey": world.keys["userSubscriptionsKey"][0],
            "state": "ACTIVE",
            "userSubscriptionState": "ACTIVE",
        }
    ]


BODIES: dict[str, Callable[[World], Any]] = {
    "createWebinar": _webinar,
    "updateWebinar": _webinar,
    "copyWebinar": lambda w: {"subject": "Copy", "times": _times("startTime", "endTime"), "isOndemand": False},
    "createRegistrant": lambda w: ada(email=f"p{w.chance.randrange(10**6)}@example.com", source="mail", responses=[]),
    "createCoorganizers": lambda w: [{"external": False, "organizerKey": w.omar.organizer_key}],
    "createPanelists": lambda w: [{"name": "Pia", "email": "pia@example.com"}],
    "updateAudioInformation": lambda w: {"type": "VOIP"},
    "searchAssets": lambda w: {"accountKey": w.keys["accountKey"][0], "sortField": "NAME", "name": "a"},
    "searchAssetsForAdmin": lambda w: {"organizerKey": w.olga.organizer_key, "fromTime": "2026-01-01T00:00:00Z"},
    "createSecretKey": lambda w: {"validFrom": "2026-09-01T12:00:00Z"},
    "createWebhooks": _hook,
    "updateWebhooks": _hook,
    "deleteWebhooks": lambda w: w.keys["webhookKey"],
    "createUserSubscriptions": _hook,
    "updateUserSubscriptions": _hook,
    "deleteUserSubscriptions": lambda w: w.keys["userSubscriptionsKey"],
    "scheduleTraining": _training,
    "updateTrainingNameDescription": _training,
    "updateTrainingTimes": _training,
    "updateOrganisersForTraining": _training,
    "updateRegistrationSettingsForTraining": lambda w: _training(w)["registrationSettings"],
    "registerForTraining": lambda w: _person(w) | {"givenName": "P", "surname": "Q"},
    "getSessionDetailsForDateRange": lambda w: _times("startDate", "endDate")[0],
    "meetings.post": lambda w: meeting(meetingtype=w.any_of(("scheduled", "recurring", "immediate"))),
    "meetings.meetingId.put": lambda w: meeting(),
    "groups.groupKey.organizers.post": lambda w: _organizer(w),
    "organizers.post": lambda w: _organizer(w),
    "organizers.organizerKey.put": lambda w: w.any_of(({"productType": "G2W"}, {"productType": "OPENVOICE"})),
    "createGroup": _group,
    "updateGroup": _group,
    "replaceGroup": _group,
    "updateMe": lambda w: {"displayName": "Me"},
    "replaceMe": _user,
    "replaceUser": _user,
    "createUsers": lambda w: w.any_of((_user(w), _person(w), {"users": [_person(w)]})),
    "updateUser": lambda w: w.any_of((_user(w), {"firstName": "New", "licenseKeys": []})),
    "SystemLinksPost": lambda w: {"systemName": "Desk", "callbackUrl": "https://desk.example/", "userToken": "t"},
    "UnnammedEndpointPost": lambda w: {"userToken": "t", "title": "Printer", "sessionId": w.keys["sessionId"][0]},
    "UnnammedEndpointPut": lambda w: {"userToken": "t", "partnerObject": "T", "sessionId": w.keys["sessionId"][0]},
    "SessionsPost2": _sharing,
}


def _organizer(world: World) -> dict[str, Any]:
    email = f"o{world.chance.randrange(10**6)}@northwind.example"
    return {"organizerEmail": email, "firstName": "O", "lastName": "P", "productType": "G2M"}


def rounds(seed: int) -> Iterator[tuple[Product, Operation]]:
    """Yield all operations in an order of chance, again and again, so that none is left out for long."""
    operations = [(product, operation) for product in PRODUCTS for operation in product.operations]
    chance = random.Random(seed)
    while True:
        yield from chance.sample(operations, len(operations))


def send(world: World, product: Product, operation: Operation) -> httpx2.Response:
    """Send one request to an operation."""
    door = world.door()
    has_body = operation.method in ("POST", "PUT", "PATCH") or (
        operation.method == "DELETE" and operation.name in BODIES
    )
    url = httpx2.URL(f"http://testserver{world.path(product, operation)}")
    if query := world.query(product, operation):
        url = url.copy_merge_params(query)
    return door.http.request(
        operation.method,
        url,
        content=world.body(operation) if has_body else None,
        headers={"Content-Type": "application/json"} if has_body else None,
    )
