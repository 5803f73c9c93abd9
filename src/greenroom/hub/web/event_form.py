"""The form of what an event shall be: texts, a time zone, and as many dates as are wanted."""

import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django import forms

from greenroom.hub.connections.models import Connection
from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.events.models import Event
from greenroom.hub.events.planning import DESCRIPTION_LENGTH, MOST_DATES, TITLE_LENGTH
from greenroom.hub.events.products.base import EventWish
from greenroom.hub.events.time_zones import find_goto_zone, list_time_zones
from greenroom.hub.web.doors import add_errors

Date = tuple[datetime, datetime]

_NO_MOMENT = "Give day and time."


class EventForm(forms.Form):
    """
    Built for so many dates: `starts_at_0`, `ends_at_0` and so on, on the clock of the zone that is chosen.

    The key is made with the page, so that sending the page twice is one act. Limits are GoTo's, and checked by the
    services; what this form checks is what it alone can: that a text is a moment.
    """

    use_required_attribute = False  # errors are ours to show, beside the field and in words

    key = forms.CharField(widget=forms.HiddenInput, max_length=128)
    title = forms.CharField(
        error_messages={"required": "Give it a title."}, widget=forms.TextInput(attrs={"maxlength": TITLE_LENGTH})
    )
    description = forms.CharField(
        required=False, widget=forms.Textarea(attrs={"rows": "5", "maxlength": DESCRIPTION_LENGTH})
    )
    time_zone = forms.ChoiceField(help_text="Dates are given on the clock of this zone.")

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, zone: str, rows: int = 1, initial: Mapping[str, Any]
    ) -> None:
        """
        Make so many rows of dates, or as many as were sent; `zone` is offered even if GoTo does not list it.

        Args:
            initial: what the form shows at first, its key among it.
        """
        self._row_count = min(count_rows(data or {}) or rows, MOST_DATES)
        self._given: list[int] = []
        self._times: list[Date] = []
        super().__init__(data, initial={"time_zone": zone} | dict(initial))
        zones = list_time_zones()
        self.fields["time_zone"].choices = zones if zone in dict(zones) else [(zone, zone), *zones]  # type: ignore[attr-defined]
        for number in range(self._row_count):
            for name, label in (("starts_at", "Starts"), ("ends_at", "Ends")):
                moment = forms.DateTimeInput(attrs={"type": "datetime-local"})
                self.fields[f"{name}_{number}"] = forms.CharField(
                    label=label, widget=moment, required=number == 0, error_messages={"required": _NO_MOMENT}
                )

    def date_rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField]]:
        """Yield start and end of each date."""
        for number in range(self._row_count):
            yield self[f"starts_at_{number}"], self[f"ends_at_{number}"]

    def begin_at_last_date(self) -> None:
        """Put the cursor into the row that was just added."""
        self.fields[f"starts_at_{self._row_count - 1}"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Read the dates; a row that was left empty is none."""
        given = super().clean() or {}
        zone = given.get("time_zone")
        for number in range(self._row_count):
            texts = [given.get(f"{name}_{number}", "") for name in ("starts_at", "ends_at")]
            if zone and any(texts):
                self._read_row(number, texts, zoneinfo.ZoneInfo(zone))
        return given

    def _read_row(self, number: int, texts: Sequence[str], zone: zoneinfo.ZoneInfo) -> None:
        moments = []
        for name, text in zip(("starts_at", "ends_at"), texts, strict=True):
            try:
                moments.append(_read_moment(text, zone))
            except ValueError as error:
                if not self.has_error(f"{name}_{number}"):
                    self.add_error(f"{name}_{number}", str(error))
        if len(moments) == len(texts):
            self._given.append(number)
            self._times.append((moments[0], moments[1]))

    def wish(self) -> EventWish:
        """Return what was asked for, in the shape every door uses."""
        return EventWish(
            title=self.cleaned_data["title"],
            description=self.cleaned_data["description"],
            times=tuple(self._times),
            time_zone=self.cleaned_data["time_zone"],
        )

    def add_service_errors(self, error: InvalidInputError) -> None:
        """Put a service's errors beside the fields; it counts the dates that were given, without empty rows."""
        errors = {}
        for name, text in error.errors.items():
            kind, _, place = name.rpartition("_")
            if kind in {"starts_at", "ends_at"}:
                name = f"{kind}_{self._given[int(place)]}"
            errors["starts_at_0" if name == "times" else name] = text
        add_errors(self, InvalidInputError(str(error), errors))


class NewEventForm(EventForm):
    """The form of an event to be made, with the account that it is made in."""

    account = forms.TypedChoiceField(coerce=int, label="GoTo account")

    field_order = ("account",)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, accounts: Sequence[Connection], **options: Any
    ) -> None:
        """Offer these accounts."""
        super().__init__(data, **options)
        self._accounts = {one.pk: one for one in accounts}
        self.fields["account"].choices = [(pk, str(one)) for pk, one in self._accounts.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for a date: a meeting could do without, but whoever leaves it out here has forgotten it."""
        given = super().clean()
        if not self._times and not self.errors:
            self.add_error("starts_at_0", "Give it a date.")
        return given

    def chosen_account(self) -> Connection:
        """Return the account that was chosen."""
        return self._accounts[self.cleaned_data["account"]]


class ChangedEventForm(EventForm):
    """The form of an event to be changed, with the version of it that the person sees."""

    version = forms.CharField(widget=forms.HiddenInput, max_length=64)


def values_of(event: Event) -> dict[str, Any]:
    """Return what an event is, as the form shows it."""
    zone = zone_of(event.time_zone)
    values = {"title": event.title, "description": event.description, "time_zone": zone}
    for number, (start, end) in enumerate(event.times.values_list("starts_at", "ends_at")):
        values |= {f"starts_at_{number}": _write(start, zone), f"ends_at_{number}": _write(end, zone)}
    return values


def zone_of(*names: str) -> str:
    """Return the first of these zones that a computer and GoTo know, or UTC."""
    return next((name for name in names if name and find_goto_zone(name)), "GMT")


def values_sent(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed so far, to be shown again without being judged."""
    return {name: data[name] for name in data if name != "csrfmiddlewaretoken"}


def count_rows(data: Mapping[str, Any]) -> int:
    """Return how many rows of dates were sent."""
    numbers = (name.removeprefix("starts_at_") for name in data if name.startswith("starts_at_"))
    return max((int(number) + 1 for number in numbers if number.isdecimal() and len(number) < 4), default=0)


def _read_moment(text: str, zone: zoneinfo.ZoneInfo) -> datetime:
    """
    Return the moment at which the clock of a zone shows this.

    Raises:
        ValueError: with a sentence that says what is wrong.
    """
    if not text:
        raise ValueError(_NO_MOMENT)
    try:
        shown = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("Give day and time, like 2026-05-31 14:30.") from None
    if shown.tzinfo or not 2000 <= shown.year <= 2100:
        raise ValueError("Give day and time, like 2026-05-31 14:30.")
    moment = shown.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != shown:
        raise ValueError("The clocks are put forward then, and never show this time.")
    return moment


def _write(moment: datetime, zone: str) -> str:
    shown = moment.astimezone(zoneinfo.ZoneInfo(zone)).replace(tzinfo=None)
    return shown.isoformat(timespec="seconds" if shown.second else "minutes")
