"""Marking contacts with tags."""

from collections.abc import Sequence

from django import forms

from greenroom.hub.actions.fields import ActionForm
from greenroom.hub.actions.registry import Outcomes, Settings, Subject, action, group_by_cause
from greenroom.hub.contacts.services import add_tags, remove_tags, split_tags


class TagForm(ActionForm):
    """Which tags."""

    tags = forms.CharField(max_length=200, help_text="Separate several with commas.")


@action("add_tags", name="Add tags", words="add the tags {tags}", form=TagForm)
def tag_contacts(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Give contacts tags; tags that are not there yet are made."""
    for cause, contacts in group_by_cause(subjects).items():
        add_tags(contacts=contacts, names=split_tags(settings["tags"]), cause=cause)
    return Outcomes()


@action("remove_tags", name="Remove tags", words="remove the tags {tags}", form=TagForm)
def untag_contacts(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Take tags from contacts."""
    for cause, contacts in group_by_cause(subjects).items():
        remove_tags(contacts=contacts, names=split_tags(settings["tags"]), cause=cause)
    return Outcomes()
