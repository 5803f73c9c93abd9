"""Making campaigns and drawing their steps: each act is a form of its own, so that it works without a script."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from greenroom.hub.actions.fields import EventField, offer_events_of
from greenroom.hub.campaigns.accounts import find_conditions_out_of_reach, find_goal_out_of_reach
from greenroom.hub.campaigns.models import Campaign, CampaignStep, CampaignVersion
from greenroom.hub.campaigns.obstacles import find_obstacles_of
from greenroom.hub.campaigns.plan import Plan, walk
from greenroom.hub.campaigns.ready_made import make_webinar_campaign
from greenroom.hub.campaigns.services.editing import (
    NAME_LENGTH,
    add_step,
    change_campaign,
    change_goal,
    change_step,
    discard_draft,
    make_campaign,
    move_step,
    open_draft,
    remove_step,
)
from greenroom.hub.campaigns.services.running import publish
from greenroom.hub.campaigns.words import StepWords, describe_branch
from greenroom.hub.connections.models import Connection, ConnectionUse
from greenroom.hub.connections.selectors import list_usable_connections
from greenroom.hub.contacts.models import Purpose
from greenroom.hub.core.errors import InvalidInputError, StateConflictError
from greenroom.hub.events.products import Ability
from greenroom.hub.segments.models import Segment
from greenroom.hub.web.campaign_step_form import StepType, find_type, list_goal_types, list_types_by_kind, type_of
from greenroom.hub.web.campaign_steps import list_rows
from greenroom.hub.web.doors import SignedInRequest, add_errors, marketers_only, number_of, text_of

Kind = CampaignStep.Kind


class CampaignForm(forms.Form):
    """The name of a campaign, and who enters it."""

    use_required_attribute = False

    name = forms.CharField(max_length=NAME_LENGTH)
    segments = forms.ModelMultipleChoiceField(
        Segment.objects.all(),
        required=False,
        label="Who enters",
        help_text="Whoever is in one of these segments, now or later. Forms can start a campaign too.",
        widget=forms.CheckboxSelectMultiple,
    )
    may_repeat = forms.BooleanField(
        required=False, label="Who has been through may be started again", help_text="By a form or another campaign."
    )


@marketers_only
@require_http_methods(["GET", "POST"])
def create(request: SignedInRequest) -> HttpResponse:
    """Make a campaign."""
    form = CampaignForm(request.POST or None)
    del form.fields["may_repeat"]
    if request.method == "POST" and form.is_valid():
        try:
            campaign = make_campaign(
                name=form.cleaned_data["name"], segments=form.cleaned_data["segments"], actor=request.user
            )
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("campaign_draft", pk=campaign.pk)
    return render(request, "campaigns/new.html", {"form": form}, status=422 if form.errors else 200)


class WebinarForm(forms.Form):
    """What a campaign around an event needs to be told."""

    use_required_attribute = False

    name = forms.CharField(max_length=NAME_LENGTH)
    event = EventField(ability=Ability.REGISTER)
    segment = forms.ModelChoiceField(Segment.objects.all(), label="Who is invited", empty_label="Choose a segment")
    purpose = forms.ModelChoiceField(
        Purpose.objects.all(),
        label="What you write for",
        empty_label="Choose a purpose",
        help_text="Only those who agreed to it are invited. Whoever registers is written to about the event anyway.",
    )


@marketers_only
@require_http_methods(["GET", "POST"])
def create_webinar(request: SignedInRequest) -> HttpResponse:
    """Make a whole campaign around an event, with its e-mails, to be looked through and published."""
    form = WebinarForm(request.POST if request.method == "POST" else None)
    offer_events_of(form, Connection.objects.filter(is_open_to_all=True))
    if request.method == "POST" and form.is_valid():
        try:
            campaign = make_webinar_campaign(actor=request.user, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, "The steps and five e-mails are made. Look through them, then publish.")
            return redirect("campaign_draft", pk=campaign.pk)
    return render(request, "campaigns/new_webinar.html", {"form": form}, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def settings_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change the name of a campaign and who enters it."""
    campaign = get_object_or_404(Campaign, pk=pk)
    initial = {"name": campaign.name, "segments": campaign.segments.all(), "may_repeat": campaign.may_repeat}
    form = CampaignForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_campaign(campaign=campaign, **form.cleaned_data)
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("campaign", pk=pk)
    context = {"campaign": campaign, "form": form}
    return render(request, "campaigns/settings.html", context, status=422 if form.errors else 200)


