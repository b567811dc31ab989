"""`/iam/{tenant}/…`: groups and their users, and what a token may do.

A group is no record: each customer company has four, one per role, known by company and role. Being
in one is the role of a membership, so that moving somebody changes what they may do at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.errors import ApiError
from companies.api.listing import PAGING, ResourceView
from companies.api.pieces import customer_companies, numbers_of
from companies.api.reading import Body, only_query
from companies.api.sessions import number_of
from companies.api.wire import GROUP_CODES, GROUP_DESCRIPTIONS, group_name, group_wire
from companies.models import Company, Customer, Member
from companies.roles import CUSTOMER_ROLES, CompanyKind, Role
from companies.scopes import spelled
from companies.services.contacts import join_group, leave_group
from companies.services.idempotency import Once
from config.kit.query import Comparison, Condition, parse_query
from config.kit.refused import Invalid

READ_GROUPS = ("iam.group_read", "iam.group_read_own")
READ_USERS = ("iam.user_read", "iam.user_read_own")
ASSIGN = ("iam.assignment_manage", "iam.assignment_create_own")
UNASSIGN = ("iam.assignment_manage", "iam.assignment_delete_own")
CUSTOMER = "CUSTOMER"
USER_TYPES = (CUSTOMER, "EMPLOYEE")
# Texts, in which a filter finds what it names anywhere; the others fit as a whole.
TEXTS = ("name", "description")
FILTERS = ("b2b.legalEntityId", "legalEntityId", "userType", *TEXTS, "code", "id", "q")


class IamView(ResourceView):
    """What all of these share."""

    callers = ("customer", "service")
    default_page_size = 60

    def missing_scope(self, needed: tuple[str, ...]) -> ApiError:
        """In the words of this service."""
        return ApiError(403, "Scope validation failed", details=[f"Missing required scopes '[{', '.join(needed)}]'"])

    def group(self, key: str) -> tuple[Company, Role]:
        """The company and role of a group's id, or 404."""
        company_key, _, role = key.rpartition("-")
        company = customer_companies(self.actor).filter(key=company_key).first() if role in CUSTOMER_ROLES else None
        if company is None:
            raise ApiError(404, "There is no such group.", resource_id=key)
        return company, Role(role)

    def own_group(self, key: str) -> tuple[Company, Role]:
        """As `group`, of the company that a customer acts for: people of their others are for another token."""
        company, role = self.group(key)
        if self.caller.is_customer and company.pk != self.actor.company_id:
            raise self.missing_scope(("iam.user_read",))
        return company, role


