"""What a marketplace is called, where it is reached, how it looks and how its orders are reviewed: writing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from companies.actors import Actor
from companies.addressing import checked_host, checked_prefix
from companies.logos import drawn_anew
from companies.models import Change, Company, Logo, Marketplace, Member
from companies.models.marketplace import MOST_REMINDER_DAYS
from companies.roles import Role
from companies.services.history import Changed, record_change
from companies.services.steps import check_version, clean_text, is_operator
from config.kit.colour import checked_accent
from config.kit.refused import Invalid, Missing, NotYours

KIND = "marketplace.changed"
LONGEST_NAME, LONGEST_SENDER = 200, 60


def change_marketplace(
    *,
    actor: Actor,
    marketplace_id: int,
    wanted: Mapping[str, Any],
    reason: str = "",
    version: int | None = None,
    now: datetime | None = None,
) -> Marketplace:
    """Write settings of a marketplace, all or none; what `wanted` does not name stays as it is.

    The names are those of the columns: `name`, `accent` (#rrggbb, "" for the installation's), `logo` (the bytes of
    a PNG, JPEG or WebP file of at most 200 kB; None takes it away), `sender_name`, `reply_to`, `review_default`
    and `auto_approve_on_behalf` (True, False, or None for the tenant's preference), `require_second_person`,
    `review_reminder_days` (0 to 365, None for the tenant's preference), and for the operator alone
    `platform_reviews`, `is_active`, `host` and `path_prefix` ("" for none).

    Who may: platform staff (and the tenant's API clients); of a reseller marketplace also an active manager of the
    company that owns it. Raises `Missing` for people of another tenant or company, `NotYours` for others of
    the owner's people and for what is the operator's, `Invalid` naming the setting, `Late` where `version` is not
    the marketplace's any more. One entry in the history (`changes_of`, kind `marketplace.changed`, of the
    owner's company, else of the tenant) holds the old and new value of each setting that changed; where nothing
    changes, nothing is written.
    """
    now = now or timezone.now()
    unknown = wanted.keys() - _CHECKS.keys()
    if unknown:
        raise ValueError(f"A marketplace has no setting {', '.join(sorted(unknown))}.")
    with transaction.atomic():
        place = locked_marketplace(actor, marketplace_id, tuple(wanted))
        check_version(place, version)
        values = {name: _CHECKS[name](value) for name, value in wanted.items()}
        _check_free(place, values)
        old = {name: _plain(getattr(place, name)) for name in values}
        for name, value in values.items():
            setattr(place, name, value)
        new = {name: _plain(getattr(place, name)) for name in values}
        changed = [name for name in values if old[name] != new[name]]
        if not changed:
            return place
        try:
            with transaction.atomic():
                place.save(update_fields=[*changed, *place.touched(now)])
        except IntegrityError as taken:
            raise Invalid("Another marketplace has this address already.", field="host") from taken
        before, after = ({name: values[name] for name in changed} for values in (old, new))
        what = Changed(KIND, place.name, before, after, reason, marketplace_id=place.pk)
        record_change(what, actor=actor, tenant_id=place.tenant_id, company=place.owner, now=now)
        return place


def set_home_marketplace(
    *, actor: Actor, company_id: int, marketplace_id: int | None, reason: str = "", now: datetime | None = None
) -> Company:
    """Where a customer company's people shop until they choose another marketplace; None is the parent.

    For platform staff. Raises `Missing`, `NotYours`, and `Invalid` naming `home_marketplace`.
    """
    now = now or timezone.now()
    if not is_operator(actor):
        raise NotYours("Only platform staff say where a company shops.")
    with transaction.atomic():
        company = Company.objects.visible_to(actor).locked().filter(pk=company_id).first()
        if company is None:
            raise Missing("There is no such company.")
        places = Marketplace.objects.filter(tenant_id=company.tenant_id)
        place = places.filter(pk=marketplace_id).first() if marketplace_id else None
        if marketplace_id and place is None:
            raise Invalid("This marketplace belongs to another tenant.", field="home_marketplace")
        before = places.filter(pk=company.home_marketplace_id).first()
        if before == place:
            return company
        company.home_marketplace = place
        company.save(update_fields=["home_marketplace", *company.touched(now)])
        what = Changed("company.home_set", company.name, str(before or ""), str(place or ""), reason)
        record_change(what, actor=actor, tenant_id=company.tenant_id, company=company, now=now)
        return company


def changes_of(place: Marketplace) -> QuerySet[Change]:
    """The history of its settings; whether the reader may see it is asked by who shows it."""
    return Change.objects.filter(marketplace=place)


def has_resellers(tenant_id: int | None) -> bool:
    """Whether anybody resells in this tenant; without, no page speaks of it. One query."""
    return Marketplace.objects.filter(tenant_id=tenant_id, owner__isnull=False).exists()


def may_change(actor: Actor, place: Marketplace) -> bool:
    """Whether a page offers the settings of this marketplace; the service asks again, under the lock."""
    if is_operator(actor):
        return actor.tenant_id in (None, place.tenant_id)
    return place.owner_id is not None and place.owner_id == actor.company_id and actor.role == Role.MANAGER


def locked_marketplace(actor: Actor, marketplace_id: int, settings: tuple[str, ...] = ()) -> Marketplace:
    """The marketplace with its owner, locked, for who may change these settings of it; refuses as said above."""
    found = Marketplace.objects.select_related("owner").filter(pk=marketplace_id)
    if actor.tenant_id is not None:
        found = found.filter(tenant_id=actor.tenant_id)
    place = found.select_for_update(of=("self",), no_key=True).first()
    if place is None:
        raise Missing("There is no such marketplace.")
    if is_operator(actor):
        return place
    if place.owner_id is None or place.owner_id != actor.company_id:
        raise Missing("There is no such marketplace.")
    in_charge = Member.objects.active().filter(company_id=place.owner_id, user_id=actor.user_id, role=Role.MANAGER)
    if not in_charge.exists():
        raise NotYours(f"Only an active Manager of {place.owner} may change this.")
    if _OPERATORS.intersection(settings):
        raise NotYours(
            "Only the operator of the platform sets at which address a marketplace is, and who reviews there."
        )
    return place


def _name(value: str) -> str:
    name = clean_text(value, field="name", longest=LONGEST_NAME)
    if not name:
        raise Invalid("Give the marketplace a name.", field="name")
    return name


def _accent(value: str) -> str:
    return checked_accent(value) if value.strip() else ""


def _sender_name(value: str) -> str:
    name = clean_text(value, field="sender_name", longest=LONGEST_SENDER)
    if any(not letter.isprintable() for letter in name):
        raise Invalid("A sender's name is one line.", field="sender_name")
    return name


def _reply_to(value: str) -> str:
    address = value.strip()
    if not address:
        return ""
    try:
        validate_email(address)
    except ValidationError as wrong:
        raise Invalid("Give an e-mail address, such as shop@example.com.", field="reply_to") from wrong
    if len(address) > 254:
        raise Invalid("This address is too long.", field="reply_to")
    return address


def _logo(value: bytes | None) -> Logo | None:
    """The row of a picture; the same picture is kept once."""
    if not value:
        return None
    picture = drawn_anew(value)
    columns = {
        "type": picture.type,
        "content": picture.content,
        "width": picture.width,
        "height": picture.height,
    }
    return Logo.objects.get_or_create(digest=picture.digest, defaults=columns)[0]


def _choice(name: str) -> Callable[[Any], bool | None]:
    def checked(value: Any) -> bool | None:
        if value is None or isinstance(value, bool):
            return value
        raise Invalid("This is yes, no, or what the tenant's preference says.", field=name)

    return checked


def _switch(name: str) -> Callable[[Any], bool]:
    def checked(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        raise Invalid("This is either yes or no.", field=name)

    return checked


def _reminder_days(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_REMINDER_DAYS):
        return value
    raise Invalid(f"Reminders come after 0 to {MOST_REMINDER_DAYS} days.", field="review_reminder_days")


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "host": checked_host,
    "path_prefix": checked_prefix,
    "accent": _accent,
    "logo": _logo,
    "sender_name": _sender_name,
    "reply_to": _reply_to,
    "review_default": _choice("review_default"),
    "auto_approve_on_behalf": _choice("auto_approve_on_behalf"),
    "require_second_person": _switch("require_second_person"),
    "review_reminder_days": _reminder_days,
    "platform_reviews": _switch("platform_reviews"),
    "is_active": _switch("is_active"),
}
_ADDRESSES = frozenset({"host", "path_prefix"})
_OPERATORS = _ADDRESSES | {"platform_reviews", "is_active"}


def _check_free(place: Marketplace, values: Mapping[str, Any]) -> None:
    """No two marketplaces, of whatever tenants, share an address."""
    for name in _ADDRESSES & values.keys():
        taken = Marketplace.objects.filter(**{name: values[name]}).exclude(pk=place.pk)
        if values[name] and taken.exists():
            raise Invalid("Another marketplace has this address already.", field=name)


def _plain(value: Any) -> Any:
    """As the history keeps it: a picture by its digest."""
    return value.digest if isinstance(value, Logo) else value
