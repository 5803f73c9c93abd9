"""Making, changing and cancelling events from their pages, and what is said until GoTo has answered."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from greenroom.hub.connections.models import Connection
from greenroom.hub.events.models import Event, EventAct

LATER = {"starts_at_0": "2026-03-04T14:00", "ends_at_0": "2026-03-04T15:00"}


@pytest.fixture
def connection(connection, run_jobs) -> Connection:
    """Olga's account, of which everything has been read."""
    run_jobs()
    return connection


@pytest.fixture
def make(connection, as_ada) -> Callable[..., Any]:
    """Send the form of a new event, as Ada; what is not told is right."""

    def send(product: str = "webinar", **more: str) -> Any:
        form = {"key": "k1", "account": connection.pk, "title": "Ropes", "description": "", "time_zone": "GMT"}
        return as_ada.post(reverse("create_event", args=[product]), form | LATER | more)

    return send


@pytest.fixture
def made(make, run_jobs) -> Callable[..., Event]:
    """Make an event, and let it reach GoTo."""

    def make_event(product: str = "webinar", **more: str) -> Event:
        make(product, **more)
        run_jobs()
        return Event.objects.order_by("starts_at").get(title="Ropes")

    return make_event


@pytest.fixture
def change(as_ada) -> Callable[..., Any]:
    """Open the form of a change and send it with what shall be another, as Ada."""

    def send(event: Event, **more: str) -> Any:
        path = reverse("change_event", args=[event.pk])
        form = as_ada.get(path).context["form"]
        shown = {name: form[name].value() for name in form.fields}
        return as_ada.post(path, shown | more)

    return send


def errors(answer: Any) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in answer.context["form"].errors.items()}


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


# Making


def test_what_can_be_made_is_offered_where_events_are_listed(connection, as_ada):
    assert 'href="/events/new/"' in as_ada.get("/events/").content.decode()
    page = as_ada.get("/events/new/").content.decode()
    assert re.findall(r'href="/events/new/(\w+)/"', page) == ["webinar", "training", "meeting"]


def test_without_a_connected_account_the_page_says_so(connection, as_ada):
    Connection.objects.update(state="reconnect_needed")
    for path in ("/events/new/", "/events/new/webinar/"):
        assert "No account to make it in" in words(as_ada.get(path))


def test_what_cannot_be_made_has_no_page(connection, as_ada):
    for product in ("assist", "nonsense"):
        assert 404 == as_ada.get(f"/events/new/{product}/").status_code


@pytest.mark.parametrize("product", ["webinar", "training", "meeting"])
def test_an_event_is_made_and_shown(world, make, run_jobs, as_ada, product):
    page = make(product, title="Ropes")["Location"]
    assert "This is on its way to GoTo." in words(as_ada.get(page))
    run_jobs()
    event = Event.objects.get()
    assert reverse("event", args=[event.pk]) == as_ada.get(page)["Location"]
    assert (product, "Ropes", "2026-03-04T14:00:00+00:00") == (event.product, event.title, event.starts_at.isoformat())


@pytest.mark.parametrize(("product", "keeps"), [("webinar", True), ("training", True), ("meeting", False)])
def test_a_description_is_asked_for_only_where_goto_keeps_one(make, run_jobs, as_ada, product, keeps):
    new = as_ada.get(f"/events/new/{product}/").content.decode()
    assert (keeps, keeps) == ('name="description"' in new, "Registration, reminders" in new)
    make(product)
    run_jobs()
    change = as_ada.get(reverse("change_event", args=[Event.objects.get().pk])).content.decode()
    assert keeps is ('name="description"' in change)


def test_the_form_sent_twice_makes_one_event(make, run_jobs):
    assert make()["Location"] == make()["Location"]
    run_jobs()
    assert (1, 1) == (EventAct.objects.count(), Event.objects.count())


@pytest.mark.parametrize(("product", "events"), [("webinar", 3), ("training", 1)])
def test_several_dates_are_to_pick_from_or_belong_together(make, run_jobs, product, events):
    rows = {
        f"{end}_{n}": f"2026-03-0{4 + n}T{hour}"
        for n in range(3)
        for end, hour in {"starts_at": 14, "ends_at": 15}.items()
    }
    make(product, **{name: f"{value}:00" for name, value in rows.items()}, starts_at_3="", ends_at_3="")
    run_jobs()
    assert (events, 3) == (Event.objects.count(), sum(one.times.count() for one in Event.objects.all()))


