"""Adding people."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.models import User


def add_user(
    *,
    email: str,
    first_name: str,
    last_name: str,
    password: str | None = None,
    time_zone: str = "UTC",
    is_site_admin: bool = False,
) -> User:
    """
    Add a person. Without a password they choose one by "I forgot my password".

    Raises:
        InvalidInputError: the address is no address or is taken, or the password is too easy.
    """
    try:
        if password is not None:
            validate_password(password)
        return User.objects.create_user(
            email=email,
            password=password,
            first_name=first_name.strip(),
            last_name=last_name.strip(),
            time_zone=time_zone,
            is_site_admin=is_site_admin,
        )
    except ValidationError as error:
        raise InvalidInputError("This person could not be added.", _by_field(error)) from error


def _by_field(error: ValidationError) -> dict[str, str]:
    if not hasattr(error, "error_dict"):
        return {"password": " ".join(error.messages)}
    return {field: " ".join(problems) for field, problems in error.message_dict.items()}
