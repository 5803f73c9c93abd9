"""Making letters of the messages that are about to be sent, and holding back those that must not be."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import may_be_mailed
from greenroom.hub.mailing.composing import compose
from greenroom.hub.mailing.doors import addresses_of, headers_of
from greenroom.hub.mailing.models import EmailVersion, Message
from greenroom.hub.mailing.rendering import Rendered, Values, compile_version
from greenroom.hub.mailing.resolving import Resolved, resolve


class Preparation:
    """
    All that is looked up for a batch: a few queries for each e-mail and purpose in it, none for each message.

    Attributes:
        held: why messages must not be sent, by their ids, as codes of `words.explain`.
    """

    def __init__(self, messages: Sequence[Message]) -> None:
        """Look up what the messages need."""
        self.held = dict(_find_unwanted(messages))
        waiting = [one for one in messages if one.pk not in self.held and one.version_id]
        versions = EmailVersion.objects.select_related("purpose")
        self._versions = versions.in_bulk({one.version_id for one in waiting})
        self._resolved: dict[tuple[int | None, str], Resolved] = {}
        contacts = Contact.objects.in_bulk({one.contact_id for one in waiting})
        for key, alike in _group(waiting).items():
            version = self._versions[key[0]]
            people = [contacts[one.contact_id] for one in alike if one.contact_id]
            tags = compile_version(version).tags
            found = resolve(tags, people, about=key[1], allows_host_links=version.allows_host_links)
            self._resolved[key] = found
            missing = found.missing
            self.held |= {one.pk: missing[one.contact_id or 0] for one in alike if one.contact_id in missing}

    def letter(self, message: Message) -> EmailMultiAlternatives:
        """Make the letter of one message that is not held back."""
        if message.purpose_id and message.contact_id:
            message.headers = {**message.headers, **headers_of(message)}
        if message.version_id is None:
            return compose(message)
        version = self._versions[message.version_id]
        values = self._resolved[version.pk, message.about].values[message.contact_id or 0]
        rendered = render_message(message, version, values)
        message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
        sender = (version.sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]) if version.sender_name else None
        return compose(message, sender=sender, reply_to=version.reply_to)


def _group(messages: Iterable[Message]) -> dict[tuple[int, str], list[Message]]:
    """Return messages by their version and the event they are about."""
    grouped: dict[tuple[int, str], list[Message]] = defaultdict(list)
    for one in messages:
        grouped[one.version_id or 0, one.about].append(one)
    return grouped


def render_message(message: Message, version: EmailVersion, values: Values) -> Rendered:
    """Render a version for one message, with the links that lead back to us."""
    compiled = compile_version(version)
    return compiled.render({**values, **addresses_of(message, links=len(compiled.links))})


def _find_unwanted(messages: Iterable[Message]) -> Iterable[tuple[int, str]]:
    """Find messages to people who did not agree to them, or do not by now. One query for each purpose."""
    by_purpose: dict[int | None, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for one in messages:
        if one.contact_id:
            by_purpose[one.purpose_id][one.contact_id].append(one.pk)
        elif one.purpose_id:
            yield one.pk, "no_consent"
    for purpose_id, contacts in by_purpose.items():
        wanted = Contact.objects.filter(may_be_mailed(purpose_id), pk__in=contacts).values_list("pk", flat=True)
        for contact_id in contacts.keys() - set(wanted):
            yield from ((pk, "no_consent") for pk in contacts[contact_id])
