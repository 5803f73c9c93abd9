"""Where hooks may lead, and how an address cannot be made to lead elsewhere."""

import asyncio
import socket
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from tests.hub.automation.receivers import Receiver, receiving, speaking

from greenroom.hub.automation.hooks import calling
from greenroom.hub.automation.hooks.addresses import read_target
from greenroom.hub.automation.hooks.calling import MOST_ANSWER_BYTES, Answer, call
from greenroom.hub.core.errors import InvalidInputError

LOOPBACK = [ip_network("127.0.0.0/8")]

PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]",
    "[::ffff:10.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[100::1]", "[2001::1]", "[2001:db8::1]",
    "[2002:7f00:1::]", "[3fff::1]", "[5f00::1]", "[fc00::1]", "[fd12::1]", "[fe80::1]", "[fec0::1]", "[ff02::1]",
]  # fmt: skip
ODD_SPELLINGS = [
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0",
    "0x7f.1",
    "localhost",
    "LOCALHOST",
]


def refusal(url: str) -> str:
    with pytest.raises(InvalidInputError) as caught:
        read_target(url)
    return caught.value.errors["target_url"]


def call_now(url: str) -> Answer:
    return asyncio.run(call(url, headers={}, body=b"{}"))


@pytest.fixture
def resolving(monkeypatch):
    """Have names lead where a test says, one list of addresses after the other."""

    def resolve_to(*answers: list[str]) -> None:
        left = list(answers)

        def resolve(host: object, port: object, *args: object, **more: object) -> list[tuple]:
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)

    return resolve_to


@pytest.mark.parametrize("host", PRIVATE + ODD_SPELLINGS)
def test_what_is_not_public_is_refused_when_a_hook_is_made(host) -> None:
    assert "private network" in refusal(f"https://{host}/hook")


@pytest.mark.parametrize("host", PRIVATE + ODD_SPELLINGS)
def test_what_is_not_public_is_refused_when_it_is_called(host) -> None:
    assert "address_refused" == call_now(f"https://{host}/hook").error


@pytest.mark.parametrize("address", ["8.8.8.8", "100.128.0.1", "172.32.0.1", "2606:4700::1111", "192.1.0.1"])
def test_what_is_public_is_taken(resolving, address) -> None:
    resolving([address])
    assert "hooks.example.com" == read_target("https://hooks.example.com/a?b=c").host


@pytest.mark.parametrize(
    "url",
    [
        "", "hooks.example.com", "ftp://hooks.example.com", "file:///etc/passwd", "https://", "https:///a",
        "javascript:alert(1)", "https://exa mple.com", "https://example.com/\n", "https://[::1", "https://a:b:c",
        "https://example.com:99999", "x" * 3000,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url) -> None:
    assert refusal(url)


@pytest.mark.parametrize(
    "url", ["https://user:pw@example.com/", "https://user@example.com/", "https://@127.0.0.1@x.com"]
)
def test_names_and_passwords_are_refused(url) -> None:
    assert refusal(url)


@pytest.mark.parametrize("url", ["http://hooks.example.com/", "https://hooks.example.com:8443/"])
def test_other_ports_and_http_need_leave(resolving, settings, url) -> None:
    resolving(["8.8.8.8"])
    assert "port 443" in refusal(url)
    settings.HOOK_ALLOWED_NETWORKS = [ip_network("10.0.0.0/8")]
    assert "port 443" in refusal(url)
    resolving(["10.0.0.1"])
    assert read_target(url)


def test_one_private_address_among_public_ones_is_enough_to_refuse(resolving) -> None:
    resolving(["8.8.8.8", "10.0.0.1"])
    assert "private network" in refusal("https://hooks.example.com/")
    assert "address_refused" == call_now("https://hooks.example.com/").error


def test_name_that_leads_elsewhere_afterwards_is_not_called(resolving, settings) -> None:
    resolving(["8.8.8.8"], ["127.0.0.1"])
    read_target("https://rebind.example.com/")
    assert "address_refused" == call_now("https://rebind.example.com/").error


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.HOOK_ALLOWED_NETWORKS = LOOPBACK
    with receiving() as receiver:
        yield receiver


def test_name_is_resolved_once_and_the_connection_goes_to_what_was_judged(receiver, settings, monkeypatch) -> None:
    resolved = []
    resolve = socket.getaddrinfo

    def rebind(host: str | bytes, *args: object, **more: object) -> object:
        name = host.decode() if isinstance(host, bytes) else host
        if name == "rebind.example.com":
            resolved.append(name)
            name = "127.0.0.1" if len(resolved) == 1 else "127.0.0.2"
        return resolve(name, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    url = receiver.url.replace("127.0.0.1", "rebind.example.com")
    assert 200 == call_now(url).status
    assert ["rebind.example.com"] == resolved
    assert receiver.calls[0].headers["host"].startswith("rebind.example.com:")


def test_redirect_is_an_answer_and_not_followed(receiver) -> None:
    receiver.status, receiver.headers = 307, {"Location": receiver.url + "/elsewhere"}
    answer = call_now(receiver.url)
    assert (307, False) == (answer.status, answer.is_success)
    assert ["/hook"] == [one.path for one in receiver.calls]


def test_proxy_of_the_environment_is_not_asked(receiver, monkeypatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert 200 == call_now(receiver.url).status


def test_answer_without_end_is_cut(settings) -> None:
    settings.HOOK_ALLOWED_NETWORKS = LOOPBACK
    five_gigabytes = b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n"
    with speaking(five_gigabytes, endless=b"x" * 65536) as url:
        answer = call_now(url)
    assert (200, MOST_ANSWER_BYTES) == (answer.status, len(answer.body))


@pytest.mark.parametrize(
    ("parts", "endless"),
    [((), b""), ((), b"X"), ((b"HTTP/1.1 200 OK\r\n",), b"a: b\r\n")],
    ids=["never answers", "drips what is no HTTP", "drips headers"],
)
def test_slowness_is_cut(settings, monkeypatch, parts, endless) -> None:
    settings.HOOK_ALLOWED_NETWORKS = LOOPBACK
    monkeypatch.setattr(calling, "TOTAL_SECONDS", 0.3)
    with speaking(*parts, endless=endless, pause=0.05) as url:
        answer = call_now(url)
    assert (None, "timeout") == (answer.status, answer.error)
    assert answer.duration_ms < 2000


def test_answer_that_breaks_off_counts_by_its_status(settings) -> None:
    settings.HOOK_ALLOWED_NETWORKS = LOOPBACK
    with speaking(b"HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nthanks") as url:
        answer = call_now(url)
    assert (True, 202, b"thanks") == (answer.is_success, answer.status, answer.body)


def test_what_goes_wrong_is_named(settings, resolving) -> None:
    settings.HOOK_ALLOWED_NETWORKS = LOOPBACK
    with speaking(b"SSH-2.0-OpenSSH\r\n\r\n") as url:
        assert "no_http" == call_now(url).error
        assert "certificate_refused" == call_now(url.replace("http:", "https:")).error
    assert "not_reachable" == call_now(url).error


def test_name_that_leads_nowhere_is_named(monkeypatch) -> None:
    def fail(*args: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert "name_not_found" == call_now("https://nowhere.example.com/").error
    assert read_target("https://nowhere.example.com/")
