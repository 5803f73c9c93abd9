"""Certificates, for whoever has the code: to verify one, to print it, to download it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.courses.certificate_pdf import describe_hours, describe_points, render_certificate
from greenroom.hub.courses.models import Certificate
from greenroom.hub.courses.services import get_certificate


@require_safe
@never_cache
def certificate_page(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a certificate is valid, whose it is and what for."""
    certificate = get_certificate(code)
    context = {
        "certificate": certificate,
        "hours": describe_hours(certificate.attended_seconds),
        "points": describe_points(certificate),
    }
    return _kept_private(render(request, "certificates/certificate.html", context))


@require_safe
@never_cache
def download(request: HttpRequest, code: str) -> HttpResponse:
    """Send a certificate as PDF, as long as it is valid."""
    certificate = get_certificate(code)
    if certificate.revoked_at:
        raise StateConflictError("This certificate was revoked, so it cannot be downloaded.")
    answer = HttpResponse(
        render_certificate(certificate, address=_address_of(certificate)), content_type="application/pdf"
    )
    name = slugify(f"{certificate.course_title}-{certificate.person_name}")[:100] or "certificate"
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return _kept_private(answer)


def _address_of(certificate: Certificate) -> str:
    return settings.PUBLIC_URL + reverse("certificate", args=[certificate.code])


def _kept_private(answer: HttpResponse) -> HttpResponse:
    """Keep a page that names somebody out of search engines, and its address from other sites."""
    answer["X-Robots-Tag"] = "noindex"
    answer["Referrer-Policy"] = "no-referrer"
    return answer
