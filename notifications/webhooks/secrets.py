"""With which secrets is a call to an endpoint signed? Derived, so that no table holds one.

A secret is the HMAC of the endpoint's random key and a version, by a key of the server that only the
environment knows (`WEBHOOK_KEYS`). Whoever reads the whole database can sign nothing, and there is
no ciphertext whose key would have to be changed with it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime

from django.conf import settings

from config.kit.refused import Late
from notifications.models import WebhookEndpoint


class KeyGone(Exception):
    """The server's key that a secret comes from is not in the environment any more."""


def current_key_id() -> str:
    """The id of the server's key for new secrets; raises `Late` where the environment gives none."""
    if not settings.WEBHOOK_KEYS:
        raise Late("Webhooks are not set up in this installation: its operator has to set WEBHOOK_KEYS first.")
    return next(iter(settings.WEBHOOK_KEYS))


def secret_of(endpoint: WebhookEndpoint) -> str:
    """The secret as its owner enters it, `whsec_...`. Raises `KeyGone`."""
    return _derived(endpoint.key, endpoint.secret_version, endpoint.secret_key_id)


def signing_secrets(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Those that sign at `now`, the current one first; also the previous one while its time lasts. Raises `KeyGone`."""
    found = [secret_of(endpoint)]
    if endpoint.previous_until is not None and now < endpoint.previous_until:
        found.append(_derived(endpoint.key, endpoint.previous_version, endpoint.previous_key_id))
    return found


def _derived(key: str, version: int, key_id: str) -> str:
    server_key = settings.WEBHOOK_KEYS.get(key_id)
    if server_key is None:
        raise KeyGone(f"WEBHOOK_KEYS has no key {key_id!r} any more; renew the secret.")
    digest = hmac.new(server_key, f"webhook-secret:{key}:{version}".encode(), hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(digest).decode()