class Groups(IamView):
    """The list of groups."""

    scopes = {"GET": READ_GROUPS}

    def get(self, request: Request, tenant: str) -> Response:
        """A bare list, company by company; filters by company, code, name, id and user type."""
        only_query(request, (*FILTERS, *PAGING))
        companies, roles = _filtered(request, customer_companies(self.actor).order_by("name", "pk"))
        number = self._number(request, "pageNumber", 1, 1_000_000)
        size = self._number(request, "pageSize", self.default_page_size, self.max_page_size)
        headers = {}
        if request.headers.get("X-Total-Count", "").lower() == "true":
            headers["X-Total-Count"] = str(companies.count() * len(roles))
        if not roles:
            return Response([], headers=headers)
        first, end = (number - 1) * size, number * size
        skipped = first // len(roles)
        found = companies[skipped : -(-end // len(roles))]
        groups = [group_wire(company, role) for company in found for role in roles]
        return Response(groups[first - skipped * len(roles) :][:size], headers=headers)


class Group(IamView):
    """One group."""

    scopes = {"GET": READ_GROUPS}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """The group."""
        return Response(group_wire(*self.group(key)))


class GroupUsers(IamView):
    """The users of a group, and adding one."""

    scopes = {"GET": READ_USERS, "POST": ASSIGN}
    renamed = {"role": "groupId", "customer.id": "userId"}

    def get(self, request: Request, tenant: str, key: str) -> Response:
        """Who is in it."""
        only_query(request, PAGING)
        company, role = self.own_group(key)
        rows = Member.objects.visible_to(self.actor).active().filter(company=company, role=role)
        page, headers = self.paged(request, rows.order_by("pk"))
        numbers = numbers_of(self.caller.tenant.pk, {member.user_id for member in page})
        users = [
            {
                "id": member.key,
                "groupId": key,
                "userId": numbers.get(member.user_id, f"employee-{member.user_id}"),
                "userType": CUSTOMER,
            }
            for member in page
        ]
        return Response(users, headers=headers)

    def post(self, request: Request, tenant: str, key: str) -> Response:
        """Moves a member of the company into this group, and out of the one they were in."""
        body = Body(request.data)
        number = body.text("userId", longest=64)
        if "userType" in body:
            body.choice("userType", USER_TYPES)
        body.nothing_else()
        company, role = self.own_group(key)
        return self.created(request, self._joining(company, number, role))

    def _joining(self, company: Company, number: str, role: Role) -> Callable[[Once | None], Member]:
        return lambda once: join_group(actor=self.actor, company_id=company.pk, number=number, role=role, once=once)


class GroupUser(IamView):
    """One user of a group."""

    scopes = {"DELETE": UNASSIGN}
    renamed = {"role": "userId"}

    def delete(self, request: Request, tenant: str, key: str, user: str, kind: str = CUSTOMER) -> Response:
        """Takes somebody out of the group; they stay in the company as Contact."""
        if kind != CUSTOMER:
            raise ApiError(404, "There is no such user in this group.")
        company, role = self.own_group(key)
        leave_group(actor=self.actor, company_id=company.pk, number=user, role=role)
        return Response(status=204)


class UserGroups(IamView):
    """The groups of a user."""

    scopes = {"GET": READ_GROUPS}

    def get(self, request: Request, tenant: str, user: str) -> Response:
        """One's own groups in all companies, a colleague's in the company one acts for."""
        only_query(request, ())
        customers = Customer.objects.visible_to(self.actor)
        mine = {"user_id": self.actor.user_id} if user == "me" else {"number": user}
        customer = customers.filter(**mine, tenant=self.caller.tenant).first()
        if customer is None:
            raise ApiError(404, "There is no such user.", resource_id=user)
        rows = Member.objects.active().filter(
            user_id=customer.user_id, company__tenant=self.caller.tenant, company__kind=CompanyKind.CUSTOMER
        )
        if not (self.caller.is_service or customer.user_id == self.actor.user_id):
            rows = rows.filter(company_id=self.actor.company_id)
        members = rows.select_related("company").order_by("company__name", "pk")
        return Response([group_wire(member.company, Role(member.role)) for member in members])


class MyScopes(IamView):
    """`GET /iam/{tenant}/users/me/scopes`: what the token may do, as it is now."""

    def get(self, request: Request, tenant: str) -> Response:
        """The same words as at login."""
        caller = self.caller
        user_id = caller.client_id if caller.is_service else number_of(caller.token.user, caller.tenant)
        return Response({"userId": user_id, "scopes": spelled(caller.scopes, caller.tenant.key)})


@dataclass(frozen=True, slots=True)
class _Asked:
    """One filter: the field, the values of which one must fit, and whether it must fit as a whole."""

    field: str
    values: tuple[str, ...]
    whole: bool = True

    def fits(self, text: str) -> bool:
        """Ignoring case."""
        wanted = [value.lower() for value in self.values]
        return text.lower() in wanted if self.whole else any(value in text.lower() for value in wanted)


def _filtered(request: Request, companies: Any) -> tuple[Any, list[Role]]:
    """The companies and roles whose groups are asked for."""
    roles = list(CUSTOMER_ROLES)
    for asked in _asked(request):
        match asked.field:
            case "b2b.legalEntityId" | "legalEntityId":
                companies = companies.filter(key__in=asked.values)
            case "userType":
                roles = roles if CUSTOMER in {_user_type(value) for value in asked.values} else []
            case "name" | "name.en":
                roles = [role for role in roles if asked.fits(group_name(role)["en"])]
            case "description" | "description.en":
                roles = [role for role in roles if asked.fits(GROUP_DESCRIPTIONS[role])]
            case "code":
                roles = [role for role in roles if GROUP_CODES[role] in asked.values]
            case "id" if len(asked.values) == 1:
                company_key, _, word = asked.values[0].rpartition("-")
                companies, roles = companies.filter(key=company_key), [role for role in roles if role == word]
            case _:
                raise Invalid(f"q: {asked.field} cannot be asked for like this.", field="q")
    return companies, roles


def _asked(request: Request) -> list[_Asked]:
    """Every filter, those in `q` too, which knows equality here, and for texts `name:~…`."""
    found = [
        _Asked(name, (value,), whole=name not in TEXTS)
        for name in FILTERS
        if name != "q"
        for value in request.query_params.getlist(name)
    ]
    for part in parse_query(request.query_params.get("q", "")).parts:
        if not isinstance(part, Condition) or part.comparison not in (Comparison.ONE_OF, Comparison.CONTAINS):
            raise Invalid("q: groups can only be compared for equality.", field="q")
        contains = part.comparison is Comparison.CONTAINS
        if contains and part.field.removesuffix(".en") not in TEXTS:
            raise Invalid(f"q: {part.field} can only be compared for equality.", field="q")
        found.append(_Asked(part.field, part.values, whole=not contains))
    return found


def _user_type(value: str) -> str:
    """Storefronts write it in lower case too."""
    if value.upper() not in USER_TYPES:
        raise Invalid(f"userType is one of {', '.join(USER_TYPES)}.", field="userType")
    return value.upper()
