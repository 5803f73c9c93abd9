"""The sandbox's pages: what they show, and that people can do on them what programs do by the control API."""

from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import httpx2
import pytest
from tests.sandbox.doors import WEBINAR, Door, ada, new_sandbox, sign_up

from greenroom.sandbox import Sandbox
from greenroom.sandbox.control import ROUTES
from greenroom.sandbox.faults import CHANGES, Fault, Kind
from greenroom.sandbox.pages import faults as fault_pages
from greenroom.sandbox.pages.routes import SUBJECTS

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "reference" / "sandbox.md"
POSTED = [rule for subject in SUBJECTS for rule, _, methods, _ in subject.PAGES if "POST" in methods]


def post(door: Door, path: str, **form: Any) -> httpx2.Response:
    """Send a form as a browser does, and go where it leads."""
    return door.http.post(path, data=form, headers={"Origin": "http://testserver"}, follow_redirects=True)


def test_the_index_shows_what_there_is_and_its_limits(sandbox: Sandbox) -> None:
    sandbox.seed("demo")
    door = Door(sandbox)
    page = door.get("/").text
    for text in ("Meetings", "Trainers&#39; stand-up", "Weekly team hour", "Support", "Lena Fischer", "No video"):
        assert text in page
    for text in ("3</strong> <span>organizers", "21</strong> <span>webinars", "952</strong> <span>registrants"):
        assert text in page
    door.control("clock", {"freeze": False, "speed": 60})
    door.control("faults", {"kind": "nonsense"})
    door.control("switches", {"email_case": "distinguish"}, "PUT")
    page = door.get("/").text
    assert "60 times as fast" in page
    assert "1</strong> <span>faults waiting" in page
    assert "1</strong> <span>switches changed" in page


def test_every_page_of_the_demo_opens(sandbox: Sandbox) -> None:
    sandbox.seed("demo")
    door = Door(sandbox)
    door.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    state = door.control("state", method="GET")
    own = state["accounts"][0]["organizers"][0]["key"]
    for kind in ("webinars", "trainings", "meetings"):
        for event in state[kind]:
            if event["organizer_key"] == own:
                assert door.get(f"/host/{kind.removesuffix('s')}/{event['key']}").status_code == 200
    for meeting in state["meetings"]:
        assert door.get(f"/join/{meeting['key']}").status_code == 200
    for webinar in state["webinars"]:
        page = door.get(f"/register/{webinar['key']}")
        assert page.status_code == 200
        assert "<strong>Sandbox</strong>, a local GoTo" in page.text  # nobody takes it for the real one
    for rule in (rule for subject in SUBJECTS for rule, _, methods, _ in subject.PAGES if "GET" in methods):
        if "<" not in rule and rule not in ("/launch.html", "/registration/confirmation.tmpl"):
            assert door.get(rule).status_code == 200, rule


@pytest.mark.parametrize("path", ["/join/1", "/join/1/2", "/support/1", "/launch/nothing", "/mail/1", "/nowhere"])
def test_a_page_that_is_not_there_says_so(sandbox: Sandbox, path: str) -> None:
    response = Door(sandbox).get(path)
    assert response.status_code == 404
    assert "<h1>" in response.text


@pytest.mark.parametrize("rule", POSTED)
def test_pages_of_other_sites_can_send_no_form(sandbox: Sandbox, rule: str) -> None:
    path = rule.replace("<", "").replace(">", "")
    for origin in ("https://elsewhere.example", "null"):
        assert Door(sandbox).http.post(path, headers={"Origin": origin}).status_code == 403


def test_a_million_registrants_do_not_slow_the_host_page(olga: Door) -> None:
    body = {"organizer_key": olga.organizer_key, "generated_registrants": 1_000_000, "approval": "MANUAL"}
    key = olga.control("webinars", body)["key"]
    olga.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    assert "1,000,000" in olga.get(f"/host/webinar/{key}").text


def test_many_events_do_not_make_the_index_long(olga: Door) -> None:
    for _ in range(60):
        olga.control("webinars", {"organizer_key": olga.organizer_key})
    page = olga.get("/").text
    assert page.count('aria-label="Host ') == 50
    assert "And 10 more" in page


# The whole sandbox


