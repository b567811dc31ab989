"""Somebody forgot a password, or never had one: who is sent a mail, how often, and in whose name?"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies.models import Customer, Marketplace, Member, Tenant, User
from notifications.models import Notice
from notifications.outbox import Letter, post
from notifications.texts import PASSWORD_RESET

SLOT = timedelta(minutes=10)  # one mail in each, however often the button is pressed
DAY, MOST_A_DAY = timedelta(days=1), 5  # a link holds for a day, so the last of five always works


@transaction.atomic(durable=True)
def ask_new_password(*, email: str, place: Marketplace | None, now: datetime | None = None) -> None:
    """Have the owner of this address sent a link to choose a new password, if the address is an account's.

    Answers nothing and refuses nothing, so that nobody learns who has an account here. Closed accounts get none,
    and nobody gets more than one in ten minutes and five a day. `place`: the marketplace on which it was asked;
    the mail is in its name where the account is known there.
    """
    now = now or timezone.now()
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None or _has_enough(user, now):
        return
    tenant, site_code = _in_whose_name(user, place)
    if tenant is None:
        return
    slot = int(now.timestamp() // SLOT.total_seconds())
    letter = Letter(user.pk, PASSWORD_RESET, {"account": user.email})
    post([letter], event=f"password:{slot}", tenant_id=tenant.pk, site_code=site_code, now=now)


def _has_enough(user: User, now: datetime) -> bool:
    sent = Notice.objects.filter(recipient=user, topic=PASSWORD_RESET, created_at__gt=now - DAY)
    return sent.count() >= MOST_A_DAY


def _in_whose_name(user: User, place: Marketplace | None) -> tuple[Tenant | None, str]:
    """The tenant, and the key of its marketplace; staff who are in none write under the first."""
    bought = Customer.objects.filter(user=user).values("tenant_id")
    joined = Member.objects.active().filter(user=user).values("company__tenant_id")
    known = Tenant.objects.filter(Q(pk__in=bought) | Q(pk__in=joined))
    here = known.filter(pk=place.tenant_id).first() if place else None
    if place is not None and here is not None:
        return here, place.key
    return known.order_by("pk").first() or Tenant.objects.order_by("pk").first(), ""
