"""The endpoints of subscriptions: each reads, calls one service, and writes the answer. All of it is ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.languages import languages_of
from companies.actors import Actor
from companies.api.errors import ApiError
from companies.api.history import event_body
from companies.api.idempotency import once_of
from companies.api.listing import chosen_fields
from companies.api.query import equal_to, searched, sorted_rows
from companies.api.reading import Body
from companies.models import Customer
from companies.services.idempotency import Made, Once, once_only
from config.kit.refused import Late, NotYours, Refused
from orders.api import subscriptions_rows as rows
from orders.api.refusals import OrderServiceView
from orders.api.subscriptions_input import ChangeWanted, read_change, read_comment, read_terms
from orders.api.subscriptions_wire import change_bodies, outlook_body, subscription_bodies
from orders.models import Subscription, SubscriptionChange
from orders.services.subscription_changing import ask_for_change, change_outlook, change_subscription
from orders.services.subscription_ending import resume_renewing, stop_renewing, terminate

READ_OWN, READ, MANAGE_OWN = (
    "subscription.subscription_read_own",
    "subscription.subscription_read",
    "subscription.subscription_manage_own",
)
CHOOSE_COMPANY = "Choose the company first that you act for: refresh the token with its legalEntityId."
LIST_QUERY = frozenset({"q", "sort", "fields", "pageNumber", "pageSize"})


class SubscriptionServiceView(OrderServiceView):
    """What all endpoints share: customers with what they subscribe to, sellers and programs with what was sold."""

    callers = ("customer", "service")
    renamed = {"plan": "priceId", "approver": "approver.userId", "seen_hash": "expectedContentHash"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Somebody in several companies says first for which one."""
        super().initial(request, *args, **kwargs)
        if self.actor.has_membership and self.actor.company_id is None:
            raise ApiError(403, CHOOSE_COMPANY)

    def error_of(self, refused: Refused) -> ApiError | None:
        """Who may not order alone learns why, and where to see who could be asked; who comes second, what is open."""
        if isinstance(refused, NotYours) and refused.code == "approval_required":
            where = f"{self.request.path.removesuffix('/preview')}/preview"
            details = [{"type": refused.code, "message": why, "moreInfo": where} for why in refused.details]
            return ApiError(403, refused.text, details=details)
        if isinstance(refused, Late):
            details = [{"type": refused.code, "message": text} for text in refused.details]
            return ApiError(409, refused.text, details=details)
        return super().error_of(refused)

    def own(self, number: str) -> Subscription:
        """The row alone, for a service to find once more; 404 to everybody who has no part in it."""
        return self.found_in(Subscription.objects.visible_to(self.actor), number)

    def found_in(self, subscriptions: QuerySet[Subscription], number: str) -> Subscription:
        """One of these, by its number."""
        found = subscriptions.numbered(number).first()
        if found is None:
            raise ApiError(404, f"Subscription with id '{number}' not found.")
        return found

    def shown(self, number: str) -> Response:
        """The subscription as the caller reads it."""
        now = timezone.now()
        return Response(self.bodies([self.found_in(rows.seen_by(self.actor, now), number)], now)[0])

    def bodies(self, subscriptions: list[Subscription], now: datetime) -> list[dict[str, Any]]:
        """As the caller reads them."""
        may_manage = MANAGE_OWN in self.caller.scopes
        return subscription_bodies(subscriptions, self.actor, languages_of(self.request), now, may_manage=may_manage)


class Subscriptions(SubscriptionServiceView):
    """`GET /subscription/{tenant}/subscriptions`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ_OWN, READ)}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, the newest first; a parameter that is none of ours is a filter by the field of this name."""
        query, now = request.query_params, timezone.now()
        known = rows.columns(self.actor, now)
        found = rows.searchable(rows.seen_by(self.actor, now), self.actor)
        found = searched(found, query.get("q", ""), known)
        for name in query.keys() - LIST_QUERY:
            found = equal_to(found, name, query.getlist(name), known)
        page, headers = self.paged(request, sorted_rows(found, query.get("sort", ""), known, default=rows.NEWEST_FIRST))
        return Response(chosen_fields(request, self.bodies(page, now)), headers=headers)


class SubscriptionByNumber(SubscriptionServiceView):
    """`GET /subscription/{tenant}/subscriptions/{id}`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ_OWN, READ)}

    def get(self, request: Request, tenant: str, subscription_id: str) -> Response:
        """The whole of it."""
        return self.shown(subscription_id)


class SubscriptionHistory(SubscriptionServiceView):
    """`GET /subscription/{tenant}/subscriptions/{id}/history`."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": (READ_OWN, READ)}

    def get(self, request: Request, tenant: str, subscription_id: str) -> Response:
        """A bare list, oldest first."""
        return Response([event_body(event) for event in self.own(subscription_id).events.order_by("number")])


