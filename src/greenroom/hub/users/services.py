"""Adding people, and taking away what says who they were."""

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from greenroom.hub.core.errors import InvalidInputError, StateConflictError
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


def erase_user(*, user: User) -> None:
    """
    Leave of a person's account only that there was one, so that what they did in courses still adds up.

    Nobody signs in with it any more, and no key of theirs counts.

    Raises:
        StateConflictError: they run this site or write to contacts.
    """
    if user.is_site_admin or user.is_marketer:
        raise StateConflictError("This person's account runs this site. Take their rights away first.")
    with transaction.atomic():
        nobody = f"erased-{user.pk}@erased.invalid"
        EmailAddress.objects.filter(user=user).delete()
        user.identities.all().delete()
        user.api_keys.all().delete()
        user.oauth_grants.all().delete()
        user.email = user.linked_email = nobody
        user.first_name, user.last_name, user.is_active = "Erased", "person", False
        user.set_unusable_password()
        user.save()


def _by_field(error: ValidationError) -> dict[str, str]:
    if not hasattr(error, "error_dict"):
        return {"password": " ".join(error.messages)}
    return {field: " ".join(problems) for field, problems in error.message_dict.items()}
