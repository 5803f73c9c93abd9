"""
Where the links in a mail lead: whoever has one needs no sign-in.

Programs look at links before people do, so that looking changes nothing anybody would mind: it is a form, or what mail
programs send for a click on "unsubscribe" (RFC 8058), that ends a subscription.
"""

import base64

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from greenroom.hub.contacts.models import Channel, Consent
from greenroom.hub.contacts.selectors import list_standings
from greenroom.hub.mailing.doors import find_message
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.selectors import show_in_browser
from greenroom.hub.mailing.services import answering

# As that of a preview, but its links may be followed.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; frame-ancestors 'none'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation"
)
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


# The signed link is the proof in all of these; a mail program has no cookie of ours.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether somebody wants no more such mails, and keep it when they say so."""
    message = find_message(token)
    if request.method == "POST":
        answering.unsubscribe(message=message)
    return _show(request, "mail_doors/unsubscribe.html", message, token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody choose what they are written to for."""
    message = find_message(token)
    if request.method == "POST" and message.contact:
        if "none" in request.POST:
            answering.leave_alone(contact=message.contact, message=message)
        else:
            chosen = {int(one) for one in request.POST.getlist("purpose") if one.isascii() and one.isdigit()}
            answering.choose_purposes(contact=message.contact, purposes=chosen, message=message)
        message = find_message(token)
    return _show(request, "mail_doors/preferences.html", message, token)


def _show(request: HttpRequest, template: str, message: Message, token: str) -> HttpResponse:
    assert message.contact is not None
    standings = [one for one in list_standings(contact=message.contact) if one.channel == Channel.EMAIL]
    context = {
        "message": message,
        "token": token,
        "is_done": request.method == "POST",
        "standings": standings,
        "granted": Consent.State.GRANTED,
    }
    answer = render(request, template, context)
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@require_safe
@never_cache
def in_browser(request: HttpRequest, token: str) -> HttpResponse:
    """Show a mail as it was sent to one person; search engines must not keep it, as their links stand in it."""
    answer = HttpResponse(show_in_browser(find_message(token)))
    answer["Content-Security-Policy"] = _MAIL_POLICY
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer


@require_safe
@never_cache
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a picture that nobody sees, and note that the mail was opened."""
    message = find_message(token)
    if request.method == "GET":
        answering.note_opening(message=message)
    return HttpResponse(_GIF, content_type="image/gif")


@require_safe
@never_cache
def link(request: HttpRequest, token: str, link: int) -> HttpResponseRedirect:
    """Lead on to where a link of the mail goes."""
    answer = redirect(answering.follow_link(message=find_message(token), link=link))
    answer["Referrer-Policy"] = "no-referrer"
    return answer