def test_a_person_fills_the_sandbox_and_starts_anew(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    assert "The sandbox is empty" in door.get("/").text
    assert "Northwind Academy" in post(door, "/seed").text
    sandbox.mailbox.receive(b"Subject: Hello\r\n\r\n")
    assert "The sandbox is empty" in post(door, "/reset").text
    assert (len(sandbox.core.state.webinars), sandbox.mailbox.mails()) == (0, [])


def test_a_person_moves_the_clock(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    assert "Tue 1 September 2026, 13:00 UTC" in post(door, "/clock", advance_seconds="3600").text
    assert "Fri 1 January 2027, 09:30 UTC" in post(door, "/clock", at="2027-01-01T09:30:00").text
    page = post(door, "/clock", speed="60", next="/scenarios")
    assert page.url.path == "/scenarios"
    assert "60 times as fast" in page.text
    assert "The clock stands still" in post(door, "/clock", freeze="true").text
    wrong = post(door, "/clock", advance_seconds="soon")
    assert (wrong.status_code, "advance_seconds must be a number" in wrong.text) == (400, True)


def test_a_person_turns_switches(sandbox: Sandbox) -> None:
    door = Door(sandbox)
    page = post(door, "/switches", name="refresh_rotation", value="always")
    assert sandbox.core.switches.text("refresh_rotation") == "always"
    assert 'value="always" aria-pressed="true"' in page.text
    assert "1 is changed" in page.text
    post(door, "/switches", name="attendance_delay_seconds", value="3600")
    assert sandbox.core.switches.number("attendance_delay_seconds") == 3600
    wrong = post(door, "/switches", name="refresh_rotation", value="sometimes")
    assert (wrong.status_code, "refresh_rotation is one of never" in wrong.text) == (400, True)
    post(door, "/switches/defaults")
    assert sandbox.core.switches.text("refresh_rotation") == "never"
    for text in ("documented", "observed", "assumed", "Whether two devices at once count twice"):
        assert text in door.get("/switches").text


# Faults


def test_every_fault_has_a_form_with_its_members() -> None:
    described = [one for _, kinds in fault_pages.GROUPS for one in kinds]
    assert sorted(one.kind for one in described) == sorted(get_args(Kind))
    members = {field.name for one in described for field in one.fields}
    assert members == set(Fault.__struct_fields__) - {"kind", "product", "operation", "times", "id"}


def test_a_person_makes_calls_go_wrong(olga: Door) -> None:
    page = post(
        olga, "/faults", kind="status", status="503", retry_after="7", product="webinar", operation="", times="2"
    )
    assert "503, Retry-After 7" in page.text
    answers = [olga.get(f"{olga.webinars}/1") for _ in range(3)]
    assert [(a.status_code, a.headers.get("Retry-After")) for a in answers] == [(503, "7")] * 2 + [(404, None)]
    post(olga, "/faults", kind="schema_drift", change="retyped", member="", times="1")
    post(olga, "/faults", kind="revoked_token", with_refresh="yes", times="1")
    (drift, revoked) = olga.sandbox.core.faults.all()
    assert (drift.change, drift.member, revoked.with_refresh) == ("retyped", None, True)
    assert (
        "Another form of data" not in post(olga, f"/faults/{drift.id}/remove").text.split("Waiting to happen")[1][:900]
    )
    assert "Every call goes well" in post(olga, "/faults/clear").text
    wrong = post(olga, "/faults", kind="status", status="many", times="1")
    assert (wrong.status_code, olga.sandbox.core.faults.all()) == (400, [])


# Scenarios


def test_a_person_lets_a_crowd_come_and_watches(olga: Door, webinar_key: str) -> None:
    assert f'value="webinars/{webinar_key}" selected' in olga.get("/scenarios", event=f"webinars/{webinar_key}").text
    form = {"event": f"webinars/{webinar_key}", "when": "soon", "people": "10", "no_show": "0", "leave_early": "0"}
    page = post(olga, "/scenarios", **form, come_back="0", two_devices="0", look_in="0", seed="3")
    assert page.url.path == "/scenarios/1"
    assert "0 of 22" in page.text
    assert page.text.count('<rect class="planned"') == 10
    post(olga, "/clock", advance_seconds="600")
    page = olga.get("/scenarios/1")
    assert page.text.count("in the room") == 10
    assert "21 of 22" in page.text
    assert "<strong>ends</strong>" in page.text
    post(olga, "/clock", advance_seconds="7200")
    assert olga.get("/scenarios/1").text.count("was there") == 10
    assert 'value="100"' in olga.get("/scenarios").text


def test_a_person_writes_what_people_do(olga: Door, training_key: str) -> None:
    lena = "lena@example.com: register -2d, join 5m laptop, leave 25m"
    acts = f"host: launch 0m, end 60m\n\n{lena}\nnils@example.com: join 1m"
    page = post(olga, "/scenarios", event=f"trainings/{training_key}", when="soon", acts=acts)
    assert "Jump to what comes next" in page.text
    for _ in range(5):
        post(olga, "/clock", now=_value_of_button(olga.get("/scenarios/1").text, "Jump to what comes next"))
    page = olga.get("/scenarios/1").text
    assert "Failed: Nobody with this e-mail address is registered." in page
    assert ("was there" in page, "Lena Guest" in page) == (True, True)
    assert "Jump to what comes next" not in post(olga, "/scenarios/1/cancel").text


def _value_of_button(page: str, words: str) -> str:
    return page.partition(f'">{words}')[0].rpartition('value="')[2]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"event": "webinars/1", "people": "5"}, "There is no such event"),
        ({"people": "many"}, "many is no whole number"),
        ({"people": "9999"}, "people must be between 0 and 5000"),
        ({"acts": "lena@example.com register -2d"}, "has no colon"),
        ({"acts": "lena@example.com: dance 5m"}, "dance 5m is no act"),
    ],
)
def test_a_scenario_that_makes_no_sense_is_told_with_what_was_written(
    olga: Door, webinar_key: str, form: dict[str, str], sentence: str
) -> None:
    page = post(olga, "/scenarios", **{"event": f"webinars/{webinar_key}", **form})
    assert page.status_code in (400, 404)
    assert sentence in page.text
    assert all(value in page.text for name, value in form.items() if name != "event")
    assert len(olga.sandbox.core.state.scenarios) == 0


