"""What can be subscribed to in the demo? Products with their plans and what each costs, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from catalog.models import Listing, Plan, Product, TaxClass
from config.demo_data.catalogue import CLOUD, GLOBEX, INSTANT, MANUAL, NO, STANDARD, YES
from config.demo_data.world import World

MONTH, YEAR = "month", "year"


@dataclass(frozen=True, slots=True)
class Variant:
    """A plan: what it is called, how long a period is, and its net price in EUR on `main` and on `resello`."""

    code: str
    name: tuple[str, str]  # English, German
    period: str
    main: str
    resello: str
    trial_days: int = 0


@dataclass(frozen=True, slots=True)
class Service:
    """A product that is sold by plan."""

    sku: str
    name: tuple[str, str]
    text: tuple[str, str]
    unit: str
    review: str
    delivery: str
    plans: tuple[Variant, ...]


SERVICES = (
    Service(
        "HOST-WEB",
        ("Managed web hosting", "Betreutes Webhosting"),
        (
            "Your website on our servers, with updates, backups and a certificate. We look at the site first.",
            "Ihre Website auf unseren Servern, mit Updates, Backups und Zertifikat, nach Prüfung der Website.",
        ),
        unit="website",
        review=YES,
        delivery=MANUAL,
        plans=(
            Variant("BASIC", ("Basic", "Basis"), MONTH, "29", "32", trial_days=30),
            Variant("BUSINESS", ("Business", "Business"), MONTH, "79", "86"),
            Variant("BUSINESS-Y", ("Business, paid yearly", "Business, jährlich"), YEAR, "790", "860"),
        ),
    ),
    Service(
        "TEAM-SPACE",
        ("Team workspace", "Team-Arbeitsbereich"),
        (
            "Chat, boards and shared documents for a team. Ready at once.",
            "Chat, Boards und gemeinsame Dokumente für ein Team. Sofort nutzbar.",
        ),
        unit="seat",
        review=NO,
        delivery=INSTANT,
        plans=(
            Variant("STARTER", ("Starter", "Einstieg"), MONTH, "5", "5.60", trial_days=14),
            Variant("TEAM", ("Team", "Team"), MONTH, "9", "9.90"),
            Variant("TEAM-Y", ("Team, paid yearly", "Team, jährlich"), YEAR, "90", "99"),
        ),
    ),
)


def offer_plans(world: World) -> None:
    """Write the services with their plans and offers; each offer goes by `SKU/CODE` among the world's listings."""
    tax_class = TaxClass.objects.get(tenant=world.tenant, code=STANDARD)
    for service in SERVICES:
        product = Product.objects.create(
            tenant=world.tenant,
            vendor=world.companies[GLOBEX],
            key=service.sku.lower(),
            sku=service.sku,
            name=_texts(service.name),
            description=_texts(service.text),
            category=CLOUD,
            unit=service.unit,
            tax_class=tax_class,
            needs_review=service.review,
            provisioning=service.delivery,
            sold_as="subscription",
            **world.stamps(200),
        )
        for position, variant in enumerate(service.plans, start=1):
            _offer(world, product, variant, position)


def _offer(world: World, product: Product, variant: Variant, position: int) -> None:
    key = f"{product.key}-{variant.code.lower()}"
    plan = Plan.objects.create(
        product=product,
        key=key,
        code=variant.code,
        name=_texts(variant.name),
        period=variant.period,
        trial_days=variant.trial_days,
        position=position,
        **world.stamps(200),
    )
    for site, amount in (("main", variant.main), ("resello", variant.resello)):
        world.listings[site, f"{product.sku}/{variant.code}"] = Listing.objects.create(
            marketplace=world.marketplaces[site],
            product=product,
            plan=plan,
            key=f"{site}-{key}",
            unit_price=Decimal(amount),
            currency="EUR",
            **world.stamps(200),
        )


def _texts(pair: tuple[str, str]) -> dict[str, str]:
    return dict(zip(("en", "de"), pair, strict=True))
