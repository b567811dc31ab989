"""How is one row of each table made, with everything that a test does not care about filled in?

Rows made here know nothing of services: no history is written and nobody is told. The people and
companies that tests have in common are in `tests.cast`.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from approvals.models import Answer, Approval, ApprovalEvent, Snapshot, Step, SubjectKind
from catalog.models import Listing, NeedsReview, Product, Provisioning, TaxClass, TaxRate
from companies.actors import Actor
from companies.events import Happening, chain_event
from companies.models import (
    Change,
    Company,
    Customer,
    Marketplace,
    Member,
    Preference,
    ShippingMethod,
    Tenant,
    User,
)
from companies.roles import CompanyKind, Role
from config.kit.canonical import HASH_VERSION, content_hash
from notifications.models import Attempt, Notice
from orders.lifecycle import OrderStatus
from orders.models import Cart, CartLine, Checkout, Order, OrderEvent, OrderLine

PASSWORD = "countersign-demo"
TAX_RATES = {"STANDARD": {"DE": "19", "NL": "21"}, "REDUCED": {"DE": "7", "NL": "9"}}
TAX_SINCE = date(2020, 1, 1)


class TenantFactory(factory.django.DjangoModelFactory):
    key = factory.Sequence(lambda n: f"tenant{n}")
    name = factory.LazyAttribute(lambda o: o.key.capitalize())

    class Meta:
        model = Tenant


class PreferenceFactory(factory.django.DjangoModelFactory):
    tenant = factory.SubFactory(TenantFactory)
    key = "approval.default_expiryDays"
    value = 10

    class Meta:
        model = Preference


class UserFactory(factory.django.DjangoModelFactory):
    """Signs in with `PASSWORD`, or with the `password` given here."""

    email = factory.Sequence(lambda n: f"person{n}@people.example")
    first_name = factory.Sequence(lambda n: f"Person{n}")
    last_name = "Tester"
    time_zone = "Europe/Berlin"
    password = factory.Transformer(PASSWORD, transform=make_password)

    class Meta:
        model = User


class CustomerFactory(factory.django.DjangoModelFactory):
    tenant = factory.SubFactory(TenantFactory)
    user = factory.SubFactory(UserFactory)

    class Meta:
        model = Customer


class CompanyFactory(factory.django.DjangoModelFactory):
    """A customer company without a limit."""

    tenant = factory.SubFactory(TenantFactory)
    kind = CompanyKind.CUSTOMER.value
    name = factory.Sequence(lambda n: f"Company {n}")

    class Meta:
        model = Company


class VendorFactory(CompanyFactory):
    kind = CompanyKind.VENDOR.value


class ResellerFactory(CompanyFactory):
    kind = CompanyKind.RESELLER.value


class MemberFactory(factory.django.DjangoModelFactory):
    company = factory.SubFactory(CompanyFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.REQUESTER.value

    class Meta:
        model = Member


class ChangeFactory(factory.django.DjangoModelFactory):
    tenant = factory.SubFactory(TenantFactory)
    kind = "preference.set"
    subject = "approval.default_expiryDays"
    actor_kind = "user"
    channel = "admin"

    class Meta:
        model = Change


class MarketplaceFactory(factory.django.DjangoModelFactory):
    """A parent marketplace that sells in Germany for euros."""

    tenant = factory.SubFactory(TenantFactory)
    key = factory.Sequence(lambda n: f"site{n}")
    name = factory.LazyAttribute(lambda o: o.key.capitalize())
    currency = "EUR"
    country = "DE"

    class Meta:
        model = Marketplace


class ResellerMarketplaceFactory(MarketplaceFactory):
    owner = factory.SubFactory(ResellerFactory, tenant=factory.SelfAttribute("..tenant"))
    parent = factory.SubFactory(MarketplaceFactory, tenant=factory.SelfAttribute("..tenant"))


class ShippingMethodFactory(factory.django.DjangoModelFactory):
    marketplace = factory.SubFactory(MarketplaceFactory)
    zone = "deliveryarea"
    key = "4-more_hours_timeframe"
    name = factory.LazyFunction(lambda: {"en": "Delivery within four hours or more"})
    net_price = Decimal(10)
    currency = "EUR"
    tax_class = "STANDARD"

    class Meta:
        model = ShippingMethod


class TaxClassFactory(factory.django.DjangoModelFactory):
    """A class without rates; see `make_tax`."""

    tenant = factory.SubFactory(TenantFactory)
    code = "STANDARD"
    name = factory.LazyAttribute(lambda o: f"{o.code.capitalize()} rate")

    class Meta:
        model = TaxClass
        django_get_or_create = ("tenant", "code")


class TaxRateFactory(factory.django.DjangoModelFactory):
    tax_class = factory.SubFactory(TaxClassFactory)
    country = "DE"
    valid_from = TAX_SINCE
    rate = Decimal(19)

    class Meta:
        model = TaxRate
        django_get_or_create = ("tax_class", "country", "valid_from")


def make_tax(tenants) -> dict[tuple[int, str], TaxClass]:
    """The classes STANDARD and REDUCED of each tenant with their rates: (tenant id, code) -> class. Two queries."""
    classes = TaxClass.objects.bulk_create(
        TaxClass(tenant=tenant, code=code, name=f"{code.capitalize()} rate") for tenant in tenants for code in TAX_RATES
    )
    TaxRate.objects.bulk_create(
        TaxRate(tax_class=tax_class, country=country, valid_from=TAX_SINCE, rate=Decimal(rate))
        for tax_class in classes
        for country, rate in TAX_RATES[tax_class.code].items()
    )
    return {(tax_class.tenant_id, tax_class.code): tax_class for tax_class in classes}


class ProductFactory(factory.django.DjangoModelFactory):
    """Taxed at 19 % in Germany, delivered by hand, not flagged."""

    tenant = factory.SubFactory(TenantFactory)
    vendor = factory.SubFactory(VendorFactory, tenant=factory.SelfAttribute("..tenant"))
    sku = factory.Sequence(lambda n: f"SKU-{n:03}")
    name = factory.LazyAttribute(lambda o: {"en": f"Product {o.sku}"})
    needs_review = NeedsReview.NO
    provisioning = Provisioning.MANUAL

    class Meta:
        model = Product

    @factory.lazy_attribute
    def tax_class(self):
        return TaxRateFactory(tax_class=TaxClassFactory(tenant=self.tenant)).tax_class


class ListingFactory(factory.django.DjangoModelFactory):
    """100.00 EUR net."""

    product = factory.SubFactory(ProductFactory)
    marketplace = factory.SubFactory(MarketplaceFactory, tenant=factory.SelfAttribute("..product.tenant"))
    unit_price = Decimal(100)
    currency = factory.SelfAttribute("marketplace.currency")

    class Meta:
        model = Listing


class CartFactory(factory.django.DjangoModelFactory):
    """An open cart of a private customer; give `company` for a member's. For one with lines see `make_cart`."""

    marketplace = factory.SubFactory(MarketplaceFactory)
    tenant = factory.SelfAttribute("marketplace.tenant")
    owner = factory.SubFactory(UserFactory)
    currency = factory.SelfAttribute("marketplace.currency")
    country = factory.SelfAttribute("marketplace.country")

    class Meta:
        model = Cart


