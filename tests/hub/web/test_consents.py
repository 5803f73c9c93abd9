"""The pages of consent."""

import pytest
from django.urls import reverse

from greenroom.hub.contacts.models import Contact, Purpose
from greenroom.hub.contacts.selectors import list_mailable
from greenroom.hub.contacts.services import add_purpose, make_contact, record_consent


@pytest.fixture
def news(db) -> Purpose:
    return add_purpose(name="News", wording="Write to me about new webinars.")


@pytest.fixture
def lena(db) -> Contact:
    return make_contact(source="hand", email="lena@example.com", first_name="Lena")


def test_what_a_person_said_is_written_down_and_shown_with_its_evidence(as_mara, news, lena, mara):
    page = reverse("contact_consent", args=[lena.pk])
    given = {"purpose": news.pk, "channel": "email", "state": "granted", "wording": "On the phone: yes, gladly."}
    html = as_mara.post(page, given, follow=True).content.decode()
    assert "On the phone: yes, gladly." in html.partition("Evidence")[2]
    assert str(mara) in html
    assert [lena] == list(list_mailable(purpose=news))
    assert "Agreed" in as_mara.get(reverse("contact", args=[lena.pk])).content.decode()


def test_nobody_writes_down_a_consent_without_evidence(as_mara, news, lena):
    answer = as_mara.post(reverse("contact_consent", args=[lena.pk]), {"purpose": news.pk, "state": "granted"})
    assert (422, {"channel", "wording"}) == (answer.status_code, set(answer.context["form"].errors))
    assert not list_mailable(purpose=news)


def test_it_is_said_when_only_the_person_can_agree_again(as_mara, news, lena):
    record_consent(contacts=[lena.pk], purpose=news, state="withdrawn", source="preferences")
    given = {"purpose": news.pk, "channel": "email", "state": "granted", "wording": "She said so."}
    answer = as_mara.post(reverse("contact_consent", args=[lena.pk]), given, follow=True)
    assert "only they can give it again" in answer.content.decode()


def test_person_is_silenced_and_written_to_again(as_mara, lena):
    page = as_mara.post(reverse("silence_contact", args=[lena.pk]), follow=True)
    assert "No mail goes to this person." in page.content.decode()
    assert not list_mailable()
    as_mara.post(reverse("resume_contact", args=[lena.pk]))
    assert [lena] == list(list_mailable())


def test_purposes_are_added_and_changed(as_mara, db):
    as_mara.post(reverse("purposes"), {"name": "News", "wording": "Write to me."})
    news = Purpose.objects.get()
    assert 422 == as_mara.post(reverse("purposes"), {"name": "News", "wording": "Again."}).status_code
    as_mara.post(reverse("change_purpose", args=[news.pk]), {"name": "Newsletter", "wording": "Write to me monthly."})
    html = as_mara.get(reverse("purposes")).content.decode()
    assert "Newsletter" in html
    assert "Write to me monthly." in html
