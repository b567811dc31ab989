"""How is a product named in a text of the API? As a YRN: `urn:yaas:hybris:product:product:acme;desk-1`."""

from __future__ import annotations

import re

from config.kit.refused import Invalid

# Older and newer clients spell the two names of the service differently; tenant and id are what counts.
_PRODUCT = re.compile(r"urn:yaas:[A-Za-z0-9]+:[A-Za-z0-9]+:product:([^:;\s]+);(\S+)")


def product_yrn(tenant_key: str, product_key: str) -> str:
    """The product's name in a tenant."""
    return f"urn:yaas:hybris:product:product:{tenant_key};{product_key}"


def product_key_of(yrn: str, tenant_key: str) -> str:
    """The id of the product that is named; raises `Invalid` (code `yrn`) for what names none of this tenant."""
    found = _PRODUCT.fullmatch(yrn)
    if found is None or found[1] != tenant_key:
        raise Invalid("Given yrn does not match yaas urn scheme", code="yrn", field="itemYrn")
    return found[2]
