"""Which request is this? The `Idempotency-Key` of a creating POST, with a digest of its body."""

from __future__ import annotations

import hashlib
import re

import msgspec
from rest_framework.request import Request

from companies.api.authentication import Caller
from companies.services.idempotency import Once, whose
from config.kit.refused import Invalid

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_encoder = msgspec.json.Encoder(decimal_format="number", enc_hook=str, order="sorted")


def once_of(request: Request, caller: Caller) -> Once | None:
    """The request under the client's own key, or None where it has none.

    Its route is method and path, so a key is another one at another address. The digest is of what was
    said, not of how it was spelled. Raises `Invalid` for an unusable key.

        once = once_of(request, self.caller)
        return once_only(once, now, lambda: created(service(..., once=once)), again=lambda made: created(...))
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise Invalid("Use 1 to 255 visible ASCII characters without spaces.", field=HEADER)
    digest = hashlib.sha256(_encoder.encode(request.data)).hexdigest()
    return Once(caller.tenant.pk, whose(caller.actor), f"{request.method} {request.path}"[:200], key, digest)
