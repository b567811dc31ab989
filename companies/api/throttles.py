"""How often may one network address ask for tokens? Soft limits against floods, counted in the cache.

Only floods meet them: see `API_TOKEN_RATE` and `API_SIGN_IN_RATE`. Guessing of passwords is stopped
elsewhere, per account and in the database, whether the cache answers or not.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Any

import structlog
from django.http import HttpRequest
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

log = structlog.get_logger("countersign.api")

TOO_MANY = "Too many requests from this address. Try again later."
HOUSEHOLD = 64  # bits of an IPv6 address that a provider gives to one customer, who chooses the others


def client_address(request: HttpRequest | Request) -> str | None:
    """The address that a request comes from, of IPv6 its network; None where it is not known.

    Behind proxies it is what the first one of them wrote (`PROXY_COUNT`), never what the client says.
    """
    try:
        address = ip_address(BaseThrottle().get_ident(request))
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, HOUSEHOLD), strict=False).network_address)


class AddressThrottle(SimpleRateThrottle):
    """So many requests of one address, all its callers together; without limit while the cache is away."""

    def get_cache_key(self, request: Any, view: Any) -> str:
        """One bucket per address."""
        ident = client_address(request) or "unknown"
        return str(self.cache_format % {"scope": self.scope, "ident": ident})

    def allow_request(self, request: Any, view: Any) -> bool:
        """A limit that is soft must not become a lock: who cannot be counted passes."""
        try:
            return bool(super().allow_request(request, view))
        except (RedisError, OSError) as error:
            log.warning("not counted", scope=self.scope, error=str(error))
            return True


class TokenThrottle(AddressThrottle):
    """Tokens of visitors, and refreshed ones: cheap, and storefronts get many."""

    scope = "tokens"


class SignInThrottle(AddressThrottle):
    """Tokens for a password or a secret: checking one takes work."""

    scope = "sign_ins"
