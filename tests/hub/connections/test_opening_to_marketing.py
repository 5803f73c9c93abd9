"""Which forms and campaigns may use an account: all of them, or those a site administrator has chosen."""

import re
from html import unescape

import pytest
from django.urls import reverse
from tests.factories.campaigns import act, condition, decision, draw, make_segment, run_campaign_of, wait
from tests.factories.forms import make_form

from greenroom.hub.campaigns.models import Campaign
from greenroom.hub.campaigns.services.editing import change_goal, change_step, make_campaign, open_draft
from greenroom.hub.campaigns.services.running import list_obstacles, publish
from greenroom.hub.connections.models import ConnectionUse
from greenroom.hub.connections.services import disconnect, set_uses
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.services import save_segment
from greenroom.hub.webforms.checks import find_problems
from greenroom.hub.webforms.models import FormField, WebForm
from greenroom.hub.webforms.selectors import list_offered_events
from greenroom.hub.webforms.services import add_action, add_field, change_action, create_form, publish_form

FORM, CAMPAIGN = ConnectionUse.UsedBy.FORM, ConnectionUse.UsedBy.CAMPAIGN


def not_open(event, to: str) -> str:
    return f"“{event}” belongs to a GoTo account that is not open to this {to}. Ask your site administrator to open it."


def open_to(connection, **uses: list[int]) -> None:
    """Open the account to these forms and campaigns only."""
    set_uses(connection=connection, is_open_to_all=False, uses={FORM: [], CAMPAIGN: [], **uses})


@pytest.fixture
def draft(ada, world) -> WebForm:
    return create_form(name="Draft", start="person", actor=ada)


@pytest.fixture
def campaign(world, db) -> Campaign:
    return make_campaign(name="Spring", actor=None)


@pytest.fixture
def as_mara(mara, browser):
    return browser(mara)


def test_an_account_is_opened_to_chosen_forms_and_campaigns_on_its_page(connection, ada, browser, campaign):
    form = create_form(name="Draft", start="person", actor=ada)
    chosen = {"open_to": "chosen", "web_forms": [form.pk], "campaigns": [campaign.pk]}
    browser(ada).post(reverse("change_uses", args=[connection.pk]), chosen)
    assert {(FORM, form.pk), (CAMPAIGN, campaign.pk)} == set(connection.uses.values_list("used_by", "object_id"))
    page = browser(ada).get(reverse("account", args=[connection.pk])).content.decode()
    assert ["web_forms", "campaigns"] == re.findall(r'<input[^>]*name="(\w+)"[^>]*value="\d+"[^>]*checked', page)


# Forms


@pytest.mark.parametrize("kind", ["register", "cancel_registration"])
def test_a_form_is_refused_an_event_of_a_closed_account(draft, event, connection, kind):
    open_to(connection)
    with pytest.raises(InvalidInputError) as refused:
        add_action(form=draft, kind=kind, given={"event": event.pk})
    assert ({"event": not_open(event, "form")}, 0) == (refused.value.errors, draft.actions.count())
    open_to(connection, form=[draft.pk])
    assert add_action(form=draft, kind=kind, given={"event": event.pk}).pk


def test_a_form_is_refused_to_offer_an_event_of_a_closed_account(draft, event, connection):
    open_to(connection)
    with pytest.raises(InvalidInputError) as refused:
        add_field(form=draft, kind="event", label="Which", product="webinar", events=[event.pk])
    assert {"events": not_open(event, "form")} == refused.value.errors


def test_only_events_of_open_accounts_are_offered_to_visitors(draft, event, connection):
    field = add_field(form=draft, kind="event", label="Which", product="webinar")
    picked = add_field(form=draft, kind="event", label="One", product="webinar", events=[event.pk])
    assert [[event]] * 2 == [list_offered_events(one) for one in (field, picked)]
    open_to(connection)
    assert [[], [event]] == [list_offered_events(one) for one in FormField.objects.filter(kind="event")]


def test_a_published_form_says_so_and_goes_on_and_a_draft_is_not_published(ada, draft, event, connection):
    form = make_form(ada, event=event)
    action = add_action(form=draft, kind="register", given={"event": event.pk})
    open_to(connection)
    problems = [[(one.sentence, one.is_blocking) for one in find_problems(web_form)] for web_form in (form, draft)]
    assert [[(not_open(event, "form"), False)], [(not_open(event, "form"), True)]] == problems
    change_action(action=form.actions.get(), given={"event": event.pk})
    with pytest.raises(InvalidInputError, match="not open to this form"):
        publish_form(form=draft)
    open_to(connection, form=[form.pk, draft.pk])
    assert ([], action) == (find_problems(form), change_action(action=action, given={"event": event.pk}))


def test_the_page_of_an_action_offers_open_events_only_and_says_what_is_refused(as_mara, draft, event, connection):
    url = reverse("add_form_action", args=[draft.pk, "register"])
    assert event.title in as_mara.get(url).content.decode()
    open_to(connection)
    assert event.title not in as_mara.get(url).content.decode()
    answer = as_mara.post(url, {"event": event.pk})
    assert (422, True) == (answer.status_code, "not open to this form" in answer.content.decode())


# Campaigns


