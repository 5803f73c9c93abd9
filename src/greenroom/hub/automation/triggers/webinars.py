"""What may be waited for of webinars, with the members Microsoft's GoToWebinar connector gave them."""

import msgspec

from greenroom.hub.automation.narrowing import TitleFilter
from greenroom.hub.automation.registry import Trigger, register_trigger
from greenroom.hub.automation.shapes.webinars import (
    Webinar,
    WebinarKey,
    WebinarRegistrant,
    WebinarTimes,
    to_webinar,
    to_webinar_registrant,
)
from greenroom.hub.automation.triggers.items import Mirror, of_each, sample_events, sample_registrants
from greenroom.hub.ledger.models import Fact


class WebinarFilter(msgspec.Struct, frozen=True, kw_only=True):
    """One webinar."""

    event: WebinarKey


def _webinar(mirror: Mirror, fact: Fact) -> Webinar | None:
    event = mirror.event(fact)
    return to_webinar(event) if event else None


def _registrant(mirror: Mirror, fact: Fact) -> WebinarRegistrant | None:
    registrant = mirror.registrant(fact)
    return to_webinar_registrant(registrant) if registrant else None


register_trigger(
    Trigger(
        name="webinar.created",
        operation_id="OnNewWebinar",
        summary="When a webinar is created",
        description="This operation triggers when a new webinar is created.",
        kinds=("event_created",),
        data=Webinar,
        filter=TitleFilter,
        build=of_each(_webinar),
        samples=[
            Webinar(
                webinar_key=one["event_key"],
                webinar_id=one["event_number"],
                subject=one["title"],
                description=one["description"],
                times=[WebinarTimes(start_time=one["starts_at"], end_time=one["ends_at"])],
                time_zone=one["time_zone"],
                in_session=False,
                organizer_key=one["organizer_key"],
                registration_url=one["registration_url"],
            )
            for one in sample_events()
        ],
        product="webinar",
        tags=("Webinars",),
    )
)
register_trigger(
    Trigger(
        name="webinar.registrant_added",
        operation_id="OnNewWebinarRegistration",
        summary="When a registrant is added to a webinar",
        description="This operation triggers when a registrant is added to a webinar.",
        kinds=("registered",),
        data=WebinarRegistrant,
        filter=WebinarFilter,
        build=of_each(_registrant),
        samples=[
            WebinarRegistrant(
                email=one["email"],
                first_name=one["first_name"],
                last_name=one["last_name"],
                status=one["status"],
                registration_date=one["registered_at"],
                join_url=one["join_url"],
                confirmation_url=one["join_url"].replace("/join/", "/confirmed/"),
                registrant_key=one["registrant_key"],
            )
            for one in sample_registrants()
        ],
        product="webinar",
        tags=("Webinars",),
    )
)
