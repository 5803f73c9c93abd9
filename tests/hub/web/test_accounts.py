"""The pages of connected accounts and of sync: connecting, coming back, letting go, watching runs."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from greenroom.hub.connections.models import Connection, Pace
from greenroom.hub.demo.browser import allow_access
from greenroom.hub.events.products import PRODUCTS
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services import open_run, synchronize

CALLBACK = "/connections/callback/"


def begin(client: Client, back_to: str = "") -> str:
    """Press Connect and return GoTo's address."""
    return client.post(reverse("connect"), {"next": back_to})["Location"]


def come_back(client: Client, answer: dict[str, str]):
    return client.get(CALLBACK, answer, follow=True)


def allow(address: str, email: str = "olga@northwind.example") -> dict[str, str]:
    return allow_access(address, email=email, password="sandbox")


def texts(answer) -> str:
    return answer.content.decode()


def test_connecting_begins_at_goto_with_state_and_pkce(world, as_ada):
    address = urlsplit(begin(as_ada))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert "http://goto.test/oauth/authorize" == f"{address.scheme}://{address.netloc}{address.path}"
    assert ("code", "greenroom-demo", "S256") == tuple(
        query[name] for name in ("response_type", "client_id", "code_challenge_method")
    )
    assert "http://testserver/connections/callback/" == query["redirect_uri"]
    assert min(len(query["state"]), len(query["code_challenge"])) >= 43
    assert "client_secret" not in query
    assert query["state"] != parse_qs(urlsplit(begin(as_ada)).query)["state"][0]


def test_account_is_connected_and_its_events_come(world, as_ada, ada, run_jobs):
    world.schedule_webinar("Ropes")
    answer = come_back(as_ada, allow(begin(as_ada)))
    connection = Connection.objects.get()
    assert ("Olga Ortiz", ada.pk, "active") == (
        connection.organizer_name,
        connection.connected_by_id,
        connection.state,
    )
    assert "Olga Ortiz, Northwind Academy is connected. Its events are on their way." in texts(answer)
    run_jobs()
    assert "Ropes" in texts(as_ada.get("/events/"))


def test_answer_counts_once(world, as_ada):
    answer = allow(begin(as_ada))
    come_back(as_ada, answer)
    again = come_back(as_ada, answer)
    assert "This answer from GoTo was used already, or belongs to another browser. Connect once more." in texts(again)
    assert 1 == Connection.objects.count()


def test_answer_counts_only_in_the_browser_that_asked(world, ada, browser):
    answer = allow(begin(browser(ada)))
    assert "belongs to another browser" in texts(come_back(browser(ada), answer))
    assert not Connection.objects.exists()


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        ("does not belong to what you began here", {"state": "forged"}),
        ("does not belong to what you began here", {"state": ""}),
        ("Access was not allowed at GoTo, so nothing was connected.", {"error": "access_denied", "code": ""}),
        ("GoTo could not complete the sign-in.", {"error": "server_error", "code": ""}),
        ("GoTo could not complete the sign-in.", {"errorCode": "7", "code": ""}),
        ("incomplete", {"code": ""}),
        ("GoTo did not accept the sign-in.", {"code": "forged"}),
    ],
)
def test_wrong_answer_connects_nothing_and_says_why(world, as_ada, sentence, change):
    answer = come_back(as_ada, allow(begin(as_ada)) | change)
    assert sentence in texts(answer)
    assert [("/connections/", 302)] == answer.redirect_chain
    assert not Connection.objects.exists()


@pytest.mark.parametrize(("minutes", "connected"), [(10, True), (10.1, False)])
def test_answer_counts_for_ten_minutes(world, as_ada, minutes, connected):
    address = begin(as_ada)
    answer = allow(address)
    world.clock.advance(minutes=minutes)
    page = texts(come_back(as_ada, answer))
    assert connected is not ("longer than ten minutes" in page)
    assert connected is Connection.objects.exists()


