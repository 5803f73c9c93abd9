"""
The pieces of the pages as template tags: `{% load greenroom %}`.

Each piece is one template in `templates/web/pieces/`, which says how to call it; `/style/` shows them all.
Tags that end in `end...` take what stands between as their content.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput
from django.forms.widgets import ChoiceWidget, MultiWidget, RadioSelect, Select
from django.template import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from greenroom.hub.core import clock
from greenroom.hub.events.act_state import ActState
from greenroom.hub.events.models import Event
from greenroom.hub.events.products import can, get_product
from greenroom.hub.events.products.base import Ability
from greenroom.hub.events.sign_up_state import SignUpState
from greenroom.hub.web.templatetags import _charts, _icons, _times

register = template.Library()


def _piece(name: str, **context: Any) -> SafeString:
    return render_to_string(f"web/pieces/{name}.html", context)


def _trim(content: SafeString) -> SafeString:
    """Take away the space around what stands in a tag; what was safe stays safe."""
    return SafeString(content.strip())


def _pairs(values: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """Take values two by two; a last one without a partner gets an empty one."""
    for i in range(0, len(values), 2):
        yield values[i], values[i + 1] if i + 1 < len(values) else ""


def _stable_id(prefix: str, *words: object) -> str:
    """Make an id that is the same for the same words, so that two pieces sharing it also share its text."""
    return f"{prefix}-{zlib.crc32('|'.join(map(str, words)).encode()):08x}"


# Frame


@register.simple_block_tag
def page_header(
    content: SafeString, title: str, lead: str = "", badge: str = "", variant: str = "quiet", eyebrow: str = ""
) -> SafeString:
    """Render the title of a page, its state and its actions."""
    return _piece(
        "page_header", title=title, lead=lead, badge=badge, variant=variant, eyebrow=eyebrow, actions=_trim(content)
    )


@register.inclusion_tag("web/pieces/breadcrumbs.html")
def breadcrumbs(*crumbs: Any) -> dict[str, Any]:
    """Render the way here: label, address, label, address, ..., label."""
    return {"crumbs": list(_pairs(crumbs))}


@register.inclusion_tag("web/pieces/tabs.html")
def tabs(*entries: Any, current: str = "", label: str = "Parts of this page") -> dict[str, Any]:
    """Render links to the parts of a thing: label, address, label, address, ..."""
    return {"tabs": list(_pairs(entries)), "current": current, "label": label}


@register.filter
def id_for(prefix: str, number: int) -> str:
    """Make the id of one of many: `"remove"|id_for:item.pk`."""
    return f"{prefix}-{number}"


@register.filter
def lower_first(text: str) -> str:
    """Let a sentence go on after a colon."""
    return text[:1].lower() + text[1:]


# Small pieces


@register.inclusion_tag("web/pieces/icon.html")
def icon(name: str, title: str = "") -> dict[str, Any]:
    """Draw an icon; without a title it is decoration."""
    return {"path": _icons.ICONS[name], "title": title, "name": name}


@register.inclusion_tag("web/pieces/badge.html")
def badge(label: str, variant: str = "quiet", shape: str = "") -> dict[str, Any]:
    """Render a state as a word and a shape."""
    return {"label": label, "variant": variant, "shape": shape or _icons.SHAPES[variant]}


# How the states of events are said and shown, wherever they stand.
_EVENT_STATES = {
    "scheduled": ("Scheduled", "info"),
    "live": ("Live now", "live"),
    "ended": ("Over", "quiet"),
    "cancelled": ("Cancelled", "bad"),
    "missing": ("Not found at GoTo", "warn"),
}


@register.filter
def state_word(state: str) -> str:
    """Say the state of an event."""
    return _EVENT_STATES[state][0]


@register.filter
def state_variant(state: str) -> str:
    """Return the variant of the badge that shows the state of an event."""
    return _EVENT_STATES[state][1]


@register.inclusion_tag("web/pieces/button.html")
def button(
    label: str,
    url: str = "",
    kind: str = "quiet",
    icon: str = "",
    size: str = "",
    disabled_reason: str = "",
    type: str = "submit",
    **attributes: Any,
) -> dict[str, Any]:
    """Render a link or a button; further attributes are written with `_` for `-` (`hx_get="/x/"`)."""
    attrs = {name.replace("_", "-"): value for name, value in attributes.items() if value not in (None, False)}
    reason_id = _stable_id("why", label, disabled_reason)
    return {
        "label": label, "url": url, "kind": kind, "icon": icon, "size": size, "type": type,
        "disabled_reason": disabled_reason, "reason_id": reason_id, "attrs": attrs,
    }  # fmt: skip


@register.inclusion_tag("web/pieces/person.html")
def person(name: str, detail: str = "") -> dict[str, Any]:
    """Render a person: initials, name and one detail such as the e-mail address."""
    name = name.strip()
    words = name.split() or [detail or "?"]
    initials = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    return {"name": name, "detail": detail, "initials": initials.upper()}


@register.inclusion_tag("web/pieces/progress.html")
def progress(value: float, total: float, label: str, text: str = "") -> dict[str, Any]:
    """Render how much of something is done, with the numbers beside the bar."""
    return {"value": min(value, total), "total": total or 1, "label": label, "text": text or f"{value:,} of {total:,}"}


@register.inclusion_tag("web/pieces/copy_field.html")
def copy_field(label: str, value: str, help: str = "") -> dict[str, Any]:
    """Render a text to be copied elsewhere."""
    return {"label": label, "value": value, "help": help, "id": _stable_id("copy", label, value)}


@register.simple_block_tag
def code_block(content: SafeString, label: str = "Code") -> SafeString:
    """Render lines of code with a button that copies them."""
    return _piece("code_block", content=_trim(content), label=label)


@register.simple_block_tag
def notice(content: SafeString, variant: str = "info", title: str = "", role: str = "") -> SafeString:
    """Render a message in its place on the page."""
    return _piece("notice", content=content, variant=variant, title=title, role=role)


@register.simple_block_tag
def empty_state(content: SafeString, title: str, text: str = "", icon: str = "inbox") -> SafeString:
    """Render what stands where nothing is yet: why, and what to do."""
    return _piece("empty_state", title=title, text=text, icon=icon, actions=_trim(content))


@register.simple_block_tag
def fact(content: SafeString, label: str) -> SafeString:
    """Render one row of a `<dl class="facts">`."""
    return _piece("fact", label=label, content=content)


@register.simple_block_tag
def step(content: SafeString, title: str, number: int, state: str = "todo") -> SafeString:
    """Render one step of an `<ol class="steps">`: done, current or todo."""
    return _piece("step", title=title, number=number, state=state, content=_trim(content))


@register.simple_block_tag
def menu(content: SafeString, label: str) -> SafeString:
    """Render the acts on one item behind a button with three dots."""
    return _piece("menu", label=label, content=content)


@register.simple_block_tag
def dialog(content: SafeString, id: str, title: str) -> SafeString:
    """Render a dialog that any `<a href="#id" data-dialog>` opens."""
    return _piece("dialog", id=id, title=title, content=content)


# So often a part of a page asks how something stands that is on its way, and that waits for GoTo.
_SOON, _LATER = 2, 15


@register.filter
def look_again_seconds(states: Iterable[ActState | SignUpState]) -> int:
    """Say in how many seconds a part with these states should be renewed: 0 when nothing is under way."""
    moving = [state for state in states if state.is_moving]
    if not moving:
        return 0
    return _SOON if any(state.next_try_at is None for state in moving) else _LATER


# Live items


@register.inclusion_tag("web/pieces/date_tile.html")
def date_tile(at: datetime, is_live: bool = False, is_past: bool = False) -> dict[str, Any]:
    """Render a day of the viewer's calendar."""
    return {"at": timezone.localtime(at), "is_live": is_live, "is_past": is_past}


