"""Putting contacts into segments, and taking them out."""

from collections.abc import Sequence

from django import forms

from greenroom.hub.actions.fields import ActionForm
from greenroom.hub.actions.registry import Outcomes, Settings, Subject, action
from greenroom.hub.core.errors import UnknownObjectError
from greenroom.hub.segments.models import Member, Segment
from greenroom.hub.segments.services import decide_members


class SegmentForm(ActionForm):
    """Which segment."""

    segment = forms.ModelChoiceField(Segment.objects.all(), empty_label="Choose a segment")


@action("add_to_segment", name="Add to a segment", words="add to the segment {segment}", form=SegmentForm)
def add_to_segment(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Put contacts into a segment by hand: they stay, whatever its rules say."""
    return _decide(subjects, settings, Member.Decision.IN)


@action(
    "remove_from_segment", name="Remove from a segment", words="remove from the segment {segment}", form=SegmentForm
)
def remove_from_segment(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Take contacts out of a segment by hand: they stay out, whatever its rules say."""
    return _decide(subjects, settings, Member.Decision.OUT)


def _decide(subjects: Sequence[Subject], settings: Settings, decision: str) -> Outcomes:
    segment = Segment.objects.filter(pk=settings["segment"]).first()
    if segment is None:
        raise UnknownObjectError("The segment is no longer here.")
    decide_members(segment=segment, contacts=[one.contact_id for one in subjects], decision=decision)
    return Outcomes()
