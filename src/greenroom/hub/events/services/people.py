"""Tying sign-ups to the people who can sign in here."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import F

from greenroom.hub.core import clock
from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.ledger.services import append_select
from greenroom.hub.users.models import User

# People at a time: one who signed up for hundreds of events must not make a long transaction with many others.
_BATCH = 500


def link_sign_ups(*, user: User) -> None:
    """Give a person the sign-ups that were made under their address before they could sign in here."""
    _link([(user.pk, user.email)])


@schedule(every=timedelta(minutes=1))
@task(queue="default")
def link_new_people() -> None:
    """
    Do the same for everybody who is new here or has another address since, whatever door they came by.

    One query when there is nobody; a constant number of statements for each 500.
    """
    new = User.objects.exclude(linked_email=F("email")).order_by("pk")
    while people := list(new.values_list("pk", "email")[:_BATCH]):
        _link(people)


def _link(people: Sequence[tuple[int, str]]) -> None:
    """Link sign-ups that are nobody's yet, and tell of each; who changes their address once more is linked again."""
    now = clock.now()
    emails = [email for _, email in people]
    marks = ", ".join(["%s"] * len(emails))
    with transaction.atomic():
        append_select(
            ("kind", "happened_at", "dedupe_key", "connection_id", "event_id", "registrant_id", "user_id", "email"),
            f"""
            SELECT 'linked', %s, 'linked:' || events_registrant.id || ':' || users_user.id, connection_id,
                   event_id, events_registrant.id, users_user.id, events_registrant.email
            FROM events_registrant
            JOIN users_user ON users_user.email = events_registrant.email
            JOIN events_event ON events_event.id = event_id
            WHERE user_id IS NULL AND events_registrant.email IN ({marks})
            ORDER BY events_registrant.id
            """,  # noqa: S608  only marks for the values
            [now, *emails],
        )
        with database.cursor() as cursor:
            cursor.execute(
                f"""
                UPDATE events_registrant SET user_id =
                    (SELECT id FROM users_user WHERE users_user.email = events_registrant.email)
                WHERE user_id IS NULL AND email IN ({marks})
                  AND email IN (SELECT email FROM users_user)
                """,  # noqa: S608  only marks for the values
                emails,
            )
        User.objects.filter(pk__in=[pk for pk, _ in people], email__in=emails).update(linked_email=F("email"))
