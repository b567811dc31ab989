"""How do the tables of the demo get into the database? Tenant, companies, people, marketplaces and products.

Groups, limits and preferences are set by their services, some time ago, so that their history can be read.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password

from catalog.models import Listing, Product, TaxClass, TaxRate
from companies.actors import Actor, Channel, actor_for
from companies.models import (
    ApiClient,
    Company,
    Customer,
    DeliveryWindow,
    Location,
    Marketplace,
    Member,
    ShippingMethod,
    Tenant,
    User,
)
from companies.preferences import PreferenceKey
from companies.roles import CompanyKind, Role
from companies.scopes import CLIENT_SCOPES, VENDOR_SYSTEM_SCOPES
from companies.services import (
    add_member,
    change_marketplace,
    change_role,
    deactivate_member,
    set_approval_group,
    set_home_marketplace,
    set_limit,
    set_preference,
)
from companies.services.clients import create_client
from companies.services.settings import Entry, add_entries
from config.demo_data import catalogue, firms, people
from config.demo_data.logo import ACCENT, demo_logo
from notifications.webhooks.endpoints import add_endpoint, change_endpoint

ZONE = ZoneInfo(people.BERLIN)
TAX_SINCE = date(2021, 1, 1)
PAST_DAYS, COMING_WORKING_DAYS = 70, 7
SEVERAL = 6  # checkouts that an ordinary morning takes
NARROW = 2  # the working day to come whose morning takes a single one


class World:
    """What the scenes need of it, by the names they use."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.tenant = Tenant.objects.create(key=people.TENANT, name=people.TENANT_NAME, created_at=self.ago(300))
        self.companies: dict[str, Company] = {}
        self.users: dict[str, User] = {}
        self.marketplaces: dict[str, Marketplace] = {}
        self.listings: dict[tuple[str, str], Listing] = {}
        self.addresses: dict[str, list[dict[str, str]]] = {}

    def ago(self, days: int) -> datetime:
        """A morning some days ago."""
        day = (self.now - timedelta(days=days)).astimezone(ZONE).date()
        return datetime.combine(day, time(9, 20), ZONE)

    def stamps(self, days: int) -> dict[str, datetime]:
        """The columns of a record that has not been changed since."""
        return {"created_at": self.ago(days), "modified_at": self.ago(days)}

    def actor(self, key: str) -> Actor:
        """Somebody at work, in the group they are in at this moment."""
        actor = actor_for(self.users[key], self.tenant, kinds=tuple(CompanyKind))
        if actor is None:
            raise LookupError(f"{key} is nobody here.")
        return actor


def build_world(now: datetime) -> World:
    """Write everything that was there before anybody ordered anything."""
    world = World(now)
    _companies(world)
    _people(world)
    _marketplaces(world)
    _look(world)
    _products(world)
    _changes(world)
    _programs(world)
    _webhooks(world)
    return world


def _companies(world: World) -> None:
    rows = [
        Company(
            tenant=world.tenant,
            key=firm.key,
            kind=firm.kind.value,
            name=firm.name,
            email=firm.email,
            legal_info={
                name: text
                for name, text in (
                    ("legalName", firm.name),
                    ("countryOfRegistration", firm.country),
                    ("registrationId", firm.registration),
                    ("taxRegistrationNumber", firm.tax_number),
                )
                if text
            },
            **world.stamps(290),
        )
        for firm in firms.FIRMS
    ]
    world.companies = {company.key: company for company in Company.objects.bulk_create(rows)}
    places = [
        Location(
            company=world.companies[firm.key],
            key=place.key,
            type=place.type,
            name=place.name,
            contact_name=place.contact,
            street=place.street,
            street_number=place.number,
            zip_code=place.zip_code,
            city=place.city,
            country=place.country,
            phone=place.phone,
            # Storefronts look for these to offer a location as an address.
            further={"tags": ["SHIPPING"] if place.type == firms.WAREHOUSE else ["SHIPPING", "BILLING"]},
            **world.stamps(290),
        )
        for firm in firms.FIRMS
        for place in firm.places
    ]
    for place in Location.objects.bulk_create(places):
        world.addresses.setdefault(place.company.key, []).append(place.as_address())


