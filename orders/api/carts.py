"""Carts: opening, finding, changing and closing them, and what stands in the way of ordering one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.models import SubjectKind
from approvals.services.expire import expire_bound
from approvals.subjects import subject_of
from catalog.api.languages import languages_of
from catalog.places import place_called
from companies.api.errors import INVALID, ApiError
from companies.api.idempotency import once_of
from companies.api.reading import Body, only_query
from companies.api.views import ApiView
from companies.models import Customer, Marketplace
from companies.services.idempotency import KEY_REUSED, once_only
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused
from orders.api import carts_input
from orders.api.carts_wire import cart_wire, cart_yrn, validation_wire
from orders.models import Cart, Order, Quote
from orders.priced import priced_cart
from orders.services import cart_changes, carts
from orders.services.cart_holders import Named, holder_of
from orders.services.cart_opening import current_cart_of, open_cart
from orders.services.cart_steps import check_may_fill

FORBIDDEN = "User not authorized."
OTHER_VERSION = (
    "The version of the object that you are trying to update has already changed. "
    "Please refresh and try again with the latest version!"
)
CRITERIA = (
    "siteCode",
    "type",
    "legalEntityId",
    "create",
    "sessionId",
    "customerId",
    "zipCode",
    "countryCode",
    "expandCalculation",
)


def shown_carts() -> QuerySet[Cart]:
    """Carts with everything that showing one needs: one query for a cart."""
    numbers = Customer.objects.filter(tenant_id=OuterRef("tenant_id"), user_id=OuterRef("owner_id"))
    orders = Order.objects.filter(checkout__cart=OuterRef("pk")).order_by("position")
    quotes = Quote.objects.filter(cart=OuterRef("pk"), deleted_at=None)
    return Cart.objects.select_related("tenant", "marketplace__owner", "company", "held_for").annotate(
        customer_number=Subquery(numbers.values("number")[:1]),
        first_order=Subquery(orders.values("pk")[:1]),
        quote_key=Subquery(quotes.values("key")[:1]),
    )


class CartView(ApiView):
    """Carts are their holder's: a customer's in the company of the token, or a visitor's.

    The approver reads a cart that is held for them. An API client keeps those of others.
    """

    forbidden = FORBIDDEN
    client_scopes = ("cart.cart_manage",)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse sellers, and a token of somebody in several companies that is bound to none (403)."""
        super().initial(request, *args, **kwargs)
        check_may_fill(self.actor)

    def missing_scope(self, needed: tuple[str, ...]) -> ApiError:
        """In the words of this service."""
        return ApiError(403, FORBIDDEN, details=[f"Required scope(s): {', '.join(needed)}"])

    def error_of(self, refused: Refused) -> ApiError | None:
        """The contract's sentences; what happened in detail stands beside them."""
        if refused.code == KEY_REUSED:
            return None
        match refused:
            case Missing():
                return ApiError(404, self._missing(refused))
            case NotYours():
                return ApiError(403, FORBIDDEN, details=[refused.text])
            case Late(code="version"):
                return ApiError(409, OTHER_VERSION)
            case Late(code="cart_exists"):
                return ApiError(409, refused.text, resource_id="".join(refused.details))
            case Late():
                return ApiError(409, refused.text, details=refused.details)
            case Invalid(code="yrn"):
                return ApiError(400, refused.text)
        return ApiError(400, INVALID, details=[{"field": refused.field, "message": refused.text}, *refused.details])

    def shown(self, cart_id: str) -> Cart:
        """A cart the caller may read; one whose request is overdue is given back first. One query."""
        now = timezone.now()
        rows = shown_carts().reachable_by(self.actor).filter(key=cart_id)
        cart = rows.first()
        if cart is not None and cart.held_for is not None and cart.held_for.is_overdue(now):
            expire_bound(subject_of(SubjectKind.CART_CHECKOUT), cart, now)
            cart = rows.first()
        if cart is None:
            raise Missing("There is no such cart.")
        return cart

    def own(self, cart_id: str) -> Cart:
        """A cart the caller may change: its approver only reads it (403)."""
        cart = Cart.objects.reachable_by(self.actor).filter(key=cart_id).first()
        if cart is None:
            raise Missing("There is no such cart.")
        if not self.caller.is_service and cart.owner_id != self.actor.user_id:
            raise NotYours("Only the person whose cart this is may change it.")
        return cart

    def answer(self, request: Request, cart: Cart) -> Response:
        """The whole cart. Two more queries."""
        now = timezone.now()
        return Response(cart_wire(priced_cart(cart, now), languages_of(request), now))

    def answer_again(self, request: Request, cart: Cart) -> Response:
        """The whole cart as it is after a change."""
        return self.answer(request, shown_carts().get(pk=cart.pk))

    def spoken_of(self, named: Named) -> Named:
        """What is left to ask about who is named: the token's own company and session say nothing new."""
        company, token = self.caller.company, self.caller.token
        if company and company.key == named.company_key:
            named = replace(named, company_key="")
        if token and token.session_key == named.session_key:
            named = replace(named, session_key="")
        return named

    def place(self, site_code: str) -> Marketplace | None:
        """The marketplace that is named, else where the session shops, else the tenant's home."""
        token = self.caller.token
        return place_called(self.caller.tenant.pk, site_code or (token.site_code if token else ""))

    def _missing(self, refused: Refused) -> str:
        cart_id = self.kwargs.get("cart_id")
        match refused.code:
            case "source":
                return f"Cart with code {refused.details[0]} not found."
            case "line":
                return f"Cart item not found in cart {cart_id} with code {refused.details[0]}"
        return f"Cart with code {cart_id} not found." if cart_id else "Cart not found."


