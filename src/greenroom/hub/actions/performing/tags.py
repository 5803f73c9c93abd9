"""Marking contacts with tags."""

from collections.abc import Sequence

from django import forms

from greenroom.hub.actions.fields import ActionForm
from greenroom.hub.actions.registry import Outcomes, Settings, Subject, action
from greenroom.hub.contacts.services import add_tags, remove_tags, split_tags


class TagForm(ActionForm):
    """Which tags."""

    tags = forms.CharField(max_length=200, help_text="Separate several with commas.")


@action("add_tags", name="Add tags", words="add the tags {tags}", form=TagForm)
def tag_contacts(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Give contacts tags; tags that are not there yet are made."""
    add_tags(contacts=[one.contact_id for one in subjects], names=split_tags(settings["tags"]))
    return Outcomes()


@action("remove_tags", name="Remove tags", words="remove the tags {tags}", form=TagForm)
def untag_contacts(subjects: Sequence[Subject], settings: Settings) -> Outcomes:
    """Take tags from contacts."""
    remove_tags(contacts=[one.contact_id for one in subjects], names=split_tags(settings["tags"]))
    return Outcomes()
