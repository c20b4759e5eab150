"""Which addresses are public, whatever they are spelled like and whatever they carry within."""

from __future__ import annotations

import ipaddress
import socket
from typing import Final

_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last 32 bits
# Relays, and what older lists of special addresses leave out; clouds keep their metadata at the first two.
_SPECIAL: Final = (
    *("192.0.0.0/24", "168.63.129.16/32", "192.88.99.0/24"),
    *("64:ff9b:1::/48", "fec0::/10", "::/96", "2001::/23", "3fff::/20", "5f00::/16"),
)
_REFUSED: Final = tuple(map(ipaddress.ip_network, _SPECIAL))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def is_public(text: str) -> bool:
    """Tell if an address is one of the public internet, also where it carries an IPv4 address within."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return all(_is_public(each) for each in (address, *_within(address)))


def _is_public(address: Address) -> bool:
    if not address.is_global or address.is_multicast or (address.is_reserved and address not in _TRANSLATED):
        return False
    return not any(address in network for network in _REFUSED if network.version == address.version)


def _within(address: Address) -> list[ipaddress.IPv4Address]:
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _TRANSLATED:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [each for each in found if each is not None]


def is_disguised(host: str) -> bool:
    """Tell if the resolver would read the host as an IPv4 address in another spelling (0x7f.1, 2130706433)."""
    try:
        packed = socket.inet_aton(host)
    except (OSError, UnicodeError):
        return False
    return socket.inet_ntoa(packed) != host
