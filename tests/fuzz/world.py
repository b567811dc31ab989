"""Who calls the fuzzed API, and which ids are there for them? The seeded demo, with a token for each kind of caller.

Ids go by the name of the parameter that takes them. A caller has their own: what they see. `everything` is for asking
for what others own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from django.utils import timezone

from approvals.models import Approval
from catalog.api.yrn import product_yrn
from catalog.models import Listing, Product
from companies.actors import Actor, ActorKind, Channel, actor_for
from companies.api.saas_token import make_saas_token
from companies.models import (
    ApiClient,
    ApiToken,
    Company,
    Customer,
    CustomerAddress,
    DeliveryWindow,
    Location,
    Marketplace,
    Member,
    ServiceToken,
    Tenant,
    User,
)
from companies.models.token import TokenKind, digest_of, new_token
from companies.preferences import PreferenceKey
from companies.roles import CUSTOMER_ROLES, CompanyKind
from companies.scopes import CLIENT_SCOPES
from companies.services.clients import new_service_token
from config.demo_data.people import PROGRAMS
from config.demo_data.seeding import seed
from config.kit.records import new_key
from orders.api.subscriptions_rows import changes_of
from orders.lifecycle import CartStatus
from orders.models import Cart, CartLine, Order, Quote, Subscription
from orders.services.quote_reasons import reasons_of
from tests.factories import make_cart
from tests.fuzz.subscriptions import plan_prices, subscribe

TENANT, ELSEWHERE, PLACE = "acme", "other", "main"
# Everybody who may do what others may not: who asks, who is asked, their colleagues, a private customer, the sellers.
PEOPLE = ("ana", "tom", "bea", "rita", "carl", "grace", "ravi", "theo", "paula", "victor", "vera", "sam", "roos", "rik")
SHOPPED_AS_VISITOR = "bea"  # the visitor's session is hers, so she can take the visitor's cart over
HOUR = timedelta(hours=1)

Ids = dict[str, list[str]]


@dataclass(frozen=True, repr=False)
class Caller:
    """Somebody with a token of a kind (customer, anonymous, service; nothing: no good one), and what they see."""

    name: str
    kind: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    own: Ids = field(default_factory=dict)

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True, repr=False)
class World:
    """The callers, the ids of everybody's things, what carts and deliveries can be made of, which lines carts have.

    `made` are the ids that came of earlier requests; they come up more often than all others together.
    """

    callers: list[Caller]
    everything: Ids
    items: list[dict[str, Any]]
    windows: list[dict[str, str]]
    lines: Ids
    made: Ids = field(default_factory=dict)

    def ids(self, name: str, caller: Caller) -> list[str]:
        """What the caller would call by this name; everybody's where they have none of their own."""
        others, made = caller.own.get(name) or self.everything.get(name, []), self.made.get(name, [])
        return [*others, *made * (len(others) // len(made) + 1)] if made else others


def build() -> World:
    """Fill the database with the demo, and give tokens out; three seconds. Carts are added where the demo has none."""
    seed()
    tenant, other = Tenant.objects.get(key=TENANT), Tenant.objects.create(key=ELSEWHERE, name="Other Markets")
    listings = list(
        Listing.objects.filter(marketplace__tenant=tenant, is_active=True, product__is_active=True)
        .select_related("product", "marketplace")
        .order_by("pk")
    )
    subscribe(tenant)
    visitor, session = _visitor(tenant, listings)
    callers = [_person(tenant, key, listings, session if key == SHOPPED_AS_VISITOR else "") for key in PEOPLE]
    callers += [visitor, _service("service", tenant), _service("foreign service", other)]
    callers.append(Caller("expired", "", _bearer(_token(tenant, "ana", life=-HOUR)[0])))
    callers.append(Caller("nobody"))
    lines = defaultdict(list)
    for cart, line in CartLine.objects.order_by("pk").values_list("cart__key", "key"):
        lines[cart].append(line)
    windows = DeliveryWindow.objects.filter(marketplace__tenant=tenant, marketplace__key=PLACE, is_active=True)
    everything = _everything(tenant) | {"carts": visitor.own["cartId"]}
    return World(callers, everything, [_item(each) for each in listings], [_window(each) for each in windows], lines)


def on_main(world: World) -> World:
    """The same, where nothing was made yet, and only what is on the marketplace with most carts is for sale."""
    offered = set(Listing.objects.filter(marketplace__key=PLACE).values_list("key", flat=True))
    items = [item for item in world.items if item["price"]["priceId"] in offered]
    everything = world.everything | {"siteCode": [PLACE]}
    return replace(world, everything=everything, items=items, lines=dict(world.lines), made={})


def _bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def _token(
    tenant: Tenant, key: str = "", *, kind: str = TokenKind.ACCESS, life: timedelta = HOUR, session: str = ""
) -> tuple[str, ApiToken]:
    """The text of a token, and its row; without a key it is a visitor's."""
    user = User.objects.get(email__startswith=f"{key}@") if key else None
    text, now = new_token(), timezone.now()
    row = ApiToken.objects.create(
        digest=digest_of(text),
        kind=kind,
        tenant=tenant,
        user=user,
        family=new_key(),
        session_key=session or new_key(),
        site_code="" if user else "main",
        currency="" if user else "EUR",
        country="" if user else "DE",
        password_digest=digest_of(user.password) if user else "",
        created_at=now,
        expires_at=now + life,
    )
    return text, row


def _person(tenant: Tenant, key: str, listings: list[Listing], session: str) -> Caller:
    text, row = _token(tenant, key, session=session)
    headers = _bearer(text)
    customer = Customer.objects.filter(tenant=tenant, user=row.user).first()
    number = customer.number if customer else f"employee-{row.user.pk}"
    actor = actor_for(row.user, tenant, kinds=tuple(CompanyKind), channel=Channel.API)
    if customer is not None:
        headers["saas-token"] = make_saas_token(number, tenant.key, timezone.now() + HOUR)
        if not Cart.objects.filter(owner=row.user, status=CartStatus.OPEN).exists():
            _cart(listings, owner=row.user, company_id=actor.company_id)
        _address(customer)
    own = _seen_by(actor)
    own["customerId"] = [number]
    own["accessToken"] = [text]
    own["refreshToken"] = [_token(tenant, key, kind=TokenKind.REFRESH)[0]]
    return Caller(key, "customer", headers, own)


def _visitor(tenant: Tenant, listings: list[Listing]) -> tuple[Caller, str]:
    """A visitor with a cart, and their session."""
    text, row = _token(tenant)
    session = row.session_key
    _cart(listings, owner=None, session_key=session)
    actor = Actor(ActorKind.SESSION, session, "Visitor", Channel.API, tenant_id=tenant.pk, session_key=session)
    own = _seen_by(actor) | {"refresh_token": [_token(tenant, kind=TokenKind.REFRESH)[0]]}
    return Caller("visitor", "anonymous", _bearer(text), own), session


def _service(name: str, tenant: Tenant) -> Caller:
    """An API client with every scope there is; the foreign one is just as mighty, elsewhere."""
    client = ApiClient.objects.create(tenant=tenant, name=name, client_secret="", scopes=sorted(CLIENT_SCOPES))
    text = new_service_token()
    ServiceToken.objects.create(
        token_checksum=digest_of(text),
        application=client,
        scope=" ".join([*client.scopes, f"tenant={tenant.key}"]),
        expires=timezone.now() + HOUR,
    )
    return Caller(name, "service" if name == "service" else "", _bearer(text))


def _cart(listings: list[Listing], **fields: Any) -> Cart:
    place = listings[0].marketplace
    offered = [listing for listing in listings if listing.marketplace_id == place.pk]
    return make_cart(marketplace=place, lines=[(offered[0], 1), (offered[3], 2)], **fields)


def _address(customer: Customer) -> CustomerAddress:
    return CustomerAddress.objects.create(
        customer=customer, contact_name="Somebody", street="Am Kai", zip_code="20457", city="Hamburg", country="DE"
    )


def _seen_by(actor: Actor) -> Ids:
    """Ids of what the actor sees; of what has a status each status comes up as often."""
    cart_ids = _of_each_status(Cart.objects.visible_to(actor), "key")
    orders = _of_each_status(Order.objects.visible_to(actor), "number")
    return {
        "cartId": cart_ids,
        "resourceId": cart_ids,
        "approvalId": _of_each_status(Approval.objects.purchases().visible_to(actor), "key"),
        "orderId": orders,
        "deliveryId": [f"{number}-1" for number in orders],
        "quoteId": _of_each_status(Quote.objects.visible_to(actor), "key"),
        "subscriptionId": _of_each_status(Subscription.objects.visible_to(actor), "number"),
        "changeId": _of_each_status(changes_of(actor), "key"),
        "legalEntityId": _keys(Company.objects.visible_to(actor)),
        "contactAssignmentId": _keys(Member.objects.visible_to(actor)),
        "locationId": _keys(Location.objects.visible_to(actor)),
        "addressId": _keys(CustomerAddress.objects.visible_to(actor)),
        "userId": list(Customer.objects.visible_to(actor).order_by("pk").values_list("number", flat=True)),
        "groupId": _groups(Company.objects.visible_to(actor)),
    }


def _everything(tenant: Tenant) -> Ids:
    client = Actor(ActorKind.CLIENT, "", "", Channel.API, tenant_id=tenant.pk)
    carts = _of_each_status(Cart.objects.filter(tenant=tenant), "key")
    return {
        **_seen_by(client),
        "tenant": [tenant.key],
        "cartId": carts,
        "resourceId": carts,
        "approvalId": _of_each_status(Approval.objects.filter(tenant=tenant), "key"),
        "addressId": _keys(CustomerAddress.objects.filter(customer__tenant=tenant)),
        "productId": _keys(Product.objects.filter(tenant=tenant)),
        "sku": list(Product.objects.filter(tenant=tenant).order_by("pk").values_list("sku", flat=True)),
        "siteCode": list(Marketplace.objects.filter(tenant=tenant).order_by("pk").values_list("key", flat=True)),
        "email": list(User.objects.order_by("pk").values_list("email", flat=True)),
        "client_id": [program.id for program in PROGRAMS],
        "client_secret": [program.secret for program in PROGRAMS],
        "customerId": list(Customer.objects.filter(tenant=tenant).order_by("pk").values_list("number", flat=True)),
        "key": [key.value for key in PreferenceKey],
        "newKey": ["storefront.theme"],
        "newCode": ["ASK_AGAIN_LATER"],
        "quoteReasonId": [reason.key for reason in reasons_of(tenant.pk)],
        "userType": ["CUSTOMER"],
        "planPriceId": plan_prices(tenant),
    }


def _of_each_status(rows: Any, name: str) -> list[str]:
    groups = defaultdict(list)
    for row in rows.order_by("pk"):
        groups[row.status].append(getattr(row, name))
    most = max(map(len, groups.values()), default=0)
    return [each for group in groups.values() for each in islice(cycle(group), most)]


def _keys(rows: Any) -> list[str]:
    return list(rows.order_by("pk").values_list("key", flat=True))


def _groups(companies: Iterable[Company]) -> list[str]:
    return [f"{company.key}-{role.value}" for company in companies for role in CUSTOMER_ROLES]


def _item(listing: Listing) -> dict[str, Any]:
    """What a storefront adds: the product with the price it saw."""
    amount = float(listing.unit_price)
    return {
        "itemYrn": product_yrn(TENANT, listing.product.key),
        "price": {
            "priceId": listing.key,
            "originalAmount": amount,
            "effectiveAmount": amount,
            "currency": listing.currency,
        },
    }


def _window(window: DeliveryWindow) -> dict[str, str]:
    return {"id": window.key, "slotId": window.slot, "deliveryDate": f"{window.delivery_on.isoformat()}T08:00:00.000Z"}
