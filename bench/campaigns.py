"""Contacts that move through the steps of a campaign, and the same rows written by hand. Django is set up here."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection as database
from django.db import transaction

from bench.hub import backends
from bench.meter import Meter
from greenroom.hub.campaigns.models import Campaign, CampaignPassage, CampaignStep
from greenroom.hub.campaigns.services.editing import add_step, make_campaign, open_draft
from greenroom.hub.campaigns.services.engine import advance
from greenroom.hub.campaigns.services.entering import enter_contacts
from greenroom.hub.campaigns.services.running import publish
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core import clock

_AT_ONCE = 5000
_NOTE = """
    INSERT INTO campaigns_campaignpassage (entry_id, step_id, exit, passed_at)
    SELECT id, %s, 'yes', %s FROM campaigns_campaigncontact WHERE step_id = %s AND due_at <= %s
"""
_MOVE = """
    UPDATE campaigns_campaigncontact SET step_id = %s, arrived_at = %s, due_at = %s, state = %s
    WHERE step_id = %s AND due_at <= %s
"""


def move_contacts(contacts: int) -> dict[str, Any]:
    """Let contacts pass four steps with the engine, then as many others with two statements for each step."""
    Contact.objects.bulk_create(
        [
            Contact(
                email=f"c{number}@example.com", last_name=f"Name{number % 2}", source="hand", created_at=clock.now()
            )
            for number in range(contacts)
        ],
        batch_size=_AT_ONCE,
    )
    campaign = _enter("Engine")
    with Meter(backends) as engine:
        statements = _count_statements(lambda: _pass_by_engine(campaign))
    campaign = _enter("Floor")
    with Meter(backends) as floor:
        _pass_by_hand(campaign)
    passed = 4 * contacts
    assert CampaignPassage.objects.count() == 2 * passed
    return {"engine": engine.told(), "floor": floor.told(), "statements": statements, "passed": passed}


def _enter(name: str) -> Campaign:
    """Publish a campaign of two conditions and two waits that are over, and have everybody enter it."""
    campaign = make_campaign(name=name, actor=None)
    draft = open_draft(campaign=campaign)
    past = (clock.now() - timedelta(days=1)).isoformat()
    for number in range(2):
        rule = {"field": "last_name", "is": "equals", "value": f"Name{number}"}
        add_step(version=draft, kind="condition", settings={"rule": rule})
        add_step(version=draft, kind="wait", settings={"until": past})
    publish(campaign=campaign, actor=None)
    campaign.refresh_from_db()
    keys = list(Contact.objects.values_list("pk", flat=True))
    for start in range(0, len(keys), _AT_ONCE):
        enter_contacts(campaign=campaign, contacts=keys[start : start + _AT_ONCE], cause="bench")
    return campaign


def _pass_by_engine(campaign: Campaign) -> None:
    while advance(campaign):
        pass


def _pass_by_hand(campaign: Campaign) -> None:
    steps = list(CampaignStep.objects.filter(version=campaign.published_id).values_list("pk", flat=True))
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        now = database.ops.adapt_datetimefield_value(clock.now())
        with transaction.atomic(), database.cursor() as cursor:
            cursor.execute(_NOTE, [step, now, step, now])
            state = "active" if following else "finished"
            cursor.execute(_MOVE, [following, now, now if following else None, state, step, now])


def _count_statements(work: Callable[[], object]) -> int:
    count = 0

    def note(execute: Callable[..., Any], *rest: Any) -> Any:
        nonlocal count
        count += 1
        return execute(*rest)

    with database.execute_wrapper(note):
        work()
    return count
