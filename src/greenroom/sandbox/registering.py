"""Signing a person up for an event, and deciding about them, whichever product the event is of."""

from datetime import datetime
from typing import Any

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Meeting, Registrant, Training, Webinar
from greenroom.sandbox.training import store as training_store
from greenroom.sandbox.webinar import store as webinar_store
from greenroom.sandbox.webinar.fields import InvalidFieldError


class RegistrationError(Exception):
    """A registration that cannot be; the message is for people. `is_invalid` tells a bad request from a conflict."""

    def __init__(self, message: str, *, is_invalid: bool = False) -> None:
        super().__init__(message)
        self.is_invalid = is_invalid


def name_of(email: str) -> tuple[str, str]:
    """Make a first and last name of an address, for people nobody named."""
    first_name, _, last_name = email.partition("@")[0].replace(".", " ").title().partition(" ")
    return first_name, last_name or "Guest"


def register_person(
    core: Core, event: Webinar | Training, person: dict[str, Any], *, at: datetime | None = None
) -> Registrant:
    """
    Sign a person up.

    Args:
        person: `email`, perhaps `first_name` and `last_name`, and for webinars fields by GoTo's names.

    Raises:
        RegistrationError: it cannot be.
    """
    email = str(person["email"])
    first_name, last_name = name_of(email)
    first_name = str(person.get("first_name") or first_name)
    last_name = str(person.get("last_name") or last_name)
    try:
        if isinstance(event, Training):
            return training_store.register(core, event, first_name=first_name, last_name=last_name, email=email, at=at)
        answers = {key: value for key, value in person.items() if key not in ("first_name", "last_name")}
        answers |= {"firstName": first_name, "lastName": last_name}
        return webinar_store.register(core, event, answers, at=at)
    except InvalidFieldError as error:
        raise RegistrationError(str(error), is_invalid=True) from None
    except (webinar_store.DuplicateRegistrantError, training_store.DuplicateRegistrantError) as error:
        raise RegistrationError(f"{email} is registered already.") from error
    except (webinar_store.WebinarFullError, training_store.TrainingFullError) as error:
        raise RegistrationError("The registration limit has been reached.") from error
    except (webinar_store.RegistrationClosedError, training_store.TrainingOverError) as error:
        raise RegistrationError("The event is over.") from error


def decide_on(core: Core, event: Webinar | Training | Meeting, registrant: Registrant, status: str) -> None:
    """Approve or deny a registrant."""
    if isinstance(event, Webinar):
        webinar_store.decide(core, event, registrant, status)
    else:
        training_store.decide(core, registrant, status)
