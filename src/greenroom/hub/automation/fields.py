"""How a member of an input or output is told to people and platforms."""

from collections.abc import Sequence
from typing import Any

import msgspec

# Read by `platforms`: names the operation that lists what can be chosen, as Power Automate, Zapier and n8n need it.
CHOICES = "x-greenroom-choices"


def told(
    title: str, description: str, *, choices: str = "", examples: Sequence[Any] = (), **limits: Any
) -> msgspec.Meta:
    """
    Describe a member; to be used in `Annotated`.

    Args:
        title: a few words in title case; the label platforms show.
        description: one sentence.
        choices: operation id of the search that lists the values one can choose from.
        limits: of msgspec's `Meta`, such as `max_length`.
    """
    extra = {CHOICES: choices} if choices else None
    return msgspec.Meta(
        title=title, description=description, examples=list(examples) or None, extra_json_schema=extra, **limits
    )
