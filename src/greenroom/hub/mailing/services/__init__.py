"""What can be done with mails."""

from greenroom.hub.mailing.services.queueing import Attachment, Letter, queue_letter, queue_letters

__all__ = ["Attachment", "Letter", "queue_letter", "queue_letters"]
