"""How far has a quote come? The scenes in which the pages of quotes are looked at."""

from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from approvals import services
from approvals.models import SubjectKind
from orders.quote_edits import ChangeLine, Price, SetText, SetValidTo, Text
from orders.quote_lifecycle import QuoteMove
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_changing import change_quote

NINE_DESKS = {"DESK-01": 9}  # 5,355.00 EUR gross by the price list, 4,284.00 at 400 net each


def asked(cast, who="rita", lines=None, **wishes):
    """A quote that waits for an offer, with address and shipping."""
    cart = cast.cart(who, lines or NINE_DESKS)
    said = {
        "address_keys": {"SHIPPING": cast.headquarters.key, "BILLING": cast.headquarters.key},
        "zone": cast.shipping.zone,
        "method": cast.shipping.key,
        "reference": "PO 7",
        "comment": "Please be kind",
        **wishes,
    }
    return ask_for_quote(actor=cast.actor(who), cart_id=cart.pk, wishes=Wishes(**said))


def offered(cast, who="rita", price="400", days=5, seller="sam", **more):
    """An open offer: every line at this net unit price, for so many days (None: without end)."""
    quote = asked(cast, who, **more)
    return opened(cast, quote, price, days, seller)


def opened(cast, quote, price="400", days=5, seller="sam", **said):
    """The same of a quote that waits."""
    edits = [ChangeLine(line.key, price=Price(unit=Decimal(price))) for line in quote.lines.order_by("position")]
    if days is not None:
        edits.append(SetValidTo(timezone.now() + timedelta(days=days)))
    edits.append(SetText(Text.EMPLOYEE_COMMENT, "Our best price."))
    return change_quote(actor=cast.actor(seller), quote_id=quote.pk, edits=edits, move=QuoteMove.OPEN, **said)


def repriced(cast, quote, price="390", seller="sam"):
    """The seller prices the first line anew."""
    line = quote.lines.order_by("position").first()
    edit = ChangeLine(line.key, price=Price(unit=Decimal(price)))
    return change_quote(actor=cast.actor(seller), quote_id=quote.pk, edits=[edit])


def requested(cast, quote, of="ana", who="rita", **said):
    """Somebody is asked to approve the offer."""
    return services.request_approval(
        actor=cast.actor(who),
        kind=SubjectKind.QUOTE_CHECKOUT,
        subject_key=quote.key,
        approver_id=cast.user(of).pk,
        **said,
    ).settled()


def url(quote, name="quote", *more):
    return reverse(f"dashboard:{name}", args=[quote.number, *more])
