"""What programs ask of the OAuth provider; the page on which people are asked is `web.oauth`."""

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_plus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from greenroom.hub.automation.callers import Verb
from greenroom.hub.users.models import OAuthClient
from greenroom.hub.users.oauth import (
    OAuthRefusalError,
    Tokens,
    authenticate_client,
    exchange_code,
    renew_tokens,
    revoke_token,
)


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """Tell programs where to ask for what (RFC 8414)."""
    issuer = settings.PUBLIC_URL
    methods = ["client_secret_basic", "client_secret_post", "none"]
    return JsonResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "scopes_supported": list(Verb),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": methods,
            "revocation_endpoint_auth_methods_supported": methods,
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "service_documentation": f"{issuer}/api/docs",
        }
    )


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Change a code or a refresh token for tokens."""
    return _answered(request, lambda client: JsonResponse(_shown(_give_tokens(request, client))))


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """End a token (RFC 7009); one that is unknown is as good as ended."""

    def end(client: OAuthClient) -> HttpResponse:
        revoke_token(client=client, text=request.POST.get("token", ""))
        return HttpResponse()

    return _answered(request, end)


def _give_tokens(request: HttpRequest, client: OAuthClient) -> Tokens:
    given = request.POST
    match given.get("grant_type"):
        case "authorization_code":
            return exchange_code(
                client=client,
                code=given.get("code", ""),
                redirect_uri=given.get("redirect_uri", ""),
                code_verifier=given.get("code_verifier", ""),
            )
        case "refresh_token":
            return renew_tokens(client=client, refresh_token=given.get("refresh_token", ""))
    raise OAuthRefusalError("unsupported_grant_type", "Send grant_type=authorization_code or refresh_token.")


def _shown(tokens: Tokens) -> dict[str, Any]:
    return {
        "access_token": tokens.access_token,
        "token_type": "Bearer",
        "expires_in": tokens.expires_in,
        "refresh_token": tokens.refresh_token,
        "scope": " ".join(tokens.verbs),
    }


def _answered(request: HttpRequest, act: Callable[[OAuthClient], HttpResponse]) -> HttpResponse:
    try:
        answer = act(authenticate_client(*_shown_secret(request)))
    except OAuthRefusalError as error:
        answer = JsonResponse({"error": error.error, "error_description": str(error)}, status=error.status)
        if error.status == 401:
            answer["WWW-Authenticate"] = 'Basic realm="greenroom"'
    answer["Cache-Control"] = "no-store"
    return answer


def _shown_secret(request: HttpRequest) -> tuple[str, str]:
    """Return client id and secret from the header or, without one, from the form."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise OAuthRefusalError("invalid_client", "The Authorization header cannot be read.", 401) from None
    return unquote_plus(client_id), unquote_plus(secret)


urlpatterns = [
    path(".well-known/oauth-authorization-server", metadata, name="oauth_metadata"),
    path("oauth/token", token, name="oauth_token"),
    path("oauth/revoke", revoke, name="oauth_revoke"),
]
