"""
Where we may call: nowhere but the public internet, unless a setting names a network.

An address is judged by what its name resolves to, never by how it is spelled, since `127.1`, `2130706433` and
`0x7f000001` are all this machine. It is judged twice: when a hook is made, so that people are told, and for each
call, whose connection goes to the very address that was judged (`calling`).
"""

import re
import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx2
from django.conf import settings

from greenroom.hub.core.errors import HubError, InvalidInputError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

LONGEST_URL = 2000
_HOST = re.compile(rb"[A-Za-z0-9._:-]+")

# Written out, because Python's `is_global` takes some of these for public (those that lead to IPv4 inside IPv6).
# Source: IANA's registries of special-purpose addresses, of multicast, and of what is reserved.
_REFUSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared, behind carriers
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, where clouds keep their metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
        "::/96",  # unspecified, loopback, IPv4 in its oldest form
        "64:ff9b::/96",  # IPv4 behind a translator
        "64:ff9b:1::/48",  # the same, local
        "100::/64",  # discarded
        "2001::/23",  # protocol assignments, Teredo
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
        "5f00::/16",  # segment routing
        "fc00::/7",  # private
        "fe80::/10",  # link-local
        "fec0::/10",  # site-local
        "ff00::/8",  # multicast
    )
)


class AddressRefusedError(HubError):
    """A name leads to where we do not call."""

    code = "address_refused"


def read_target(text: str) -> httpx2.URL:
    """
    Return an address one may subscribe with.

    A name that cannot be resolved now is taken: it is judged again before each call.

    Raises:
        InvalidInputError: it is none, or leads to where we do not call; the sentence says which.
    """
    url = _parse(text)
    try:
        found = _resolve(url.raw_host.decode(), _port(url))
    except OSError:
        found = []
    try:
        judge(url, found)
    except AddressRefusedError as error:
        raise _wrong(str(error)) from None
    return url


def _parse(text: str) -> httpx2.URL:
    if len(text) > LONGEST_URL:
        raise _wrong(f"An address has at most {LONGEST_URL} characters.")
    try:
        url = httpx2.URL(text)
    except (httpx2.InvalidURL, UnicodeError, ValueError):
        raise _wrong("This is no address. Give one that begins with https://.") from None
    if url.scheme not in {"http", "https"} or not _HOST.fullmatch(url.raw_host):
        raise _wrong("This is no address. Give one that begins with https://.")
    if url.userinfo:
        raise _wrong("An address with a name or password before the @ is not called. Leave them out.")
    return url


def judge(url: httpx2.URL, found: Iterable[Address]) -> None:
    """
    Refuse to call an address unless everything its name resolves to may be called.

    Raises:
        AddressRefusedError: the sentence says why.
    """
    needs_leave = url.scheme != "https" or _port(url) != 443
    outside = [one for one in found if not _is_in(one, settings.HOOK_ALLOWED_NETWORKS)]
    if needs_leave and (outside or not settings.HOOK_ALLOWED_NETWORKS):
        raise AddressRefusedError("Only https:// addresses on port 443 are called.")
    if any(_is_in(one, _REFUSED) for one in outside):
        raise AddressRefusedError("This address leads into a private network, where we do not call.")


def address_of(text: str) -> Address:
    """Return an address as it is judged: IPv4 inside IPv6 is IPv4."""
    address = ip_address(text)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _resolve(host: str, port: int) -> list[Address]:
    return [address_of(str(info[4][0])) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _wrong(sentence: str) -> InvalidInputError:
    return InvalidInputError("We do not call this address.", {"target_url": sentence})