@marketers_only
@require_http_methods(["GET", "POST"])
def draft_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the steps of the draft, to change them; what is sent here makes one of what is published."""
    campaign = get_object_or_404(Campaign, pk=pk)
    if request.method == "POST":
        open_draft(campaign=campaign)
        return redirect("campaign_draft", pk=pk)
    return _show_draft(request, campaign)


def _get_draft(campaign: Campaign) -> CampaignVersion:
    return get_object_or_404(CampaignVersion, campaign=campaign, published_at=None)


def _show_draft(request: SignedInRequest, campaign: Campaign, status: int = 200) -> HttpResponse:
    draft = _get_draft(campaign)
    plan = Plan.of(draft)
    words = StepWords(plan.steps.values(), draft.goal)
    places = plan.list_places()
    problems = find_obstacles_of(campaign.pk, plan.steps.values())
    unheard = find_conditions_out_of_reach(campaign.pk, plan.steps.values())
    said = {step.pk: words.describe(step) for step in plan.steps.values()}
    context = {
        "campaign": campaign,
        "draft": draft,
        "rows": list_rows(places, said, {}, problems),
        "problems": [(one.number, problems[one.step.pk]) for one in walk(places) if one.step.pk in problems],
        "unheard": [(one.number, unheard[one.step.pk]) for one in walk(places) if one.step.pk in unheard],
        "goal": words.describe_rule(draft.goal) if draft.goal else "",
        "goal_out_of_reach": find_goal_out_of_reach(campaign.pk, draft.goal),
    }
    return render(request, "campaigns/draft.html", context, status=status)


@marketers_only
@require_POST
def publish_draft(request: SignedInRequest, pk: int) -> HttpResponse:
    """Publish the draft."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        version = publish(campaign=campaign, actor=request.user)
    except InvalidInputError as error:
        messages.error(request, str(error))
        return _show_draft(request, campaign, status=422)
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Version {version.number} runs.")
    return redirect("campaign", pk=pk)


