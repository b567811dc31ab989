"""The signed word that a customer shows at checkout: this is really customer N, until then.

A JSON Web Token (HS256) with `sub` and `exp` alone. Each tenant has a key of its own, so that a
number that two tenants use opens nothing at the other.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime

from django.conf import settings
from jwcrypto import jwk, jws
from jwcrypto.common import JWException, base64url_encode, json_encode

_HEADER = json_encode({"alg": "HS256", "typ": "JWT"})


def make_saas_token(number: str, tenant_key: str, expires_at: datetime) -> str:
    """A token for the customer with this number."""
    signed = jws.JWS(json_encode({"sub": number, "exp": int(expires_at.timestamp())}))
    signed.add_signature(_key(tenant_key), protected=_HEADER)
    return signed.serialize(compact=True)


def number_in(token: str, tenant_key: str, now: datetime) -> str | None:
    """The customer number that a good token names; None for one that is forged, foreign or over."""
    try:
        signed = jws.JWS()
        signed.allowed_algs = ["HS256"]
        signed.deserialize(token, _key(tenant_key))
        claims = json.loads(signed.payload)
        number, until = claims["sub"], claims["exp"]
    except (JWException, ValueError, KeyError, TypeError):
        return None
    if not isinstance(number, str) or not isinstance(until, int) or until <= now.timestamp():
        return None
    return number


def _key(tenant_key: str) -> jwk.JWK:
    words = f"countersign saas-token {tenant_key}".encode()
    secret = hmac.new(settings.SECRET_KEY.encode(), words, hashlib.sha256).digest()
    return jwk.JWK(kty="oct", k=base64url_encode(secret))
