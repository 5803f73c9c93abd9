"""Pages of OAuth: registering programs, and asking a person whether one may act for them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.users.models import OAuthClient
from greenroom.hub.users.oauth import (
    OAuthRefusalError,
    allow,
    check_request,
    find_client,
    get_grant_of,
    list_clients,
    register_client,
    remove_client,
    revoke_grant,
)
from greenroom.hub.web.api_keys import LeaveForm, check_may_give_leave
from greenroom.hub.web.doors import SignedInRequest, add_errors, page_of, signed_in, site_admins_only

# What the platforms tell to enter; Zapier and Power Automate add a part for the app, which is not known before.
KNOWN_REDIRECTS = {
    "Power Automate": "https://global.consent.azure-apim.net/redirect",
    "Zapier": "https://zapier.com/dashboard/auth/oauth/return/",
    "Make": "https://www.integromat.com/oauth/cb/oauth2",
    "n8n": "https://n8n.example.com/rest/oauth2-credential/callback",
}


class ClientForm(forms.Form):
    """A new program."""

    use_required_attribute = False

    name = forms.CharField(max_length=100, help_text="People see it when they are asked.")
    redirect_uris = forms.CharField(
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        label="Redirect addresses",
        help_text="One in each line, letter by letter as the program shows them.",
    )
    has_secret = forms.BooleanField(
        required=False,
        initial=True,
        label="It can keep a secret",
        help_text="Programs on servers can. Without one it must use PKCE.",
    )


@site_admins_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show the programs that may ask people for leave."""
    return render(request, "oauth/clients.html", {"page": page_of(request, list_clients())})


@site_admins_only
@require_http_methods(["GET", "POST"])
@never_cache
def register(request: SignedInRequest) -> HttpResponse:
    """Register a program and show its secret, this once."""
    platform = request.GET.get("platform", "")
    initial = {"name": platform, "redirect_uris": KNOWN_REDIRECTS[platform]} if platform in KNOWN_REDIRECTS else {}
    form = ClientForm(request.POST or None, initial=initial)
    if form.is_valid():
        values = form.cleaned_data | {"redirect_uris": form.cleaned_data["redirect_uris"].split()}
        try:
            client, secret = register_client(**values, actor=request.user)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return render(request, "oauth/registered.html", {"client": client, "secret": secret, "hub": _addresses()})
    context = {"form": form, "platforms": KNOWN_REDIRECTS}
    return render(request, "oauth/register.html", context, status=422 if form.errors else 200)


def _addresses() -> dict[str, str]:
    return {"authorize": f"{settings.PUBLIC_URL}/oauth/authorize", "token": f"{settings.PUBLIC_URL}/oauth/token"}


@site_admins_only
@require_POST
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a program and all that people allowed it."""
    client = get_object_or_404(list_clients(), pk=pk)
    remove_client(client=client)
    messages.success(request, f"{client.name} is removed. What people allowed it has ended.")
    return redirect("oauth_clients")


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def authorize(request: SignedInRequest) -> HttpResponse:
    """Ask whether a program may act for the person who has signed in."""
    check_may_give_leave(request.user)
    asked = request.GET
    client = find_client(asked.get("client_id", ""))
    redirect_uri = asked.get("redirect_uri", "")
    # Until the address is known to be the program's, nothing is sent there.
    if client is None or redirect_uri not in client.redirect_uris:
        raise InvalidInputError(
            "The program that sent you here is not registered, or not with this address. Ask whoever set it up."
        )
    challenge = asked.get("code_challenge", "")
    try:
        check_request(
            client=client,
            response_type=asked.get("response_type", ""),
            code_challenge=challenge,
            code_challenge_method=asked.get("code_challenge_method", "plain"),
        )
    except OAuthRefusalError as error:
        return _back(request, redirect_uri, {"error": error.error, "error_description": str(error)})
    form = LeaveForm(request.POST or None, user=request.user, wanted=asked.get("scope", "").split())
    if not form.may_be_given:
        return _back(request, redirect_uri, {"error": "invalid_scope", "error_description": "You may do none of this."})
    if request.POST.get("answer") == "deny":
        return _back(request, redirect_uri, {"error": "access_denied"})
    if form.is_valid():
        code = allow(
            client=client, user=request.user, redirect_uri=redirect_uri, code_challenge=challenge, **form.leave()
        )
        return _back(request, redirect_uri, {"code": code})
    return _ask(request, client, form, redirect_uri)


def _ask(request: SignedInRequest, client: OAuthClient, form: LeaveForm, redirect_uri: str) -> HttpResponse:
    host = urlsplit(redirect_uri)
    context = {"form": form, "client": client, "host": host.netloc}
    answer = render(request, "oauth/authorize.html", context, status=422 if form.errors else 200)
    # The answer to the form leads to the program.
    answer["Content-Security-Policy"] = (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {host.scheme}://{host.netloc}"
    )
    return answer


def _back(request: SignedInRequest, redirect_uri: str, told: Mapping[str, str]) -> HttpResponse:
    """Lead back to the program with what it is told, its state, and who tells it (RFC 9207)."""
    query: dict[str, Any] = {**told, "iss": settings.PUBLIC_URL}
    if state := request.GET.get("state"):
        query["state"] = state
    answer = HttpResponse(status=302)
    answer["Location"] = f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(query)}"
    return answer


@signed_in
@require_POST
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """End what a program was allowed."""
    grant = get_grant_of(request.user, pk)
    revoke_grant(grant)
    messages.success(request, f"{grant.client.name} is refused from now on.")
    return redirect("api_keys")
