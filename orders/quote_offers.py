"""Which offers can a quote be made of?"""

from __future__ import annotations

from django.db.models import QuerySet

from catalog.models import Listing
from companies.actors import Actor
from orders.models import Quote


def offers_for(quote: Quote, actor: Actor) -> QuerySet[Listing]:
    """The offers that this actor may put into this quote: on sale on its marketplace, in its currency.

    On the parent marketplace a vendor's people sell what is their own; API clients and platform staff everything.
    """
    offers = Listing.objects.on_sale().filter(marketplace_id=quote.marketplace_id, currency=quote.currency)
    if not (actor.is_client or actor.platform) and quote.marketplace.owner_id is None:
        offers = offers.filter(product__vendor_id=actor.company_id)
    return offers
