"""What programs do with contacts, and that only marketers' programs do it."""

import json

import pytest
from tests.factories.campaigns import make_segment

from greenroom.hub.automation.callers import Verb
from greenroom.hub.automation.registry import list_operations
from greenroom.hub.contacts.models import Consent, Contact, ContactTag
from greenroom.hub.contacts.services import add_purpose, make_contact, record_consent, stop_contacting
from greenroom.hub.mailing.models import Message
from greenroom.hub.mailing.services import save_email
from greenroom.hub.segments.models import Member
from greenroom.hub.users.api_keys import create_key

LENA = {"email": "lena@example.com"}


@pytest.fixture
def key(mara, world) -> str:
    return create_key(user=mara, name="Test", verbs=list(Verb), connection_ids=None)[1]


@pytest.fixture
def contact(world, db) -> Contact:
    return make_contact(source="hand", **LENA, first_name="Lena", organization="Northwind")


@pytest.fixture
def news(world, db):
    return add_purpose(name="News", wording="Write to me.")


def test_a_contact_is_made_once_and_completed_later(call):
    first = json.loads(call("POST", "/contacts", {"email": "New@Example.com", "first_name": "Nina"}).content)
    again = json.loads(call("POST", "/contacts", {"email": "new@example.com", "city": "Graz"}).content)
    assert (True, False) == (first["is_new"], again["is_new"])
    assert ("Nina", "Graz", "api") == (again["first_name"], again["city"], again["source"])
    assert 1 == Contact.objects.count()


def test_an_address_that_is_none_is_refused_by_its_name(call):
    answer = call("POST", "/contacts", {"email": "nobody"})
    assert (422, ["email"]) == (
        answer.status_code,
        [one["pointer"].strip("/") for one in json.loads(answer.content)["errors"]],
    )


def test_tags_are_added_to_those_there_are(call, contact):
    for tags in (["VIP"], ["Press", "vip"]):
        answer = call("POST", "/contacts/tags", LENA | {"tags": tags})
    assert ["Press", "VIP"] == json.loads(answer.content)["tags"]
    assert 404 == call("POST", "/contacts/tags", {"email": "nobody@example.com", "tags": ["VIP"]}).status_code


def test_a_contact_is_put_into_a_segment_and_taken_out(call, contact):
    segment = make_segment("VIPs")
    path = f"/segments/{segment.pk}/members"
    for below, is_in in (("", True), ("/remove", False)):
        assert is_in == json.loads(call("POST", path + below, LENA).content)["is_in"]
        assert is_in == Member.objects.get(segment=segment, contact=contact).is_in
    assert 404 == call("POST", f"/segments/{segment.pk + 1}/members", LENA).status_code


def test_an_email_is_sent_once_for_one_idempotency_key(call, contact, mara):
    email = save_email(name="Hello", subject="Hello", body="Hello", actor=mara)
    path, again = f"/emails/{email.pk}/send", {"idempotency-key": "run 1"}
    answers = [call("POST", path, LENA, **again) for _ in range(2)]
    assert [200, 200] == [one.status_code for one in answers]
    (message,) = Message.objects.filter(contact=contact)
    assert {str(message.pk)} == {json.loads(one.content)["message_id"] for one in answers}


def test_nobody_is_sent_what_they_did_not_agree_to(call, contact, mara, news):
    service = save_email(name="Service", subject="Hello", body="Hello", actor=mara)
    letter = save_email(name="Letter", subject="News", body="News", purpose=news, actor=mara)
    assert 409 == call("POST", f"/emails/{letter.pk}/send", LENA).status_code
    record_consent(contacts=[contact.pk], purpose=news, state=Consent.State.GRANTED, source="form")
    assert 200 == call("POST", f"/emails/{letter.pk}/send", LENA).status_code
    stop_contacting(contacts=[contact.pk], reason=Contact.Silence.ASKED, source="mail")
    assert [409, 409] == [call("POST", f"/emails/{one.pk}/send", LENA).status_code for one in (service, letter)]
    assert 1 == Message.objects.count()


def test_what_can_be_chosen_is_listed(call, mara):
    segment = make_segment("VIPs")
    email = save_email(name="Hello", subject="Hello", body="Hello", actor=mara)
    assert [{"id": str(segment.pk), "label": "VIPs"}] == json.loads(call("GET", "/segments").content)
    assert [{"id": str(email.pk), "label": "Hello"}] == json.loads(call("GET", "/emails").content)
    assert [] == json.loads(call("GET", "/forms").content)


@pytest.mark.parametrize(
    ("who", "status"), [("mara", 200), ("ada", 200), ("ivan", 404), ("otto", 401), ("account", 404)]
)
def test_only_marketers_and_admins_reach_contacts(request, call, mara, item, contact, who, status):
    """Ivan teaches, so his key is good for other things; Otto may have none."""
    segment = make_segment("VIPs")
    email = save_email(name="Hello", subject="Hello", body="Hello", actor=mara)
    user = mara if who == "account" else request.getfixturevalue(who)
    accounts = [item.event.connection_id] if who == "account" else None
    key = create_key(user=user, name="Test", verbs=list(Verb), connection_ids=accounts)[1]
    operations = [one for one in list_operations() if "Contacts" in one.tags]
    body = LENA | {"tags": ["VIP"]}
    answers = {
        one.operation_id: call(
            one.method,
            one.path.format(segment_id=segment.pk, email_id=email.pk),
            None if one.is_search else {name: body[name] for name in _body_members(one)},
            key=key,
        ).status_code
        for one in operations
    }
    assert dict.fromkeys(answers, status) == answers
    assert 8 == len(answers)
    assert (status == 200) == ContactTag.objects.exists() == Message.objects.exists() == Member.objects.exists()


def _body_members(operation) -> list[str]:
    return ["email", "tags"] if operation.operation_id == "AddTags" else ["email"]


def test_a_key_that_was_not_made_for_it_changes_no_contact(call, mara, contact):
    key = create_key(user=mara, name="Read", verbs=[Verb.READ, Verb.REGISTER], connection_ids=None)[1]
    assert 403 == call("POST", "/contacts/tags", LENA | {"tags": ["VIP"]}, key=key).status_code
    assert 200 == call("GET", "/segments", key=key).status_code