@register.simple_block_tag
def live_card(
    content: SafeString,
    title: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    zone: str = "",
    url: str = "",
    badge: str = "",
    variant: str = "quiet",
    note: str = "",
    heading: int = 3,
) -> SafeString:
    """Render a webinar, training or meeting with its one next act."""
    return _piece(
        "live_card", title=title, starts_at=starts_at, ends_at=ends_at, zone=zone, url=url, badge=badge,
        variant=variant, note=note, heading=heading, actions=_trim(content),
    )  # fmt: skip


# Time


@register.inclusion_tag("web/pieces/when.html")
def when(
    at: datetime | None, end: datetime | None = None, zone: str = "", style: str = "long", dates: str = ""
) -> dict[str, Any]:
    """Render a moment in the viewer's zone, and in the organizer's when its clock shows something else."""
    if at is None:
        return {"at": None, "is_any_time": dates == Event.Dates.ANY_TIME}
    here = _times.describe_moment(at, end, timezone.get_current_timezone(), style)
    return {"at": at, "iso": at.isoformat(), "here": here, "there": _times.describe_there(at, end, zone)}


@register.filter
def product_word(code: str) -> str:
    """Name one event of a product: `Webinar`, `Support session`."""
    return get_product(code).words.one


@register.filter
def takes_registrants(code: str) -> bool:
    """Tell whether people sign up for the events of a product."""
    return can(code, Ability.REGISTER)