class CartLineFactory(factory.django.DjangoModelFactory):
    cart = factory.SubFactory(CartFactory)
    position = factory.Sequence(lambda n: n + 1)
    listing = factory.SubFactory(
        ListingFactory,
        marketplace=factory.SelfAttribute("..cart.marketplace"),
        product__tenant=factory.SelfAttribute("..marketplace.tenant"),
    )
    product = factory.SelfAttribute("listing.product")
    quantity = Decimal(1)

    class Meta:
        model = CartLine


def make_cart(*, lines, **fields) -> Cart:
    """A cart with `lines`: pairs of a listing and a quantity. Two queries."""
    cart = CartFactory(**fields)
    CartLine.objects.bulk_create(
        CartLine(cart=cart, position=place, listing=listing, product=listing.product, quantity=Decimal(quantity))
        for place, (listing, quantity) in enumerate(lines, start=1)
    )
    return cart


NOTHING = content_hash({"lines": []})


class ApprovalFactory(factory.django.DjangoModelFactory):
    """A PENDING request with its step, one snapshot and one event, for a cart that is not there."""

    tenant = factory.SubFactory(TenantFactory)
    company = factory.SubFactory(CompanyFactory, tenant=factory.SelfAttribute("..tenant"))
    subject_kind = SubjectKind.CART_CHECKOUT
    subject_id = factory.Sequence(lambda n: str(10**9 + n))
    subject_key = factory.SelfAttribute("subject_id")
    subject_label = "3 lines"
    site_code = "main"
    requester = factory.SubFactory(UserFactory)
    requester_name = factory.LazyAttribute(lambda o: o.requester.name)
    approver = factory.SubFactory(UserFactory)
    approver_name = factory.LazyAttribute(lambda o: o.approver.name if o.approver else "")
    currency = "EUR"
    gross = Decimal("5812.40")
    limit_amount = Decimal(5000)
    limit_currency = "EUR"
    content_hash = NOTHING
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=10))

    class Meta:
        model = Approval
        skip_postgeneration_save = True

    @factory.post_generation
    def parts(self, create, extracted, **_):
        """Pass parts=False for the bare row."""
        if not create or extracted is False:
            return
        Step.objects.create(approval=self, user=self.approver, company=self.pool_company)
        SnapshotFactory(approval=self)
        ApprovalEventFactory(approval=self)


class SnapshotFactory(factory.django.DjangoModelFactory):
    approval = factory.SubFactory(ApprovalFactory, parts=False)
    number = 1
    content = factory.LazyFunction(lambda: {"bound": {"lines": []}, "shown": {}})
    content_hash = NOTHING
    hash_version = HASH_VERSION
    created_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Snapshot


class StepFactory(factory.django.DjangoModelFactory):
    approval = factory.SubFactory(ApprovalFactory, parts=False)
    user = factory.SelfAttribute("approval.approver")

    class Meta:
        model = Step