def test_another_date_keeps_what_was_typed(make):
    answer = make(more="1", title="Ro", starts_at_0="nonsense")
    form = answer.context["form"]
    assert (200, "Ro", "nonsense", "k1") == (
        answer.status_code,
        *(form[name].value() for name in ("title", "starts_at_0", "key")),
    )
    assert "autofocus" in str(form["starts_at_1"])
    assert not EventAct.objects.exists()


def test_there_are_only_so_many_dates(make):
    rows = {f"starts_at_{number}": "" for number in range(70)}
    assert 60 == len(list(make(more="1", **rows).context["form"].date_rows()))


@pytest.mark.parametrize(
    ("field", "sentence", "wrong"),
    [
        ("title", "Give it a title.", {"title": "  "}),
        ("title", "This has 129 characters; GoTo takes at most 128.", {"title": "x" * 129}),
        ("description", "This has 2049 characters; GoTo takes at most 2048.", {"description": "x" * 2049}),
        ("time_zone", "Select a valid choice.", {"time_zone": "Mars/Olympus"}),
        ("account", "Select a valid choice.", {"account": "999"}),
        ("starts_at_0", "Give day and time.", {"starts_at_0": ""}),
        ("starts_at_0", "Give day and time, like 2026-05-31 14:30.", {"starts_at_0": "tomorrow"}),
        ("starts_at_0", "Give day and time, like 2026-05-31 14:30.", {"starts_at_0": "2026-03-04T14:00+01:00"}),
        ("starts_at_0", "Give day and time, like 2026-05-31 14:30.", {"starts_at_0": "9999-12-31T23:59"}),
        ("ends_at_0", "Give day and time.", {"ends_at_0": ""}),
        ("starts_at_0", "This is over already.", {"starts_at_0": "2026-03-01T14:00"}),
        ("ends_at_0", "The end must come after the start.", {"ends_at_0": "2026-03-04T13:00"}),
        (
            "starts_at_2",
            "This date overlaps another one.",
            {"starts_at_2": "2026-03-04T14:30", "ends_at_2": "2026-03-04T16:00"},
        ),
        ("ends_at_1", "Give day and time.", {"starts_at_1": "2026-03-05T14:30"}),
    ],
)
def test_what_cannot_be_made_is_said_beside_the_field(make, field, sentence, wrong):
    answer = make(**wrong)
    texts = errors(answer)[field]
    assert (422, True) == (answer.status_code, any(sentence in text for text in texts)), texts
    assert not EventAct.objects.exists()


def test_times_are_those_of_the_zone_that_was_chosen(make, run_jobs):
    make(time_zone="America/New_York")
    run_jobs()
    assert datetime.fromisoformat("2026-03-04T19:00+00:00") == Event.objects.get().starts_at


def test_a_time_that_the_clocks_leave_out_is_refused(make):
    """In New York the clocks go from 2:00 to 3:00 on 8 March 2026."""
    gap = {"time_zone": "America/New_York", "starts_at_0": "2026-03-08T02:30", "ends_at_0": "2026-03-08T04:00"}
    sentence = "The clocks are put forward then, and never show this time."
    assert {"starts_at_0": [sentence]} == errors(make(**gap))
    assert 302 == make(**gap | {"starts_at_0": "2026-03-08T01:30"}).status_code


def test_the_organizers_own_zone_is_offered_first(connection, as_ada):
    form = as_ada.get("/events/new/webinar/").context["form"]
    assert "America/New_York" == form["time_zone"].value()


# How it stands


def test_a_page_of_an_act_renews_itself_until_it_is_done(make, run_jobs, as_ada):
    page, htmx = make()["Location"], {"HX-Request": "true"}
    assert 'hx-trigger="every 2s"' in as_ada.get(page).content.decode()
    run_jobs()
    assert "true" == as_ada.get(page, headers=htmx)["HX-Refresh"]


