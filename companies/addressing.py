"""At which addresses can a marketplace be reached, and which belong to the installation itself?"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.urls import get_script_prefix, set_script_prefix

from config.kit.refused import Invalid

if TYPE_CHECKING:
    from companies.models import Marketplace

# The first part of each address of the project, with those of the API; a test compares it with the addresses.
API_SEGMENTS = frozenset(
    {
        "api",
        "approval",
        "cart",
        "checkout",
        "configuration",
        "customer",
        "customer-management",
        "customerlogin",
        "iam",
        "oauth",
        "order-v2",
        "payment-gateway",
        "price",
        "product",
        "quote",
        "session-context",
        "shipping",
        "site",
        "subscription",
    }
)
OWN_SEGMENTS = frozenset(
    {
        "admin",
        "brand",
        "control-panel",
        "dashboard",
        "demo",
        "favicon.ico",
        "healthz",
        "password",
        "sign-in",
        "sign-out",
        "static",
        "styleguide",
        "switch",
    }
)
# What browsers, crawlers and the next years may ask for; no marketplace should stand in their way.
KEPT_SEGMENTS = frozenset(
    {
        "account",
        "accounts",
        "assets",
        "blog",
        "docs",
        "events",
        "feed",
        "health",
        "help",
        "hooks",
        "legal",
        "login",
        "logout",
        "media",
        "metrics",
        "ping",
        "public",
        "register",
        "robots",
        "schema",
        "sitemap",
        "sites",
        "status",
        "subscriptions",
        "support",
        "webhook",
        "webhook-events",
        "webhooks",
        "well-known",
        "www",
    }
)
RESERVED = API_SEGMENTS | OWN_SEGMENTS | KEPT_SEGMENTS

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_LABEL}")
PREFIX_FORM = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
LONGEST_PREFIX = 40

# With what this request's paths begin, without and with the marketplace's prefix; what is stored must not have it.
_beginnings: ContextVar[tuple[str, str]] = ContextVar("beginnings", default=("/", "/"))


def checked_host(text: str) -> str:
    """A host name in small letters, without port; "" is none. Raises `Invalid` naming `host`.

    It must be one that this installation answers for (ALLOWED_HOSTS), else its pages would be errors.
    """
    host = text.strip().rstrip(".").lower()
    if not host:
        return ""
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    if len(host) > 253 or not _HOST.fullmatch(host) or _is_number(host):
        raise Invalid(
            "Give a host name with a dot in it, such as shop.example.com, without https:// and port.", field="host"
        )
    if host == own_host():
        raise Invalid(f"{host} is the address of the installation itself.", field="host")
    if not answers_for(host):
        raise Invalid(
            f"This installation does not answer for {host}. Whoever operates it adds it to ALLOWED_HOSTS and "
            "restarts; then it can be set here.",
            field="host",
        )
    return host


def answers_for(host: str) -> bool:
    """Whether this installation serves the host, by ALLOWED_HOSTS."""
    return validate_host(host, settings.ALLOWED_HOSTS)


def checked_prefix(text: str) -> str:
    """The first part of an address, such as `resello`; "" is none. Raises `Invalid` naming `path_prefix`."""
    prefix = text.strip().strip("/").lower()
    if not prefix:
        return ""
    if len(prefix) > LONGEST_PREFIX or not PREFIX_FORM.fullmatch(prefix):
        raise Invalid(
            f"Use up to {LONGEST_PREFIX} letters, digits and single dashes, beginning with a letter.",
            field="path_prefix",
        )
    if prefix in RESERVED:
        raise Invalid(f"/{prefix}/ is an address of the installation itself: choose another.", field="path_prefix")
    return prefix


def own_host() -> str:
    """The host of the installation's own address, at which no marketplace is chosen."""
    return urlsplit(settings.SITE_URL).hostname or ""


def may_be_marketplaces(host: str) -> bool:
    """Whether this can be the host of a marketplace at all: asked before the database is."""
    return bool(_HOST.fullmatch(host)) and host != own_host() and not _is_number(host)


def address_of(place: Marketplace | None) -> str:
    """Where its pages begin, without a slash at the end: on its host, else below its prefix, else at SITE_URL."""
    if place is None or not place.is_active or not (place.host or place.path_prefix):
        return settings.SITE_URL
    if not place.host:
        return f"{settings.SITE_URL}/{place.path_prefix}"
    own = urlsplit(settings.SITE_URL)
    port = f":{own.port}" if own.port else ""
    return f"{own.scheme}://{place.host}{port}"


@contextmanager
def under_prefix(prefix: str) -> Iterator[None]:
    """Every address that is made inside begins with the prefix of a marketplace."""
    before = get_script_prefix()
    token = _beginnings.set((before, f"{before}{prefix}/"))
    set_script_prefix(f"{before}{prefix}/")
    try:
        yield
    finally:
        set_script_prefix(before)
        _beginnings.reset(token)


def unprefixed(path: str) -> str:
    """A path as it is at the installation's own address, whichever marketplace the request came by."""
    own, here = _beginnings.get()
    return own + path.removeprefix(here) if own != here and path.startswith(here) else path


def prefixed(path: str) -> str:
    """A path that was stored, as it is on the marketplace by which the request came."""
    own, here = _beginnings.get()
    return here + path.removeprefix(own) if own != here and path.startswith(own) else path


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
