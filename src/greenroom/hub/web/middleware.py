"""What every page goes through."""

import zoneinfo
from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from greenroom.hub.core.errors import HubError
from greenroom.hub.web.errors import answer_error, not_found

Next = Callable[[HttpRequest], HttpResponseBase]

# Everything comes from this server: no inline script or style, no other host.
# The form that connects an account ends at GoTo, which sends the browser on among its own hosts.
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors {ancestors}; form-action 'self' https: {goto}"
)


def content_security_policy(*, ancestors: str = "'none'") -> str:
    """Return the policy of a page; `ancestors` are the sites that may show it inside theirs."""
    return _POLICY.format(goto=settings.GOTO_AUTH_URL, ancestors=ancestors)


class ContentSecurityPolicyMiddleware:
    """Tell the browser to load and run only what this server serves as files."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", content_security_policy())
        return response


class TimeZoneMiddleware:
    """Show times in the zone of the person who looks."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate the person's zone for this request."""
        name = request.user.time_zone if request.user.is_authenticated else "UTC"
        with timezone.override(zoneinfo.ZoneInfo(name)):
            return self.get_response(request)


class ErrorPagesMiddleware:
    """Turn the hub's errors into pages with their status and words; the one place that does."""

    def __init__(self, get_response: Next) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a `HubError`, and what was not found; anything else is Django's."""
        if isinstance(error, Http404):
            return not_found(request)
        return answer_error(request, error) if isinstance(error, HubError) else None
