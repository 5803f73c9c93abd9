"""What can be done with trainings and their registrants."""

from datetime import datetime, timedelta
from typing import cast

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Approval, Registrant, RegistrantStatus, TimeRange, Training, User
from greenroom.sandbox.rooms import is_over
from greenroom.sandbox.times import whole_seconds

MAX_LENGTH = timedelta(hours=24)


class TooLongError(Exception):
    """A training lasts longer than a day."""


class OverlapError(Exception):
    """The organizer has another training at that time."""


class DuplicateRegistrantError(Exception):
    def __init__(self, registrant: Registrant) -> None:
        super().__init__("the e-mail address is registered already")
        self.registrant = registrant


class TrainingFullError(Exception):
    """The registration limit is reached."""


class TrainingOverError(Exception):
    """The training is over."""


def check_times(core: Core, organizer: User, times: list[TimeRange], *, besides: str | None = None) -> None:
    """
    Check new times.

    Args:
        besides: the key of the training that is being moved.

    Raises:
        TooLongError: one range is longer than 24 hours.
        OverlapError: a range overlaps another training of the organizer, or another range.
    """
    if any(r.ends_at - r.starts_at > MAX_LENGTH for r in times):
        raise TooLongError
    others = [
        r
        for training in core.state.trainings
        if training.organizer_key == organizer.key and training.key != besides
        for r in training.times
    ]
    for position, r in enumerate(times):
        if any(r.starts_at < o.ends_at and o.starts_at < r.ends_at for o in others + times[:position]):
            raise OverlapError


def schedule(
    core: Core,
    organizer: User,
    *,
    name: str,
    times: list[TimeRange],
    time_zone: str,
    description: str = "",
    organizer_keys: list[str] | None = None,
    is_web_registration_disabled: bool = False,
    is_confirmation_email_disabled: bool = False,
    approval: Approval = "AUTOMATIC",
    registration_limit: int = 0,
) -> Training:
    """Create a training whose times were checked."""
    training = Training(
        key=core.state.new_key(),
        number=str(core.state.new_number()),
        account_key=organizer.account_key,
        organizer_key=organizer.key,
        name=name,
        description=description,
        times=times,
        time_zone=time_zone,
        created_at=whole_seconds(core.clock.now()),
        organizer_keys=with_owner(organizer.key, organizer_keys or []),
        approval=approval,
        registration_limit=registration_limit,
        is_web_registration_disabled=is_web_registration_disabled,
        is_confirmation_email_disabled=is_confirmation_email_disabled,
    )
    core.state.trainings.put(training.key, training)
    return training


def with_owner(owner_key: str, keys: list[str]) -> list[str]:
    """Put the scheduling organizer first: it cannot be unassigned (documented)."""
    return list(dict.fromkeys([owner_key, *keys]))


def cancel(core: Core, training: Training) -> None:
    """Delete a training and its registrations; its sessions stay (documented)."""
    core.state.remove_registrants_of(training.key)
    core.state.trainings.remove(training.key)


def register(
    core: Core, training: Training, *, first_name: str, last_name: str, email: str, at: datetime | None = None
) -> Registrant:
    """
    Sign a person up.

    Raises:
        TrainingOverError: all dates have passed.
        DuplicateRegistrantError: the address is registered already.
        TrainingFullError: no place is left.
    """
    if at is None and is_over(core, training):
        raise TrainingOverError
    existing = core.state.registrant_by_email(training.key, email)
    if existing is not None:
        raise DuplicateRegistrantError(existing)
    if training.registration_limit:
        taken = sum(r.status != "DENIED" for r in core.state.registrants_of(training.key))
        if taken >= training.registration_limit:
            raise TrainingFullError
    registrant = Registrant(
        key=core.state.new_key(),
        event_key=training.key,
        number=core.state.new_number(),
        first_name=first_name,
        last_name=last_name,
        email=email,
        status="WAITING" if training.approval == "MANUAL" else "APPROVED",
        registered_at=whole_seconds(at or core.clock.now()),
    )
    core.state.add_registrant(registrant)
    return registrant


def decide(core: Core, registrant: Registrant, status: str) -> None:
    """Approve or deny a registrant."""
    registrant.status = cast(RegistrantStatus, status)
    core.state.change_registrant(registrant)
