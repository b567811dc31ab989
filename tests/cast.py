"""Who plays in the tests? The same people, companies and products in every scene.

    Northwind GmbH   customer, limit 5,000 EUR, no approval group
                     Ana (admin), Tom (admin), Bea (buyer), Rita (requester), Carl (contact), Dora (was admin, left)
    Contoso Ltd      customer, limit 2,000 EUR, approval group Grace and Hugo
                     Alice (admin), Ben (buyer), Grace (buyer), Hugo (requester), Ravi (requester)
    Paula Privat     customer in no company
    Globex Systems   vendor: Victor (auditor), Vera (manager), Sam (sales)
    Initech Supplies vendor: Ines (auditor)
    Resello BV       reseller on its own marketplace `resello`: Roos (auditor), Mies (manager), Rik (sales)
    Tailspin SARL    its customer, limit 1,000 EUR: Tess (admin), Theo (requester)
    platform staff   Adele (every permission), Sten (staff without any permission)
    tenant `other`   strangers: Umbrella AG with Olga (admin) and Otto (requester), vendor Hooli Corp with Hal (auditor)

Everybody signs in with `PASSWORD`. `make_cast()` takes some fifteen queries, whatever it holds.
"""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from catalog.models import Listing, NeedsReview, Product, Provisioning
from companies.actors import Actor, Channel
from companies.models import (
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
from companies.roles import CompanyKind, Role
from orders.models import Cart
from tests.factories import PASSWORD, make_cart, make_tax

TENANTS = {"acme": "Acme Markets", "other": "Other Markets"}

# company: tenant, kind, name, limit in EUR
COMPANIES = {
    "northwind": ("acme", CompanyKind.CUSTOMER, "Northwind GmbH", 5000),
    "contoso": ("acme", CompanyKind.CUSTOMER, "Contoso Ltd", 2000),
    "tailspin": ("acme", CompanyKind.CUSTOMER, "Tailspin SARL", 1000),
    "globex": ("acme", CompanyKind.VENDOR, "Globex Systems", None),
    "initech": ("acme", CompanyKind.VENDOR, "Initech Supplies", None),
    "resellobv": ("acme", CompanyKind.RESELLER, "Resello BV", None),
    "umbrella": ("other", CompanyKind.CUSTOMER, "Umbrella AG", 5000),
    "hooli": ("other", CompanyKind.VENDOR, "Hooli Corp", None),
}

# first name: last name, company, role, in the approval group
PEOPLE = {
    "ana": ("Diaz", "northwind", Role.ADMIN, False),
    "tom": ("Weber", "northwind", Role.ADMIN, False),
    "bea": ("Lindt", "northwind", Role.BUYER, False),
    "rita": ("Okafor", "northwind", Role.REQUESTER, False),
    "carl": ("Novak", "northwind", Role.CONTACT, False),
    "dora": ("Past", "northwind", Role.ADMIN, False),
    "alice": ("Moreau", "contoso", Role.ADMIN, False),
    "ben": ("Ito", "contoso", Role.BUYER, False),
    "grace": ("Hall", "contoso", Role.BUYER, True),
    "hugo": ("Stern", "contoso", Role.REQUESTER, True),
    "ravi": ("Rao", "contoso", Role.REQUESTER, False),
    "victor": ("Lang", "globex", Role.AUDITOR, False),
    "vera": ("Moss", "globex", Role.MANAGER, False),
    "sam": ("Reed", "globex", Role.SALES, False),
    "ines": ("Duarte", "initech", Role.AUDITOR, False),
    "roos": ("de Vries", "resellobv", Role.AUDITOR, False),
    "mies": ("Kok", "resellobv", Role.MANAGER, False),
    "rik": ("Bakker", "resellobv", Role.SALES, False),
    "tess": ("Laurent", "tailspin", Role.ADMIN, False),
    "theo": ("Petit", "tailspin", Role.REQUESTER, False),
    "olga": ("Ivanova", "umbrella", Role.ADMIN, False),
    "otto": ("Kraus", "umbrella", Role.REQUESTER, False),
    "hal": ("Finch", "hooli", Role.AUDITOR, False),
}
LEFT = ("dora",)

# sku: vendor, name, net price in EUR on `main`, flagged, provisioning (the tax class is STANDARD, 19 %)
PRODUCTS = {
    "DESK-01": ("globex", "Standing desk", 500, NeedsReview.NO, Provisioning.MANUAL),
    "CHAIR-01": ("initech", "Office chair", 250, NeedsReview.INHERIT, Provisioning.MANUAL),  # 250 gross, see GROSS
    "BOOK-01": ("initech", "Field guide", 20, NeedsReview.NO, Provisioning.MANUAL),  # REDUCED, 7 %
    "LICENSE-01": ("globex", "Office licence", 50, NeedsReview.NO, Provisioning.INSTANT),
    "SERVER-01": ("globex", "Server management", 1000, NeedsReview.YES, Provisioning.MANUAL),
    "BACKUP-01": ("globex", "Cloud backup", 200, NeedsReview.YES, Provisioning.INSTANT),
    "VDI-01": ("globex", "Virtual desktop", 80, NeedsReview.NO, Provisioning.WEBHOOK),
    "OLD-01": ("globex", "Fax line", 10, NeedsReview.NO, Provisioning.MANUAL),  # not published any more
}
GROSS = ("CHAIR-01",)  # twenty chairs are Northwind's limit to the cent
REDUCED = ("BOOK-01",)
UNPUBLISHED = ("OLD-01",)
RESOLD = ("DESK-01", "LICENSE-01", "SERVER-01", "BACKUP-01")  # on `resello` for a tenth more


class Cast:
    """Rows by name: `cast.rita` is a user, `cast.northwind` a company, `cast.main` a marketplace.

    The rows are those written by `make_cast`: a test that changes one refreshes it.
    """

    def __init__(self, **rows):
        self.__dict__.update(rows)
        self._members: dict[str, Member] = {}
        self._products: dict[str, Product] = {}
        self._listings: dict[tuple[str, str], Listing] = {}

    def user(self, name: str) -> User:
        """`cast.user("rita")` is `cast.rita`."""
        return getattr(self, name)

    def member(self, name: str) -> Member:
        """The membership of somebody in their company."""
        return self._members[name]

    def actor(self, name: str, channel: Channel = Channel.PORTAL) -> Actor:
        """Somebody at work: a member for their company, staff for `acme`, Paula for herself. No query."""
        user = self.user(name)
        if user.is_staff:
            return Actor.staff(user, Channel.ADMIN, self.acme.pk)
        if name in LEFT:
            return Actor.customer(user, self.acme.pk, channel, has_membership=True)
        if name in self._members:
            return Actor.member(self._members[name], channel)
        return Actor.customer(user, self.acme.pk, channel)

    def product(self, sku: str) -> Product:
        """A product of `acme`; `OTHER-01` is the strangers'."""
        return self._products[sku]

    def listing(self, sku: str, marketplace: str = "main") -> Listing:
        """What a product is offered for on a marketplace."""
        return self._listings[marketplace, sku]

    def cart(self, name: str, lines: dict, marketplace: str = "main", **fields) -> Cart:
        """An open cart of somebody, for their company: `cast.cart("rita", {"DESK-01": 2})`. Two queries."""
        member = self._members.get(name)
        return make_cart(
            owner=self.user(name),
            company=member.company if member else None,
            marketplace=getattr(self, marketplace),
            lines=[(self.listing(sku, marketplace), quantity) for sku, quantity in lines.items()],
            **fields,
        )

    def address(self, kind: str = "SHIPPING") -> dict:
        """An address as checkout details have it."""
        return {"type": kind, **self.headquarters.as_address()}


def make_cast() -> Cast:
    """Write the whole cast and give it back."""
    cast = Cast()
    _tenants(cast)
    _people(cast)
    _marketplaces(cast)
    _products(cast)
    return cast


def _tenants(cast: Cast) -> None:
    tenants = Tenant.objects.bulk_create(Tenant(key=key, name=name) for key, name in TENANTS.items())
    cast.__dict__.update({tenant.key: tenant for tenant in tenants})
    companies = Company.objects.bulk_create(
        Company(
            tenant=getattr(cast, tenant),
            kind=kind.value,
            name=name,
            purchase_limit=None if limit is None else Decimal(limit),
            limit_currency="" if limit is None else "EUR",
        )
        for tenant, kind, name, limit in COMPANIES.values()
    )
    cast.__dict__.update(zip(COMPANIES, companies, strict=True))
    cast.headquarters, cast.contoso_office = Location.objects.bulk_create(
        Location(
            company=company,
            name=f"{company.name} headquarters",
            type=Location.Type.HEADQUARTER,
            contact_name=contact,
            street=street,
            street_number="12",
            zip_code=zip_code,
            city=city,
            country="DE",
        )
        for company, contact, street, zip_code, city in (
            (cast.northwind, "Rita Okafor", "Hafenstrasse", "20457", "Hamburg"),
            (cast.contoso, "Ravi Rao", "Lindenallee", "50668", "Koeln"),
        )
    )


def _user(first: str, last: str, domain: str, password: str, **flags) -> User:
    return User(
        email=f"{first}@{domain}.example",
        first_name=first.capitalize(),
        last_name=last,
        time_zone="Europe/Berlin",
        password=password,
        **flags,
    )


def _people(cast: Cast) -> None:
    password = make_password(PASSWORD)
    rows = {
        name: _user(name, last, "resello" if company == "resellobv" else company, password)
        for name, (last, company, _, _) in PEOPLE.items()
    }
    rows["paula"] = _user("paula", "Privat", "private", password)
    rows["admin"] = _user("admin", "", "countersign", password, is_staff=True, is_superuser=True)
    rows["admin"].first_name, rows["admin"].last_name = "Adele", "Admin"
    rows["sten"] = _user("sten", "Staff", "countersign", password, is_staff=True)
    User.objects.bulk_create(rows.values())
    cast.__dict__.update(rows)
    members = Member.objects.bulk_create(
        Member(
            company=getattr(cast, company),
            user=rows[name],
            role=role.value,
            in_approval_group=in_group,
            is_active=name not in LEFT,
        )
        for name, (_, company, role, in_group) in PEOPLE.items()
    )
    cast._members.update(zip(PEOPLE, members, strict=True))
    buyers = {name: m.company.tenant for name, m in cast._members.items() if m.company.kind == CompanyKind.CUSTOMER}
    Customer.objects.bulk_create(
        Customer(tenant=tenant, user=rows[name], number=f"C-{name}")
        for name, tenant in {**buyers, "paula": cast.acme}.items()
    )


def _marketplaces(cast: Cast) -> None:
    cast.main, cast.othermain = Marketplace.objects.bulk_create(
        Marketplace(tenant=tenant, key="main", name=f"{tenant.name} Main", currency="EUR", country="DE")
        for tenant in (cast.acme, cast.other)
    )
    cast.resello = Marketplace.objects.create(
        tenant=cast.acme,
        key="resello",
        name="Resello",
        owner=cast.resellobv,
        parent=cast.main,
        currency="EUR",
        country="NL",
    )
    places = (cast.main, cast.resello, cast.othermain)
    methods = ShippingMethod.objects.bulk_create(
        ShippingMethod(
            marketplace=place,
            zone="deliveryarea",
            key=key,
            name={"en": name},
            net_price=Decimal(price),
            currency="EUR",
            tax_class="STANDARD",
        )
        for place in places
        for key, name, price in (
            ("4-more_hours_timeframe", "Delivery in a four-hour window", 10),
            ("2-hours_timeframe", "Delivery in a two-hour window", 25),
        )
    )
    cast.shipping, cast.fast_shipping = methods[:2]
    day = timezone.now().date() + timedelta(days=7)
    windows = DeliveryWindow.objects.bulk_create(
        DeliveryWindow(marketplace=place, key=f"window-{slot}", slot=slot, name=name, delivery_on=day, capacity=room)
        for place in places
        for slot, name, room in (("morning", "08:00 to 12:00", None), ("noon", "12:00 to 14:00", 1))
    )
    cast.window, cast.narrow_window = windows[:2]


def _products(cast: Cast) -> None:
    tax = make_tax((cast.acme, cast.other))
    rows = [
        Product(
            tenant=cast.acme,
            vendor=getattr(cast, vendor),
            sku=sku,
            name={"en": name},
            description={"en": f"{name}, as everybody knows it."},
            category="Services" if flagged == NeedsReview.YES else "Office",
            tax_class=tax[cast.acme.pk, "REDUCED" if sku in REDUCED else "STANDARD"],
            needs_review=flagged,
            provisioning=provisioning,
            is_active=sku not in UNPUBLISHED,
        )
        for sku, (vendor, name, _, flagged, provisioning) in PRODUCTS.items()
    ]
    stranger = Product(
        tenant=cast.other,
        vendor=cast.hooli,
        sku="OTHER-01",
        name={"en": "Somebody else's thing"},
        tax_class=tax[cast.other.pk, "STANDARD"],
        needs_review=NeedsReview.NO,
    )
    cast._products = {product.sku: product for product in Product.objects.bulk_create([*rows, stranger])}
    offers = [
        *((cast.main, sku, Decimal(row[2])) for sku, row in PRODUCTS.items()),
        *((cast.resello, sku, PRODUCTS[sku][2] * Decimal("1.1")) for sku in RESOLD),
        (cast.othermain, "OTHER-01", Decimal(100)),
    ]
    listings = Listing.objects.bulk_create(
        Listing(
            marketplace=place,
            product=cast.product(sku),
            unit_price=price,
            currency="EUR",
            includes_tax=sku in GROSS,
        )
        for place, sku, price in offers
    )
    names = {cast.main.pk: "main", cast.resello.pk: "resello", cast.othermain.pk: "othermain"}
    cast._listings = {(names[listing.marketplace_id], listing.product.sku): listing for listing in listings}