class ChangePreview(SubscriptionServiceView):
    """`POST /subscription/{tenant}/subscriptions/{id}/changes/preview`; changes nothing."""

    callers = ("customer",)
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": (MANAGE_OWN,)}

    def post(self, request: Request, tenant: str, subscription_id: str) -> Response:
        """What it would cost, whether it would be reviewed, and whether somebody has to say yes first."""
        found = self.own(subscription_id)
        outlook = change_outlook(actor=self.actor, subscription_id=found.pk, wanted=read_terms(request.data))
        people = Customer.objects.filter(
            tenant=self.caller.tenant, user_id__in=[person.user_id for person in outlook.ruling.eligible]
        ).select_related("user")
        by_user = {customer.user_id: customer for customer in people}
        return Response(outlook_body(outlook, by_user, self.actor, languages_of(request)))


class NewChange(SubscriptionServiceView):
    """`POST /subscription/{tenant}/subscriptions/{id}/changes`: order it, or ask somebody to approve it."""

    callers = ("customer",)
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": (MANAGE_OWN,)}

    def post(self, request: Request, tenant: str, subscription_id: str) -> Response:
        """The change. A request that is repeated under its key changes nothing twice and asks nobody twice."""
        found, wanted = self.own(subscription_id), read_change(request.data)
        once, now = once_of(request, self.caller), timezone.now()
        make = self._asked if wanted.approver else self._ordered
        made = once_only(once, now, lambda: make(found, wanted, once, now), _made_before)
        change = rows.changes_seen_by(self.actor).get(pk=made)
        return Response(change_bodies([change], self.actor, languages_of(request), now)[0], status=201)

    def _ordered(self, found: Subscription, wanted: ChangeWanted, once: Once | None, now: datetime) -> int:
        checkout = change_subscription(
            actor=self.actor,
            subscription_id=found.pk,
            wanted=wanted.terms,
            seen_gross=wanted.seen_gross,
            once=once,
            now=now,
        ).settled()
        return _made_before(Made("checkout", str(checkout.pk)))

    def _asked(self, found: Subscription, wanted: ChangeWanted, once: Once | None, now: datetime) -> int:
        approver = Customer.objects.filter(tenant=self.caller.tenant, number=wanted.approver).first()
        approval = ask_for_change(
            actor=self.actor,
            subscription_id=found.pk,
            wanted=wanted.terms,
            approver_id=approver.user_id if approver else None,
            comment=wanted.comment,
            seen_gross=wanted.seen_gross,
            once=once,
            now=now,
        ).settled()
        return _made_before(Made("approval", str(approval.pk)))


class SubscriptionMoves(SubscriptionServiceView):
    """`POST /subscription/{tenant}/subscriptions/{id}/{stop-renewing | resume-renewing | terminate}`."""

    callers = ("customer",)
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": (MANAGE_OWN,)}
    call: ClassVar[Callable[[Actor, Subscription, Any], object]]

    def post(self, request: Request, tenant: str, subscription_id: str) -> Response:
        """The subscription as it stands now."""
        type(self).call(self.actor, self.own(subscription_id), request.data)
        return self.shown(subscription_id)


class StopRenewing(SubscriptionMoves):
    """Let it end with its period."""

    @staticmethod
    def call(actor: Actor, found: Subscription, data: Any) -> object:
        """Takes no fields."""
        Body(data).nothing_else()
        return stop_renewing(actor=actor, subscription_id=found.pk)


class ResumeRenewing(SubscriptionMoves):
    """Let it go on after all."""

    @staticmethod
    def call(actor: Actor, found: Subscription, data: Any) -> object:
        """Takes no fields."""
        Body(data).nothing_else()
        return resume_renewing(actor=actor, subscription_id=found.pk)


class Terminate(SubscriptionMoves):
    """End it at once."""

    @staticmethod
    def call(actor: Actor, found: Subscription, data: Any) -> object:
        """Takes a comment."""
        return terminate(actor=actor, subscription_id=found.pk, comment=read_comment(data))


def _made_before(made: Made) -> int:
    """The change that an order or a request for approval was made of."""
    field = "checkout" if made.kind == "checkout" else "approval"
    return SubscriptionChange.objects.values_list("pk", flat=True).get(**{field: int(made.record_id)})
