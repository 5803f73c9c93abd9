"""The forms in which the steps of a campaign are described: one for each type of step that people choose."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django import forms

from greenroom.hub.actions.fields import ActionForm, EventField
from greenroom.hub.actions.registry import get_action, list_actions
from greenroom.hub.campaigns.models import CampaignStep
from greenroom.hub.mailing.models import Email
from greenroom.hub.segments.models import Segment
from greenroom.hub.segments.words import FIELDS, OPERATORS
from greenroom.hub.web.rule_forms import MOMENT
from greenroom.hub.webforms.models import WebForm

Kind = CampaignStep.Kind
Settings = Mapping[str, Any]

_UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60, "weeks": 7 * 24 * 60}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class StepForm(forms.Form):
    """Describes a step: `to_settings` makes what is stored, `fill` the way back."""

    use_required_attribute = False

    def to_settings(self) -> dict[str, Any]:
        """Return what is valid as settings of the step."""
        raise NotImplementedError

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Return what the fields show for settings."""
        raise NotImplementedError


def _split_minutes(minutes: int) -> dict[str, Any]:
    """Return an amount and the largest unit in which it is whole."""
    unit = next(name for name in reversed(_UNITS) if minutes % _UNITS[name] == 0)
    return {"amount": minutes // _UNITS[unit], "unit": unit}


class SpanForm(StepForm):
    """An amount of time."""

    amount = forms.IntegerField(label="How long", min_value=1, max_value=100_000)
    unit = forms.ChoiceField(choices=[(name, name.capitalize()) for name in _UNITS], initial="days")

    def get_minutes(self) -> int:
        """Return it in minutes."""
        minutes: int = self.cleaned_data["amount"] * _UNITS[self.cleaned_data["unit"]]
        return minutes


class WindowForm(StepForm):
    """Hours and days on which contacts may go on, by their own clock."""

    from_hour = forms.IntegerField(label="Not before (hour)", min_value=0, max_value=23, required=False)
    to_hour = forms.IntegerField(label="Not from (hour) on", min_value=1, max_value=24, required=False)
    weekdays = forms.TypedMultipleChoiceField(
        label="Only on", coerce=int, required=False, choices=list(enumerate(_DAYS)), widget=forms.CheckboxSelectMultiple
    )

    def get_window(self) -> dict[str, Any]:
        """Return what is given of it."""
        given = self.cleaned_data
        window = {"from_hour": given["from_hour"], "to_hour": given["to_hour"], "weekdays": given["weekdays"]}
        return {name: value for name, value in window.items() if value not in (None, [])}

    @staticmethod
    def fill_window(settings: Settings) -> dict[str, Any]:
        """Return what the fields show."""
        return {name: settings[name] for name in ("from_hour", "to_hour", "weekdays") if name in settings}


class WaitForForm(WindowForm, SpanForm):
    """Waits a span of time."""

    field_order = ("amount", "unit")

    def to_settings(self) -> dict[str, Any]:
        """Return the wait."""
        return {"minutes": self.get_minutes(), **self.get_window()}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the span."""
        return {**_split_minutes(settings["minutes"]), **cls.fill_window(settings)}


class WaitUntilForm(WindowForm):
    """Waits until a moment."""

    field_order = ("until",)
    until = forms.DateTimeField(
        input_formats=[MOMENT], widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    )

    def to_settings(self) -> dict[str, Any]:
        """Return the wait."""
        return {"until": self.cleaned_data["until"].astimezone(UTC).isoformat(), **self.get_window()}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the moment."""
        return {"until": datetime.fromisoformat(settings["until"]), **cls.fill_window(settings)}


class WaitForEventForm(WindowForm, SpanForm):
    """Waits until so long before or after an event."""

    field_order = ("amount", "unit", "side", "event")
    amount = forms.IntegerField(label="How long", min_value=0, max_value=100_000)
    side = forms.ChoiceField(
        label="When",
        choices=[
            ("before start", "Before it starts"),
            ("after start", "After it starts"),
            ("after end", "After it ends"),
        ],
    )
    event = EventField()

    def to_settings(self) -> dict[str, Any]:
        """Return the wait."""
        side, anchor = self.cleaned_data["side"].split()
        minutes = -self.get_minutes() if side == "before" else self.get_minutes()
        return {"event": self.cleaned_data["event"].pk, "minutes": minutes, "anchor": anchor, **self.get_window()}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the event and the distance to it."""
        minutes = settings.get("minutes", 0)
        side = "before start" if minutes < 0 else f"after {settings.get('anchor', 'start')}"
        shown = {"event": settings["event"], "side": side, **cls.fill_window(settings)}
        return shown | (_split_minutes(abs(minutes)) if minutes else {"amount": 0, "unit": "minutes"})


class LimitForm(SpanForm):
    """For how long a decision waits."""

    def get_limit(self) -> dict[str, Any]:
        """Return the limit."""
        return {"limit_minutes": self.get_minutes()}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the limit and the event."""
        shown = {name: settings[name] for name in ("event", "minutes", "mail", "form") if name in settings}
        return {**shown, **_split_minutes(settings["limit_minutes"])}


class RegistersForm(LimitForm):
    """Waits until contacts register for an event."""

    field_order = ("event",)
    event = EventField()

    def to_settings(self) -> dict[str, Any]:
        """Return the decision."""
        return {"does": "registered", "event": self.cleaned_data["event"].pk, **self.get_limit()}


class AttendsForm(LimitForm):
    """Waits until contacts attend an event."""

    field_order = ("event", "minutes")
    event = EventField()
    minutes = forms.IntegerField(label="Minutes at least", min_value=1, required=False)

    def to_settings(self) -> dict[str, Any]:
        """Return the decision."""
        given = self.cleaned_data
        measure = {"minutes": given["minutes"]} if given["minutes"] else {}
        return {"does": "attended", "event": given["event"].pk, **measure, **self.get_limit()}


class MailForm(LimitForm):
    """Waits for what contacts do with e-mails."""

    field_order = ("mail",)
    does = "opened"
    mail = forms.ModelChoiceField(
        Email.objects.all(), label="E-mail", required=False, empty_label="Any of this campaign"
    )

    def to_settings(self) -> dict[str, Any]:
        """Return the decision."""
        mail = self.cleaned_data["mail"]
        return {"does": self.does, **({"mail": mail.pk} if mail else {}), **self.get_limit()}


class ClicksForm(MailForm):
    """Waits until contacts click a link."""

    does = "clicked"


class SubmitsForm(LimitForm):
    """Waits until contacts submit a form."""

    field_order = ("form",)
    form = forms.ModelChoiceField(WebForm.objects.all(), required=False, empty_label="Any form")

    def to_settings(self) -> dict[str, Any]:
        """Return the decision."""
        form = self.cleaned_data["form"]
        return {"does": "submitted", **({"form": form.pk} if form else {}), **self.get_limit()}


class IsRegisteredForm(StepForm):
    """Asks whether contacts are registered."""

    event = EventField()

    def to_settings(self) -> dict[str, Any]:
        """Return the condition."""
        return {"rule": {"did": "registered", "events": [self.cleaned_data["event"].pk]}}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the event."""
        return {"event": settings["rule"]["events"][0]}


class HasAttendedForm(StepForm):
    """Asks whether contacts have attended, and for how long."""

    event = EventField()
    minutes = forms.IntegerField(label="Minutes at least", min_value=1, required=False)
    percent = forms.IntegerField(label="Per cent at least", min_value=1, max_value=100, required=False)

    def to_settings(self) -> dict[str, Any]:
        """Return the condition."""
        measures = {name: self.cleaned_data[name] for name in ("minutes", "percent") if self.cleaned_data[name]}
        return {"rule": {"did": "attended", "events": [self.cleaned_data["event"].pk], **measures}}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the event and the measures."""
        rule = settings["rule"]
        return {"event": rule["events"][0], "minutes": rule.get("minutes"), "percent": rule.get("percent")}


class IsInSegmentForm(StepForm):
    """Asks whether contacts are in a segment."""

    segment = forms.ModelChoiceField(Segment.objects.all(), empty_label="Choose a segment")

    def to_settings(self) -> dict[str, Any]:
        """Return the condition."""
        return {"rule": {"segment": self.cleaned_data["segment"].pk}}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the segment."""
        return {"segment": settings["rule"]["segment"]}


class HasTagForm(StepForm):
    """Asks whether contacts have a tag."""

    tag = forms.CharField(max_length=100)

    def to_settings(self) -> dict[str, Any]:
        """Return the condition."""
        return {"rule": {"tag": self.cleaned_data["tag"]}}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the tag."""
        return {"tag": settings["rule"]["tag"]}


class HasFieldForm(StepForm):
    """Asks what is known of contacts."""

    field = forms.ChoiceField(label="What", choices=[(name, words.capitalize()) for name, words in FIELDS.items()])
    operator = forms.ChoiceField(
        label="How", choices=[(name, words) for name, words in OPERATORS.items() if name != "in"]
    )
    value = forms.CharField(max_length=2000, required=False)

    def clean(self) -> None:
        """Ask for a value where there must be one."""
        if self.cleaned_data.get("operator") != "empty" and not self.cleaned_data.get("value"):
            self.add_error("value", "Give a value.")

    def to_settings(self) -> dict[str, Any]:
        """Return the condition."""
        given = self.cleaned_data
        value = {} if given["operator"] == "empty" else {"value": given["value"]}
        return {"rule": {"field": given["field"], "is": given["operator"], **value}}

    @classmethod
    def fill(cls, settings: Settings) -> dict[str, Any]:
        """Show the rule."""
        rule = settings["rule"]
        return {"field": rule["field"], "operator": rule["is"], "value": rule.get("value", "")}


@dataclass(frozen=True, slots=True)
class StepType:
    """A type of step that people choose: what it is called, and the form that describes it."""

    key: str
    kind: str
    name: str
    form: type[StepForm] | type[ActionForm]

    def make_form(self, data: Any, settings: Settings | None) -> forms.Form:
        """Make the form: with what was sent, or showing the settings of a step."""
        if settings is None:
            return self.form(data)
        shown = self.form.fill(settings) if issubclass(self.form, StepForm) else settings
        return self.form(data, initial=dict(shown))

    def to_settings(self, form: forms.Form) -> dict[str, Any]:
        """Return what was sent, and is valid, as settings of the step."""
        assert isinstance(form, StepForm | ActionForm)
        return form.to_settings()


_TYPES = (
    StepType("registers", Kind.DECISION, "Wait until they register", RegistersForm),
    StepType("attends", Kind.DECISION, "Wait until they attend", AttendsForm),
    StepType("opens", Kind.DECISION, "Wait until they open an e-mail", MailForm),
    StepType("clicks", Kind.DECISION, "Wait until they click a link", ClicksForm),
    StepType("submits", Kind.DECISION, "Wait until they submit a form", SubmitsForm),
    StepType("is_registered", Kind.CONDITION, "Is registered for an event", IsRegisteredForm),
    StepType("has_attended", Kind.CONDITION, "Has attended an event", HasAttendedForm),
    StepType("is_in_segment", Kind.CONDITION, "Is in a segment", IsInSegmentForm),
    StepType("has_tag", Kind.CONDITION, "Has a tag", HasTagForm),
    StepType("has_field", Kind.CONDITION, "Has something in a field", HasFieldForm),
    StepType("wait_for", Kind.WAIT, "Wait some time", WaitForForm),
    StepType("wait_until", Kind.WAIT, "Wait until a date", WaitUntilForm),
    StepType("wait_for_event", Kind.WAIT, "Wait for an event", WaitForEventForm),
)
_BY_DEED = {"registered": "registers", "attended": "attends", "opened": "opens", "clicked": "clicks"}
_HEADINGS = {
    Kind.ACTION: "Do something",
    Kind.DECISION: "Wait for what they do",
    Kind.CONDITION: "Ask what is so now",
    Kind.WAIT: "Let time pass",
}


def list_types() -> list[StepType]:
    """Return all types of steps, actions first."""
    return [*(StepType(one.key, Kind.ACTION, one.name, one.form) for one in list_actions()), *_TYPES]


def list_types_by_kind() -> list[tuple[str, list[StepType]]]:
    """Return the types below a heading for each kind."""
    types = list_types()
    return [(heading, [one for one in types if one.kind == kind]) for kind, heading in _HEADINGS.items()]


def list_goal_types() -> list[StepType]:
    """Return the types of conditions, which can be goals too."""
    return [one for one in _TYPES if one.kind == Kind.CONDITION]


def find_type(key: str) -> StepType | None:
    """Return the type with this key."""
    return next((one for one in list_types() if one.key == key), None)


def type_of(step: CampaignStep) -> StepType | None:
    """Return which type a step is; None for one that none of the forms can show."""
    if step.kind == Kind.ACTION:
        action = get_action(step.action)
        return StepType(action.key, Kind.ACTION, action.name, action.form)
    return find_type(_key_of(step))


def _key_of(step: CampaignStep) -> str:
    settings = step.settings
    if step.kind == Kind.DECISION:
        return _BY_DEED.get(settings["does"], "submits")
    if step.kind == Kind.WAIT:
        return "wait_until" if "until" in settings else "wait_for_event" if "event" in settings else "wait_for"
    rule = settings["rule"]
    if "segment" in rule:
        return "is_in_segment"
    if "tag" in rule or "field" in rule:
        return "has_tag" if "tag" in rule else "has_field"
    return {"registered": "is_registered", "attended": "has_attended"}.get(rule.get("did", ""), "")