class AnswerFactory(factory.django.DjangoModelFactory):
    step = factory.SubFactory(StepFactory)
    user = factory.SelfAttribute("step.user")
    yes = True
    snapshot = factory.SubFactory(SnapshotFactory, approval=factory.SelfAttribute("..step.approval"))
    at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Answer


class _EventFactory(factory.django.DjangoModelFactory):
    """The next link of its parent's chain; the parent is saved with its new counters."""

    class Meta:
        abstract = True

    @classmethod
    def _create(cls, model_class, *args, kind="approval.requested", actor=None, at=None, comment="", **link):
        (parent,) = link.values()
        event = chain_event(
            model_class(**link),
            parent,
            Happening(kind, to_status=parent.status, comment=comment),
            actor or Actor.system("factory", parent.tenant_id),
            at or timezone.now(),
        )
        event.save()
        parent.save(update_fields=["event_count", "last_hash"])
        return event


class ApprovalEventFactory(_EventFactory):
    approval = factory.SubFactory(ApprovalFactory, parts=False)

    class Meta:
        model = ApprovalEvent


class CheckoutFactory(factory.django.DjangoModelFactory):
    """119.00 EUR gross, without shipping, of no cart."""

    tenant = factory.SubFactory(TenantFactory)
    placed_by = factory.SubFactory(UserFactory)
    currency = "EUR"
    lines_gross = Decimal(119)
    net = Decimal(100)
    tax = Decimal(19)
    gross = Decimal(119)
    created_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Checkout


class OrderFactory(factory.django.DjangoModelFactory):
    """A pending order of 119.00 EUR gross with one line and one event."""

    checkout = factory.SubFactory(CheckoutFactory)
    tenant = factory.SelfAttribute("checkout.tenant")
    status = OrderStatus.PENDING
    status_since = factory.LazyFunction(timezone.now)
    marketplace = factory.SubFactory(MarketplaceFactory, tenant=factory.SelfAttribute("..tenant"))
    vendor = factory.SubFactory(VendorFactory, tenant=factory.SelfAttribute("..tenant"))
    auditing_company = factory.SelfAttribute("vendor")
    buyer = factory.SelfAttribute("checkout.placed_by")
    buyer_name = factory.LazyAttribute(lambda o: o.buyer.name)
    placed_by = factory.SelfAttribute("checkout.placed_by")
    placed_by_name = factory.LazyAttribute(lambda o: o.placed_by.name)
    needs_review = factory.LazyAttribute(lambda o: o.status == OrderStatus.TO_BE_APPROVED)
    open_to_vendor = factory.LazyAttribute(lambda o: not o.needs_review or o.auditing_company == o.vendor)
    currency = "EUR"
    country = "DE"
    lines_net = Decimal(100)
    lines_tax = Decimal(19)
    lines_gross = Decimal(119)
    gross = Decimal(119)

    class Meta:
        model = Order
        skip_postgeneration_save = True

    @factory.post_generation
    def parts(self, create, extracted, **_):
        """Pass parts=False for the bare row."""
        if not create or extracted is False:
            return
        OrderLineFactory(order=self)
        OrderEventFactory(order=self, kind="order.placed")


class OrderLineFactory(factory.django.DjangoModelFactory):
    order = factory.SubFactory(OrderFactory, parts=False)
    number = 1
    listing = factory.SubFactory(
        ListingFactory,
        marketplace=factory.SelfAttribute("..order.marketplace"),
        product__tenant=factory.SelfAttribute("..marketplace.tenant"),
        product__vendor=factory.SelfAttribute("...order.vendor"),
    )
    product = factory.SelfAttribute("listing.product")
    sku = factory.SelfAttribute("product.sku")
    name = factory.SelfAttribute("product.name")
    unit = factory.SelfAttribute("product.unit")
    quantity = Decimal(1)
    unit_price = factory.SelfAttribute("listing.unit_price")
    includes_tax = factory.SelfAttribute("listing.includes_tax")
    tax_code = "STANDARD"
    tax_rate = Decimal(19)
    net = Decimal(100)
    tax = Decimal(19)
    gross = Decimal(119)
    delivery_kind = factory.SelfAttribute("product.provisioning")

    class Meta:
        model = OrderLine


class OrderEventFactory(_EventFactory):
    order = factory.SubFactory(OrderFactory, parts=False)

    class Meta:
        model = OrderEvent


class NoticeFactory(factory.django.DjangoModelFactory):
    """A notice whose mail waits; posted a moment ago."""

    key = factory.Sequence(lambda n: f"test:{n}")
    tenant = factory.SubFactory(TenantFactory)
    recipient = factory.SubFactory(UserFactory)
    topic = "approval.requested"
    created_at = factory.LazyFunction(timezone.now)

    class Meta:
        model = Notice


class AttemptFactory(factory.django.DjangoModelFactory):
    notice = factory.SubFactory(NoticeFactory)
    number = 1
    at = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
    sent = False
    error = "the server did not answer"

    class Meta:
        model = Attempt
