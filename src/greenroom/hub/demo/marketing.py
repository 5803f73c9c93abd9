"""What the demo's marketer finds: contacts, and what some of them agreed to."""

from greenroom.hub.contacts.models import Consent, ConsentRecord, Contact, CustomField, Purpose
from greenroom.hub.contacts.services import (
    Person,
    add_field,
    add_purpose,
    add_tags,
    keep_people,
    record_consent,
    set_values,
)
from greenroom.hub.events.models import Registrant

_NEWS = "News and invitations"
_QUESTION = "Yes, write to me about new webinars and trainings. I can take this back in every mail."
# So many of a hundred agreed.
_AGREEING = 60


def fill_marketing() -> None:
    """Make contacts of everybody who signed up, tag some, and have most of them agree to be written to."""
    if Purpose.objects.exists():
        return
    people = Registrant.objects.order_by("email").values_list("email", "first_name", "last_name").distinct()
    keep_people((Person(*row) for row in people), source=Contact.Source.GOTO)
    news = add_purpose(name=_NEWS, wording=_QUESTION)
    contacts = Contact.objects.order_by("pk").values_list("pk", flat=True)
    add_tags(contacts=list(contacts[:12]), names=["Key customer"])
    staff = add_field(label="Employees", kind=CustomField.Kind.NUMBER)
    set_values(values=[(pk, staff, str(20 + 15 * number)) for number, pk in enumerate(contacts[:30])])
    agreeing = [pk for number, pk in enumerate(contacts) if number % 10 < _AGREEING // 10]
    record_consent(
        contacts=agreeing, purpose=news, state=Consent.State.GRANTED, source=ConsentRecord.Source.FORM,
        details={"form": "demo"},
    )  # fmt: skip
