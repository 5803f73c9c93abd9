"""What can be done with mails."""

from greenroom.hub.mailing.services.broadcasting import broadcast, cancel_broadcast, queue_email, send_again, send_test
from greenroom.hub.mailing.services.editing import draft_version, put_away, restore_email, save_email
from greenroom.hub.mailing.services.queueing import Attachment, Letter, queue_letter, queue_letters

__all__ = [
    "Attachment",
    "Letter",
    "broadcast",
    "cancel_broadcast",
    "draft_version",
    "put_away",
    "queue_email",
    "queue_letter",
    "queue_letters",
    "restore_email",
    "save_email",
    "send_again",
    "send_test",
]
