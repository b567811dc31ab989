"""Changes of subscriptions: the list, one of them, and answering, ordering and taking one back. Ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.board import operations_for
from approvals.lifecycle import Move, Status
from approvals.models import Approval
from approvals.services import decline
from catalog.api.languages import languages_of
from companies.api.errors import FORBIDDEN, ApiError
from companies.api.idempotency import once_of
from companies.api.listing import chosen_fields
from companies.api.query import equal_to, searched, sorted_rows
from companies.services.idempotency import Once, once_only
from config.kit.refused import Late, Missing, NotYours, Refused
from config.kit.storable import storable_text
from orders.api import subscriptions_rows as rows
from orders.api.subscriptions import LIST_QUERY, MANAGE_OWN, READ, READ_OWN, SubscriptionServiceView
from orders.api.subscriptions_input import read_answer, read_comment
from orders.api.subscriptions_wire import change_bodies
from orders.board import moves_for
from orders.lifecycle import OrderMove
from orders.models import Order, SubscriptionChange
from orders.services.checkout import approve_and_order, place_approved_order
from orders.services.subscription_changing import take_back_change

# What can be done with a change that waits for its approval, in the words of its addresses.
OPERATIONS = {
    Move.APPROVE_AND_ORDER: "order",
    Move.PLACE_ORDER: "order",
    Move.DECLINE: "decline",
    Move.CLOSE: "withdraw",
    Move.GIVE_UP: "withdraw",
}


class ChangeView(SubscriptionServiceView):
    """An endpoint about changes."""

    def change(self, key: str) -> SubscriptionChange:
        """The change of the address; 404 to everybody who has no part in it."""
        changes = rows.changes_seen_by(self.actor)
        found = changes.filter(key=key).first() if storable_text(key) else None
        if found is None:
            raise ApiError(404, f"Change with id '{key}' not found.")
        return found

    def bodies(self, changes: list[Any], now: datetime) -> list[dict[str, Any]]:
        """As the caller reads them."""
        return change_bodies(changes, self.actor, languages_of(self.request), now)

    def shown_change(self, key: str) -> Response:
        """The whole of it, with what the caller can do with it now."""
        now, change = timezone.now(), self.change(key)
        operations = self._operations(change, now) if MANAGE_OWN in self.caller.scopes else []
        return Response(self.bodies([change], now)[0] | {"availableOperations": operations})

    def _operations(self, change: SubscriptionChange, now: datetime) -> list[str]:
        order = Order.objects.visible_to(self.actor).filter(checkout__change=change).first()
        if order is not None:
            return ["withdraw"] if OrderMove.WITHDRAW in moves_for(order, self.actor) else []
        if change.approval is None or not change.is_open:
            return []
        return [OPERATIONS[move] for move in operations_for(change.approval, self.actor, now) if move in OPERATIONS]


class Changes(ChangeView):
    """`GET /subscription/{tenant}/changes`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ_OWN, READ)}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, the newest first; a parameter that is none of ours is a filter by the field of this name."""
        query, now = request.query_params, timezone.now()
        known = rows.change_columns(self.actor, now)
        found = rows.searchable_changes(rows.changes_seen_by(self.actor), self.actor)
        found = searched(found, query.get("q", ""), known)
        for name in query.keys() - LIST_QUERY:
            found = equal_to(found, name, query.getlist(name), known)
        page, headers = self.paged(request, sorted_rows(found, query.get("sort", ""), known, default=rows.NEWEST_FIRST))
        return Response(chosen_fields(request, self.bodies(page, now)), headers=headers)


class ChangeByKey(ChangeView):
    """`GET /subscription/{tenant}/changes/{id}`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ_OWN, READ)}

    def get(self, request: Request, tenant: str, change_id: str) -> Response:
        """The whole of it."""
        return self.shown_change(change_id)


class ChangeMove(ChangeView):
    """A move of a change."""

    callers = ("customer",)
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": (MANAGE_OWN,)}

    def error_of(self, refused: Refused) -> ApiError | None:
        """Who sees the change and has no part in its approval is told that it is not theirs to do."""
        if isinstance(refused, Missing):
            return ApiError(403, FORBIDDEN)
        return super().error_of(refused)

    def approval_of(self, change: SubscriptionChange) -> Approval:
        """The request for approval, for who asked and who is asked; `Late` where none waits."""
        if change.approval is None:
            raise Late(f"This change is {change.status} without anybody's approval.", code="no_approval")
        if self.actor.user_id not in (change.approval.requester_id, change.approval.approver_id):
            raise NotYours("This is between whoever asked and whoever is asked.")
        return change.approval


class OrderChange(ChangeMove):
    """`POST /subscription/{tenant}/changes/{id}/order`: the approver's yes, or what both may do after it."""

    def post(self, request: Request, tenant: str, change_id: str) -> Response:
        """The change, ordered. Repeated under its key it is ordered once."""
        approval = self.approval_of(self.change(change_id))
        comment, seen = read_answer(request.data)
        once, now = once_of(request, self.caller), timezone.now()
        once_only(once, now, lambda: self._order(approval, comment, seen, once, now), lambda made: None)
        return self.shown_change(change_id)

    def _order(self, approval: Approval, comment: str, seen: str, once: Once | None, now: datetime) -> None:
        if approval.status == Status.APPROVED:
            place_approved_order(
                actor=self.actor, approval_id=approval.pk, comment=comment, once=once, now=now
            ).settled()
            return
        approve_and_order(
            actor=self.actor, approval_id=approval.pk, comment=comment, seen_hash=seen, once=once, now=now
        ).settled()


class DeclineChange(ChangeMove):
    """`POST /subscription/{tenant}/changes/{id}/decline`: the approver's no."""

    def post(self, request: Request, tenant: str, change_id: str) -> Response:
        """The subscription stays as it is."""
        approval = self.approval_of(self.change(change_id))
        comment, seen = read_answer(request.data)
        decline(actor=self.actor, approval_id=approval.pk, comment=comment, seen_hash=seen).settled()
        return self.shown_change(change_id)


class WithdrawChange(ChangeMove):
    """`POST /subscription/{tenant}/changes/{id}/withdraw`: its order, its request, or a yes that was not used."""

    def post(self, request: Request, tenant: str, change_id: str) -> Response:
        """The subscription stays as it is, and another change can be asked for."""
        change, comment = self.change(change_id), read_comment(request.data)
        take_back_change(actor=self.actor, subscription_id=change.subscription_id, change_id=change.pk, comment=comment)
        return self.shown_change(change_id)