# Scheduling


def test_a_person_schedules_a_webinar_with_what_the_api_cannot_set(olga: Door) -> None:
    form = {
        "product": "webinar",
        "title": "Knots",
        "organizer_key": olga.organizer_key,
        "starts_at": "2026-09-10T10:00",
    }
    more = {"manual": "yes", "limit": "2", "registrants": "1", "fields": ["country", "phone"]}
    questions = "Heard where? | Mail | Friend\nWhat for?"
    page = post(olga, "/schedule", **form, **more, duration_minutes="45", description="All", questions=questions)
    (webinar,) = olga.sandbox.core.state.webinars
    assert page.url.query.decode() == f"event=webinars/{webinar.key}"
    assert (webinar.approval, webinar.registration_limit, webinar.title) == ("MANUAL", 2, "Knots")
    assert webinar.times[0].starts_at.isoformat() == "2026-09-10T14:00:00+00:00"  # ten in New York
    assert [field.name for field in webinar.fields] == ["country", "phone"]
    assert [[choice.text for choice in question.choices] for question in webinar.questions] == [["Mail", "Friend"], []]


def test_a_person_schedules_trainings_and_meetings(olga: Door) -> None:
    form = {"organizer_key": olga.organizer_key, "starts_at": "2026-09-10T10:00", "duration_minutes": "45"}
    post(olga, "/schedule", product="training", title="Forklift", limit="5", **form)
    post(olga, "/schedule", product="meeting", title="Plan", recurring="yes", **form)
    (training,), (meeting,) = olga.sandbox.core.state.trainings, olga.sandbox.core.state.meetings
    assert (training.title, training.registration_limit) == ("Forklift", 5)
    assert (meeting.title, meeting.kind) == ("Plan", "recurring")
    page = post(olga, "/schedule", product="training", title="Again", **form | {"starts_at": ""})
    assert (page.status_code, "Say when it starts." in page.text, 'value="Again"' in page.text) == (400, True, True)


# What programs did


def test_a_person_sees_the_calls_and_counts_anew(olga: Door, webinar_key: str) -> None:
    olga.get(f"{olga.webinars}/{webinar_key}")
    page = olga.get("/counters").text
    assert "GET /G2W/rest/v2/organizers/{organizerKey}/webinars/{webinarKey}" in page
    assert "Nobody has called yet" in post(olga, "/counters/clear").text


