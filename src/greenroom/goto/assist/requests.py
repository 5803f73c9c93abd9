"""
What GoToAssist Remote Support is sent.

Source: GoTo's 2019 collection (documented by members' names only); which ones are required is assumed.
"""

from __future__ import annotations

from greenroom.goto._types import Body


class StartScreenSharingSessionRequest(Body, frozen=True, kw_only=True):
    """
    A screen sharing session to start.

    Attributes:
        machine_uuid: of the machine for an unattended session; None for an attended one.
        customer_name, customer_email: who is helped.
        partner_object, partner_object_url: the ticket it belongs to, and where it is.
        session_status_callback_url: GoTo posts the session there when its status changes; unsigned, as far as known.
        session_type: the only one there is here.
    """

    machine_uuid: str | None = None
    customer_name: str | None = None
    customer_email: str | None = None
    partner_object: str | None = None
    partner_object_url: str | None = None
    session_status_callback_url: str | None = None
    session_type: str = "screen_sharing"


class StartWebchatSessionRequest(Body, frozen=True, kw_only=True):
    """
    A web chat to start.

    Attributes: as of `StartScreenSharingSessionRequest`, and
        session_type: GoTo's word for web chats is unconfirmed, so it has no default.
        portal_name: of the chat portal.
        customer_first_name, customer_last_name, customer_email: who is helped.
    """

    session_type: str
    portal_name: str | None = None
    customer_first_name: str | None = None
    customer_last_name: str | None = None
    customer_email: str | None = None
    partner_object: str | None = None
    partner_object_url: str | None = None
    session_status_callback_url: str | None = None


class SupportedCallbacks(Body, frozen=True, kw_only=True):
    """
    What the partner's system can do for GoToAssist.

    Attributes:
        create_object, search_objects, associate_object: yes or no (assumed).
    """

    create_object: bool | None = None
    search_objects: bool | None = None
    associate_object: bool | None = None


class PartnerSystemLinksRequest(Body, frozen=True, kw_only=True):
    """
    A link between GoToAssist and a ticket system.

    Attributes:
        system_name, system_domain: the ticket system.
        user_email, user_token: for whom; the token is the ticket system's, and a secret.
        callback_url: where GoToAssist calls the ticket system.
        supported_callbacks: what it may ask for there.
    """

    system_name: str
    system_domain: str
    user_email: str
    user_token: str
    callback_url: str
    supported_callbacks: SupportedCallbacks | None = None


class CreateTicketRequest(Body, frozen=True, kw_only=True):
    """
    A ticket to make.

    Attributes:
        session_id: of the session it is about.
        user_token: of the ticket system; a secret.
        title, body: texts.
    """

    session_id: str
    user_token: str
    title: str | None = None
    body: str | None = None


class AssociateTicketRequest(Body, frozen=True, kw_only=True):
    """
    A ticket to tie to a running session.

    Attributes:
        session_id: of the session.
        user_token: of the ticket system; a secret.
        partner_object: the ticket.
    """

    session_id: str
    user_token: str
    partner_object: str