@register.filter
def products_word(code: str) -> str:
    """Name the events of a product: `Webinars`, `Support sessions`."""
    return get_product(code).words.many


@register.filter
def duration(value: float | timedelta | None) -> str:
    """Write seconds, or a timedelta, in words; nothing for None."""
    if value is None:
        return ""
    return _times.describe_duration(value.total_seconds() if isinstance(value, timedelta) else value)


@register.filter
def minutes(value: float | None) -> str:
    """Write minutes in words; nothing for None."""
    return "" if value is None else _times.describe_duration(value * 60)


@register.inclusion_tag("web/pieces/countdown.html")
def countdown(to: datetime, subject: str = "It", is_end: bool = False) -> dict[str, Any]:
    """Count down by the server's clock to a start (`in 30 min`) or to an end (`30 min left`)."""
    now = clock.now()
    left = (to - now).total_seconds()
    length = _times.describe_duration(left)
    text = f"{length} left" if is_end else f"in {length}"
    verb = "ends" if is_end else "starts"
    return {
        "to": to.isoformat(), "now": now.isoformat(), "text": text if left > 0 else "now", "verb": verb,
        "subject": subject,
    }  # fmt: skip


# Forms


@register.inclusion_tag("web/pieces/form_row.html")
def form_row(field: BoundField, label: str = "", help: str = "", show_help: bool = True) -> dict[str, Any]:
    """Render a field with its label, help and errors, whatever its widget."""
    widget = field.field.widget
    is_group = field.use_fieldset
    is_check = isinstance(widget, CheckboxInput)
    help_text = (help or field.help_text) if show_help else ""
    described_by = _described_by(field, bool(help_text))
    return {
        "field": field,
        "label": label or field.label,
        "help": help_text,
        "described_by": described_by,
        "is_group": is_group,
        "is_check": is_check,
        "is_choice_group": is_group and isinstance(widget, ChoiceWidget) and not isinstance(widget, Select),
        "is_optional": not field.field.required and not is_check and not field.field.disabled,
        "control": ""
        if is_group
        else field.as_widget(attrs={"aria-describedby": described_by} if described_by else None),
    }


def _described_by(field: BoundField, has_help: bool) -> str:
    ids = [field.field.widget.attrs.get("aria-describedby", "")]
    ids += [f"{field.auto_id}_helptext"] if has_help else []
    ids += [f"{field.auto_id}_error"] if field.errors else []
    return " ".join(filter(None, ids))