@pytest.mark.parametrize(
    "drawn",
    [
        lambda event: act("register", event=event),
        lambda event: decision(does="registered", event=event, limit_minutes=60),
        lambda event: condition({"not": {"did": "attended", "events": [event]}}),
        lambda event: wait(event=event, minutes=-60),
    ],
)
def test_a_campaign_is_refused_an_event_of_a_closed_account(campaign, event, connection, drawn):
    version = open_draft(campaign=campaign)
    open_to(connection)
    with pytest.raises(InvalidInputError) as refused:
        draw(version, [drawn(event.pk)])
    assert ({"event": not_open(event, "campaign")}, 0) == (refused.value.errors, version.steps.count())
    open_to(connection, campaign=[campaign.pk])
    draw(version, [drawn(event.pk)])
    assert [] == list_obstacles(version)


def test_a_goal_of_a_closed_account_is_refused(campaign, event, connection, as_mara):
    open_to(connection)
    goal = {"did": "registered", "events": [event.pk]}
    with pytest.raises(InvalidInputError):
        change_goal(version=open_draft(campaign=campaign), goal=goal)
    answer = as_mara.post(reverse("campaign_goal", args=[campaign.pk]) + "?type=is_registered", {"event": event.pk})
    assert (422, True) == (answer.status_code, "not open to this campaign" in answer.content.decode())


def test_a_campaign_that_runs_says_so_and_its_next_version_is_not_published(world, as_mara, event, connection):
    campaign = run_campaign_of(make_segment("All"), wait(event=event.pk, minutes=-60))
    page = reverse("campaign", args=[campaign.pk])
    assert "not open to this campaign" not in as_mara.get(page).content.decode()
    open_to(connection)
    assert not_open(event, "campaign") in as_mara.get(page).content.decode()
    draft = open_draft(campaign=campaign)
    assert [("1", not_open(event, "campaign"))] == list_obstacles(draft)
    change_step(step=draft.steps.get(), settings={"event": event.pk, "minutes": -30})
    with pytest.raises(InvalidInputError):
        publish(campaign=campaign, actor=None)


def test_a_goal_and_a_source_of_an_account_that_is_closed_or_not_connected_are_said_to_be(
    as_mara, ada, event, connection, run_jobs
):
    asked = {"did": "registered", "events": [event.pk]}
    come = save_segment(name="Have come", rules=asked, actor=ada)
    # The source asks for a segment that asks for the event; rules that ask for each other are followed once.
    source = save_segment(name="Of those", rules={"segment": come.pk}, actor=ada)
    Segment.objects.filter(pk=come.pk).update(rules={"any": [asked, {"segment": source.pk}]})
    campaign = make_campaign(name="Spring", segments=[source], actor=None)
    version = open_draft(campaign=campaign)
    draw(version, [act("add_tags", tags="new")])
    change_goal(version=version, goal=asked)

    def count_on_pages(sentence: str) -> list[int]:
        pages = [as_mara.get(reverse(name, args=[campaign.pk])) for name in ("campaign", "campaign_draft")]
        return [unescape(page.content.decode()).count(sentence) for page in pages]

    not_connected = f"“{event}” belongs to a GoTo account that is not connected, so nothing new is learnt of it."
    assert [[0, 0], [0, 0]] == [count_on_pages(one) for one in (not_open(event, "campaign"), not_connected)]
    open_to(connection)
    assert [2, 1] == count_on_pages(not_open(event, "campaign"))
    with pytest.raises(InvalidInputError):
        publish(campaign=campaign, actor=None)
    open_to(connection, campaign=[campaign.pk])
    publish(campaign=campaign, actor=None)
    open_draft(campaign=campaign)
    disconnect(connection=connection, actor=ada)
    assert [2, 1] == count_on_pages(not_connected)


def test_a_condition_on_a_segment_of_a_closed_account_says_so_and_is_published(
    as_mara, ada, event, connection, campaign, run_jobs
):
    asked = {"did": "registered", "events": [event.pk]}
    signed_up = save_segment(name="Signed up", rules=asked, actor=ada)
    draw(open_draft(campaign=campaign), [condition({"segment": signed_up.pk}, yes=[act("add_tags", tags="warm")])])

    def is_said(sentence: str, name: str) -> bool:
        page = unescape(as_mara.get(reverse(name, args=[campaign.pk])).content.decode())
        return f"Step 1: {sentence}" in page and "keep nothing from being published" in page

    assert not is_said(not_open(event, "campaign"), "campaign_draft")
    open_to(connection)
    assert is_said(not_open(event, "campaign"), "campaign_draft")
    publish(campaign=campaign, actor=None)
    assert is_said(not_open(event, "campaign"), "campaign")
    disconnect(connection=connection, actor=ada)
    assert is_said(
        f"“{event}” belongs to a GoTo account that is not connected, so nothing new is learnt of it. "
        "Ask your site administrator to connect it again, or name another event.",
        "campaign",
    )


def test_the_page_of_a_step_offers_open_events_only_and_says_what_is_refused(as_mara, campaign, event, connection):
    open_draft(campaign=campaign)
    url = reverse("add_campaign_step", args=[campaign.pk]) + "?type=register"
    assert event.title in as_mara.get(url).content.decode()
    open_to(connection)
    assert event.title not in as_mara.get(url).content.decode()
    answer = as_mara.post(url, {"event": event.pk})
    assert (422, True) == (answer.status_code, "not open to this campaign" in answer.content.decode())
    assert event.title not in as_mara.get(reverse("new_webinar_campaign")).content.decode()
