"""Tying sign-ups to the people who can sign in here."""

from greenroom.hub.events.models import Registrant
from greenroom.hub.users.models import User


def link_sign_ups(*, user: User) -> None:
    """Give a person the sign-ups that were made under their address before they could sign in here. One statement."""
    Registrant.objects.filter(email=user.email, user=None).update(user=user)
