"""Which approvals does a client see, and by which fields may it filter and sort them?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Value, When

from approvals.api.reading import ACTION
from approvals.lifecycle import Status
from approvals.models import Approval, ApprovalEvent, Snapshot
from approvals.models.approval import reads_as
from approvals.subjects import subject_of
from companies.actors import Actor
from companies.api.pieces import by_number
from companies.api.query import Column, Columns, Kind, always, any_of
from companies.models import Customer

NEWEST_FIRST = ("-created_at", "-pk")
# What other services call these fields as plain parameters.
PARAMETERS = {"siteCode": "resource.siteCode", "legalEntityId": "legalEntity.id"}


def wire_kinds() -> dict[str, str]:
    """What the API calls the kinds of subjects it shows, and their own names."""
    kinds = {subject_of(kind).wire_name: kind for kind in settings.APPROVAL_SUBJECTS}
    return {wire_name: kind for wire_name, kind in kinds.items() if wire_name}


def own(actor: Actor) -> QuerySet[Approval]:
    """Approvals the actor asked for or has to answer, in the company of the token.

    Only there an id is one approval's: clients choose ids, which are unique in a company.
    """
    return (
        Approval.objects.visible_to(actor)
        .purchases()
        .filter(company_id=actor.company_id, subject_kind__in=wire_kinds().values())
    )


def seen_by(actor: Actor) -> QuerySet[Approval]:
    """The same with all that is shown of them, in one query: people's numbers, and the content as of now."""
    numbers = Customer.objects.filter(tenant_id=OuterRef("tenant_id")).values("number")
    content = Snapshot.objects.filter(approval_id=OuterRef("pk"), number=OuterRef("snapshot_count")).values("content")
    return (
        own(actor)
        .select_related("tenant", "company", "requester", "approver")
        .annotate(
            requester_number=Subquery(numbers.filter(user_id=OuterRef("requester_id"))),
            approver_number=Subquery(numbers.filter(user_id=OuterRef("approver_id"))),
            content=Subquery(content),
        )
    )


def sortable(rows: QuerySet[Approval], now: datetime) -> QuerySet[Approval]:
    """With the status as it reads now, for sorting by it."""
    return rows.annotate(
        status_now=Case(When(reads_as(Status.EXPIRED, now), then=Value(Status.EXPIRED.value)), default=F("status"))
    )


def orders_made_by(approvals: Sequence[Approval]) -> dict[int, list[str]]:
    """The numbers of all orders made by each of these. One query, none where nothing was ordered."""
    used = [approval.pk for approval in approvals if approval.is_used]
    if not used:
        return {}
    events = ApprovalEvent.objects.filter(approval_id__in=used, kind="approval.ordered")
    return {event.approval_id: event.facts.get("orders", []) for event in events}


def columns(actor: Actor, now: datetime) -> Columns:
    """Every field a client may filter and sort by; there are no others."""
    return {
        "id": Column("key"),
        "status": Column(
            "status",
            Kind.CHOICE,
            {status.value: status for status in Status},
            any_of(lambda status: reads_as(status, now)),
            sort_by="status_now",
        ),
        "resourceType": Column("subject_kind", Kind.CHOICE, {"CART": "", "QUOTE": "", **wire_kinds()}),
        "resourceId": Column("subject_key"),
        "resource.id": Column("subject_key"),
        "resource.siteCode": Column("site_code"),
        "resource.subtotalAggregate.grossValue": Column("gross", Kind.AMOUNT),
        "resource.subtotalAggregate.currency": Column("currency"),
        "action": Column("", Kind.CHOICE, {ACTION: ACTION}, always, sort_by=""),
        "approver.userId": Column(
            "approver_id", lookup=by_number("approver_id", actor.tenant_id), sort_by="approver_number"
        ),
        "approver.firstName": Column("approver__first_name", nullable=True),
        "approver.lastName": Column("approver__last_name", nullable=True),
        "requestor.userId": Column(
            "requester_id", lookup=by_number("requester_id", actor.tenant_id), sort_by="requester_number"
        ),
        "requestor.firstName": Column("requester__first_name"),
        "requestor.lastName": Column("requester__last_name"),
        "legalEntity.id": Column("company__key", nullable=True),
        "comment": Column("comment"),
        "approverComment": Column("approver_comment"),
        "expiryDate": Column("expires_at", Kind.INSTANT, nullable=True),
        "createdResource": Column("created_resource"),
        "createdResource.id": Column("created_resource"),
        "contentHash": Column("content_hash"),
        "metadata.version": Column("version", Kind.INTEGER),
        "metadata.createdAt": Column("created_at", Kind.INSTANT),
        "metadata.modifiedAt": Column("modified_at", Kind.INSTANT),
    }
