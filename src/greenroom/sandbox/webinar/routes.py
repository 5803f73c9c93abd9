"""The operations of GoToWebinar, by subject."""

from greenroom.sandbox.operations import Product
from greenroom.sandbox.webinar import (
    answers,
    audio,
    errors,
    presenters,
    recordings,
    registrants,
    sessions,
    webhooks,
    webinars,
)

PRODUCT = Product(
    name="webinar",
    base_path="/G2W/rest/v2",
    licences=("G2W",),
    refuse=errors.refuse,
    operations=(
        *webinars.OPERATIONS,
        *registrants.OPERATIONS,
        *sessions.OPERATIONS,
        *presenters.OPERATIONS,
        *answers.OPERATIONS,
        *audio.OPERATIONS,
        *recordings.OPERATIONS,
        *webhooks.OPERATIONS,
    ),
)
