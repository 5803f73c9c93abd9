"""What GoTo tells of events that took place, as rows."""

from datetime import datetime, timedelta

from tests.factories.users import make_user

from greenroom.hub.events.models import Attendee, Event, EventSession, Registrant
from greenroom.hub.users.models import User


def hold(
    event: Event, start: datetime, attended: dict[User, int], *, seconds: int = 3600, is_final: bool = True
) -> None:
    """Write a session with so many seconds of each person, who are registered if they were not."""
    session = EventSession.objects.create(
        event=event,
        session_key=f"s{start:%d%H%M}",
        started_at=start,
        ended_at=start + timedelta(seconds=seconds),
        is_final=is_final,
    )
    Attendee.objects.bulk_create(
        Attendee(
            session=session,
            attendee_key=f"r{user.pk}",
            email=user.email,
            registrant=sign_up(event, user),
            attended_seconds=there,
            reported_seconds=there,
        )
        for user, there in attended.items()
    )


def sign_up(event: Event, user: User, status: str = "APPROVED") -> Registrant:
    """Register a person, or return their sign-up."""
    return Registrant.objects.get_or_create(
        event=event, registrant_key=f"r{user.pk}", defaults={"email": user.email, "user": user, "status": status}
    )[0]


def correct(event: Event, user: User, seconds: int) -> None:
    """Let GoTo tell another attendance of a person."""
    Attendee.objects.filter(session__event=event, email=user.email).update(attended_seconds=seconds)


def make_people(count: int) -> list[User]:
    """Make so many people."""
    return [make_user(f"Person{number}") for number in range(count)]
