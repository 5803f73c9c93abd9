"""What GoTo lets us do with an account: the scopes we ask for, and what fails without each."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One of GoTo's scopes. They are coarse: one guards all of webinars, trainings and meetings."""

    name: str
    without_it: str


# Source: GoTo's guides on scopes (documented); that no other scope is needed for these calls is assumed.
NEEDED = (
    Scope("identity:scim.me", "GoTo may not tell whose account this is, nor its time zone."),
    Scope("collab:", "Webinars, trainings and meetings cannot be read, and nobody can be signed up for them."),
)


def list_missing_scopes(granted: str) -> list[Scope]:
    """
    Return the scopes we need and were not granted.

    Args:
        granted: GoTo's list, blank-separated. Empty when GoTo did not say; then nothing counts as missing.
    """
    given = set(granted.split())
    return [scope for scope in NEEDED if given and scope.name not in given]
