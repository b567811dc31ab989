"""May this address be called? What would reach into the network that the server stands in, may not. Pure."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.kit.refused import Invalid
from config.kit.storable import storable_text

LONGEST = 500
PORTS = {"https": 443, "http": 80}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Beside what the library knows as not global: carriers' own, translations that end in IPv4, and documentation.
_CLOSED = [
    ipaddress.ip_network(block)
    for block in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_COMPATIBLE = ipaddress.IPv6Network("::/96")


@dataclass(frozen=True, slots=True)
class Rules:
    """What this installation allows: http beside https, addresses of its own network, further ports."""

    http: bool = False
    private: bool = False
    ports: Collection[int] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: host and port, whether by TLS, and the path with its query."""

    host: str
    port: int
    tls: bool
    path: str

    @property
    def authority(self) -> str:
        """The `Host` header: without the port that is meant anyway."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS["https" if self.tls else "http"] else f"{host}:{self.port}"


def target_of(url: str, rules: Rules) -> Target:
    """Where `url` leads; `Invalid` (field `url`) for what is no address that may be called."""
    if len(url) > LONGEST or not storable_text(url) or not url.isascii() or any(c.isspace() for c in url):
        raise _invalid(f"Give an address of at most {LONGEST} characters, without spaces.")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        raise _invalid("This is no address.") from None
    schemes = ("https", "http") if rules.http else ("https",)
    if parts.scheme not in schemes or not host:
        raise _invalid(f"Give an address that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _invalid("Leave out names, passwords and whatever follows a #.")
    port = port if port is not None else PORTS[parts.scheme]
    if port not in {PORTS[scheme] for scheme in schemes} | set(rules.ports):
        raise _invalid(f"Port {port} may not be called.")
    why = why_closed(host) if not rules.private else ""
    if why:
        raise _invalid(why)
    path = parts.path or "/"
    return Target(host, port, parts.scheme == "https", f"{path}?{parts.query}" if parts.query else path)


def why_closed(host: str) -> str:
    """Why the network address `host` may not be called; empty where it may, and for what is a name."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "This name leads to this machine." if host.lower().endswith("localhost") else ""
    if all(_is_open(each) for each in _meant(address)):
        return ""
    return f"{host} is an address inside a network, which may not be called from here."


def _meant(address: _Address) -> list[_Address]:
    """The address, and those of version 4 that it stands for."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    found: list[_Address] = [each for each in inner if each is not None]
    # A mapped address is only its other spelling: version 6 itself knows it as reserved.
    if address.ipv4_mapped is None and address not in _NAT64:
        found.append(address)
    return found


def _is_open(address: _Address) -> bool:
    if any(address.version == block.version and address in block for block in _CLOSED):
        return False
    return not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def _invalid(text: str) -> Invalid:
    return Invalid(text, field="url")