@register.inclusion_tag("web/pieces/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Render all errors of a form on top of it, each a link to its field."""
    errors = [
        {"label": field.label, "target": _first_control_id(field), "text": error}
        for field in form
        for error in field.errors
    ]
    general = [{"label": "", "target": "", "text": error} for error in form.non_field_errors()]
    return {"errors": general + errors, "is_bound": form.is_bound}


def _first_control_id(field: BoundField) -> str:
    if field.id_for_label:
        return field.id_for_label
    is_numbered = isinstance(field.field.widget, RadioSelect | ChoiceWidget | MultiWidget)
    return f"{field.auto_id}_0" if is_numbered else field.auto_id


# Lists


@register.simple_block_tag
def table(content: SafeString, caption: str, is_stacked: bool = True) -> SafeString:
    """Render a table whose head stays in sight; on a phone each row becomes a block."""
    return _piece("table", content=content, caption=caption, is_stacked=is_stacked)


def _query(context: Context, **changes: Any) -> str:
    """Return the page's query with these values changed (None takes one out) and the page number forgotten."""
    values = context["request"].GET.copy()
    values.pop("page", None)
    for name, value in changes.items():
        values.pop(name, None)
        if value not in (None, ""):
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.inclusion_tag("web/pieces/sort_header.html", takes_context=True)
def sort_header(context: Context, label: str, key: str, is_number: bool = False) -> dict[str, Any]:
    """Render a `<th>` that sorts: `?sort=key` rises, `?sort=-key` falls."""
    current = context["request"].GET.get("sort", "")
    order = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    url = _query(context, sort=f"-{key}" if order == "ascending" else key)
    return {"label": label, "url": url, "order": order, "is_number": is_number}


@register.inclusion_tag("web/pieces/filter_chips.html", takes_context=True)
def filter_chips(
    context: Context, name: str, choices: Iterable[Sequence[Any]], label: str = "Show", all_label: str = "All"
) -> dict[str, Any]:
    """Render one filter as links; choices are (value, label) or (value, label, count)."""
    current = context["request"].GET.get(name, "")
    chips = [{"label": all_label, "url": _query(context, **{name: None}), "is_current": not current, "count": None}]
    for value, text, *count in choices:
        url = _query(context, **{name: value})
        is_current = current == str(value)
        chips.append({"label": text, "url": url, "is_current": is_current, "count": count[0] if count else None})
    return {"chips": chips, "label": label}


@register.inclusion_tag("web/pieces/search_field.html", takes_context=True)
def search_field(context: Context, label: str, name: str = "q", placeholder: str = "") -> dict[str, Any]:
    """Render a search that keeps the page's other filters."""
    query = context["request"].GET
    kept = [(key, value) for key, values in query.lists() if key not in (name, "page") for value in values]
    value = query.get(name, "")
    clear_url = _query(context, **{name: None})
    return {
        "label": label, "name": name, "placeholder": placeholder, "value": value, "kept": kept,
        "clear_url": clear_url, "id": f"search-{name}",
    }  # fmt: skip


@register.inclusion_tag("web/pieces/paging.html", takes_context=True)
def paging(context: Context, page: Page, noun: str = "rows") -> dict[str, Any]:
    """Render where in a list this page is, and the ways back and on."""
    previous = _query(context, page=page.previous_page_number()) if page.has_previous() else ""
    following = _query(context, page=page.next_page_number()) if page.has_next() else ""
    return {"page": page, "noun": noun, "previous_url": previous, "next_url": following}


# Pictures


@register.inclusion_tag("web/pieces/presence_bar.html")
def presence_bar(intervals: Sequence[tuple[float, float]], length: float) -> dict[str, Any]:
    """Draw when somebody was in a session; intervals are (start, end) in seconds from its start."""
    return {
        "stretches": _charts.presence_stretches(intervals, length) if length > 0 else [],
        "label": _charts.presence_label(intervals, length),
        "width": _charts.PRESENCE_WIDTH,
    }


@register.inclusion_tag("web/pieces/funnel.html")
def funnel(steps: Sequence[tuple[str, int]], label: str = "From invited to attended") -> dict[str, Any]:
    """Draw how many remain at each step; steps are (label, number)."""
    return {"rows": _charts.funnel_rows(steps), "label": label}


@register.inclusion_tag("web/pieces/chart.html")
def bar_chart(points: Sequence[tuple[str, float]], label: str, value_label: str = "Number") -> dict[str, Any]:
    """Draw (label, number) pairs as bars, with the numbers as a table beside."""
    return {"kind": "bars", "label": label, "value_label": value_label, **_charts.chart(points)}


@register.inclusion_tag("web/pieces/chart.html")
def line_chart(points: Sequence[tuple[str, float]], label: str, value_label: str = "Number") -> dict[str, Any]:
    """Draw (label, number) pairs as a line, with the numbers as a table beside."""
    return {"kind": "line", "label": label, "value_label": value_label, **_charts.chart(points)}
