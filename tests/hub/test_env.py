"""Settings from the environment: what is read, and that a bad value names its variable."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from greenroom.hub import env

NAME = "GREENROOM_THING"


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch):
    """Set the variable."""
    return lambda value, name=NAME: monkeypatch.setenv(name, value)


def refused(call) -> str:
    with pytest.raises(ImproperlyConfigured) as caught:
        call()
    return str(caught.value)


def test_value_comes_from_the_environment_or_the_default(give):
    assert ("", "else") == (env.text(NAME), env.text(NAME, "else"))
    give("here")
    assert "here" == env.text(NAME, "else")


def test_value_may_stand_in_a_file(give, tmp_path: Path):
    (tmp_path / "secret").write_text(" from a file\n")
    give("here")
    give(str(tmp_path / "secret"), f"{NAME}_FILE")
    assert "from a file" == env.text(NAME, "else")
    give("", f"{NAME}_FILE")
    assert "here" == env.text(NAME, "else")


def test_file_that_cannot_be_read_is_named(give, tmp_path: Path):
    give(str(tmp_path / "missing"), f"{NAME}_FILE")
    assert f"{NAME}_FILE cannot be read: No such file or directory" == refused(lambda: env.text(NAME))
    give(str(tmp_path), f"{NAME}_FILE")
    assert f"{NAME}_FILE cannot be read: Is a directory" == refused(lambda: env.text(NAME))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    give(str(tmp_path / "bytes"), f"{NAME}_FILE")
    assert f"{NAME}_FILE must hold text in UTF-8" == refused(lambda: env.text(NAME))


@pytest.mark.parametrize(("expected", "value"), [(True, "1"), (True, "YES"), (True, "on"), (False, "0"), (False, "")])
def test_yes_and_no_are_read_in_many_ways(give, expected, value):
    give(value)
    assert expected is env.boolean(NAME, not expected)


def test_anything_else_is_neither_yes_nor_no(give):
    give("perhaps")
    assert f"{NAME} must be one of 1, 0, true, false, yes, no" == refused(lambda: env.boolean(NAME, True))


@pytest.mark.parametrize(
    ("sentence", "value"),
    [("must be a whole number", "ten"), ("must be a whole number", "1.5"), ("must be a whole number", ""),
     ("must be at least 1", "0"), ("must be at least 1", "-3")],
)  # fmt: skip
def test_bad_number_names_its_variable(give, sentence, value):
    give(value)
    assert f"{NAME} {sentence}" == refused(lambda: env.integer(NAME, 10, at_least=1))


def test_number_is_read(give):
    assert 10 == env.integer(NAME, 10)
    give("0")
    assert 0 == env.integer(NAME, 10)


def test_choice_must_be_one_of_them(give):
    assert "db" == env.choice(NAME, "db", {"db", "celery"})
    give("rabbit")
    assert f"{NAME} must be one of celery, db" == refused(lambda: env.choice(NAME, "db", {"db", "celery"}))


@pytest.mark.parametrize("value", ["https://hub.example.com/", "https://hub.example.com", "http://127.0.0.1:8000/"])
def test_address_is_kept_without_its_last_slash(give, value):
    give(value)
    assert value.rstrip("/") == env.address(NAME, "")


@pytest.mark.parametrize(
    "value",
    ["", "hub.example.com", "ftp://hub.example.com", "https://", "http://[::1", "http://hub:port", "http://:80"],
)
def test_bad_address_names_its_variable(give, value):
    give(value)
    assert f"{NAME} must be an http or https address" == refused(lambda: env.address(NAME, "http://else"))


@pytest.mark.parametrize(
    "value",
    [
        "mysql://root@db/green",
        "postgresql://db",
        "postgresql://db:port/green",
        "postgresql://[::1/green",
        "green.sqlite",
    ],
)
def test_bad_database_names_its_variable_and_not_its_password(give, tmp_path, value):
    give(value.replace("db", "user:s3cret@db"))
    sentence = refused(lambda: env.database(NAME, tmp_path))
    assert f"{NAME} must look like postgresql://user:password@host:5432/name" == sentence


def test_database_is_read_from_its_address(give, tmp_path):
    give("postgresql://green:p%40ss@db:5433/green%20room")
    found = env.database(NAME, tmp_path)
    assert ("green", "p@ss", "db", "5433", "green room") == tuple(
        found[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")
    )


def test_without_an_address_the_database_is_a_file(tmp_path):
    assert str(tmp_path / "greenroom.sqlite3") == env.database(NAME, tmp_path)["NAME"]


@pytest.mark.parametrize("address", ["", "postgresql://green@db/green"])
def test_connections_outlive_a_request(give, tmp_path, address):
    give(address)
    assert env.database(NAME, tmp_path)["CONN_MAX_AGE"] > 0


def test_mail_goes_to_files_unless_a_server_is_named(give, tmp_path):
    assert tmp_path == env.mail(NAME, tmp_path).folder
    give("")
    assert tmp_path == env.mail(NAME, tmp_path).folder
    give("file:///var/mail%20out")
    found = env.mail(NAME, tmp_path)
    assert ("django.core.mail.backends.filebased.EmailBackend", Path("/var/mail out")) == (found.backend, found.folder)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("smtp://127.0.0.1:8025", ("127.0.0.1", 8025, "", "", False, False)),
        ("smtp://mail.example", ("mail.example", 25, "", "", False, False)),
        ("smtp://green%40x:p%2Fss@mail.example?tls=1", ("mail.example", 587, "green@x", "p/ss", True, False)),
        ("smtps://green:room@mail.example", ("mail.example", 465, "green", "room", False, True)),
    ],
)
def test_mail_server_is_read_from_its_address(give, tmp_path, value, expected):
    give(value)
    assert ("django.core.mail.backends.smtp.EmailBackend", tmp_path, *expected) == env.mail(NAME, tmp_path)


@pytest.mark.parametrize(
    "value",
    [
        "mail.example",
        "http://user:s3cret@mail.example",
        "smtp://user:s3cret@",
        "smtp://s3cret@h/path",
        "smtp://[::1",
    ],
)
def test_bad_mail_server_names_its_variable_and_not_its_password(give, tmp_path, value):
    give(value)
    sentence = refused(lambda: env.mail(NAME, tmp_path))
    assert f"{NAME} must look like smtp://user:password@host:587?tls=1, smtps://... or file:" == sentence


@pytest.mark.parametrize("value", ["smtp://mail.example?tls=yes", "smtps://mail.example?tls=1", "smtp://h?ssl=1"])
def test_mail_server_takes_no_other_option(give, tmp_path, value):
    give(value)
    assert f"{NAME} may have ?tls=1 after an smtp address, and nothing else" == refused(
        lambda: env.mail(NAME, tmp_path)
    )


def test_secret_is_made_once_and_kept_for_its_owner(tmp_path):
    kept = [env.kept_secret(NAME, tmp_path / "new", make) for make in (lambda: "first", lambda: "second")]
    assert ["first", "first"] == kept
    (file,) = (tmp_path / "new").iterdir()
    assert ("thing", 0o600) == (file.name, file.stat().st_mode & 0o777)


def test_secret_of_the_environment_comes_first(give, tmp_path):
    give("mine")
    assert "mine" == env.kept_secret(NAME, tmp_path, lambda: "made")
    assert not list(tmp_path.iterdir())


def test_place_for_secrets_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    sentence = refused(lambda: env.kept_secret(NAME, tmp_path / "file", lambda: "made"))
    assert sentence.startswith(f"{NAME} is not set, and {tmp_path / 'file' / 'thing'} cannot be written: ")


def test_keys_for_secrets_at_rest_are_looked_at_when_starting(give, tmp_path):
    assert 1 == len(env.encryption_keys(NAME, tmp_path))
    one, other = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    give(f"{one},{other}")
    assert [one, other] == env.encryption_keys(NAME, tmp_path)
    give(f"{one},{other[:-4]}")
    assert f"{NAME} must hold Fernet keys, separated by commas" == refused(lambda: env.encryption_keys(NAME, tmp_path))
