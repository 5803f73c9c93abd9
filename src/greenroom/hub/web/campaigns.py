"""Pages of campaigns: what they do, who is in them, and what would happen to somebody."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from greenroom.hub.campaigns.accounts import (
    find_closed_steps,
    find_conditions_out_of_reach,
    find_goal_out_of_reach,
    find_out_of_reach,
)
from greenroom.hub.campaigns.models import Campaign, CampaignContact, CampaignStep, CampaignVersion
from greenroom.hub.campaigns.obstacles import find_gone_of
from greenroom.hub.campaigns.plan import Plan, walk
from greenroom.hub.campaigns.rehearsing import rehearse
from greenroom.hub.campaigns.selectors import (
    count_at_steps,
    count_states,
    find_draft,
    list_campaigns,
    list_entries,
    list_entries_of,
)
from greenroom.hub.campaigns.services.editing import delete_campaign
from greenroom.hub.campaigns.services.running import pause, resume, retry_failed, stop
from greenroom.hub.campaigns.words import StepWords
from greenroom.hub.contacts.models import Contact
from greenroom.hub.contacts.selectors import list_contacts
from greenroom.hub.core.errors import StateConflictError
from greenroom.hub.web.campaign_canvas import draw_canvas
from greenroom.hub.web.campaign_steps import list_rows
from greenroom.hub.web.doors import SignedInRequest, marketers_only, number_of, page_of, text_of

_ENTRY_STATES = CampaignContact.State.choices


@marketers_only
@require_GET
def list_page(request: SignedInRequest) -> HttpResponse:
    """Show all campaigns with how many contacts are in them."""
    return render(request, "campaigns/list.html", {"page": page_of(request, list_campaigns())})


@marketers_only
@require_GET
def campaign_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show what a campaign does, drawn and as a list, with how many contacts passed each step."""
    campaign = get_object_or_404(Campaign.objects.select_related("published"), pk=pk)
    version = campaign.published or get_object_or_404(CampaignVersion, campaign=campaign, published_at=None)
    return _show(request, campaign, version)


@marketers_only
@require_GET
def version_page(request: SignedInRequest, pk: int, number: int) -> HttpResponse:
    """Show another version of a campaign."""
    campaign = get_object_or_404(Campaign.objects.select_related("published"), pk=pk)
    return _show(request, campaign, get_object_or_404(CampaignVersion, campaign=campaign, number=number))


def _show(request: SignedInRequest, campaign: Campaign, version: CampaignVersion) -> HttpResponse:
    plan = Plan.of(version)
    words = StepWords(plan.steps.values(), version.goal)
    said = {step.pk: words.describe(step) for step in plan.steps.values()}
    closed = find_closed_steps(campaign.pk, plan.steps.values())
    places, counts = plan.list_places(), count_states(campaign=campaign)
    numbers = count_at_steps(plan.steps.values()) if version.published_at else {}
    gone = find_gone_of(plan.steps.values())
    segments = list(campaign.segments.all())
    unheard = find_conditions_out_of_reach(campaign.pk, plan.steps.values())
    out_of_reach = find_out_of_reach(campaign.pk, {one.pk: one.rules for one in segments})
    context = {
        "campaign": campaign,
        "version": version,
        "draft": find_draft(campaign=campaign),
        "versions": campaign.versions.exclude(published_at=None),
        "segments": segments,
        "sources_out_of_reach": [(one, out_of_reach[one.pk]) for one in segments if one.pk in out_of_reach],
        "goal": words.describe_rule(version.goal) if version.goal else "",
        "goal_out_of_reach": find_goal_out_of_reach(campaign.pk, version.goal),
        "counts": [(state, label, counts[state]) for state, label in _ENTRY_STATES if state in counts],
        "failed": counts.get(CampaignContact.State.FAILED, 0),
        "canvas": draw_canvas(places, said, numbers, gone),
        "rows": list_rows(places, said, numbers, gone),
        "gone": [(place.number, gone[place.step.pk]) for place in walk(places) if place.step.pk in gone],
        "unheard": [(place.number, unheard[place.step.pk]) for place in walk(places) if place.step.pk in unheard],
        "closed": sorted(set(closed.values())),
    }
    return render(request, "campaigns/campaign.html", context)


