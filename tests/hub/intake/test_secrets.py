"""The secrets GoTo signs with: one that lasts, replaced without losing a delivery."""

import pytest
from django.db import connection as database
from tests.hub.intake.conftest import verdicts

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.intake.models import WebhookSecret
from greenroom.hub.intake.selectors import list_usable_secrets
from greenroom.hub.intake.services import ask_for_webhooks, rotate_secret
from greenroom.hub.jobs.models import Job


@pytest.fixture
def sign_up_at_goto(world, event, deliver):
    """Let somebody sign up at GoTo, and GoTo deliver it."""

    def register(name: str):
        world.ask_goto(
            f"webinars/{event.event_key}/registrants",
            "POST",
            firstName=name,
            lastName="Example",
            email=f"{name.lower()}@example.com",
        )
        deliver()

    return register


def test_deliveries_are_taken_before_during_and_after_a_rotation(world, sign_up_at_goto, run_jobs, hub):
    old = list_usable_secrets()
    sign_up_at_goto("Mia")
    rotate_secret()
    run_jobs()
    sign_up_at_goto("Ben")  # still with the old one: the new one counts later
    world.advance(minutes=10)
    sign_up_at_goto("Zoe")
    world.advance(hours=24)
    assert {200} == set(hub.statuses)
    assert [("registrant.added", "applied", "")] * 3 == verdicts()
    [new] = list_usable_secrets()
    assert [new] != old


def test_old_secret_proves_nothing_after_its_day(world, hooked, run_jobs):
    [old] = list_usable_secrets()
    rotate_secret()
    run_jobs()
    world.advance(hours=24, minutes=9)
    assert old in list_usable_secrets()
    world.advance(minutes=1)
    assert old not in list_usable_secrets()


def test_secret_whose_answer_was_lost_is_followed_by_one_that_counts(world, sign_up_at_goto, run_jobs, hub):
    """GoTo never tells it again, and would sign with it."""
    rotate_secret()
    world.fail(kind="timeout_after", operation="createSecretKey")
    run_jobs()
    world.advance(seconds=30)
    run_jobs()
    world.advance(minutes=15)
    sign_up_at_goto("Mia")
    assert {200} == set(hub.statuses)
    assert 2 == WebhookSecret.objects.count()


def test_answers_that_arrive_in_another_order_leave_the_newest_secret_in_use(world, hooked, run_jobs):
    for _ in range(2):
        rotate_secret()
        run_jobs()
        world.advance(minutes=1)
    newest, *_ = WebhookSecret.objects.all()
    assert [newest] == list(WebhookSecret.objects.filter(retired_at=None))


def test_another_client_of_goto_has_secrets_of_its_own(hooked, settings):
    settings.GOTO_CLIENT_ID = "another"
    assert [] == list_usable_secrets()


def test_several_accounts_share_one_secret(world, hooked, settle, ada):
    for connection in Connection.objects.all():
        ask_for_webhooks(connection=connection)
    settle()
    assert 1 == WebhookSecret.objects.count()


def test_secret_cannot_be_read_in_the_database(hooked):
    [secret] = list_usable_secrets()
    with database.cursor() as cursor:
        cursor.execute("SELECT value FROM intake_webhooksecret")
        [(stored,)] = cursor.fetchall()
    assert secret
    assert secret not in stored


def test_without_an_account_no_secret_can_be_made(world, db):
    with pytest.raises(StateConflictError, match="Connect one first"):
        rotate_secret()
    assert not Job.objects.exists()


def test_rotation_waits_while_goto_is_down(world, hooked, run_jobs):
    rotate_secret()
    world.fail(kind="status", status=503, operation="createSecretKey")
    run_jobs()
    assert 1 == WebhookSecret.objects.count()
    world.advance(seconds=30)
    run_jobs()
    assert 2 == WebhookSecret.objects.count()
