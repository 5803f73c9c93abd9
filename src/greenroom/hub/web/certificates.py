"""Certificates, for whoever has the code: to verify one, to print it, to download it."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from greenroom.hub.core.errors import StateConflictError, UnknownObjectError
from greenroom.hub.courses.certificate_pdf import describe_hours, describe_points, render_certificate
from greenroom.hub.courses.models import Certificate
from greenroom.hub.courses.services import get_certificate


class CodeForm(forms.Form):
    """The code of a certificate, as somebody reads it from one."""

    code = forms.CharField(
        max_length=60,
        help_text="It stands at the foot of the certificate: 16 letters and digits.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@require_safe
@never_cache
def verify(request: HttpRequest) -> HttpResponse:
    """Lead whoever has typed a code to the certificate."""
    form = CodeForm(request.GET or None)
    if form.is_valid():
        try:
            return redirect("certificate", code=get_certificate(form.cleaned_data["code"]).code)
        except UnknownObjectError as error:
            form.add_error("code", str(error))
    return render(request, "certificates/verify.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@never_cache
def certificate_page(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether a certificate is valid, whose it is and what for."""
    certificate = get_certificate(code)
    context = {
        "certificate": certificate,
        "hours": describe_hours(certificate.attended_seconds),
        "points": describe_points(certificate),
        "address": _address_of(certificate),
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