def test_a_person_sees_messages_and_sends_one_again() -> None:
    received: list[httpx2.Request] = []

    def hear(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            received.append(request)
        return httpx2.Response(200 if request.method == "GET" or len(received) > 1 else 500)

    sandbox = new_sandbox(webhook_transport=httpx2.MockTransport(hear))
    olga = _subscribed(sandbox)
    sandbox.tick()
    page = olga.get("/webhooks").text
    for text in ("https://hub.example/hooks", "webinar.created", "Waiting", "last: 500", "next", "Olive Organizer"):
        assert text in page
    (delivery,) = sandbox.core.state.deliveries
    post(olga, f"/webhooks/deliveries/{delivery.key}/again")
    sandbox.tick()
    assert "Delivered" in olga.get("/webhooks").text
    assert received[0].content == received[1].content
    assert post(olga, "/webhooks/deliveries/nothing/again").status_code == 404


def _subscribed(sandbox: Sandbox) -> Door:
    """Olga, who listens to new webinars, after she made one."""
    olga = sign_up(sandbox, "olga@northwind.example", is_admin=True)
    hook = {"callbackUrl": "https://hub.example/hooks", "eventName": "webinar.created", "eventVersion": "1.0.0"}
    made = olga.post(f"{WEBINAR}/webhooks", [hook | {"product": "g2w"}]).json()
    key = made["_embedded"]["webhooks"][0]["webhookKey"]
    olga.put(f"{WEBINAR}/webhooks", [{"webhookKey": key, "state": "ACTIVE"}])
    olga.post(f"{WEBINAR}/userSubscriptions", [{"webhookKey": key}])
    olga.control("webinars", {"organizer_key": olga.organizer_key})
    return olga


def test_a_person_gets_a_token_that_works(olga: Door) -> None:
    page = post(Door(olga.sandbox), "/programs", organizer_key=olga.organizer_key).text
    token = page.partition("Bearer ")[2].partition("&#39;")[0].partition("'")[0]
    door = Door(olga.sandbox, token, olga.organizer_key)
    assert door.get(f"{door.webinars}/1").status_code == 404
    assert "greenroom-demo-secret" in page


# People at events


def test_panelists_and_co_organizers_come_by_their_links(olga: Door, webinar_key: str) -> None:
    webinar = f"{olga.webinars}/{webinar_key}"
    (guest,) = olga.post(f"{webinar}/panelists", [{"name": "Pia Paz", "email": "pia@example.org"}]).json()
    body = [{"external": True, "givenName": "Gil Gomez", "email": "gil@example.org"}]
    (co_organizer,) = olga.post(f"{webinar}/coorganizers", body).json()
    olga.post(f"{webinar}/registrants", ada())
    olga.control(f"webinars/{webinar_key}/launch")
    olga.control(f"webinars/{webinar_key}/people", {"email": "ada@example.com", "action": "join"})
    for person, name in ((guest, "Pia Paz"), (co_organizer, "Gil Gomez")):
        page = olga.get(urlsplit(person["joinLink"]).path).text
        assert f"You present, {name}" in page
        assert "Ada Ferro" in page
    olga.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    assert "Gil Gomez, Pia Paz" in olga.get(f"/host/webinar/{webinar_key}").text
    session = olga.control(f"webinars/{webinar_key}/end")
    assert [person["email"] for person in session["people"]] == ["ada@example.com"]


def test_recordings_are_pages_for_people_and_files_for_programs(olga: Door, webinar_key: str) -> None:
    times = {"started_at": "2026-08-20T10:00:00Z", "ended_at": "2026-08-20T11:00:00Z"}
    key = olga.control(f"webinars/{webinar_key}/recordings", {"name": "All of it", **times})["key"]
    olga.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    assert f'href="/recordings/{key}">All of it' in olga.get(f"/host/webinar/{webinar_key}").text
    page = olga.http.get(f"/recordings/{key}", headers={"Accept": "text/html,*/*"})
    assert f"/recordings/{key}/download" in page.text
    file = olga.get(f"/recordings/{key}")
    assert (file.headers["Content-Type"], file.headers["Content-Length"]) == ("video/mp4", "262144")
    part = olga.http.get(f"/recordings/{key}/download", headers={"Range": "bytes=262140-"})
    assert (part.status_code, part.content) == (206, file.content[-4:])
    assert olga.get("/recordings/1/download").status_code == 404


# Documentation


def test_the_documentation_names_every_control_call_and_fault() -> None:
    text = DOCUMENTATION.read_text()
    for _, path, _ in ROUTES:
        word = path.split("/")[1].split("<")[0]
        last = path.rsplit("/", 1)[1]
        assert word in text or last in text, path
    kinds = Fault.__annotations__["kind"].__args__
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []
    assert [change for changes in CHANGES.values() for change in changes if f"`{change}`" not in text] == []
