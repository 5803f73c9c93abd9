"""How allauth signs people in here."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: people are added by a site admin or a command."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return false."""
        return False
