"""Telling people by mail that a hook was switched off: who made it, and the site admins."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from greenroom.hub.automation.models import Hook
from greenroom.hub.jobs.registry import task
from greenroom.hub.users.models import User

_REASONS = {
    "gone": "it answered that it is gone (410)",
    "failing": "nothing was taken there for five days",
}


@task(queue="mail")
def warn_of_hook(hook_id: int) -> None:
    """Tell its maker and the site admins that a hook was switched off; not when it is on again meanwhile."""
    hook = Hook.objects.select_related("created_by").filter(pk=hook_id, state=Hook.State.DISABLED).first()
    if hook is None:
        return
    people = set(User.objects.filter(is_site_admin=True, is_active=True).values_list("email", flat=True))
    if hook.created_by and hook.created_by.is_active:
        people.add(hook.created_by.email)
    get_connection().send_messages([_letter(hook, address) for address in sorted(people)])


def _letter(hook: Hook, address: str) -> EmailMessage:
    # Not the whole address: whoever knows it may call it.
    host = urlsplit(hook.target_url).hostname
    return EmailMessage(
        subject=f"{host} no longer gets news from Greenroom",
        body=(
            f"The subscription of {host} is switched off, because {_REASONS[hook.state_reason]}.\n\n"
            "Nothing is lost: what was not delivered is kept, and what happens from now on can be sent afterwards, "
            "up to 14 days back.\n\n"
            f"Switch it on again here: {settings.PUBLIC_URL}/automate/hooks/{hook.pk}/\n"
        ),
        to=[address],
    )
