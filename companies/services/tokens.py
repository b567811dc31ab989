"""Who gets a token of the storefront API, how is it renewed, and when does it end?

A token is shown once, to whoever asked for it; the database keeps digests. A refresh token that was
used stays good for a minute, because clients repeat requests whose answer got lost; used again after
that it is somebody's copy, and every token of that sign-in ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from companies.models import ApiToken, Company, Customer, Member, Tenant, User
from companies.models.token import TokenKind, digest_of, new_token
from config.kit.records import new_key
from config.kit.refused import Missing, NotYours, Refused
from config.kit.storable import storable_text

VISITOR_LIFE = timedelta(seconds=3_599)
CUSTOMER_LIFE = timedelta(seconds=2_591_999)
REFRESH_LIFE = timedelta(seconds=86_399)
# How long a used refresh token is good for once more.
REPEATABLE_FOR = timedelta(seconds=60)
# How long the rows of dead tokens are kept: long enough to recognise a copy.
KEPT_FOR = timedelta(days=7)


class BadToken(Refused):
    """The token is unknown, over, or not for this."""

    default_code = "bad_token"


@dataclass(frozen=True, slots=True)
class Context:
    """Where a session shops: empty parts are not known, or stay as they were."""

    site_code: str = ""
    currency: str = ""
    country: str = ""
    language: str = ""

    @classmethod
    def of(cls, row: ApiToken) -> Context:
        """That of an earlier token of the session."""
        return cls(row.site_code, row.currency, row.country, row.language)

    def over(self, earlier: Context) -> Context:
        """What is given here, else what held before."""
        return Context(
            self.site_code or earlier.site_code,
            self.currency or earlier.currency,
            self.country or earlier.country,
            self.language or earlier.language,
        )


@dataclass(frozen=True, slots=True)
class Issued:
    """Two fresh tokens, readable for the last time, and the row of the first."""

    access: str
    refresh: str
    row: ApiToken

    @property
    def expires_in(self) -> int:
        """Seconds of the access token."""
        return int((self.row.expires_at - self.row.created_at).total_seconds())

    @property
    def refresh_expires_in(self) -> int:
        """Seconds of the refresh token."""
        return int(REFRESH_LIFE.total_seconds())


def greet_visitor(*, tenant_id: int, context: Context, now: datetime | None = None) -> Issued:
    """A session for somebody who has not signed in."""
    now = now or timezone.now()
    with transaction.atomic():
        return _issue(ApiToken(tenant_id=tenant_id, family=new_key(), session_key=new_key()), context, now)


def renew_visitor(
    *, tenant_id: int, kind: TokenKind, token: str, context: Context, now: datetime | None = None
) -> Issued:
    """Fresh tokens for the same visitor, for a refresh token or a still good access token; raises `BadToken`."""
    now = now or timezone.now()
    row = ApiToken.objects.filter(digest=digest_of(token), kind=kind, tenant_id=tenant_id, user=None).first()
    if kind == TokenKind.REFRESH:
        return _rotate(row, context, now, None)
    if row is None or not row.is_good(now):
        raise _bad()
    with transaction.atomic():
        return _issue(row, context, now)


def sign_in(
    *, user: User, tenant_id: int, visitor: ApiToken | None = None, now: datetime | None = None
) -> Issued | None:
    """A session of a user whose password was checked, going on where the visitor's stood.

    None for who is nobody in this tenant: neither its customer nor in one of its companies.
    """
    now = now or timezone.now()
    known = Customer.objects.filter(tenant_id=tenant_id, user=user).exists()
    if not known and not Member.objects.filter(company__tenant_id=tenant_id, user=user).exists():
        return None
    start = ApiToken(
        tenant_id=tenant_id,
        user=user,
        family=new_key(),
        session_key=visitor.session_key if visitor else new_key(),
    )
    with transaction.atomic():
        return _issue(start, Context.of(visitor) if visitor else Context(), now)


def renew_customer(*, tenant_id: int, token: str, company_key: str = "", now: datetime | None = None) -> Issued:
    """Fresh tokens for a refresh token; `company_key` binds the session to one of the user's companies.

    Without it a bound session stays bound. Raises `BadToken`, and `NotYours` for a company in which
    the user is not active, whether it exists or not: the refresh token is then not used up.
    """
    now = now or timezone.now()
    row = (
        ApiToken.objects.filter(
            digest=digest_of(token), tenant_id=tenant_id, user__isnull=False, kind=TokenKind.REFRESH
        )
        .select_related("user")
        .first()
    )
    company = None
    if company_key and row is not None and row.is_good(now):
        mine = Member.objects.active().filter(user_id=row.user_id, company__tenant_id=tenant_id)
        company = Company.objects.filter(key=company_key, pk__in=mine.values("company_id"), tenant_id=tenant_id).first()
        if company is None:
            raise NotYours("You are not a member of this company.", field="legalEntityId")
    return _rotate(row, Context(), now, company)


def sign_out(*, token: ApiToken, now: datetime | None = None) -> None:
    """End every token of the sign-in that this one belongs to."""
    _end_family(token.family, now or timezone.now())


def tenant_called(key: str) -> Tenant:
    """The tenant with this key; raises `Missing`."""
    tenant = Tenant.objects.filter(key=key).first() if storable_text(key) else None
    if tenant is None:
        raise Missing(f"There is no tenant called {key[:80]!r}.", field="tenant")
    return tenant


def forget_old_tokens(now: datetime | None = None) -> int:
    """Delete tokens that were over a week ago; returns how many."""
    over = (now or timezone.now()) - KEPT_FOR
    return ApiToken.objects.filter(expires_at__lt=over).delete()[0]


def _rotate(row: ApiToken | None, context: Context, now: datetime, company: Company | None) -> Issued:
    """Use a refresh token up; a copy of a used one ends the whole family, which is committed."""
    if row is None:
        raise _bad()
    with transaction.atomic():
        held = ApiToken.objects.locked().filter(pk=row.pk).first()
        if held is not None:
            held.user = row.user
        if held is not None and held.is_good(now):
            if held.revoked_at is None:
                held.revoked_at = now + REPEATABLE_FOR
                held.save(update_fields=["revoked_at"])
            if company is not None:
                held.company = company
            return _issue(held, context, now)
    if held is not None and held.revoked_at is not None and held.revoked_at <= now:
        _end_family(held.family, now)
    raise _bad()


def _issue(origin: ApiToken, context: Context, now: datetime) -> Issued:
    """An access and a refresh token like `origin`, which need not be saved."""
    where = context.over(Context.of(origin))
    user = origin.user
    tokens = {TokenKind.ACCESS: new_token(), TokenKind.REFRESH: new_token()}
    lives = {TokenKind.ACCESS: CUSTOMER_LIFE if user else VISITOR_LIFE, TokenKind.REFRESH: REFRESH_LIFE}
    rows = ApiToken.objects.bulk_create(
        ApiToken(
            digest=digest_of(token),
            kind=kind,
            tenant_id=origin.tenant_id,
            user=user,
            company_id=origin.company_id,
            family=origin.family,
            session_key=origin.session_key,
            site_code=where.site_code,
            currency=where.currency,
            country=where.country,
            language=where.language,
            password_digest=digest_of(user.password) if user else "",
            created_at=now,
            expires_at=now + lives[kind],
        )
        for kind, token in tokens.items()
    )
    return Issued(tokens[TokenKind.ACCESS], tokens[TokenKind.REFRESH], rows[0])


def _end_family(family: str, now: datetime) -> None:
    """Until none is left: whoever refreshes at this moment has a lock, and behind it tokens not to be seen before."""
    alive = ApiToken.objects.filter(family=family).exclude(revoked_at__lte=now)
    while alive.update(revoked_at=now):
        pass


def _bad() -> BadToken:
    return BadToken("This token is unknown or over.")
