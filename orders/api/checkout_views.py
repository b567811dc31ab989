"""`POST /checkout/{tenant}/checkouts/order`: a cart or a quote becomes orders, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import FORBIDDEN, ApiError
from companies.api.idempotency import once_of
from companies.api.saas_token import number_in
from companies.api.sessions import number_of
from companies.models import User
from companies.services.idempotency import Made, Once, once_only
from config.kit.refused import Late, Missing, NotYours, Refused
from orders.api import quotes_rows
from orders.api.checkout_input import Wanted, contradiction, details_for, quote_details_for, read_checkout
from orders.api.orders_rows import of_token
from orders.api.refusals import OrderServiceView, invalid
from orders.details import check_complete, read_details
from orders.lifecycle import CartStatus
from orders.models import Cart, Checkout
from orders.services.checkout import check_out
from orders.services.quote_accepting import check_out_quote

CHOOSE_COMPANY = "Choose the company first that this order is for: refresh the token with its legalEntityId."
GUESTS = "Guests cannot order here. Sign in first."


class PlaceOrder(OrderServiceView):
    """For people: a service or an anonymous token orders nothing, and a customer shows the `saas-token`, too."""

    callers = ("customer",)
    renamed = {"payment": "paymentMethods"}

    def post(self, request: Request, tenant: str) -> Response:
        """The orders that came of it; the first one is the `orderId`. A request repeated under its key orders once."""
        now = timezone.now()
        number = self._own_number(request, now)
        if self.actor.has_membership and self.actor.company_id is None:
            raise ApiError(403, CHOOSE_COMPANY)
        wanted = read_checkout(request.data)
        if wanted.is_guest:
            raise ApiError(403, GUESTS)
        if wanted.company_key and (self.caller.company is None or self.caller.company.key != wanted.company_key):
            raise ApiError(403, "This token is of another company.")
        once = once_of(request, self.caller)
        try:
            return once_only(once, now, lambda: self._placed(wanted, number, once, now), _placed_before)
        except Late as late:
            raise self._ordered_before(wanted) or late from late

    def error_of(self, refused: Refused) -> ApiError | None:
        """Who is not permitted to order learns why, and where to ask who could be asked."""
        if isinstance(refused, NotYours | Late) and refused.code == "approval_required":
            where = f"/approval/{self.caller.tenant.key}/approval/preview"
            reasons = refused.details or (refused.text,)
            details = [{"type": refused.code, "message": reason, "moreInfo": where} for reason in reasons]
            return ApiError(403, refused.text, details=details)
        return super().error_of(refused)

    def _own_number(self, request: Request, now: datetime) -> str:
        """The caller's number; 403 unless the `saas-token` is a good one of the same person."""
        tenant, token = self.caller.tenant, self.caller.token
        number = number_of(token.user, tenant) if token is not None and token.user is not None else ""
        if not number or number_in(request.headers.get("saas-token", ""), tenant.key, now) != number:
            why = {"field": "saas-token", "message": "The saas-token is missing, has expired or is another customer's."}
            raise ApiError(403, FORBIDDEN, details=[why])
        return number

    def _placed(self, wanted: Wanted, number: str, once: Once | None, now: datetime) -> Response:
        if wanted.quote_key:
            return self._quote_placed(wanted, number, once, now)
        cart = self._cart(wanted.cart_key)
        self._check(wanted, cart, number)
        details = details_for(wanted, cart)
        outcome = check_out(actor=self.actor, cart_id=cart.pk, details=details, once=once, now=now)
        return Response(placed_body(outcome.settled()))

    def _quote_placed(self, wanted: Wanted, number: str, once: Once | None, now: datetime) -> Response:
        """Where accepting it has ordered it already, its first checkout says how that is paid."""
        quotes = quotes_rows.of_token(self.actor).select_related("marketplace", "owner")
        quote = quotes.filter(key=wanted.quote_key).first()
        if quote is None:
            raise ApiError(404, f"Quote with id '{wanted.quote_key}' not found.")
        problem = contradiction(wanted, quote, self.request.query_params.get("siteCode", ""))
        problem = problem or self._another_customer(wanted, number, quote.owner)
        if problem is not None:
            raise problem
        outcome = check_out_quote(
            actor=self.actor,
            quote_id=quote.pk,
            details=quote_details_for(wanted),
            seen_hash=wanted.seen_hash,
            once=once,
            now=now,
        )
        return Response(placed_body(outcome.settled()))

    def _cart(self, key: str) -> Cart:
        """The caller's cart, or one that they are asked to approve; `Late` for one that became an order."""
        carts = Cart.objects.visible_to(self.actor).select_related("held_for", "marketplace", "owner")
        cart = carts.filter(key=key, company_id=self.actor.company_id).first()
        if cart is None or cart.status == CartStatus.CLOSED:
            # To its approver a cart is gone once it is ordered; its orders are not.
            if of_token(self.actor).filter(checkout__cart__key=key).exists():
                raise Late("This cart was already ordered.", code="already_ordered")
            if cart is None:
                raise Missing("There is no such cart.")
        return cart

    def _check(self, wanted: Wanted, cart: Cart, number: str) -> None:
        """What the cart says about the body. Its own approver may leave open what the request has already."""
        problem = contradiction(wanted, cart, self.request.query_params.get("siteCode", ""))
        if problem is not None:
            raise problem
        owns = cart.owner_id == self.actor.user_id
        if owns and not wanted.email:
            raise invalid("customer.email", "is missing")
        problem = self._another_customer(wanted, number, cart.owner)
        if problem is not None:
            raise problem
        if cart.held_for_id is None:
            check_complete(read_details(details_for(wanted, cart)))

    def _another_customer(self, wanted: Wanted, number: str, owner: User | None) -> ApiError | None:
        """The customer is the one whose it is, whoever orders it; an approver may name themselves, too."""
        known = {number}
        if owner is not None and owner.pk != self.actor.user_id:
            known.add(number_of(owner, self.caller.tenant))
        if not wanted.customer_number or wanted.customer_number in known:
            return None
        return invalid("customer.id", "This is not the customer whose this is.")

    def _ordered_before(self, wanted: Wanted) -> ApiError | None:
        """The 409 that names the first order of this cart or quote; None where there is none that the caller sees."""
        field, key = ("quoteId", wanted.quote_key) if wanted.quote_key else ("cartId", wanted.cart_key)
        path = "checkout__quote__key" if wanted.quote_key else "checkout__cart__key"
        first = of_token(self.actor).filter(**{path: key}).order_by("position").first()
        if first is None:
            return None
        index = f"unique_checkout_{field}_index"
        message = f"Order with {field} '{key}' and checkout=true already exists (order id: {first.number})"
        details = [
            {"field": field, "type": index, "message": key},
            {"field": "existingOrderId", "type": index, "message": first.number},
        ]
        return ApiError(409, message, kind="Conflict", details=details, more_info=None)


def placed_body(checkout: Checkout) -> dict[str, Any]:
    """What came of a checkout. Payment is handled elsewhere, so there is nothing to say of it. One query."""
    numbers = [order.number for order in checkout.orders.order_by("position")]
    return {
        "orderId": numbers[0],
        "paymentDetails": None,
        "checkoutId": str(checkout.pk),
        "orderIds": numbers,
    }


def _placed_before(made: Made) -> Response:
    """The first answer once more."""
    return Response(placed_body(Checkout.objects.get(pk=made.record_id)))
