"""Fetching people."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from greenroom.hub.users.models import ExternalIdentity, User


def list_users(*, text: str = "") -> QuerySet[User]:
    """Return people by name; `text` is looked for in names and addresses."""
    users = User.objects.order_by("last_name", "first_name", "pk")
    if text:
        users = users.filter(Q(first_name__icontains=text) | Q(last_name__icontains=text) | Q(email__icontains=text))
    return users


def find_user(*, email: str) -> User | None:
    """Return the person with this address, whatever its case."""
    return User.objects.filter(email=email.strip().lower()).first()


def find_known_as(*, issuer: str, subjects: Collection[str]) -> dict[str, User]:
    """Return by their subject the people whom an issuer knows. One query."""
    known = ExternalIdentity.objects.filter(issuer=issuer, subject__in=subjects).select_related("user")
    return {one.subject: one.user for one in known}
