"""Forms, and what visitors send."""

from collections.abc import Mapping
from typing import Any

from greenroom.hub.events.models import Event
from greenroom.hub.users.models import User
from greenroom.hub.webforms.forms import VisitorForm, name_of
from greenroom.hub.webforms.models import FormField, Submission, WebForm
from greenroom.hub.webforms.selectors import list_offers
from greenroom.hub.webforms.services import Sent, add_action, create_form, publish_form, submit
from greenroom.hub.webforms.tokens import digest_visitor, read_shown, sign_shown

LENA = {"First name": "Lena", "Last name": "Fischer", "E-mail address": "lena@example.com"}


def make_form(actor: User, *, start: str = "person", name: str = "Safety week", event: Event | None = None) -> WebForm:
    """Make a published form that registers for an event, or for the one that is chosen in it."""
    form = create_form(name=name, start=start, actor=actor)
    chosen_in = form.fields.filter(kind=FormField.Kind.EVENT).first()
    if event:
        add_action(form=form, kind="register", given={"event": event.pk})
    elif chosen_in:
        add_action(form=form, kind="register", given={"event_field": chosen_in.pk})
    publish_form(form=form)
    return form


def fill_in(form: WebForm, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a browser sends, for answers by the labels of the fields."""
    by_label = {one.label: name_of(one) for one in form.fields.all()}
    return {by_label[label]: value for label, value in answers.items()}


def send(form: WebForm, answers: Mapping[str, Any] = LENA, *, shown: str = "", **more: Any) -> Submission:
    """Send a form as the page does; the clock must have moved on since `shown`, else it was too quick."""
    fields = list(form.fields.all())
    typed = VisitorForm(
        fill_in(form, answers), fields=fields, offers=list_offers(fields), actions=list(form.actions.all())
    )
    assert typed.is_valid(), typed.errors
    read = read_shown(form.pk, shown or sign_shown(form.pk))
    assert read is not None
    values = {"visitor": digest_visitor("192.0.2.1")} | more
    return submit(form=form, sent=Sent(answers=typed.get_answers(), shown=read, **values))
