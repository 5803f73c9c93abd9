"""The form of the demo, and who has sent it."""

from datetime import timedelta

from greenroom.hub.contacts.models import Purpose
from greenroom.hub.core import clock
from greenroom.hub.events.models import Event
from greenroom.hub.sync.services import read_registration_form
from greenroom.hub.users.models import User
from greenroom.hub.webforms.forms import VisitorForm, name_of
from greenroom.hub.webforms.models import FormField, WebForm
from greenroom.hub.webforms.selectors import list_offers
from greenroom.hub.webforms.services import (
    Sent,
    add_action,
    add_asked_fields,
    add_field,
    count_view,
    create_form,
    publish_form,
    submit,
)
from greenroom.hub.webforms.tokens import Shown, digest_visitor

_NAME = "Safety webinars"
_ADDRESS = "safety-webinars"
_VIEWS = 17
_VISITORS = (
    ("Petra", "Novak", "petra.novak@riverside.example"),
    ("Jonas", "Weber", "jonas.weber@hillcrest.example"),
    ("Amira", "Haddad", "amira.haddad@lakeview.example"),
)


def fill_forms(actor: User) -> None:
    """Make a form in which visitors choose a webinar, and let some have sent it."""
    if WebForm.objects.exists():
        return
    form = create_form(name=_NAME, start="webinar", actor=actor)
    WebForm.objects.filter(pk=form.pk).update(
        public_id=_ADDRESS,
        introduction="Choose one and tell us who you are. It takes a minute.",
        button="Register",
        thanks="We look forward to seeing you.",
    )
    form.refresh_from_db()
    choice = form.fields.get(kind=FormField.Kind.EVENT)
    add_action(form=form, kind="register", given={"event_field": choice.pk})
    for event in list_offers([choice])[choice.pk]:
        read_registration_form.call(event_id=event.pk)
    add_asked_fields(form=form)
    if purpose := Purpose.objects.first():
        add_field(form=form, kind=FormField.Kind.CONSENT, label=purpose.wording, purpose=purpose)
    publish_form(form=form)
    form.refresh_from_db()
    for _ in range(_VIEWS):
        count_view(form=form, browser="Mozilla/5.0 (demo)")
    for number, visitor in enumerate(_VISITORS):
        _send(form, *visitor, number=number)


def _send(form: WebForm, first_name: str, last_name: str, email: str, *, number: int) -> None:
    fields = list(form.fields.all())
    offers = list_offers(fields)
    names = {"firstName": first_name, "lastName": last_name, "email": email}
    given = {name_of(one): names.get(one.goto_field) or _answer(one, offers) for one in fields}
    typed = VisitorForm(given, fields=fields, offers=offers, actions=list(form.actions.all()))
    if typed.is_valid():
        shown = Shown(f"demo-{number}", clock.now() - timedelta(minutes=2))
        submit(form=form, sent=Sent(answers=typed.get_answers(), shown=shown, visitor=digest_visitor(email)))


def _answer(field: FormField, offers: dict[int, list[Event]]) -> str:
    if field.kind == FormField.Kind.EVENT:
        return str(offers[field.pk][0].pk) if offers[field.pk] else ""
    return field.choices[0] if field.choices else "Riverside Works"