def test_who_waits_is_told_why_and_until_when(world, make, run_jobs, as_ada):
    world.fail(kind="status", status=503, operation="createWebinar", times=100)
    page = make()["Location"]
    run_jobs()
    answer = as_ada.get(page)
    assert "GoTo does not answer. This is kept, and we try again. Next try:" in words(answer)
    assert 'hx-trigger="every 15s"' in answer.content.decode()
    assert "Create: Ropes" in words(as_ada.get("/events/"))


def test_what_goto_refuses_is_said_with_a_way_on(world, make, run_jobs, as_ada):
    make("training", key="k0")
    page = make("training")["Location"]
    run_jobs()
    answer = as_ada.get(page)
    assert "The organizer has something else at that time. Choose another time." in words(answer)
    assert 'href="/events/new/training/"' in answer.content.decode()


@pytest.fixture
def unclear(world, make, run_jobs) -> EventAct:
    """An event of which nobody can tell whether GoTo made it: the answer was lost, and two like it are there."""
    world.fail(kind="timeout_after", operation="createWebinar")
    make(description="")
    run_jobs()
    world.schedule_webinar("Ropes", starts_in=datetime.fromisoformat("2026-03-04T14:00+00:00") - world.now)
    act = EventAct.objects.get()
    for _ in range(60):
        world.advance(seconds=30)
        run_jobs()
        act.refresh_from_db()
        if act.state != EventAct.State.PENDING:
            break
    assert "unclear" == act.state
    return act


def test_a_person_says_which_one_was_made(unclear, as_ada):
    page, path = reverse("act", args=[unclear.pk]), reverse("settle_act", args=[unclear.pk])
    candidates = list(as_ada.get(page).context["candidates"])
    assert 2 == len(candidates)
    assert "Choose one first." in words(as_ada.post(path, follow=True))
    as_ada.post(path, {"event": candidates[0].pk})
    assert reverse("event", args=[candidates[0].pk]) == as_ada.get(page)["Location"]
    assert 409 == as_ada.post(path, {"event": "none"}).status_code


def test_a_person_says_that_it_was_none_of_them(unclear, as_ada, run_jobs):
    as_ada.post(reverse("settle_act", args=[unclear.pk]), {"event": "none"})
    run_jobs()
    assert 3 == Event.objects.count()


# Changing


def test_a_form_that_shows_what_is_changes_nothing(made, change):
    answer = change(made())
    assert (422, "This is how it is already. Change something first.") == (
        answer.status_code,
        *errors(answer)["__all__"],
    )


def test_an_event_is_moved_and_renamed(made, change, run_jobs, as_ada):
    event = made()
    change(event, title="Knots", starts_at_0="2026-03-05T10:00", ends_at_0="2026-03-05T11:30")
    assert "Change This is on its way to GoTo." in words(as_ada.get(reverse("event", args=[event.pk])))
    run_jobs()
    event.refresh_from_db()
    assert ("Knots", "2026-03-05T10:00:00+00:00") == (event.title, event.starts_at.isoformat())
    assert "GoTo has taken the change." in words(as_ada.get(reverse("event", args=[event.pk])))


def test_only_what_has_several_dates_gets_another_one(made, change, run_jobs):
    training = made("training")
    rows = len(list(change(training, more="1").context["form"].date_rows()))
    change(training, starts_at_1="2026-03-06T10:00", ends_at_1="2026-03-06T11:00")
    run_jobs()
    assert (2, 2) == (rows, training.times.count())


def test_what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten(made, as_ada, change, run_jobs):
    event = made()
    path = reverse("change_event", args=[event.pk])
    form = as_ada.get(path).context["form"]
    opened_before = {name: form[name].value() for name in form.fields}
    change(event, title="Knots")
    run_jobs()
    answer = as_ada.post(path, opened_before | {"title": "Bends"})
    assert 409 == answer.status_code
    assert "Somebody else was faster" in words(answer)
    assert "Title Knots" in words(answer)
    assert ("Bends", True) == (answer.context["form"]["title"].value(), EventAct.objects.count() == 2)
    meant = {name: answer.context["form"][name].value() for name in opened_before}
    as_ada.post(path, meant)
    run_jobs()
    event.refresh_from_db()
    assert "Bends" == event.title


