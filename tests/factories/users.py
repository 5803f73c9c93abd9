"""People."""

from typing import Any

from greenroom.hub.users.models import User


def make_user(first_name: str = "Lena", **fields: Any) -> User:
    """Make a person who signs in with `first_name@example.com` and the password `correct horse`."""
    values = {
        "email": f"{first_name.lower()}@example.com",
        "first_name": first_name,
        "last_name": "Example",
        "time_zone": "Europe/Berlin",
        "password": "correct horse",
    }
    return User.objects.create_user(**values | fields)
