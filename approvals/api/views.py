"""The endpoints of the approval service: each reads, calls one service, and writes the answer."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from approvals.api import rows, wire
from approvals.api.errors import (
    CANNOT_DELETE,
    COMPANY_NOT_CHOSEN,
    NO_COMPANY,
    Code,
    approval_error,
    invalid,
    no_approval,
    no_resource,
)
from approvals.api.reading import Asked, Wanted, read_asked, read_changes, read_wanted
from approvals.board import operations_for
from approvals.models import Approval
from approvals.services import change, delete, give_up, outlook, permission, request_approval
from approvals.subjects import Subject, subject_named, subject_of
from companies.api.errors import FORBIDDEN, ApiError, Family, answer_error
from companies.api.idempotency import once_of
from companies.api.query import equal_to, searched, sorted_rows
from companies.api.views import ApiView
from companies.models import Customer
from companies.services.idempotency import KEY_REUSED, Made, Once, once_only
from config.kit.refused import Invalid, Late, Missing, NotYours, Refused
from config.kit.storable import storable_text

READING = ("approval.approval_read_own", "approval.approval_read")
WRITING = ("approval.approval_manage_own", "approval.approval_manage")


class ApprovalView(ApiView):
    """What all endpoints share: customers only, one of two scopes, the words and codes of the service."""

    family = Family.CORE
    callers = ("customer",)
    default_page_size = 60
    max_page_size = 60

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Somebody in several companies says first for which one."""
        super().initial(request, *args, **kwargs)
        if self.actor.has_membership and self.actor.company_id is None:
            raise approval_error(Code.NO_COMPANY, COMPANY_NOT_CHOSEN)

    def get_exception_handler(self) -> Any:
        """Whatever is wrong with a body or a query has the code of the service."""

        def answer(raised: Exception, context: dict[str, Any]) -> Response | None:
            return answer_error(_with_code(raised), context)

        return answer


class ResourceView(ApprovalView):
    """An endpoint about something to be ordered, named in the body."""

    asked: Asked | None = None

    def subject_asked(self, asked: Asked) -> Subject:
        """The kind of thing that is asked about; 404 where there are none of it."""
        self.asked = asked
        subject = subject_named(asked.resource_type)
        if subject is None:
            raise no_resource(asked.resource_type, asked.resource_id)
        return subject

    def needs_company(self) -> None:
        """Private customers neither ask nor are asked."""
        if self.actor.company_id is None:
            raise approval_error(Code.NO_COMPANY, NO_COMPANY)

    def error_of(self, refused: Refused) -> ApiError | None:
        """The service's own code for what was refused."""
        asked = self.asked
        if asked is None:
            return None
        if isinstance(refused, Missing):
            return no_resource(asked.resource_type, asked.resource_id)
        if isinstance(refused, NotYours):
            if refused.code != "not_owner":
                return ApiError(403, FORBIDDEN)
            return approval_error(Code.NOT_YOURS, "The user has no permissions to the resource.")
        if isinstance(refused, Late):
            if refused.code in ("already_asked", "id_taken", "same_request"):
                return approval_error(Code.EXISTS, refused.text, refused.details)
            return invalid(f"resourceId: {refused.text}")
        return _invalid_wish(refused)


class Permitted(ResourceView):
    """`POST /approval/{tenant}/approval/permitted`: may this be ordered?"""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": READING}

    def post(self, request: Request, tenant: str) -> Response:
        """Yes or no, and the approval that says so."""
        asked, now = read_asked(request.data), timezone.now()
        subject = self.subject_asked(asked)
        answer = permission(actor=self.actor, subject=subject, subject_key=asked.resource_id, now=now)
        return Response(wire.permission_body(answer, now))


