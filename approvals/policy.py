"""Who may order what, and who must say yes: facts in, ruling out.

Pure: no database, no clock. Amounts are gross (tax included) with their currency. The rules:

* an Admin orders freely; a Buyer freely up to the company's purchase limit; a Requester never;
* above the limit Admins approve, within it Admins and Buyers;
* an approval group with an active member replaces that set; an empty one does not block;
* a contact may neither order nor ask; a private customer (in no company) orders freely;
* nobody approves their own request; only active people of the same company approve.

"Exceeds" means strictly greater. No limit means none; a limit in another currency counts as
exceeded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from companies.roles import GROUP_ROLES, Role
from config.kit.money import Money


class Verdict(StrEnum):
    """What the policy answers."""

    FREE = "free"
    NEEDS_APPROVAL = "needs_approval"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Person:
    """An active member of the company, as they are now."""

    user_id: int
    name: str
    role: Role
    in_group: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A line of what is to be ordered, for saying what would avoid an approval."""

    label: str
    gross: Money


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants to order: their role in the company ordered for (None: no role there).

    `has_membership` is whether they are, or were, in any company at all.
    """

    user_id: int | None
    role: Role | None
    has_membership: bool


@dataclass(frozen=True, slots=True)
class Case:
    """All facts the ruling depends on.

    `people` are the company's active members; `group_named` tells whether anybody, active or not,
    is named in the approval group. `approvals_on` is off only for quotes of a tenant that switched
    quote approvals off.
    """

    asker: Asker
    gross: Money
    limit: Money | None
    people: tuple[Person, ...] = ()
    group_named: bool = False
    items: tuple[Item, ...] = ()
    approvals_on: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of a ruling: a code for programs, a sentence for people, the figures in it."""

    code: str
    text: str
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The answer: free, needs approval (by one of `eligible`), or forbidden; and why."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    eligible: tuple[Person, ...] = ()
    avoid: tuple[Reason, ...] = ()
    warnings: tuple[Reason, ...] = ()

    @property
    def permitted(self) -> bool:
        """The asker may order without anybody's yes."""
        return self.verdict is Verdict.FREE

    @property
    def forbids(self) -> bool:
        """The asker may neither order nor ask."""
        return self.verdict is Verdict.FORBIDDEN

    @property
    def nobody_can_approve(self) -> bool:
        """Approval is needed and there is nobody to give it."""
        return self.verdict is Verdict.NEEDS_APPROVAL and not self.eligible


def rule(case: Case) -> Ruling:
    """The decision table of purchase approval."""
    role = case.asker.role
    if role is None and not case.asker.has_membership:
        return _free(Reason("private_customer", "You order as a private customer."))
    if role not in GROUP_ROLES:
        return Ruling(Verdict.FORBIDDEN, (_may_not_order(role),))
    if not case.approvals_on:
        return _free(Reason("quote_approvals_off", "Quotes are ordered without approval on this platform."))
    if role is Role.ADMIN:
        return _free(Reason("admin", "Admins order without approval."))
    limit_reason = over_limit(case.gross, case.limit)
    if role is Role.BUYER and limit_reason is None:
        return _free(_within_limit(case))
    reasons = [limit_reason] if limit_reason is not None else []
    if role is Role.REQUESTER:
        reasons.append(Reason("requester", "Requesters need approval for every order."))
    return _needs_approval(case, tuple(reasons), exceeded=limit_reason is not None)


def eligible_approvers(people: Iterable[Person], *, asker_id: int | None, exceeded: bool) -> tuple[Person, ...]:
    """Who may approve a request of `asker_id`, by name; `exceeded`: it is above the limit.

    Who asks matters only in that they never approve themselves.
    """
    people = tuple(people)
    group = tuple(person for person in people if person.in_group and person.role in GROUP_ROLES)
    if group:
        candidates = group
    else:
        roles = (Role.ADMIN,) if exceeded else (Role.ADMIN, Role.BUYER)
        candidates = tuple(person for person in people if person.role in roles)
    return tuple(
        sorted(
            (person for person in candidates if person.user_id != asker_id),
            key=lambda person: (person.name, person.user_id),
        )
    )


def over_limit(gross: Money, limit: Money | None) -> Reason | None:
    """Why `gross` is above `limit`, or None where it is not."""
    if limit is None or not gross.exceeds(limit):
        return None
    if gross.currency != limit.currency:
        return Reason(
            "limit_in_other_currency",
            f"The company's limit is in {limit.currency}, this is in {gross.currency}; "
            "it therefore counts as above the limit.",
            {"gross": str(gross), "limit": str(limit)},
        )
    excess = Money(gross.amount - limit.amount, gross.currency)
    return Reason(
        "over_limit",
        f"{gross} gross is {excess} over the company's limit of {limit}.",
        {"gross": str(gross), "limit": str(limit), "excess": str(excess)},
    )


def _free(reason: Reason) -> Ruling:
    return Ruling(Verdict.FREE, (reason,))


def _within_limit(case: Case) -> Reason:
    if case.limit is None:
        return Reason("no_limit", "Your company has set no purchase limit.")
    return Reason(
        "within_limit",
        f"{case.gross} gross is within the company's limit of {case.limit}.",
        {"gross": str(case.gross), "limit": str(case.limit)},
    )


def _may_not_order(role: Role | None) -> Reason:
    if role is Role.CONTACT:
        return Reason("contact", "Contacts may look around, but not order or ask for approval.")
    return Reason("no_role", "You are in no group of this company that may order.")


def _needs_approval(case: Case, reasons: tuple[Reason, ...], *, exceeded: bool) -> Ruling:
    eligible = eligible_approvers(case.people, asker_id=case.asker.user_id, exceeded=exceeded)
    group_works = any(person.in_group for person in case.people)
    warnings: tuple[Reason, ...] = ()
    if group_works:
        reasons += (Reason("approval_group", "The company's approval group decides."),)
    elif case.group_named:
        warnings = (
            Reason(
                "approval_group_without_active_members",
                "The company's approval group has no active member; the usual rule applies until it has one.",
            ),
        )
    if not eligible:
        reasons += (_nobody(exceeded=exceeded, group_works=group_works),)
    return Ruling(
        Verdict.NEEDS_APPROVAL,
        reasons,
        eligible,
        avoid=_ways_around(case),
        warnings=warnings,
    )


def _nobody(*, exceeded: bool, group_works: bool) -> Reason:
    if group_works:
        return Reason("nobody_eligible", "You are the only active member of the approval group.")
    who = "Admin" if exceeded else "Admin or Buyer"
    return Reason("nobody_eligible", f"Your company has no other active {who} who could approve.")


def _ways_around(case: Case) -> tuple[Reason, ...]:
    """The cheapest single line whose removal brings a Buyer's order within the limit."""
    if case.asker.role is not Role.BUYER or case.limit is None:
        return ()
    if case.limit.currency != case.gross.currency or len(case.items) < 2:
        return ()
    excess = case.gross.amount - case.limit.amount
    enough = [item for item in case.items if item.gross.amount >= excess]
    if not enough:
        return ()
    item = min(enough, key=lambda item: (item.gross.amount, item.label))
    return (
        Reason(
            "without_a_line",
            f"Without {item.label} ({item.gross}) you could order now.",
            {"line": item.label, "gross": str(item.gross)},
        ),
    )