def test_person_comes_back_to_where_they_were(world, section, as_ada):
    back_to = reverse("choose_event", args=[section.pk, "webinar"])
    answer = come_back(as_ada, allow(begin(as_ada, back_to)))
    assert (back_to, 302) == answer.redirect_chain[-1]


ELSEWHERE = (
    *("https://evil.example/", "http://evil.example", "//evil.example", "///evil.example", "/\\evil.example"),
    *("\\\\evil.example", "javascript:alert(1)", "data:text/html,x", "evil.example", "courses", " /courses/"),
    *("http:evil.example", "/\n/evil.example", "\t//evil.example", "https:/evil.example", ""),
)


def test_the_way_back_leads_to_no_other_place(world, as_ada):
    for target in ELSEWHERE:
        answer = as_ada.get(CALLBACK, allow(begin(as_ada, target)))
        assert (302, "/connections/") == (answer.status_code, answer["Location"]), target
    assert Connection.objects.exists()


def test_hub_without_a_client_says_what_to_set(world, as_ada, settings):
    settings.GOTO_CLIENT_ID = ""
    answer = as_ada.post(reverse("connect"), follow=True)
    assert "Set GREENROOM_GOTO_CLIENT_ID and GREENROOM_GOTO_CLIENT_SECRET." in texts(answer)


def test_disconnected_account_keeps_its_events_and_can_come_back(item, connection, as_ada, as_lena):
    for _ in range(2):
        answer = as_ada.post(reverse("disconnect", args=[connection.pk]), follow=True)
        assert "is disconnected. Its events and their history stay here." in texts(answer)
    assert "Connect again" in texts(as_ada.get("/connections/"))
    assert "Ladder safety" in texts(as_ada.get("/events/"))
    card = texts(as_lena.get(reverse("item_card", args=[item.pk])))
    assert "The GoTo account of this webinar is not connected at the moment." in card
    come_back(as_ada, allow(begin(as_ada)))
    connection.refresh_from_db()
    assert ("active", 1) == (connection.state, Connection.objects.count())


@pytest.mark.parametrize(("state", "may"), [("active", True), ("reconnect_needed", True), ("disconnected", False)])
def test_account_can_be_let_go_unless_it_has_been(connection, as_ada, state, may):
    Connection.objects.update(state=state)
    page = texts(as_ada.get(reverse("account", args=[connection.pk])))
    assert may is (reverse("disconnect", args=[connection.pk]) in page)
    assert 302 == as_ada.post(reverse("disconnect", args=[connection.pk])).status_code
    assert "disconnected" == Connection.objects.get().state
    assert "A GoTo account needs you" not in texts(as_ada.get("/"))


def test_page_of_accounts_shows_no_token(connection, as_ada):
    page = texts(as_ada.get("/connections/"))
    for secret in (connection.access_token, connection.refresh_token):
        assert secret
        assert secret not in page


def test_everything_is_read_when_asked(connection, as_ada, run_jobs):
    SyncRun.objects.all().delete()
    answer = as_ada.post(reverse("start_sync"), follow=True)
    assert [("/sync/", 302)] == answer.redirect_chain
    assert set(PRODUCTS) == set(SyncRun.objects.values_list("product", flat=True))
    assert "hx-get" in texts(answer)
    run_jobs()
    assert "hx-get" not in texts(as_ada.get("/sync/"))


@pytest.mark.parametrize(("said", "is_full"), [({}, False), ({"full": "1"}, True)])
def test_what_is_due_or_everything_is_read(connection, as_ada, said, is_full):
    SyncRun.objects.all().delete()
    as_ada.post(reverse("start_sync"), said)
    assert {is_full} == set(SyncRun.objects.values_list("is_full", flat=True))
    run = SyncRun.objects.first()
    told = "Everything" if is_full else "What is due"
    assert told in texts(as_ada.get(reverse("sync_run", args=[run.pk])))


