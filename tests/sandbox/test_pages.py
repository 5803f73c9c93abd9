"""What the index shows, and what the documentation promises of the control API."""

from pathlib import Path

from tests.sandbox.doors import Door

from greenroom.sandbox import Sandbox
from greenroom.sandbox.control import ROUTES
from greenroom.sandbox.faults import CHANGES, Fault

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "reference" / "sandbox.md"


def test_the_index_shows_meetings_and_support_sessions_and_its_limits(sandbox: Sandbox) -> None:
    sandbox.seed("demo")
    page = Door(sandbox).get("/").text
    for text in ("Meetings", "Trainers&#39; stand-up", "Weekly team hour", "Support", "Lena Fischer", "No video"):
        assert text in page
    Door(sandbox).control("clock", {"freeze": False, "speed": 60})
    assert "60 times as fast" in Door(sandbox).get("/").text


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
    assert door.get("/join/1").status_code == 404
    assert door.get("/support/1").status_code == 404
    assert door.get("/launch/nothing").status_code == 404


def test_a_million_registrants_do_not_slow_the_host_page(olga: Door) -> None:
    body = {"organizer_key": olga.organizer_key, "generated_registrants": 1_000_000, "approval": "MANUAL"}
    key = olga.control("webinars", body)["key"]
    olga.http.post("/sign-in", data={"email": "olga@northwind.example", "password": "sandbox"})
    assert "1,000,000" in olga.get(f"/host/webinar/{key}").text


def test_the_documentation_names_every_control_call_and_fault() -> None:
    text = DOCUMENTATION.read_text()
    for _, path, _ in ROUTES:
        word = path.split("/")[1].split("<")[0]
        last = path.rsplit("/", 1)[1]
        assert word in text or last in text, path
    kinds = Fault.__annotations__["kind"].__args__
    assert [kind for kind in kinds if f"`{kind}`" not in text] == []
    assert [change for changes in CHANGES.values() for change in changes if f"`{change}`" not in text] == []