def _people(world: World) -> None:
    password = make_password(people.PASSWORD)
    users = [
        User(
            email=person.email,
            password=password,
            first_name=person.first,
            last_name=person.last,
            title=person.title,
            phone=person.phone,
            time_zone=person.zone,
            is_staff=person.key == people.ADMIN,
            is_superuser=person.key == people.ADMIN,
            joined_at=world.ago(280),
        )
        for person in people.PEOPLE
    ]
    User.objects.bulk_create(users)
    world.users = {person.key: user for person, user in zip(people.PEOPLE, users, strict=True)}
    buying = [
        person
        for person in people.PEOPLE
        if person.key != people.ADMIN and (not person.firm or firms.firm(person.firm).kind == CompanyKind.CUSTOMER)
    ]
    Customer.objects.bulk_create(
        Customer(tenant=world.tenant, user=world.users[person.key], number=f"C-{1001 + place}", **world.stamps(280))
        for place, person in enumerate(buying)
    )
    for person in people.PEOPLE:
        if person.firm and person.role:
            # Tom was a Buyer first: see `_changes`.
            role = Role.BUYER if person.key == "tom" else person.role
            company = world.companies[person.firm]
            add_member(actor=staff(world), company_id=company.pk, email=person.email, role=role, now=world.ago(270))


def staff(world: World) -> Actor:
    """The operator of the platform at work in the administration."""
    return Actor.staff(world.users[people.ADMIN], Channel.ADMIN, world.tenant.pk)


def _marketplaces(world: World) -> None:
    main = Marketplace.objects.create(
        tenant=world.tenant, key="main", name="Acme Main", currency="EUR", country="DE", **world.stamps(285)
    )
    # On the reseller's marketplace what leaves it to the marketplace is reviewed.
    resello = Marketplace.objects.create(
        tenant=world.tenant,
        key="resello",
        name="Resello",
        owner=world.companies["resello"],
        parent=main,
        currency="EUR",
        country="NL",
        review_default=True,
        **world.stamps(240),
    )
    world.marketplaces = {"main": main, "resello": resello}
    ShippingMethod.objects.bulk_create(
        ShippingMethod(
            marketplace=place,
            zone=catalogue.ZONE,
            key=key,
            name={"en": english, "de": german},
            net_price=Decimal(price),
            currency="EUR",
            tax_class=catalogue.STANDARD,
        )
        for key, (english, german, on_main, on_resello) in catalogue.METHODS.items()
        for place, price in ((main, on_main), (resello, on_resello))
    )
    DeliveryWindow.objects.bulk_create(
        DeliveryWindow(
            marketplace=place,
            key=f"{day.isoformat()}-{slot}",
            slot=slot,
            name=name,
            delivery_on=day,
            capacity=_capacity(slot, days_to_come),
        )
        for place in (main, resello)
        for days_to_come, day in delivery_days(world.now)
        for slot, name in catalogue.SLOTS.items()
    )


def _look(world: World) -> None:
    """The reseller has a shop of its own: an address, a logo, a colour, its name in mails, and its customer."""
    resello = {"actor": staff(world), "now": world.ago(238), "marketplace_id": world.marketplaces["resello"].pk}
    wanted = {
        "path_prefix": "resello",
        "accent": ACCENT,
        "logo": demo_logo(),
        "sender_name": "Resello Orders",
        "reply_to": "bestellingen@resello.example",
    }
    world.marketplaces["resello"] = change_marketplace(**resello, wanted=wanted, reason="A shop of their own.")
    set_home_marketplace(**resello, company_id=world.companies["tailspin"].pk)


def delivery_days(now: datetime) -> list[tuple[int, date]]:
    """Working days up to today (counted 0) and to come (counted from 1)."""
    today = now.astimezone(ZONE).date()
    past = [today - timedelta(days=count) for count in range(PAST_DAYS, -1, -1)]
    coming = [today + timedelta(days=count) for count in range(1, 3 * COMING_WORKING_DAYS)]
    working = [day for day in coming if day.weekday() < 5][:COMING_WORKING_DAYS]
    return [(0, day) for day in past if day.weekday() < 5] + list(enumerate(working, start=1))


def _capacity(slot: str, days_to_come: int) -> int | None:
    """Mornings take a few checkouts, one of them a single one, afternoons any number."""
    if slot != "morning":
        return None
    return 1 if days_to_come == NARROW else SEVERAL