class Preview(ResourceView):
    """`POST /approval/{tenant}/approval/preview`: what the policy says, and why. Ours; changes nothing."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": READING}

    def post(self, request: Request, tenant: str) -> Response:
        """The permission with reasons, who would be asked, and what would avoid it."""
        asked, now = read_asked(request.data), timezone.now()
        subject = self.subject_asked(asked)
        answer = outlook(actor=self.actor, subject=subject, subject_key=asked.resource_id, now=now)
        people = _customers(self, [person.user_id for person in answer.ruling.eligible])
        return Response(wire.outlook_body(answer, people, now))


class SearchUsers(ResourceView):
    """`POST /approval/{tenant}/search/users`: who could approve this?"""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": READING}

    def post(self, request: Request, tenant: str) -> Response:
        """A bare list of people, empty where nobody needs to be asked; 403 for who may not ask."""
        asked, now = read_asked(request.data), timezone.now()
        self.needs_company()
        subject = self.subject_asked(asked)
        ruling = outlook(actor=self.actor, subject=subject, subject_key=asked.resource_id, now=now).ruling
        if ruling.forbids:
            raise ApiError(403, FORBIDDEN)
        people = _customers(self, [person.user_id for person in ruling.eligible])
        return Response(wire.approvers_body(ruling.eligible, people))


class Approvals(ResourceView):
    """`/approval/{tenant}/approvals`: the list, and asking for an approval."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING, "POST": WRITING}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list of what the caller asked for or has to answer; the newest first.

        A parameter that is none of ours is a filter by the field of this name, and never ignored.
        """
        now, query = timezone.now(), request.query_params
        known = rows.columns(self.actor, now)
        found = searched(rows.sortable(rows.seen_by(self.actor), now), query.get("q", ""), known)
        for name in query.keys() - {"q", "sort", "pageNumber", "pageSize"}:
            found = equal_to(found, rows.PARAMETERS.get(name, name), query.getlist(name), known)
        page, headers = self.paged(request, sorted_rows(found, query.get("sort", ""), known, default=rows.NEWEST_FIRST))
        orders = rows.orders_made_by(page)
        bodies = [wire.listed_body(approval, now, orders.get(approval.pk, [])) for approval in page]
        return Response(bodies, headers=headers)

    def post(self, request: Request, tenant: str) -> Response:
        """Ask one approver. A request that is repeated under its key asks nobody twice."""
        wanted, now = read_wanted(request.data), timezone.now()
        self.needs_company()
        subject = self.subject_asked(wanted.asked)
        once = once_of(request, self.caller)
        return once_only(once, now, lambda: self._ask(subject, wanted, once), _asked_before)

    def _ask(self, subject: Subject, wanted: Wanted, once: Once | None) -> Response:
        approver = Customer.objects.filter(tenant=self.caller.tenant, number=wanted.approver).first()
        approval = request_approval(
            actor=self.actor,
            kind=subject.kind,
            subject_key=wanted.asked.resource_id,
            approver_id=approver.user_id if approver else None,
            comment=wanted.comment,
            details=wanted.details,
            key=wanted.key,
            once=once,
        ).settled()
        return Response({"id": approval.key}, status=201)


class ExistingView(ApprovalView):
    """An endpoint about one approval, named in the address."""

    def found(self, approvals: Any) -> Approval:
        """The approval of the address; 404 to everybody whose it is not."""
        key = self.kwargs["approval_key"]
        approval = approvals.filter(key=key).first() if storable_text(key) else None
        if approval is None:
            raise no_approval(key)
        return approval

    def error_of(self, refused: Refused) -> ApiError | None:
        """The service's own code for what was refused."""
        if isinstance(refused, Missing):
            return no_approval(self.kwargs["approval_key"])
        if isinstance(refused, Late):
            if refused.code == "content_changed":
                return approval_error(Code.CONTENT_CHANGED, refused.text, refused.details)
            if self.request.method == "DELETE":
                return approval_error(Code.INVALID, CANNOT_DELETE)
            return approval_error(Code.FINISHED, refused.text, refused.details)
        if isinstance(refused, NotYours):
            code = Code.NOT_SUPPORTED if refused.code == "part_not_yours" else Code.STATUS_NOT_ALLOWED
            return approval_error(code, refused.text, refused.details)
        if refused.code == "operation":
            return approval_error(Code.INCORRECT_OPERATION, refused.text)
        return _invalid_wish(refused)