@marketers_only
@require_POST
def discard(request: SignedInRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        discard_draft(campaign=campaign)
    except StateConflictError as error:
        messages.error(request, str(error))
        return redirect("campaign_draft", pk=pk)
    messages.success(request, "The draft is thrown away. What is published stays.")
    return redirect("campaign", pk=pk)


@marketers_only
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Add a step to the draft: first choose its type, then describe it."""
    campaign = get_object_or_404(Campaign, pk=pk)
    draft = _get_draft(campaign)
    parent_id = number_of(request.GET, "parent")
    parent = get_object_or_404(CampaignStep, pk=parent_id, version=draft) if parent_id else None
    branch = text_of(request.GET, "branch") if parent else ""
    if parent and branch not in CampaignStep.Branch.values:
        return redirect("campaign_draft", pk=pk)
    context = {
        "campaign": campaign,
        "where": describe_branch(parent.kind, branch) if parent and branch else "",
        "query": f"parent={parent.pk}&branch={branch}" if parent else "",
    }
    chosen = find_type(text_of(request.GET, "type"))
    if chosen is None:
        return render(request, "campaigns/choose_type.html", context | {"kinds": list_types_by_kind()})
    form = _make_form(request, chosen, campaign)
    if request.method == "POST" and form.is_valid():
        try:
            add_step(
                version=draft,
                kind=chosen.kind,
                action=chosen.key if chosen.kind == Kind.ACTION else "",
                settings=chosen.to_settings(form),
                parent=parent,
                branch=branch,
            )
        except (InvalidInputError, StateConflictError) as error:
            _add_problem(form, error)
        else:
            return redirect("campaign_draft", pk=pk)
    return _render_step(request, context, chosen, form)


@marketers_only
@require_http_methods(["GET", "POST"])
def step_page(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Change a step of the draft."""
    campaign, found = _get_step(pk, step)
    chosen = type_of(found)
    if chosen is None:
        messages.error(request, "This step cannot be changed here. Remove it and add another.")
        return redirect("campaign_draft", pk=pk)
    form = _make_form(request, chosen, campaign, found.settings)
    if request.method == "POST" and form.is_valid():
        try:
            change_step(step=found, settings=chosen.to_settings(form))
        except (InvalidInputError, StateConflictError) as error:
            _add_problem(form, error)
        else:
            return redirect("campaign_draft", pk=pk)
    return _render_step(request, {"campaign": campaign, "step": found}, chosen, form)


def _make_form(
    request: SignedInRequest, chosen: StepType, campaign: Campaign, settings: Mapping[str, Any] | None = None
) -> forms.Form:
    """Make the form of a step, with the events that the campaign may use."""
    form = chosen.make_form(request.POST if request.method == "POST" else None, settings)
    offer_events_of(form, list_usable_connections(used_by=ConnectionUse.UsedBy.CAMPAIGN, object_id=campaign.pk))
    return form


def _render_step(
    request: SignedInRequest, context: dict[str, object], chosen: StepType, form: forms.Form
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, "campaigns/step.html", context | {"type": chosen, "form": form}, status=status)


def _add_problem(form: forms.Form, error: InvalidInputError | StateConflictError) -> None:
    if isinstance(error, InvalidInputError):
        add_errors(form, error)
    else:
        form.add_error(None, str(error))


def _get_step(pk: int, step: int) -> tuple[Campaign, CampaignStep]:
    drafts = CampaignVersion.objects.filter(campaign=pk, published_at=None)
    found = get_object_or_404(CampaignStep.objects.select_related("version__campaign"), pk=step, version__in=drafts)
    return found.version.campaign, found


@marketers_only
@require_POST
def move(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Move a step of the draft up or down."""
    _, found = _get_step(pk, step)
    move_step(step=found, by=-1 if text_of(request.POST, "to") == "up" else 1)
    return redirect("campaign_draft", pk=pk)


@marketers_only
@require_POST
def remove(request: SignedInRequest, pk: int, step: int) -> HttpResponse:
    """Remove a step of the draft with all below it."""
    _, found = _get_step(pk, step)
    remove_step(step=found)
    return redirect("campaign_draft", pk=pk)


@marketers_only
@require_http_methods(["GET", "POST"])
def goal_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say when contacts have reached the goal and leave, or that there is none."""
    campaign = get_object_or_404(Campaign, pk=pk)
    draft = _get_draft(campaign)
    chosen = next((one for one in list_goal_types() if one.key == text_of(request.GET, "type")), None)
    if request.method == "POST" and "none" in request.POST:
        change_goal(version=draft, goal=None)
        return redirect("campaign_draft", pk=pk)
    if chosen is None:
        return render(
            request, "campaigns/choose_goal.html", {"campaign": campaign, "types": list_goal_types(), "draft": draft}
        )
    form = _make_form(request, chosen, campaign)
    if request.method == "POST" and form.is_valid():
        try:
            change_goal(version=draft, goal=chosen.to_settings(form)["rule"])
        except InvalidInputError as error:
            add_errors(form, error)
        else:
            return redirect("campaign_draft", pk=pk)
    return _render_step(request, {"campaign": campaign, "is_goal": True}, chosen, form)
