"""Mails in processes of their own: put in line, and sent to the last. Each act prints one line of JSON."""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db.models import Count  # noqa: E402
from tests.factories.campaigns import make_contacts, make_segment  # noqa: E402
from tests.factories.users import make_user  # noqa: E402

from greenroom.hub.ledger.models import Fact  # noqa: E402
from greenroom.hub.mailing.models import Message  # noqa: E402
from greenroom.hub.mailing.services import broadcast, save_email  # noqa: E402
from greenroom.hub.mailing.tasks import send_messages  # noqa: E402


def begin(contacts: int) -> None:
    """Send an e-mail to so many people."""
    call_command("migrate", verbosity=0)
    mara = make_user("Mara")
    email = save_email(name="Hello", subject="Hello", body="Good day, {first_name|you}.", actor=mara)
    broadcast(email=email, segment=make_segment("Everybody", make_contacts(contacts)), actor=mara)


def finish() -> dict[str, object]:
    """Send what is left, and return what became of all mails."""
    send_messages.call()
    return {
        "states": dict(Message.objects.order_by().values_list("state").annotate(count=Count("pk"))),
        "unsure": list(Message.objects.filter(state="unsure").values_list("to", flat=True)),
        "facts": Fact.objects.filter(kind="mail_sent").count(),
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*map(int, sys.argv[2:]))))  # noqa: T201
