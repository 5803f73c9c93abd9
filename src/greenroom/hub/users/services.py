"""Adding people."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.models import User
from greenroom.hub.users.selectors import find_user


def add_user(
    *,
    email: str,
    first_name: str,
    last_name: str,
    password: str | None = None,
    time_zone: str = "UTC",
    is_site_admin: bool = False,
    is_marketer: bool = False,
) -> User:
    """
    Add a person. Without a password they choose one by "I forgot my password".

    Raises:
        InvalidInputError: the address is no address or is taken, or the password is too easy.
    """
    person = {"email": email.strip().lower(), "first_name": first_name.strip(), "last_name": last_name.strip()}
    try:
        if find_user(email=email):
            raise ValidationError({"email": "Somebody signs in with this address already."})
        if password is not None:
            validate_password(password, User(**person))
        return User.objects.create_user(
            **person, password=password, time_zone=time_zone, is_site_admin=is_site_admin, is_marketer=is_marketer
        )
    except ValidationError as error:
        raise InvalidInputError("This person could not be added.", _by_field(error)) from error


def _by_field(error: ValidationError) -> dict[str, str]:
    if not hasattr(error, "error_dict"):
        return {"password": " ".join(error.messages)}
    return {field: " ".join(problems) for field, problems in error.message_dict.items()}
