"""The hub's addresses, and a view as a Django project without an API would have it."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from greenroom.hub.events.models import Event
from greenroom.hub.urls import urlpatterns as _hubs


def bare(request: HttpRequest, key: str) -> JsonResponse:
    """Answer with the registrants of a training: no key, no limit, no links of our own."""
    event = Event.objects.select_related("connection").get(product="training", event_key=key)
    rows = event.registrants.order_by("pk")[:100]
    return JsonResponse(
        [
            {
                "email": one.email,
                "givenName": one.first_name,
                "surname": one.last_name,
                "status": one.status,
                "registrationDate": one.registered_at,
                "joinUrl": one.join_url,
                "confirmationUrl": one.join_url,
                "registrantKey": one.registrant_key,
            }
            for one in rows
        ],
        safe=False,
    )


urlpatterns = [path("bare/<str:key>", bare), *_hubs]
