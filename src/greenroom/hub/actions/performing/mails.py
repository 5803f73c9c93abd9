"""Writing to contacts."""

from collections.abc import Sequence

from django import forms

from greenroom.hub.actions.fields import ActionForm
from greenroom.hub.actions.registry import Outcomes, Settings, Subject, action, group_by_cause
from greenroom.hub.contacts.models import Contact
from greenroom.hub.core.errors import InvalidInputError, UnknownObjectError
from greenroom.hub.mailing.checking import check_version
from greenroom.hub.mailing.models import Email, EmailVersion
from greenroom.hub.mailing.services import queue_email


class EmailForm(ActionForm):
    """Which e-mail."""

    email = forms.ModelChoiceField(
        Email.objects.exclude(version=None),
        label="E-mail",
        empty_label="Choose an e-mail",
        help_text="Its merge tags put in each person's own link, such as {webinar_button} to join.",
    )


def find_obstacle(settings: Settings) -> str:
    """Say which merge tag stands for nothing, whoever is addressed."""
    try:
        check_version(_get_version(settings))
    except InvalidInputError as error:
        return error.errors.get("tags", str(error))
    return ""


@action(
    "send_email", name="Send an e-mail", words="send the e-mail {email}", form=EmailForm, find_obstacle=find_obstacle
)
def send_email(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """
    Put an e-mail in line, as it is now, for those who may be sent it; others are passed over.

    Whoever has no link that it needs is held back when it is sent. Two statements for each cause.
    """
    version = _get_version(settings)
    for cause, contacts in group_by_cause(subjects).items():
        chosen = Contact.objects.filter(pk__in=contacts)
        queue_email(version=version, contacts=chosen, key=f"{cause}:{version.email_id}", cause=cause)
    return Outcomes()


def _get_version(settings: Settings) -> EmailVersion:
    email = Email.objects.select_related("version").filter(pk=settings["email"]).first()
    if email is None or email.version is None:
        raise UnknownObjectError("The e-mail is no longer here.")
    return email.version
