"""The fields in which the settings of actions are asked for."""

from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet

from greenroom.hub.connections.models import Connection
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import PRODUCTS, Ability, can
from greenroom.hub.segments.words import describe_state

# The events offered to choose from: those to come, the soonest first.
_MOST_OFFERED = 200


class ActionForm(forms.Form):
    """The settings of an action. Fields that choose one of our objects are stored as its number."""

    use_required_attribute = False

    def to_settings(self) -> dict[str, Any]:
        """Return what is valid as JSON."""
        return {name: _as_json(value) for name, value in self.cleaned_data.items()}


def _as_json(value: Any) -> Any:
    return value.pk if isinstance(value, Model) else value


def title_of(thing: Model) -> str:
    """Return what stands for one of our objects in a sentence."""
    state = describe_state(thing) if isinstance(thing, Event) else ""
    return f"“{thing}”{state}"


class _EventChoices(forms.models.ModelChoiceIterator):
    """The events to come; past ones can be kept, not chosen anew."""

    field: "EventField"

    def __iter__(self) -> Any:
        now = clock.now()
        coming = Q(ends_at__gte=now) | Q(dates=Event.Dates.ANY_TIME)
        open_ones = Event.objects.filter(coming).exclude(state__in=[Event.State.CANCELLED, Event.State.MISSING])
        if self.field.accounts is not None:
            open_ones = open_ones.filter(connection__in=self.field.accounts.order_by().values("pk"))
        if self.field.ability:
            open_ones = open_ones.filter(product__in=[one for one in PRODUCTS if can(one, self.field.ability)])
        kept = Q(pk=self.field.kept) if self.field.kept else Q(pk__in=[])
        offered = [*Event.objects.filter(kept), *open_ones.exclude(kept).order_by("starts_at", "pk")[:_MOST_OFFERED]]
        yield ("", self.field.empty_label)
        for event in offered:
            yield self.choice(event)


class EventField(forms.ModelChoiceField):
    """
    Chooses an event. Any event is taken; those to come are offered, and the one that was chosen before.

    Attributes:
        ability: offered are only events of products with it; None for all.
        kept: the number of the event that was chosen before.
        accounts: those whose events are offered; None for all.
    """

    iterator = _EventChoices

    def __init__(self, *, ability: Ability | None = None, **options: Any) -> None:
        """Offer all events to come, or those with which this can be done."""
        super().__init__(queryset=Event.objects.all(), empty_label="Choose an event", **options)
        self.ability = ability
        self.kept: Any = None
        self.accounts: QuerySet[Connection] | None = None

    def prepare_value(self, value: Any) -> Any:
        """Keep what was chosen among what is offered."""
        chosen = super().prepare_value(value)
        self.kept = chosen if str(chosen or "").isdecimal() else None
        return chosen

    def label_from_instance(self, obj: Any) -> str:
        """Name the event and its day."""
        day = f" · {obj.starts_at:%-d %b %Y}" if obj.starts_at else ""
        return f"{obj.title}{describe_state(obj)}{day}"


def offer_events_of(form: forms.BaseForm, accounts: QuerySet[Connection]) -> None:
    """Offer only the events of these accounts where an event is chosen in a form."""
    for field in form.fields.values():
        if isinstance(field, EventField):
            field.accounts = accounts
