"""What is wrong with an input, under the names that the caller knows."""

import re
from collections.abc import Mapping

from greenroom.hub.core.errors import InvalidInputError


def renamed(error: InvalidInputError, names: Mapping[str, str]) -> InvalidInputError:
    """
    Return an error whose members are named as the caller named them.

    Args:
        names: the caller's names by the service's; others stay. A date, such as `starts_at_0`, is found where lists of
            dates stand in inputs, unless it is named here.
    """
    return InvalidInputError(
        str(error), {names.get(name) or _place_of_date(name): text for name, text in error.errors.items()}
    )


def _place_of_date(name: str) -> str:
    found = re.fullmatch(r"(starts_at|ends_at)_(\d+)", name)
    return f"/times/{found[2]}/{found[1]}" if found else name