@marketers_only
@require_GET
def people_page(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show who is in a campaign and where they stand."""
    campaign = get_object_or_404(Campaign, pk=pk)
    state = text_of(request.GET, "state")
    step_id = number_of(request.GET, "step")
    entries = list_entries(
        campaign=campaign,
        text=text_of(request.GET, "q"),
        state=state if state in dict(_ENTRY_STATES) else "",
        step=step_id,
    )
    page = page_of(request, entries)
    steps = {one.step_id: one.step for one in page if one.step}
    words = StepWords(step for step in steps.values() if step)
    context = {
        "campaign": campaign,
        "page": page,
        "rows": [(one, words.describe(one.step) if one.step else "") for one in page],
        "choices": _ENTRY_STATES,
        "step": CampaignStep.objects.filter(pk=step_id, version__campaign=campaign).first() if step_id else None,
    }
    return render(request, "campaigns/people.html", context)


@marketers_only
@require_GET
def person_page(request: SignedInRequest, pk: int, person_id: int) -> HttpResponse:
    """Show what a contact has passed in a campaign."""
    campaign, contact = get_object_or_404(Campaign, pk=pk), get_object_or_404(Contact, pk=person_id)
    entries = list(list_entries_of(campaign=campaign, contact=contact))
    passages = [passage for one in entries for passage in one.passages.all()]
    words = StepWords([*(one.step for one in passages), *(one.step for one in entries if one.step)])
    context = {
        "campaign": campaign,
        "contact": contact,
        "entries": [
            (
                one,
                [(passage, words.describe(passage.step)) for passage in one.passages.all()],
                words.describe(one.step) if one.step else "",
            )
            for one in entries
        ],
    }
    return render(request, "campaigns/person.html", context)


@marketers_only
@require_GET
def choose_rehearsal(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show contacts with whom a campaign can be gone through dry."""
    campaign = get_object_or_404(Campaign, pk=pk)
    page = page_of(request, list_contacts(text=text_of(request.GET, "q")), size=20)
    return render(request, "campaigns/choose_rehearsal.html", {"campaign": campaign, "page": page})


@marketers_only
@require_GET
def rehearsal_page(request: SignedInRequest, pk: int, person_id: int) -> HttpResponse:
    """Tell what would happen to a contact in the draft, or in what is published where there is none."""
    campaign = get_object_or_404(Campaign.objects.select_related("published"), pk=pk)
    contact = get_object_or_404(Contact, pk=person_id)
    version = find_draft(campaign=campaign) or campaign.published
    assert version is not None  # a campaign has one or the other
    context = {"campaign": campaign, "contact": contact, "version": version}
    return render(request, "campaigns/rehearsal.html", context | {"told": rehearse(version=version, contact=contact)})


_ACTS = {
    "pause": (pause, "Paused. Everybody stays where they are."),
    "resume": (resume, "Running. Everybody goes on from where they were."),
    "stop": (stop, "Stopped. Whoever was under way has left."),
    "retry": (retry_failed, "Those who failed try their step again."),
}


@marketers_only
@require_POST
def change_state(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have a campaign rest, go on or stop, or those who failed try again."""
    campaign = get_object_or_404(Campaign, pk=pk)
    act, said = _ACTS.get(text_of(request.POST, "act"), (None, ""))
    if act is None:
        messages.error(request, "Choose what the campaign is to do.")
        return redirect("campaign", pk=pk)
    try:
        act(campaign=campaign)
    except StateConflictError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("campaign", pk=pk)


@marketers_only
@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a campaign in which nobody is under way."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        delete_campaign(campaign=campaign)
    except StateConflictError as error:
        messages.error(request, str(error))
        return redirect("campaign", pk=pk)
    messages.success(request, f"{campaign} is deleted. The contacts are still there.")
    return redirect("campaigns")
