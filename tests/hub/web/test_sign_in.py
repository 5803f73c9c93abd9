"""Signing in and out, and getting a new password."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from greenroom.hub.users.models import User
from greenroom.hub.users.services import add_user
from greenroom.sandbox.mail.reading import ReadMail
from greenroom.sandbox.mail.server import MailServer

SIGN_IN = "/accounts/login/"


def sign_in(client: Client, email: str, password: str, **more: str):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["lena@example.com", "LENA@Example.COM", " lena@example.com "])
def test_right_password_signs_in_whatever_the_case_of_the_address(client, lena, email):
    answer = sign_in(client, email, "correct horse")
    assert (302, "/", True) == (answer.status_code, answer["Location"], is_signed_in(client))


@pytest.mark.parametrize(
    ("email", "password"),
    [("lena@example.com", "wrong horse"), ("lena@example.com", ""), ("nobody@example.com", "correct horse"), ("", "")],
)
def test_wrong_password_does_not(client, lena, email, password):
    answer = sign_in(client, email, password)
    assert (200, False) == (answer.status_code, is_signed_in(client))
    assert "field-error" in answer.content.decode() or "error-summary" in answer.content.decode()


def test_wrong_password_and_unknown_address_are_told_alike(client, lena):
    wrong, unknown = sign_in(client, lena.email, "wrong horse"), sign_in(client, "lenb@example.com", "wrong horse")
    changing = re.compile(r'value="[^"]*"|CSRFToken": "[^"]*"')
    wrong_page, unknown_page = (changing.sub("", answer.content.decode()) for answer in (wrong, unknown))
    assert wrong_page == unknown_page


def test_person_comes_back_to_the_page_they_asked_for(client, ivan):
    asked = client.get("/courses/new/")
    assert "/accounts/login/?next=/courses/new/" == asked["Location"]
    assert "/courses/new/" == sign_in(client, ivan.email, "correct horse", next="/courses/new/")["Location"]


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_to_no_other_site(client, lena, target):
    assert "/" == sign_in(client, lena.email, "correct horse", next=target)["Location"]


def test_person_who_is_not_active_cannot_sign_in(client, lena):
    lena.is_active = False
    lena.save()
    sign_in(client, lena.email, "correct horse")
    assert not is_signed_in(client)


def test_person_who_is_no_longer_active_is_signed_out(lena, browser):
    client = browser(lena)
    assert 200 == client.get("/").status_code
    lena.is_active = False
    lena.save()
    assert "/accounts/login/?next=/" == client.get("/")["Location"]


def test_signing_out_takes_a_post(lena, browser):
    client = browser(lena)
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    assert SIGN_IN == client.post(reverse("account_logout"))["Location"]
    assert not is_signed_in(client)


@pytest.mark.parametrize("password", ["correct horse", None])
def test_forgotten_password_is_chosen_anew_by_mail(client, db, password):
    user = add_user(email="Nina@Example.com", first_name="Nina", last_name="New", password=password)
    client.post(reverse("account_reset_password"), {"email": "NINA@example.com"})
    (letter,) = mail.outbox
    assert ["nina@example.com"] == letter.to
    page = client.get(re.search(r"http://testserver(\S+)", letter.body).group(1), follow=True)
    fresh = {"password1": "staple battery", "password2": "staple battery"}
    client.post(page.request["PATH_INFO"], fresh)
    user.refresh_from_db()
    assert user.check_password("staple battery")


def test_hub_sends_mail_to_the_sandboxs_mailbox(client, lena, world, settings):
    server = MailServer(world.sandbox.mailbox)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    client.post(reverse("account_reset_password"), {"email": lena.email})
    server.stop()
    (letter,) = world.sandbox.mailbox.mails(to=lena.email)
    assert ("greenroom@localhost", [lena.email]) == (letter.sender, letter.recipients)
    (link,) = ReadMail(letter.raw).links
    assert 'name="password1"' in client.get(link.url, follow=True).content.decode()


def test_nobody_learns_who_has_an_account_by_asking_for_a_password(client, lena):
    answers = [
        client.post(reverse("account_reset_password"), {"email": email}) for email in (lena.email, "x@example.com")
    ]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]


def test_sign_up_is_closed(client, db):
    form = {"email": "new@example.com", "password1": "staple battery", "password2": "staple battery"}
    for answer in (client.get(reverse("account_signup")), client.post(reverse("account_signup"), form)):
        assert 'name="password1"' not in answer.content.decode()
    assert (False, False) == (is_signed_in(client), User.objects.exists())


def test_every_entrance_page_opens(client, db):
    for name in ("account_login", "account_reset_password", "account_reset_password_done", "account_inactive"):
        assert 200 == client.get(reverse(name)).status_code, name


def test_every_account_page_opens(lena, browser):
    client = browser(lena)
    for name in ("account_change_password", "account_email", "account_logout", "account_reauthenticate"):
        assert client.get(reverse(name)).status_code in {200, 302}, name


def test_nobody_gives_themselves_the_address_of_somebody_else(lena, browser):
    """Rights go by the address: whoever could take Olga's would run her account."""
    client = browser(lena)
    for act in ("action_add", "action_primary", "action_send"):
        answer = client.post(reverse("account_email"), {act: "1", "email": "olga@northwind.example"})
        assert 405 == answer.status_code, act
    lena.refresh_from_db()
    assert "lena@example.com" == lena.email


def test_part_of_a_page_asks_for_a_reload_when_the_session_is_over(item):
    answer = Client().get(reverse("item_card", args=[item.pk]), headers={"HX-Request": "true"})
    assert (200, "true", b"") == (answer.status_code, answer["HX-Refresh"], answer.content)