def test_asking_for_everything_makes_a_run_that_waits_a_full_one(connection, as_ada):
    SyncRun.objects.all().delete()
    as_ada.post(reverse("start_sync"))
    as_ada.post(reverse("start_sync"), {"full": "1"})
    assert {True} == set(SyncRun.objects.values_list("is_full", flat=True))
    assert len(PRODUCTS) == SyncRun.objects.count()


def test_page_of_runs_shows_the_calls_of_the_day_and_says_when_they_are_used_up(world, connection, as_ada, settings):
    settings.GOTO_CALLS_PER_DAY = 1000
    Pace.objects.update_or_create(bucket="training", defaults={"free_at": 0, "day": world.now, "calls_today": 899})
    assert "899 of 1,000" in texts(page := as_ada.get("/sync/"))
    assert "used up" not in texts(page)
    Pace.objects.update(calls_today=900)
    assert "Today's calls are used up" in texts(page := as_ada.get("/sync/")).replace("&#x27;", "'")
    assert "Trainings are read again from" in " ".join(texts(page).split())


def test_run_that_ran_out_of_calls_says_when_it_goes_on(connection, as_ada):
    run = open_run(connection=connection, product="training")
    SyncRun.objects.filter(pk=run.pk).update(state="failed", error="daily_budget")
    page = texts(as_ada.get(reverse("sync_run", args=[run.pk]))).replace("&#x27;", "'")
    assert "Today's calls to GoTo are used up." in page
    assert "Until tomorrow" in page


def test_list_of_runs_says_why_one_stopped_and_that_an_event_could_not_be_read(connection, event, as_ada):
    SyncRun.objects.all().delete()
    run = open_run(connection=connection, product="webinar")
    said = {
        "GoTo did not answer.": {"state": "failed", "error": "temporarily_unavailable"},
        "Some events could not be read.": {"state": "done", "event_errors": [{"event": event.pk, "code": "server"}]},
    }
    for words, outcome in said.items():
        assert words not in texts(as_ada.get("/sync/"))
        SyncRun.objects.filter(pk=run.pk).update(**{"error": ""} | outcome)
        assert words in texts(as_ada.get("/sync/"))
    assert "GoTo had a fault of its own." in texts(as_ada.get(reverse("sync_run", args=[run.pk])))


def test_nothing_to_read_without_an_account(world, as_ada):
    answer = as_ada.post(reverse("start_sync"), follow=True)
    assert [("/connections/", 302)] == answer.redirect_chain
    assert "No GoTo account is connected, so there is nothing to read." in texts(answer)


def test_run_renews_itself_until_it_is_over(connection, as_ada):
    run = open_run(connection=connection, product="training")
    path = reverse("sync_run", args=[run.pk])
    part = as_ada.get(path, headers={"HX-Request": "true"})
    assert f'hx-get="{path}"' in texts(part)
    assert "<html" not in texts(part)
    run.state = "failed"
    run.error = "temporarily_unavailable"
    run.save()
    page = texts(as_ada.get(path))
    assert "hx-get" not in page
    assert "GoTo did not answer. What was read so far is kept; the next run goes on by itself." in page


def run_once(connection) -> SyncRun:
    run = open_run(connection=connection, product="webinar")
    synchronize(run=run)
    return run


def test_run_that_had_nothing_to_read_says_so(world, connection, as_ada):
    world.schedule_webinar()
    first, second = run_once(connection), run_once(connection)
    assert (1, 0) == (first.events_total, second.events_total)
    told = {"/sync/": (True, True), f"/sync/{first.pk}/": (True, False), f"/sync/{second.pk}/": (False, True)}
    pages = {page: as_ada.get(page).content.decode() for page in told}
    assert told == {page: ("1 of 1" in shown, "Nothing was due" in shown) for page, shown in pages.items()}


def test_list_of_runs_renews_as_a_part(connection, as_ada):
    open_run(connection=connection, product="training")
    assert "<html" not in texts(as_ada.get("/sync/", headers={"HX-Request": "true"}))