def _products(world: World) -> None:
    classes = {
        code: TaxClass.objects.create(tenant=world.tenant, code=code, name=name)
        for code, name in catalogue.TAX_NAMES.items()
    }
    TaxRate.objects.bulk_create(
        TaxRate(tax_class=classes[code], country=country, valid_from=TAX_SINCE, rate=Decimal(rate))
        for code, rates in catalogue.TAX_RATES.items()
        for country, rate in rates.items()
    )
    products = Product.objects.bulk_create(
        Product(
            tenant=world.tenant,
            vendor=world.companies[ware.vendor],
            key=ware.sku.lower(),
            sku=ware.sku,
            name=_texts(ware.name),
            description=_texts(ware.text),
            category=ware.category,
            unit=ware.unit,
            tax_class=classes[ware.tax],
            needs_review=ware.review,
            provisioning=ware.delivery,
            is_active=ware.published,
            **world.stamps(260),
        )
        for ware in catalogue.WARES
    )
    listings = Listing.objects.bulk_create(
        Listing(
            marketplace=world.marketplaces[site],
            product=product,
            key=f"{site}-{product.key}",
            unit_price=price.amount,
            currency="EUR",
            includes_tax=price.gross,
            **world.stamps(200),
        )
        for ware, product in zip(catalogue.WARES, products, strict=True)
        for site, price in (("main", ware.main), ("resello", ware.resello))
        if price is not None
    )
    world.listings = {(listing.marketplace.key, listing.product.sku): listing for listing in listings}


def _texts(pair: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("en", "de"), pair, strict=True))


def _changes(world: World) -> None:
    """What has been changed about companies and settings before the first scene."""
    members = {member.user_id: member for member in Member.objects.select_related("user")}

    def member(key: str) -> int:
        return members[world.users[key].pk].pk

    def limit(key: str, amount: int, actor: Actor, days: int, reason: str) -> None:
        company = world.companies[key]
        said: dict[str, Any] = {"reason": reason, "now": world.ago(days)}
        set_limit(actor=actor, company_id=company.pk, amount=Decimal(amount), currency="EUR", **said)

    expiry = PreferenceKey.EXPIRY_DAYS
    operator = staff(world)
    set_preference(actor=operator, tenant_id=world.tenant.pk, key=expiry, value=14, now=world.ago(250))
    kept = [Entry(key, value) for key, value in people.SETTINGS.items()]
    add_entries(actor=operator, tenant_id=world.tenant.pk, entries=kept, now=world.ago(250))
    limit("northwind", 4000, operator, 265, "As in the framework contract.")
    limit("contoso", 2000, operator, 265, "As in the framework contract.")
    limit("tailspin", 1000, operator, 230, "First order by invoice.")
    limit("northwind", 5000, world.actor("dora"), 120, "Workstations became dearer; Buyers shall be able to order two.")
    group_of, group = firms.APPROVAL_GROUP
    set_approval_group(
        actor=world.actor("alice"),
        company_id=world.companies[group_of].pk,
        member_ids=[member(key) for key in group],
        reason="Grace has the budget, Hugo knows what Cologne needs.",
        now=world.ago(110),
    )
    set_preference(
        actor=operator,
        tenant_id=world.tenant.pk,
        key=expiry,
        value=10,
        reason="In two weeks prices and stocks have moved on.",
        now=world.ago(100),
    )
    change_role(
        actor=world.actor("dora"),
        member_id=member("tom"),
        role=Role.ADMIN,
        reason="Takes over from me together with Ana.",
        now=world.ago(90),
    )
    deactivate_member(actor=world.actor("ana"), member_id=member("dora"), reason="Left the company.", now=world.ago(75))


def _programs(world: World) -> None:
    reading = {scope for scope in CLIENT_SCOPES if scope.endswith(("_read", "_view"))}
    for program in people.PROGRAMS:
        create_client(
            actor=staff(world),
            tenant_id=world.tenant.pk,
            name=program.name,
            scopes=VENDOR_SYSTEM_SCOPES if program.vendor else reading if program.reads_only else CLIENT_SCOPES,
            client_id=program.id,
            secret=program.secret,
            company_id=world.companies[program.vendor].pk if program.vendor else None,
            now=world.ago(85),
        )
    ApiClient.objects.filter(tenant=world.tenant).update(created=world.ago(85), updated=world.ago(85))


def _webhooks(world: World) -> None:
    """Globex has a system that delivered so far; nobody answers there, so it is switched off and people deliver."""
    vera, globex = world.actor("vera"), world.companies["globex"].pk
    where = {"url": "https://hooks.globex.example/orders", "description": "Provisioner of the cloud team"}
    add_endpoint(actor=vera, company_id=globex, now=world.ago(84), **where)
    change_endpoint(actor=vera, company_id=globex, is_active=False, now=world.ago(4), **where)
