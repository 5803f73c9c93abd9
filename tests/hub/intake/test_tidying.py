"""What was delivered is not kept for ever, and not dropped too early."""

from datetime import timedelta

import pytest

from greenroom.hub.intake.models import WebhookDelivery
from greenroom.hub.intake.services import tidying
from greenroom.hub.intake.tasks import tidy_deliveries


@pytest.fixture
def received(world, connection):
    """Make a delivery of some days ago."""

    def make(state: str, *, days: float) -> WebhookDelivery:
        key = str(WebhookDelivery.objects.count())
        return WebhookDelivery.objects.create(
            connection=connection, event_name="registrant.added", event_key=key, body="{}", state=state,
            received_at=world.now - timedelta(days=days),
        )  # fmt: skip

    return make


def kept(rows: list[WebhookDelivery]) -> list[str]:
    """Tell of each delivery whether it is there with its body, without it, or not at all."""
    bodies = {one.pk: one.body for one in WebhookDelivery.objects.all()}
    return ["whole" if bodies.get(row.pk) else "emptied" if row.pk in bodies else "gone" for row in rows]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("applied", ["whole", "emptied", "emptied", "gone"]),
        ("ignored", ["whole", "emptied", "emptied", "gone"]),
        ("failed", ["whole", "whole", "whole", "gone"]),
        ("stored", ["whole", "whole", "whole", "whole"]),
        ("asking", ["whole", "whole", "whole", "whole"]),
    ],
)
def test_bodies_are_kept_thirty_days_and_rows_ninety_but_for_those_still_to_be_applied(received, state, expected):
    rows = [received(state, days=days) for days in (29.9, 30.1, 89.9, 90.1)]
    tidy_deliveries.call()
    assert expected == kept(rows)


def test_many_are_tidied_little_by_little(received, monkeypatch):
    monkeypatch.setattr(tidying, "_AT_ONCE", 2)
    rows = [received("applied", days=days) for days in (31, 32, 33, 34, 35, 91, 92, 93)]
    tidy_deliveries.call()
    assert ["emptied"] * 5 + ["gone"] * 3 == kept(rows)
