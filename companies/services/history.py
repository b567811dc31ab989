"""What was changed about a company, its people or a tenant's settings: writing it down, and saying it in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from companies.actors import Actor
from companies.models import Change, Company
from companies.preferences import PREFERENCES
from companies.roles import Role
from config.kit.wording import money_text

LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Changed:
    """One change, for `record_change`: everything of it that is not who, where and when.

    `old` and `new` are JSON: amounts as strings, people by name. `subject` is whom or what it is about;
    `marketplace_id` where that is a marketplace, or what is sold there.
    """

    kind: str
    subject: str
    old: Any
    new: Any
    reason: str = ""
    marketplace_id: int | None = None


def record_change(what: Changed, *, actor: Actor, tenant_id: int, company: Company | None, now: datetime) -> Change:
    """Add one entry, in the caller's transaction: it is there exactly when the change is."""
    return Change.objects.create(
        tenant_id=tenant_id,
        company=company,
        marketplace_id=what.marketplace_id,
        kind=what.kind,
        subject=what.subject[:200],
        old=what.old,
        new=what.new,
        reason=what.reason.strip()[:LONGEST_REASON],
        actor_kind=actor.kind,
        actor_ref=actor.reference,
        actor_name=actor.name[:200],
        channel=actor.channel,
        at=now,
    )


def in_words(change: Change) -> str:
    """One sentence for people: whom or what it is about, what it was and what it became."""
    tell = _SENTENCES.get(change.kind)
    if tell is None:
        return f"{change.subject}: {change.old} became {change.new}"
    return tell(change)


def _group(value: Any) -> str:
    return Role(value["role"]).label


def _role_changed(change: Change) -> str:
    left = change.old["in_approval_group"] and not change.new["in_approval_group"]
    also = ", and left the approval group" if left else ""
    return f"{change.subject} moved from {_group(change.old)} to {_group(change.new)}{also}"


def _limit(value: Any) -> str:
    return money_text(Decimal(value["amount"]), value["currency"]) if value else "none"


def _days(value: Any) -> str:
    return f"{value}" if value else "the tenant's preference"


def _names(names: list[str]) -> str:
    return ", ".join(names)


def _group_set(change: Change) -> str:
    joined = _names([name for name in change.new if name not in change.old])
    left = _names([name for name in change.old if name not in change.new])
    steps = [f"{joined} joined" if joined else "", f"{left} left" if left else ""]
    now = f"it is now {_names(change.new)}" if change.new else "there is none now"
    return f"Approval group: {'; '.join(step for step in [*steps, now] if step)}"


def _setting(value: Any) -> str:
    if value is None:
        return "not set"
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _preference_set(change: Change) -> str:
    known = PREFERENCES.get(change.subject)
    label = known.label if known else change.subject
    return f"{label}: {_setting(change.old)} became {_setting(change.new)}"


_PARTS = {
    "name": "name",
    "is_active": "active",
    "host": "host name",
    "path_prefix": "path prefix",
    "accent": "accent colour",
    "logo": "logo",
    "sender_name": "mail sender",
    "reply_to": "reply address of mails",
    "review_default": "review default",
    "auto_approve_on_behalf": "auto-approve on-behalf orders",
    "require_second_person": "second person",
    "review_reminder_days": "days until a reminder",
    "platform_reviews": "reviewed by the platform",
}


def _part(name: str, value: Any) -> str:
    if name in ("review_default", "auto_approve_on_behalf", "review_reminder_days") and value is None:
        return "as the tenant's preference"
    if name == "logo":
        return "a picture" if value else "none"
    return "none" if value == "" else _setting(value)


def _marketplace_changed(change: Change) -> str:
    parts = []
    # PostgreSQL gives JSON back in an order of its own.
    for name in sorted(change.old, key=lambda each: [*_PARTS, each].index(each)):
        before, after = _part(name, change.old[name]), _part(name, change.new.get(name))
        label = _PARTS.get(name, name.replace("_", " "))
        parts.append(f"{label} was replaced" if before == after else f"{label}: {before} became {after}")
    return f"{change.subject}: {'; '.join(parts)}"


FLAGS = {"yes": "always reviewed", "no": "never reviewed"}


def _review_set(inherited: str) -> Callable[[Change], str]:
    """Of a product, or of what a marketplace offers of it: each follows something else where nothing is set."""

    def tell(change: Change) -> str:
        before, after = (FLAGS.get(value, inherited) for value in (change.old, change.new))
        return f"Orders for {change.subject}: {before} became {after}"

    return tell


def _changed(change: Change) -> str:
    """Which parts are another now: `Name and type`."""
    parts = [name.replace("_", " ") for name, old in change.old.items() if change.new.get(name) != old]
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts).capitalize()


def _webhook_changed(change: Change) -> str:
    """Each part that is another now, in words of its own."""
    changed = {name for name, old in change.old.items() if change.new.get(name) != old}
    switched = "on" if change.new.get("active") else "off"
    told = {
        "address": f"Webhooks go to {change.subject} now, no longer to {change.old.get('address')}",
        "description": f"The description of the webhooks to {change.subject} changed",
        "active": f"The webhooks to {change.subject} were switched {switched}",
    }
    return "; ".join(text for name, text in told.items() if name in changed)


_SENTENCES: dict[str, Callable[[Change], str]] = {
    "member.added": lambda c: f"{c.subject} joined as {_group(c.new)}",
    "member.role_changed": _role_changed,
    "member.deactivated": lambda c: f"{c.subject} ({_group(c.old)}) was removed",
    "member.reactivated": lambda c: f"{c.subject} came back as {_group(c.new)}",
    "company.limit_set": lambda c: f"Purchase limit: {_limit(c.old)} became {_limit(c.new)}",
    "company.expiry_days_set": lambda c: f"Approval expiry days: {_days(c.old)} became {_days(c.new)}",
    "approval_group.set": _group_set,
    "preference.set": _preference_set,
    "marketplace.changed": _marketplace_changed,
    "company.home_set": lambda c: f"{c.subject} shops on {c.new or 'the parent marketplace'} first",
    "product.review_set": _review_set("as the marketplace says"),
    "listing.review_set": _review_set("as the product says"),
    "company.added": lambda c: f"{c.subject} was added",
    "company.changed": lambda c: f"{_changed(c)} of {c.subject} changed",
    "company.closed": lambda c: f"{c.subject} was closed",
    "member.contact_changed": lambda c: f"{_changed(c)} of {c.subject} changed",
    "location.added": lambda c: f"Location {c.subject} was added",
    "location.changed": lambda c: f"{_changed(c)} of location {c.subject} changed",
    "location.removed": lambda c: f"Location {c.subject} was removed",
    "location.reactivated": lambda c: f"Location {c.subject} is used again",
    "api_client.added": lambda c: f"API client {c.subject} was made",
    "api_client.changed": lambda c: f"{_changed(c)} of API client {c.subject} changed",
    "api_client.secret_renewed": lambda c: f"API client {c.subject} got a new secret",
    "webhook.added": lambda c: f"Webhooks go to {c.subject} now",
    "webhook.changed": _webhook_changed,
    "webhook.secret_renewed": lambda c: f"The webhooks to {c.subject} got a new secret",
    "webhook.stopped": lambda c: f"The webhooks to {c.subject} were switched off: {c.reason}",
}