class OneApproval(ExistingView):
    """`/approval/{tenant}/approvals/{id}`: read it, change or answer it, end it."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"GET": READING, "PATCH": WRITING, "DELETE": WRITING}

    def get(self, request: Request, tenant: str, approval_key: str) -> Response:
        """The whole of it, for its requester and its approver."""
        now = timezone.now()
        approval = self.found(rows.seen_by(self.actor))
        operations = operations_for(approval, self.actor, now)
        return Response(wire.whole_body(approval, now, approval.events.order_by("number"), operations))

    def patch(self, request: Request, tenant: str, approval_key: str) -> Response:
        """All operations or none; a decision may say which content was seen."""
        approval = self.found(rows.own(self.actor))
        wire_name = subject_of(approval.subject_kind).wire_name
        wanted = read_changes(request.data, wire_name, request.query_params.get("expectedContentHash", ""))
        change(
            actor=self.actor,
            approval_id=approval.pk,
            operations=wanted.operations,
            answer=wanted.answer,
            seen_hash=wanted.seen_hash,
        ).settled()
        return Response(status=204)

    def delete(self, request: Request, tenant: str, approval_key: str) -> Response:
        """End it while it waits; it stays readable as CLOSED."""
        delete(actor=self.actor, approval_id=self.found(rows.own(self.actor)).pk).settled()
        return Response(status=204)


class GiveUp(ExistingView):
    """`POST /approval/{tenant}/approvals/{id}/give-up`: let go of an approval that was not used. Ours."""

    scopes: ClassVar[dict[str, tuple[str, ...]]] = {"POST": WRITING}

    def post(self, request: Request, tenant: str, approval_key: str) -> Response:
        """The cart goes back to its requester, who may ask again."""
        give_up(actor=self.actor, approval_id=self.found(rows.own(self.actor)).pk).settled()
        return Response(status=204)

    def error_of(self, refused: Refused) -> ApiError | None:
        """There is no code of the contract for it."""
        if isinstance(refused, NotYours):
            return ApiError(403, FORBIDDEN)
        if isinstance(refused, Late):
            return approval_error(Code.TOO_LATE, refused.text, refused.details)
        return super().error_of(refused)


def _asked_before(made: Made) -> Response:
    """The first answer once more."""
    key = Approval.objects.values_list("key", flat=True).get(pk=made.record_id)
    return Response({"id": key}, status=201)


def _customers(view: ApprovalView, user_ids: list[int]) -> dict[int, Customer]:
    """People as customers of the tenant, by user. One query, none for nobody."""
    if not user_ids:
        return {}
    found = Customer.objects.filter(tenant=view.caller.tenant, user_id__in=user_ids).select_related("user")
    return {customer.user_id: customer for customer in found}


_FIELDS = {"cart": "resourceId", "seen_hash": "expectedContentHash"}
_OWN_FIELDS = ("comment", "approverComment", "id", "details", "resource.deliveryWindow", "Idempotency-Key")


def _invalid_wish(refused: Refused) -> ApiError | None:
    """What was wrong with what a client wants of an approval."""
    if refused.code == KEY_REUSED:
        return None
    if refused.code == "approvals_off":
        return approval_error(Code.NO_MATCH, refused.text, refused.details)
    if refused.code == "not_needed":
        return approval_error(Code.ALREADY_PERMITTED, refused.text, refused.details)
    if refused.field == "approver":
        return approval_error(Code.NOT_ELIGIBLE, refused.text, refused.details)
    field = _FIELDS.get(refused.field, refused.field)
    if field and field not in (*_OWN_FIELDS, *_FIELDS.values()):
        field = f"details.{field}"
    return invalid(f"{field}: {refused.text}" if field else refused.text, *refused.details)


def _with_code(raised: Exception) -> Exception:
    """What the floor refuses (half a document, a page that is no number, an unknown field), in our words."""
    if isinstance(raised, ParseError):
        return invalid(f"body: {raised.detail}")
    if isinstance(raised, Invalid) and raised.field in ("q", "sort"):
        return invalid(raised.text)
    if isinstance(raised, ApiError) and raised.status == 400 and not raised.error_code:
        return invalid(raised.message)
    return raised
