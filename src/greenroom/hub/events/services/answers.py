"""Polls, questions and surveys of sessions, as GoTo counts them."""

import msgspec

from greenroom.hub.connections.goto import open_goto
from greenroom.hub.core import clock
from greenroom.hub.events.models import EventSession, SessionAnswers
from greenroom.hub.events.products import get_product
from greenroom.hub.events.products.base import Ability, AnswersData
from greenroom.hub.events.services.attendance import session_data
from greenroom.hub.events.services.team import FRESH
from greenroom.hub.jobs.registry import task


def store_answers(*, session: EventSession, told: AnswersData) -> None:
    """Write down what was asked and answered in a session, in place of what was known. One statement."""
    SessionAnswers.objects.bulk_create(
        [
            SessionAnswers(
                session=session,
                polls=msgspec.to_builtins(told.polls),
                questions=msgspec.to_builtins(told.questions),
                surveys=msgspec.to_builtins(told.surveys),
                digest=told.digest,
                read_at=clock.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["session"],
        update_fields=["polls", "questions", "surveys", "digest", "read_at"],
    )


def keep_answers_fresh(*, session: EventSession) -> bool:
    """Have the answers read in the background when nobody has for an hour; tell whether they are being read."""
    event = session.event
    if Ability.ANSWERS not in get_product(event.product).abilities or not event.connection.is_usable:
        return False
    if SessionAnswers.objects.filter(session=session, read_at__gt=clock.now() - FRESH).exists():
        return False
    read_answers.enqueue(session_id=session.pk, dedupe_key=f"answers:{session.pk}")
    return True


@task(queue="goto", priority=5, max_attempts=5)
def read_answers(session_id: int, is_waited_for: bool = False) -> None:
    """Read what was asked and answered in one session; be quick to give up when somebody waits."""
    session = EventSession.objects.select_related("event__connection").get(pk=session_id)
    event = session.event
    with open_goto(event.connection, is_waited_for=is_waited_for) as goto:
        product = get_product(event.product)
        told = product.list_answers(goto, event.organizer_key, event.event_key, session_data(session))
    store_answers(session=session, told=told)
