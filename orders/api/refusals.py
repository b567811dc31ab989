"""How do the checkout and the order service say no? One family of bodies for both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from companies.api.errors import INVALID, ApiError, Family
from companies.api.views import ApiView
from companies.services.idempotency import KEY_REUSED
from config.kit.refused import Invalid, Refused


class OrderServiceView(ApiView):
    """An endpoint of the checkout or the order service.

    `renamed` gives the services' names of inputs as the API spells them.
    """

    family = Family.YAAS
    default_page_size = 16
    renamed: ClassVar[Mapping[str, str]] = {}

    def error_of(self, refused: Refused) -> ApiError | None:
        """Every problem of a body or a query names its field."""
        if isinstance(refused, Invalid) and refused.code != KEY_REUSED:
            return invalid(self.renamed.get(refused.field, refused.field), refused.text, *refused.details)
        return None


def invalid(field: str, *messages: str) -> ApiError:
    """What is wrong with one field of what was sent."""
    details = [{"field": field, "message": message, "type": "invalid"} for message in messages]
    return ApiError(400, INVALID, details=details)
