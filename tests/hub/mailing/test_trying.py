"""What `greenroom mail test` says of each thing that can be wrong with a mail server."""

import smtplib
import socket

import pytest
from tests.hub.mailing.post_office import REFUSALS
from typer.testing import CliRunner

from greenroom.cli import app
from greenroom.hub.mailing.trying import explain_cause


def try_mail(to: str = "ada@example.com") -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["mail", "test", to])
    return answer.exit_code, answer.output


def test_mail_that_is_taken_is_said_to_be(post) -> None:
    code, said = try_mail()
    assert (0, ["ada@example.com"]) == (code, post.recipients)
    assert f"127.0.0.1:{post.port} has taken the mail." in said


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"EMAIL_HOST_USER": "ada", "EMAIL_HOST_PASSWORD": "s3cret"}, "does not offer what GREENROOM_EMAIL_URL asks"),
        ({"EMAIL_USE_TLS": True}, "does not offer what GREENROOM_EMAIL_URL asks"),
        ({"EMAIL_USE_SSL": True}, "does not speak TLS from the start"),
        ({"EMAIL_PORT": 1}, "Nothing takes mail at 127.0.0.1:1."),
    ],
)
def test_what_is_wrong_with_the_server_is_said_with_what_to_do(post, settings, wrong, sentence) -> None:
    for name, value in wrong.items():
        setattr(settings, name, value)
    code, said = try_mail()
    assert (1, []) == (code, post.recipients)
    assert sentence in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (smtplib.SMTPAuthenticationError(535, b"no"), "does not accept the user name or the password"),
        (smtplib.SMTPServerDisconnected("bye"), "Port 465 wants smtps://"),
        (socket.gaierror(-2, "unknown"), "There is no server with the name"),
        (TimeoutError(), "Many networks let nothing out by port 25"),
        (OSError(113, "No route"), "cannot be reached"),
    ],
)
def test_each_cause_has_its_own_words(cause, sentence) -> None:
    assert sentence in explain_cause(cause)


@pytest.mark.parametrize("to", [*REFUSALS])
def test_mail_that_is_refused_names_the_sender_to_be_set(post, to) -> None:
    code, said = try_mail(to)
    assert (1, True) == (code, "Let GREENROOM_EMAIL_FROM be an address" in said)


def test_without_a_server_it_is_said_where_the_file_is(settings, tmp_path) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "django.core.mail.backends.filebased.EmailBackend", ""
    settings.EMAIL_FILE_PATH = tmp_path
    code, said = try_mail()
    assert (0, 1) == (code, len(list(tmp_path.iterdir())))
    assert "No mail server is set" in said


def test_what_is_no_address_is_refused() -> None:
    code, said = try_mail("ada")
    assert (1, "Give a whole address, like ada@example.com.\n") == (code, said)
