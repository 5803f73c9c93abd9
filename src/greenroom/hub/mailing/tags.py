"""
Merge tags: what differs from person to person in an e-mail.

    {first_name|there}                      what is known of a contact, and what to say when nothing is
    {webinar_button}                        the way into the webinar that the mail is about, or the next of each person
    {webinar_button event=123 text="Come"}  into this one; also `training`, `meeting` and `assist`
    {webinar_link}  {webinar_title}  {webinar_when}  {webinar_registration_link event=123}
    {start_button event=123}                the organizer's door
    {meeting_button}                        the way into the event that the mail is about
    {unsubscribe_link}  {preferences_link}  {view_in_browser}
    {contact.employees|many}                what a contact has in a custom field, by its key
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.products import PRODUCTS, can, get_product
from greenroom.hub.events.products.base import Ability

FIELDS = (
    "first_name", "last_name", "name", "email", "organization", "job_title", "phone", "city", "country",
)  # fmt: skip
PERSONAL_LINKS = ("unsubscribe_link", "preferences_link", "view_in_browser")
START = "start"
_PARTS = ("button", "link", "title", "when", "registration_link")
_OF_EVENTS = {f"{product}_{part}": (product, part) for product in PRODUCTS for part in _PARTS}
_OF_STARTING = {f"{START}_{part}": (START, part) for part in ("button", "link")}
NAMES = (*FIELDS, *PERSONAL_LINKS, *_OF_EVENTS, *_OF_STARTING)

_CUSTOM = "contact."
PATTERN = re.compile(r"""\{(contact\.\w+|[a-z][a-z_]*)((?:\s+[a-z]+=(?:"[^"{}]*"|[^\s"{}|]+))*)\s*(?:\|([^{}]*))?\}""")
_ARGUMENT = re.compile(r"""([a-z]+)=(?:"([^"]*)"|(\S+))""")


@dataclass(frozen=True, slots=True)
class Tag:
    """
    One merge tag.

    Attributes:
        event: key or number of the event it names; empty for the one the mail is about, or the next of each person.
        text: the words on a button.
        default: what stands there when nothing is known.
    """

    name: str
    event: str = ""
    text: str = ""
    default: str = ""

    def __str__(self) -> str:
        """Write the tag as people do."""
        return f"{{{self.name} event={self.event}}}" if self.event else f"{{{self.name}}}"

    @property
    def product(self) -> str:
        """The product whose event it is about, `START`, or empty."""
        return (_OF_EVENTS | _OF_STARTING).get(self.name, ("", ""))[0]

    @property
    def part(self) -> str:
        """What of the event it stands for."""
        return (_OF_EVENTS | _OF_STARTING).get(self.name, ("", ""))[1]

    @property
    def must_name_event(self) -> bool:
        """Whether it is about an event that nobody's sign-ups lead to."""
        return bool(self.product) and (self.product == START or not can(self.product, Ability.REGISTER))

    @property
    def is_way_in(self) -> bool:
        """Whether it leads into an event."""
        return self.part in {"button", "link"}

    @property
    def is_link(self) -> bool:
        """Whether it stands for an address."""
        return self.name in PERSONAL_LINKS or self.part.endswith("link")

    @property
    def field(self) -> str:
        """The key of the custom field it stands for, or empty."""
        return self.name.removeprefix(_CUSTOM) if self.name.startswith(_CUSTOM) else ""

    @property
    def words(self) -> str:
        """The words on its button."""
        return self.text or (
            "Start" if self.product == START else f"Join {get_product(self.product).words.one.lower()}"
        )

    def as_link(self) -> "Tag":
        """Return the tag for the address behind a button."""
        return Tag(f"{self.product}_link", event=self.event)


def read_tag(match: "re.Match[str]") -> Tag:
    """Read what `PATTERN` found."""
    given = {name: quoted or plain for name, quoted, plain in _ARGUMENT.findall(match[2])}
    return Tag(match[1], given.get("event", ""), given.get("text", ""), (match[3] or "").strip())


def list_tags(text: str) -> Iterator[Tag]:
    """Give the merge tags of a text in order."""
    return (read_tag(match) for match in PATTERN.finditer(text))


def check_tags(text: str, *, fields: Collection[str]) -> None:
    """
    Refuse tags that there are not, and what they do not take.

    Args:
        fields: the keys of the custom fields there are.

    Raises:
        InvalidInputError: `errors["tags"]` names the first of them and says what to write instead.
    """
    for match in PATTERN.finditer(text):
        if problem := _problem(read_tag(match), {name for name, *_ in _ARGUMENT.findall(match[2])}, fields):
            raise InvalidInputError("This e-mail is not saved.", {"tags": problem})


def _problem(tag: Tag, given: set[str], fields: Collection[str]) -> str:
    names = (*NAMES, *(f"{_CUSTOM}{key}" for key in fields))
    if tag.name not in names:
        close = get_close_matches(tag.name, names, 1)
        what = f"Contacts have no field for {tag}." if tag.field else f"There is no merge tag {tag}."
        return f"{what} Do you mean {{{close[0]}}}?" if close else f"{what} Take it out."
    if extra := given - ({"event", "text"} if tag.part == "button" else {"event"} if tag.product else set()):
        return f"{{{tag.name}}} takes no {', '.join(sorted(extra))}."
    return ""


def ask_for_event(tag: Tag) -> str:
    """Ask which event a tag is about that names none, where it does not follow from who gets the mail."""
    if tag.must_name_event:
        return (
            f"Say which event is meant: {{{tag.name} event=123456789}}. Nobody is signed up for it, so we cannot know. "
            "Or leave it to a form or a campaign: “Send the link to join or start an event”."
        )
    if tag.part == "registration_link":
        return f"Say which event people are to sign up for: {{{tag.name} event=123456789}}."
    return ""