class Carts(CartView):
    """`/cart/{tenant}/carts`: opening a cart, and the open one of a site."""

    def post(self, request: Request, tenant: str) -> Response:
        """A new cart; 409 beside an open one of the same site, type and holder."""
        site_code, named, fields = carts_input.new_cart(Body(request.data))
        holder = holder_of(self.actor, self.spoken_of(named))
        place = self._known_place(site_code)
        once, now = once_of(request, self.caller), timezone.now()
        cart = once_only(
            once,
            now,
            lambda: open_cart(actor=self.actor, holder=holder, marketplace=place, fields=fields, once=once, now=now),
            lambda made: Cart.objects.get(pk=int(made.record_id)),
        )
        body = {"cartId": cart.key, "yrn": cart_yrn(tenant, cart.key)}
        return Response(body, status=201, headers={"Location": f"/cart/{tenant}/carts/{cart.key}"})

    def get(self, request: Request, tenant: str) -> Response:
        """The open cart; 404 where there is none, unless `create=true`."""
        only_query(request, CRITERIA)
        site_code = request.query_params.get("siteCode", "")
        if not site_code:
            raise Invalid("This is missing.", field="siteCode")
        create = is_set(request, "create")
        named, fields = carts_input.cart_asked_for(request, self.caller.token)
        holder = holder_of(self.actor, self.spoken_of(named))
        place = self._known_place(site_code) if create else self.place(site_code)
        cart = place and current_cart_of(
            actor=self.actor, holder=holder, marketplace=place, fields=fields, create=create
        )
        if cart is None:
            raise Missing("There is no open cart.")
        return self.answer_again(request, cart)

    def _known_place(self, site_code: str) -> Marketplace:
        place = self.place(site_code)
        if place is None:
            raise Invalid("There is no such site.", field="siteCode")
        return place


class CartById(CartView):
    """`/cart/{tenant}/carts/{id}`."""

    def get(self, request: Request, tenant: str, cart_id: str) -> Response:
        """The whole cart, always with its calculation."""
        return self.answer(request, self.shown(cart_id))

    def put(self, request: Request, tenant: str, cart_id: str) -> Response:
        """What is named changes, the rest stays. Who holds the cart and what came of it never changes."""
        cart = self.own(cart_id)
        body = Body(request.data)
        fields, named, status = carts_input.cart_changes(body)
        cart_changes.change_cart(
            actor=self.actor,
            cart_id=cart.pk,
            fields=fields,
            named=self.spoken_of(named),
            status=status,
            seen_version=carts_input.version_seen(request, body),
        )
        return Response(status=204)

    def delete(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Close the cart; its row stays, for what was asked about it."""
        carts.delete_cart(actor=self.actor, cart_id=self.own(cart_id).pk)
        return Response(status=204)


class Validation(CartView):
    """`GET /cart/{tenant}/carts/{id}/validate`."""

    def get(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Whether everything in it can be ordered."""
        return Response(validation_wire(priced_cart(self.shown(cart_id), timezone.now())))


class Refreshing(CartView):
    """`PUT /cart/{tenant}/carts/{id}/refresh`."""

    def put(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Take the offers that hold now; prices are today's in any case."""
        cart_changes.refresh_cart(actor=self.actor, cart_id=self.own(cart_id).pk)
        return Response(status=204)


class ChangeOfSite(CartView):
    """`POST /cart/{tenant}/carts/{id}/changeSite`."""

    def post(self, request: Request, tenant: str, cart_id: str) -> Response:
        """The same products at the prices of another site; 400 where one is not sold there."""
        cart = self.own(cart_id)
        place = self.place(Body(request.data).text("siteCode", longest=64))
        if place is None:
            raise Invalid("There is no such site.", field="siteCode")
        return self.answer_again(
            request, cart_changes.change_site(actor=self.actor, cart_id=cart.pk, marketplace=place)
        )


class ChangeOfCurrency(CartView):
    """`POST /cart/{tenant}/carts/{id}/changeCurrency`."""

    def post(self, request: Request, tenant: str, cart_id: str) -> Response:
        """The same products at their prices in another currency; 400 where one has none."""
        cart = self.own(cart_id)
        currency = carts_input.currency_of(Body(request.data))
        changed = cart_changes.change_currency(actor=self.actor, cart_id=cart.pk, currency=currency)
        return self.answer_again(request, changed)


class Merging(CartView):
    """`POST /cart/{tenant}/carts/{id}/merge`."""

    callers = ("customer", "service")

    def post(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Take in what was put into visitors' carts of the same session, and close them."""
        cart = self.own(cart_id)
        token = self.caller.token
        merged = cart_changes.merge_carts(
            actor=self.actor,
            cart_id=cart.pk,
            source_keys=carts_input.source_keys(Body(request.data)),
            session_key=token.session_key if token else "",
        )
        return self.answer_again(request, merged)


def is_set(request: Request, name: str) -> bool:
    """True or false, as the words of a query."""
    word = request.query_params.get(name, "false").lower()
    if word not in ("true", "false"):
        raise Invalid("This must be true or false.", field=name)
    return word == "true"
