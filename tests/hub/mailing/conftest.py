"""People to write to, and who carries the mail."""

from collections.abc import Callable, Iterator

import pytest
from tests.hub.mailing.post_office import PostOffice

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.services import make_contact
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services import queue_letter


@pytest.fixture
def post(settings) -> Iterator[PostOffice]:
    """A mail server that the hub sends to."""
    with PostOffice() as office:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", office.port, 5
        yield office


@pytest.fixture
def nils(db) -> Contact:
    """Nils is a contact."""
    return make_contact(source="hand", email="nils@example.com", first_name="Nils", last_name="Nord")


@pytest.fixture
def write(world, db) -> Callable[..., Message]:
    """Put a letter in line."""

    def write_letter(to: str = "nils@example.com", **more: object) -> Message:
        letter = {"subject": "Hello", "text": "Hello there.", "dedupe_key": f"hello:{to}", **more}
        return queue_letter(to=to, **letter)

    return write_letter
