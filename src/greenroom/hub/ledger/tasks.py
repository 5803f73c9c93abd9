"""Background work of the ledger."""

from datetime import timedelta

from greenroom.hub.core import clock
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.ledger import delivery
from greenroom.hub.ledger.readers import list_readers


@schedule(every=timedelta(seconds=30))
@task(queue="ledger", priority=5)
def wake() -> None:
    """Have facts brought to every reader that wants some. Comes round by itself too, as a safety net."""
    for name in delivery.pass_over(delivery.list_readers_behind(list_readers())):
        deliver.enqueue(reader=name, dedupe_key=f"ledger.deliver:{name}")


@task(queue="ledger", priority=5)
def deliver(*, reader: str) -> None:
    """Bring one reader its facts; look again soon when an open transaction holds some back."""
    if not delivery.deliver(reader):
        again = clock.now() + delivery.HELD_BACK
        deliver.enqueue(reader=reader, run_at=again, dedupe_key=f"ledger.deliver:{reader}")
