"""Invitations to a course: made and revoked by who teaches it, followed by who wants to take part."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.core import clock
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.courses.access import Verb, get_course_for
from greenroom.hub.courses.services import accept_invitation, get_invitation, make_invitation, revoke_invitation
from greenroom.hub.web.doors import NOTHING, SignedInRequest, signed_in


class InvitationForm(forms.Form):
    """For how long, and for how many."""

    days = forms.IntegerField(label="Good for days", min_value=1, max_value=365, initial=14)
    most_uses = forms.IntegerField(label="For how many people", min_value=1, max_value=10_000, initial=30)


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def list_page(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show the invitations to a course, and make one."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    form = InvitationForm(request.POST or None)
    context = {"course": course, "form": form, "address": ""}
    if form.is_valid():
        token = make_invitation(course=course, **form.cleaned_data, actor=request.user)
        context["address"] = settings.PUBLIC_URL + reverse("accept_invitation", args=[token])
    open_ones = course.invitations.filter(revoked_at=None, expires_at__gt=clock.now()).select_related("made_by")
    context["invitations"] = open_ones
    return render(request, "courses/invitations.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def revoke(request: SignedInRequest, slug: str, invitation_id: int) -> HttpResponse:
    """Let an invitation lead nowhere from now on."""
    course = get_course_for(request.user, slug, Verb.PEOPLE)
    invitation = course.invitations.filter(pk=invitation_id).first()
    if invitation is None:
        raise UnknownObjectError(NOTHING)
    revoke_invitation(invitation=invitation)
    messages.success(request, "The invitation is revoked. Whoever came by it stays in the course.")
    return redirect("course_invitations", slug=slug)


@signed_in
@require_http_methods(["GET", "POST"])
@never_cache
def accept(request: SignedInRequest, token: str) -> HttpResponse:
    """Show somebody what they are invited to, and take them in when they say so."""
    if request.method == "POST":
        course = accept_invitation(token=token, user=request.user)
        messages.success(request, f"You take part in {course}.")
        return redirect("course", slug=course.slug) if course.is_shown(clock.now()) else redirect("courses")
    return render(request, "courses/accept_invitation.html", {"course": get_invitation(token).course})
