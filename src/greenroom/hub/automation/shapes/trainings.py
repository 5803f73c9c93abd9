"""Trainings and their registrants with the names Microsoft's GoToTraining connector gave them."""

from datetime import datetime
from typing import Annotated

import msgspec

from greenroom.hub.automation.fields import told
from greenroom.hub.automation.shapes.choices import Id, Label, label_of
from greenroom.hub.events.models import Event, Registrant
from greenroom.hub.events.services.joining import links_of

TRAININGS = "ListTrainings"

TrainingId = Annotated[
    str,
    told(
        "Training Id",
        "The training: chosen from the list, or its key or nine-digit id.",
        choices=TRAININGS,
        examples=["5312497713849125120"],
        max_length=64,
    ),
]


class Times(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One date of a training."""

    start_date: Annotated[datetime, told("Start date-time", "When it starts, in UTC.")]
    end_date: Annotated[datetime, told("End date-time", "When it ends, in UTC.")]


class Organizer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who holds a training."""

    given_name: Annotated[str, told("First Name", "The organizer's first name.")]
    surname: Annotated[str, told("Last Name", "The organizer's last name.")]
    email: Annotated[str, told("Email", "The organizer's address.")]
    organizer_key: Annotated[str, told("Organizer key", "What GoTo calls the organizer.")]


class Training(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A training."""

    training_id: Annotated[str, told("Training Id", "The nine digits people type.")]
    name: Annotated[str, told("Title", "The training's title.")]
    description: Annotated[str, told("Description", "What it is about.")]
    time_zone: Annotated[str, told("Time Zone", "The organizer's time zone.")]
    times: Annotated[list[Times], told("Times", "Its dates.")]
    organizers: Annotated[list[Organizer], told("Organizers", "Who holds it.")]
    training_key: Annotated[str, told("Training Key", "What GoTo calls the training.")]


class ListedTraining(Training, frozen=True, kw_only=True, rename="camel"):
    """A training to choose."""

    id: Id
    label: Label


class TrainingRegistrant(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Somebody signed up for a training."""

    email: Annotated[str, told("Email", "The registrant's address.")]
    given_name: Annotated[str, told("First name", "The registrant's first name.")]
    surname: Annotated[str, told("Last name", "The registrant's last name.")]
    status: Annotated[str, told("Status", "APPROVED, WAITING or DENIED.")]
    registration_date: Annotated[datetime | None, told("Registration date-time", "When they signed up, in UTC.")]
    join_url: Annotated[str, told("Join Url", "The link with which this person, and nobody else, joins.")]
    confirmation_url: Annotated[str, told("Confirmation Url", "The page that confirms the sign-up.")]
    registrant_key: Annotated[str, told("Registrant Key", "What GoTo calls the registrant.")]


def to_listed_training(event: Event) -> ListedTraining:
    """Tell of a training to choose. As `to_training`."""
    told_of = msgspec.structs.asdict(to_training(event))
    return ListedTraining(**told_of, id=event.event_key, label=label_of(event))


def to_training_registrant(registrant: Registrant) -> TrainingRegistrant:
    """Tell of a registrant of a training. No query."""
    links = links_of(registrant)
    return TrainingRegistrant(
        email=registrant.email,
        given_name=registrant.first_name,
        surname=registrant.last_name,
        status=registrant.status,
        registration_date=registrant.registered_at,
        join_url=links.join,
        confirmation_url=links.confirmation,
        registrant_key=registrant.registrant_key,
    )


def to_training(event: Event) -> Training:
    """Tell of an event of the mirror as a training. Two queries."""
    return Training(
        training_id=event.event_number,
        name=event.title,
        description=event.description,
        time_zone=event.time_zone,
        times=[Times(start_date=time.starts_at, end_date=time.ends_at) for time in event.times.all()],
        organizers=_organizers(event),
        training_key=event.event_key,
    )


def _organizers(event: Event) -> list[Organizer]:
    connection = event.connection
    given_name, _, surname = connection.organizer_name.partition(" ")
    return [
        Organizer(
            given_name=given_name,
            surname=surname,
            email=connection.organizer_email,
            organizer_key=event.organizer_key,
        )
    ]
