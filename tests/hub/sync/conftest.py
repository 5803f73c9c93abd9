"""What the tests of sync share."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from greenroom.goto import GotoError
from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import HubError
from greenroom.hub.ledger.models import Fact
from greenroom.hub.sync.models import SyncRun
from greenroom.hub.sync.services import open_run, synchronize


@pytest.fixture
def sync(connection: Connection) -> Callable[..., SyncRun]:
    """Carry out a run that reads everything, due or not, and return its row also when it stopped."""

    def run_to_the_end(
        product: str = "webinar", key: str = "", of: Connection = connection, *, is_full: bool = True
    ) -> SyncRun:
        run = open_run(connection=of, product=product, event_key=key, is_full=is_full)
        assert run is not None
        with suppress(HubError, GotoError):
            synchronize(run=run)
        return SyncRun.objects.get(pk=run.pk)

    return run_to_the_end


@pytest.fixture
def facts(db: None) -> Callable[[str], list[dict]]:
    """Return what the facts of one kind say, in order."""
    return lambda kind: list(Fact.objects.filter(kind=kind).order_by("pk").values_list("data", flat=True))
