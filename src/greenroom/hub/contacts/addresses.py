"""E-mail addresses, in the one spelling by which people are told apart."""

from hashlib import sha256

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

LONGEST = 254


def normalize(text: str) -> str:
    """
    Return an address as it is kept: without surrounding space, in lower case, its domain in Unicode as it was typed.

    Case matters to no mail server in use, and people type both. Nothing else is folded: dots and tags are somebody
    else's mailbox with some providers.
    """
    return text.replace("\0", "").strip().lower()


def is_address(text: str) -> bool:
    """Tell whether mail could be sent to this, as far as its form shows."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST


def alias_key(email: str) -> str:
    """
    Return what addresses have in common that are probably of one mailbox: without what follows a plus sign.

    Of Gmail's addresses also without dots, which mean nothing there. Good for a hint to a person, not for deciding.
    """
    local, _, domain = email.partition("@")
    local = local.partition("+")[0] or local
    if domain in ("gmail.com", "googlemail.com"):
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def digest(email: str) -> str:
    """Return that by which the address of somebody who was erased is known again."""
    return sha256(email.encode()).hexdigest()
