"""`greenroom sandbox` before it serves: what is wrong is told in one sentence."""

import socket

import pytest
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("option", "setting"), [("--port", "GREENROOM_SANDBOX_PORT"), ("--smtp-port", "GREENROOM_SANDBOX_SMTP_PORT")]
)
def test_a_taken_port_is_told(shell: Shell, monkeypatch: pytest.MonkeyPatch, option: str, setting: str) -> None:
    monkeypatch.setenv("GREENROOM_SANDBOX_SMTP_PORT", "0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = shell("sandbox", option, str(port))
    assert f"Port {port} is taken by another program. Set {setting} to a free one.\n" == result.stderr
    assert 1 == result.exit_code


@pytest.mark.parametrize("name", ["GREENROOM_SANDBOX_PORT", "GREENROOM_SANDBOX_SMTP_PORT"])
@pytest.mark.parametrize("value", ["many", "-1", "65536", "１"])
def test_a_setting_that_is_no_port_is_named(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("GREENROOM_SANDBOX_SMTP_PORT", "0")
    monkeypatch.setenv(name, value)
    result = shell("sandbox")
    assert (f"{name} must be a port number\n", 1) == (result.stderr, result.exit_code)
