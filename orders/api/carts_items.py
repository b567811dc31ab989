"""The items of a cart, one by one and many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import languages_of
from catalog.api.yrn import product_yrn
from companies.api.errors import ApiError
from companies.api.idempotency import once_of
from companies.api.reading import Body
from companies.services.idempotency import Made, Once, once_each, once_only
from config.kit.refused import Missing, Refused
from orders.api import carts_input
from orders.api.carts import CartView, is_set
from orders.api.carts_wire import item_yrn, items_wire
from orders.models import Cart, CartLine
from orders.priced import priced_cart
from orders.services import cart_items, carts
from orders.services.cart_items import Result


class Items(CartView):
    """`/cart/{tenant}/carts/{id}/items`."""

    def get(self, request: Request, tenant: str, cart_id: str) -> Response:
        """All items, priced."""
        return Response(items_wire(priced_cart(self.shown(cart_id), timezone.now()), languages_of(request)))

    def post(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Add one; more of what is in the cart already adds up."""
        cart = self.own(cart_id)
        body = Body(request.data)
        item, seen = carts_input.new_item(body, tenant), carts_input.version_seen(request)
        once, now = once_of(request, self.caller), timezone.now()
        line = once_only(
            once,
            now,
            lambda: cart_items.add_item(
                actor=self.actor, cart_id=cart.pk, item=item, seen_version=seen, once=once, now=now
            ),
            lambda made: cart_items.made_line(_line_made(made)),
        )
        body_made = {"itemId": line.key, "yrn": item_yrn(tenant, cart, line.key)}
        where = f"/cart/{tenant}/carts/{cart.key}/items/{line.key}"
        return Response(body_made, status=201, headers={"Location": where})

    def delete(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Take all items out."""
        carts.empty_cart(actor=self.actor, cart_id=self.own(cart_id).pk)
        return Response(status=204)


class ItemById(CartView):
    """`/cart/{tenant}/carts/{id}/items/{itemId}`."""

    def get(self, request: Request, tenant: str, cart_id: str, item_id: str) -> Response:
        """One item, priced with the others."""
        priced = priced_cart(self.shown(cart_id), timezone.now())
        item = next((item for item in items_wire(priced, languages_of(request)) if item["id"] == item_id), None)
        if item is None:
            raise _no_item(item_id)
        return Response(item)

    def put(self, request: Request, tenant: str, cart_id: str, item_id: str) -> Response:
        """Change quantity, offer or additions; with `partial=true` what is left out stays."""
        cart = self.own(cart_id)
        partial = is_set(request, "partial")
        change = carts_input.item_change(Body(request.data), tenant, item_id, partial=partial)
        seen = carts_input.version_seen(request)
        cart_items.change_item(actor=self.actor, cart_id=cart.pk, change=change, seen_version=seen)
        return Response(status=204)

    def delete(self, request: Request, tenant: str, cart_id: str, item_id: str) -> Response:
        """Take it out."""
        cart = self.own(cart_id)
        line_id = CartLine.objects.filter(cart=cart, key=item_id).values_list("pk", flat=True).first()
        try:
            carts.remove_line(actor=self.actor, cart_id=cart.pk, line_id=line_id or 0)
        except Missing as missing:
            raise _no_item(item_id) from missing
        return Response(status=204)


class ItemsBatch(CartView):
    """`/cart/{tenant}/carts/{id}/itemsBatch`: up to 200 items at once, each with an answer of its own."""

    def post(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Add them, each once under a key; those that are refused say why, the others are in the cart."""
        cart = self.own(cart_id)
        read = [_read(lambda body: carts_input.new_item(body, tenant), entry) for entry in _entries(request)]
        wanted = {index: item for index, item in enumerate(read) if isinstance(item, cart_items.NewItem)}
        results = self._add(cart, wanted, once_of(request, self.caller))
        return Response(self._answers(tenant, cart, read, results, status=201))

    def put(self, request: Request, tenant: str, cart_id: str) -> Response:
        """Change them, each named by its `id`."""
        cart = self.own(cart_id)
        partial = is_set(request, "partial")

        def change(body: Body) -> cart_items.ItemChange:
            return carts_input.item_change(body, tenant, body.text("id", longest=64), partial=partial)

        read = [_read(change, entry) for entry in _entries(request)]
        wanted = [item for item in read if isinstance(item, cart_items.ItemChange)]
        results = cart_items.change_items(actor=self.actor, cart_id=cart.pk, changes=wanted)
        return Response(self._answers(tenant, cart, read, results, status=204))

    def _add(self, cart: Cart, wanted: Mapping[int, cart_items.NewItem], once: Once | None) -> Sequence[Result]:
        """The lines, or why there is none; those that this very request made before are not added again."""
        items, now = list(wanted.values()), timezone.now()
        if once is None:
            return cart_items.add_items(actor=self.actor, cart_id=cart.pk, items=items, now=now)
        parts = [once.part(index) for index in wanted]

        def add(places: Sequence[int]) -> Sequence[Result]:
            return cart_items.add_items(
                actor=self.actor,
                cart_id=cart.pk,
                items=[items[place] for place in places],
                parts=[parts[place] for place in places],
                now=now,
            )

        return once_each(parts, now, add, _line_made)

    def _answers(
        self, tenant: str, cart: Cart, read: Sequence[Any], results: Sequence[Result], *, status: int
    ) -> list[dict[str, Any]]:
        """One entry per item sent, in that order."""
        rest = iter(results)
        outcomes = [each if isinstance(each, ApiError | Refused) else next(rest) for each in read]
        return [self._entry(index, outcome, tenant, cart, status) for index, outcome in enumerate(outcomes)]

    def _entry(
        self, index: int, outcome: CartLine | ApiError | Refused, tenant: str, cart: Cart, status: int
    ) -> dict[str, Any]:
        if isinstance(outcome, CartLine):
            return {
                "index": index,
                "status": status,
                "id": outcome.key,
                "yrn": product_yrn(tenant, outcome.product.key),
                "headers": {"location": f"/carts/{cart.key}/items/{outcome.key}"},
            }
        error = self.error_of(outcome) if isinstance(outcome, Refused) else outcome
        if error is None:
            raise outcome
        return {"index": index, "status": int(error.status), "errorMessage": _sentence(error)}


def _line_made(made: Made) -> Result:
    """The line that an earlier request made; it may have been taken out since."""
    line = CartLine.objects.select_related("product").filter(pk=int(made.record_id)).first()
    return line or Missing("This item is not in the cart any more.", code="line", details=[made.record_id])


def _entries(request: Request) -> list[Any]:
    return carts_input.batch_of(request.data)


def _read(reader: Callable[[Body], Any], entry: Any) -> Any:
    """What an entry says, or what is wrong with it."""
    try:
        return reader(Body(entry))
    except (ApiError, Refused) as wrong:
        return wrong


def _sentence(error: ApiError) -> str:
    """An error in one line: its message, and the details that say more."""
    details = [
        f"{detail['field']}: {detail['message']}" if isinstance(detail, dict) else str(detail)
        for detail in error.details
    ]
    return " ".join([error.message, *details])


def _no_item(item_id: str) -> Missing:
    return Missing("There is no such line in this cart.", code="line", details=[item_id])
