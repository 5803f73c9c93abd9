"""What every page tells the browser, so that nothing of others runs in it."""

import pytest
from django.test import Client
from tests.hub.web.routes import SHOWN, address

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self' https: http://goto.test",
}


POLICY_OF_A_FILE = {"sandbox": "", "default-src": "'none'"}
# A mail is shown in a frame of our own page, with its own styles.
POLICY_OF_A_MAIL = {
    "sandbox": "",
    "default-src": "'none'",
    "style-src": "'unsafe-inline'",
    "img-src": "https: http: data:",
    "frame-ancestors": "'self'",
}
POLICIES = {"lesson_file": POLICY_OF_A_FILE, "preview_email": POLICY_OF_A_MAIL}


def check(answer, expected=POLICY) -> None:
    directives = [part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";")]
    assert {name: value for name, _, value in directives} == expected
    assert "nosniff" == answer["X-Content-Type-Options"]
    assert ("SAMEORIGIN" if expected is POLICY_OF_A_MAIL else "DENY") == answer["X-Frame-Options"]
    assert "same-origin" == answer["Referrer-Policy"]
    assert "same-origin" == answer["Cross-Origin-Opener-Policy"]


def test_every_page_has_the_headers(scene, cast, browser):
    ada, otto = browser(cast.ada), browser(cast.otto)
    for name in SHOWN:
        check(ada.get(address(name, scene, cast.otto)), POLICIES.get(name, POLICY))
        check(otto.get(address(name, scene, cast.otto)))


@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page/", "/healthz", "/readyz", "/metrics"])
def test_what_is_open_has_them_too(db, client, path):
    check(client.get(path))


def test_refused_form_has_them_too(db):
    check(Client(enforce_csrf_checks=True).post("/accounts/login/"))


def test_session_is_out_of_reach_for_scripts_and_other_sites(client, lena):
    client.post("/accounts/login/", {"login": lena.email, "password": "correct horse"})
    cookie = client.cookies["greenroom"]
    assert (True, "Lax") == (cookie["httponly"], cookie["samesite"])


def test_page_of_a_person_is_not_kept_by_others(scene, cast, browser):
    client = browser(cast.lena)
    for name in ("item_card", "join"):
        assert "no-store" in client.get(address(name, scene, cast.otto))["Cache-Control"]