def test_what_is_over_is_not_changed(made, change):
    event = made()
    Event.objects.update(state="ended")
    assert reverse("event", args=[event.pk]) == change(event, title="Knots")["Location"]
    assert 1 == EventAct.objects.count()


# Cancelling


def test_cancelling_says_whom_it_hits_and_asks_first(world, made, lena, sign_up, as_ada, run_jobs):
    event = made()
    sign_up(event, lena)
    path = reverse("cancel_event", args=[event.pk])
    page = words(as_ada.get(path))
    assert "One person is registered, and loses their place." in page
    assert "Have GoTo mail everybody who is registered" in page
    assert "scheduled" == Event.objects.get().state
    as_ada.post(path, {"key": "k2", "tell": "on"})
    as_ada.post(path, {"key": "k2", "tell": "on"})
    run_jobs()
    assert ("cancelled", 2) == (Event.objects.get().state, EventAct.objects.count())
    assert {"tell_registrants": True} == EventAct.objects.get(verb="cancel").wanted


def test_of_a_training_nobody_is_told(made, lena, sign_up, as_ada, run_jobs):
    event = made("training")
    sign_up(event, lena)
    path = reverse("cancel_event", args=[event.pk])
    page = words(as_ada.get(path))
    assert "One person is registered, and loses their place." in page
    assert "GoTo tells nobody of it" in page
    as_ada.post(path, {"key": "k2"})
    run_jobs()
    assert "cancelled" == Event.objects.get().state


def test_cancelling_one_date_says_that_the_others_stay(make, run_jobs, as_ada):
    make(starts_at_1="2026-03-05T14:00", ends_at_1="2026-03-05T15:00")
    run_jobs()
    event = Event.objects.order_by("starts_at").first()
    assert "The other date stays." in words(as_ada.get(reverse("cancel_event", args=[event.pk])))


def test_what_is_over_is_not_cancelled(made, as_ada):
    event = made()
    Event.objects.update(state="ended")
    answer = as_ada.post(reverse("cancel_event", args=[event.pk]), {"key": "k2"}, follow=True)
    assert "It is over." in words(answer)
    assert not EventAct.objects.filter(verb="cancel").exists()


# Who may


def test_an_organizer_makes_events_in_their_own_account_only(world, make, connection, course, eda, as_eda):
    other = Connection.objects.create(
        account_key="2", organizer_key="2", organizer_name="Omar", organizer_email="o@x.example", connected_at=world.now
    )
    assert 404 == as_eda.get("/events/new/").status_code
    eda.email = connection.organizer_email
    eda.save()
    assert [connection.pk] == [
        pk for pk, _ in as_eda.get("/events/new/webinar/").context["form"]["account"].field.choices
    ]
    form = {"key": "k1", "account": other.pk, "title": "Ropes", "time_zone": "GMT"} | LATER
    assert 422 == as_eda.post("/events/new/webinar/", form).status_code


def test_an_organizer_sees_the_people_of_their_events(event, course, eda, as_eda):
    page = reverse("event", args=[event.pk])
    assert "?tab=people" not in as_eda.get(page).content.decode()
    eda.email = event.connection.organizer_email
    eda.save()
    assert "?tab=people" in as_eda.get(page).content.decode()


def test_acts_of_other_accounts_are_not_shown(make, otto, as_otto, course):
    page = make()["Location"]
    assert 404 == as_otto.get(page).status_code


def test_number_of_statements_is_flat(world, make, run_jobs, ada, as_ada, django_assert_max_num_queries):
    make()
    run_jobs()
    event = Event.objects.get()
    for number in range(20):
        EventAct.objects.create(
            connection=event.connection, product="webinar", event=event, verb="update", state="refused",
            wanted={"wish": {"title": "x"}}, refusal="No.", idempotency_key=f"n{number}", asked_at=world.now,
            answered_at=world.now - timedelta(minutes=1), requested_by=ada,
        )  # fmt: skip
    with django_assert_max_num_queries(24):
        as_ada.get(reverse("event", args=[event.pk]))
    with django_assert_max_num_queries(12):
        as_ada.get(reverse("event_acts", args=[event.pk]))
