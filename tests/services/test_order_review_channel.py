"""Does each marketplace have its own address, look and privacy, and does each order go to the auditor it belongs to?"""

import html
import io
import re

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from companies.actors import Actor
from companies.models import Change, Logo, Marketplace
from companies.roles import Role
from companies.services import change_marketplace, in_words, set_home_marketplace
from config.kit.refused import Invalid, Late, Missing, NotYours
from notifications.mails import mail_of
from notifications.models import Notice
from orders.control_panel.rows import to_review
from orders.dashboard.content.splits import split_words
from orders.details import ShippingChoice
from orders.models import Order
from orders.priced import priced_cart, with_shipping
from orders.services.review import approve_order
from tests.factories import (
    CheckoutFactory,
    CompanyFactory,
    CustomerFactory,
    MemberFactory,
    OrderFactory,
    ResellerFactory,
    ResellerMarketplaceFactory,
    UserFactory,
)
from tests.stories.scenes import accept, nothing_changes, now, order, ordered, orders_of, reject
from tests.world import scene


def logo(colour="#0c6b70"):
    file = io.BytesIO()
    Image.new("RGB", (60, 20), colour).save(file, "PNG")
    return file.getvalue()


class TestSettings:
    def test_a_manager_of_the_reseller_brands_its_marketplace_and_the_history_tells_it(self, cast):
        wanted = {
            "name": "Resello Store",
            "accent": "#0C6B70",
            "logo": logo(),
            "sender_name": "The Resello team",
            "reply_to": "shop@resello.example",
            "review_default": True,
            "require_second_person": True,
        }
        place = change_marketplace(actor=cast.actor("mies"), marketplace_id=cast.resello.pk, wanted=wanted)

        place = Marketplace.objects.get(pk=place.pk)
        assert (place.accent, place.sender_name, place.version) == ("#0c6b70", "The Resello team", 2)
        assert (place.logo.type, place.logo.width) == ("image/png", 60)
        change = Change.objects.get()
        assert (change.company, change.actor_name) == (cast.resellobv, "Mies Kok")
        words = in_words(change)
        assert "name: Resello became Resello Store" in words
        assert "accent colour: none became #0c6b70; logo: none became a picture" in words
        assert "review default: as the tenant's preference became on; second person: off became on" in words

        change_marketplace(actor=cast.actor("mies"), marketplace_id=cast.resello.pk, wanted=wanted)
        assert (Change.objects.count(), Logo.objects.count()) == (1, 1)  # the same again is no change

    def test_only_who_may_writes_settings_and_a_refusal_leaves_nothing(self, cast):
        before = list(Marketplace.objects.order_by("pk").values())
        for who, place, wanted, refusal in (
            ("roos", cast.resello, {"name": "Mine"}, NotYours),  # an auditor is no manager
            ("vera", cast.resello, {"name": "Mine"}, Missing),  # a manager of the vendor
            ("mies", cast.main, {"name": "Mine"}, Missing),  # the parent is the operator's
            ("ana", cast.resello, {"name": "Mine"}, Missing),
            ("olga", cast.resello, {"name": "Mine"}, Missing),
            ("mies", cast.resello, {"path_prefix": "mine"}, NotYours),
            ("mies", cast.resello, {"name": " "}, Invalid),
            ("mies", cast.resello, {"name": "Mine", "accent": "#ffff00"}, Invalid),
            ("mies", cast.resello, {"reply_to": "nobody"}, Invalid),
            ("mies", cast.resello, {"logo": b"<svg/>"}, Invalid),
            ("mies", cast.resello, {"sender_name": "A\nBcc: all@example.com"}, Invalid),
            ("admin", cast.resello, {"path_prefix": "cart"}, Invalid),
        ):
            with pytest.raises(refusal):
                change_marketplace(actor=cast.actor(who), marketplace_id=place.pk, wanted=wanted)
        with pytest.raises(Late):
            change_marketplace(
                actor=cast.actor("mies"), marketplace_id=cast.resello.pk, wanted={"name": "x"}, version=7
            )

        assert list(Marketplace.objects.order_by("pk").values()) == before
        assert not Change.objects.exists()
        assert not Logo.objects.exists()

    def test_no_two_marketplaces_of_any_tenants_share_an_address(self, cast, settings):
        settings.ALLOWED_HOSTS = [".shops.example"]
        staff = cast.actor("admin")
        addresses = {"host": "resello.shops.example", "path_prefix": "resello"}
        change_marketplace(actor=staff, marketplace_id=cast.resello.pk, wanted=addresses)

        for name, value in addresses.items():
            with pytest.raises(Invalid, match="has this address already"):
                change_marketplace(actor=staff, marketplace_id=cast.main.pk, wanted={name: value})
        change_marketplace(actor=staff, marketplace_id=cast.main.pk, wanted={"host": "", "path_prefix": ""})

    def test_staff_say_where_a_company_shops_first(self, cast):
        set_home_marketplace(actor=cast.actor("admin"), company_id=cast.tailspin.pk, marketplace_id=cast.resello.pk)

        cast.tailspin.refresh_from_db()
        assert cast.tailspin.home_marketplace == cast.resello
        assert in_words(Change.objects.get()) == "Tailspin SARL shops on Resello first"
        for who, place, refusal in (("tess", cast.main, NotYours), ("admin", cast.othermain, Invalid)):
            with pytest.raises(refusal):
                set_home_marketplace(actor=cast.actor(who), company_id=cast.tailspin.pk, marketplace_id=place.pk)


@scene
def peer(cast):
    """Another reseller with a marketplace of its own; Pia reviews there."""
    company = ResellerFactory(tenant=cast.acme, name="Peer Trading")
    member = MemberFactory(company=company, role=Role.MANAGER)
    ResellerMarketplaceFactory(tenant=cast.acme, key="peer", name="Peer", owner=company, parent=cast.main)
    return Actor.member(member), member.user


def page_of(user, path="/control-panel/orders/"):
    client = Client()
    client.force_login(user)
    return client.get(path)


def words_of(response):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


class TestAuditorResolution:
    def test_auditor_resolution_the_same_product_goes_to_the_auditor_of_each_marketplace(self, cast):
        """The check "Auditor resolution": two queues for one product, and neither sees the other's."""
        (direct,) = ordered(cast, "tess", {"SERVER-01": 1}, "main")
        (resold,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")

        assert (direct.auditing_company, direct.vendor) == (cast.globex, cast.globex)
        assert (resold.auditing_company, resold.vendor) == (cast.resellobv, cast.globex)
        for who, theirs in (("victor", direct), ("roos", resold)):
            assert [order.pk for order in to_review(cast.actor(who))] == [theirs.pk]
            told = Notice.objects.filter(recipient=cast.user(who), topic="order.review_requested")
            assert [notice.about_key for notice in told] == [theirs.number]
        for who, others in (("victor", resold), ("roos", direct)):
            with nothing_changes(), pytest.raises(Missing):
                accept(cast, who, others)

    def test_per_product_flag_decides_and_what_inherits_follows_its_marketplace(self, cast):
        """The checks "Per-product flag" and "Unflagged passes straight through"."""
        sold = {"DESK-01": "pending", "SERVER-01": "to_be_approved", "CHAIR-01": "pending"}
        for sku, status in sold.items():
            assert ordered(cast, "ana", {sku: 1})[0].status == status
        assert (
            not Notice.objects.filter(topic="order.review_requested")
            .exclude(recipient=cast.victor)
            .exclude(recipient=cast.vera)
        )

        wanted = {"review_default": True}
        change_marketplace(actor=cast.actor("admin"), marketplace_id=cast.main.pk, wanted=wanted)
        assert ordered(cast, "ana", {"CHAIR-01": 1})[0].status == "to_be_approved"
        assert ordered(cast, "ana", {"DESK-01": 1})[0].status == "pending"  # its own switch says no


class TestCheckoutSplits:
    def test_cart_of_flagged_and_unflagged_lines_of_two_vendors_becomes_what_the_page_said(self, cast):
        """The check "Cart"; case 1: what is flagged waits alone; case 2: each vendor sees only its own order."""
        lines = {"DESK-01": 1, "SERVER-01": 1, "BOOK-01": 3, "VDI-01": 2}
        cart = cast.cart("ana", lines)
        priced = with_shipping(
            priced_cart(cart, now()), ShippingChoice("deliveryarea", "4-more_hours_timeframe"), now()
        )
        said = split_words(priced, shipping=priced.totals.shipping.gross)

        orders = orders_of(order(cast, "ana", cart).settled())

        assert said["splits_title"] == "This becomes 3 orders"
        assert [(row["names"], row["next"]) for row in said["splits"]] == [
            ("Standing desk and Virtual desktop", "Globex Systems prepares it at once."),
            ("Server management", "Waits: Globex Systems reviews it first."),
            ("Field guide", "Initech Supplies prepares it at once."),
        ]
        assert [(row["gross"], row["shipping"]) for row in said["splits"]] == [
            (placed.lines_gross, placed.shipping_gross) for placed in orders
        ]
        assert [placed.status for placed in orders] == ["pending", "to_be_approved", "pending"]
        assert sum(placed.gross for placed in orders) == orders[0].checkout.gross
        everybodys = {who: Order.objects.visible_to(cast.actor(who)) for who in ("victor", "ines", "roos")}
        seen = {who: {placed.pk for placed in theirs} for who, theirs in everybodys.items()}
        assert seen == {
            "victor": {orders[0].pk, orders[1].pk},
            "ines": {orders[2].pk},
            "roos": set(),
        }

    def test_on_a_resellers_marketplace_the_reseller_has_them_all(self, cast):
        """Case 2, the other half: the reseller reviews whatever the vendor."""
        cart = cast.cart("tess", {"SERVER-01": 1, "DESK-01": 1}, "resello")
        said = split_words(priced_cart(cart, now()), asks=True)
        assert [row["next"] for row in said["splits"]] == [
            "Waits: Resello BV reviews it first. Then Globex Systems delivers it.",
            "Sold by Resello BV. Globex Systems prepares it at once.",
        ]
        assert said["splits_hint"].startswith("Nothing of it is ordered before the approval.")
        cast.resello.platform_reviews = True
        cart.marketplace = cast.resello
        assert "The platform's staff reviews it first." in split_words(priced_cart(cart, now()))["splits"][0]["next"]

    def test_several_of_a_flagged_product_are_one_order_and_one_decision(self, cast):
        """Case 28: a quantity is no list of orders."""
        (waiting,) = ordered(cast, "ana", {"SERVER-01": 7})
        assert (waiting.lines.get().quantity, Order.objects.count()) == (7, 1)
        assert accept(cast, "victor", waiting).status == "pending"


class TestPrivacyOfTheChain:
    def test_isolation_a_peer_reseller_finds_nothing_by_any_address(self, cast, peer):
        """The check "Isolation"; case 20: 404, as for what is not there, on page and by service."""
        actor, user = peer
        (resold,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")

        assert not Order.objects.visible_to(actor).exists()
        for who in (user, cast.hal, cast.victor):
            for number in (resold.number, "CS999999"):
                assert page_of(who, f"/control-panel/orders/{number}/").status_code == 404
        with nothing_changes(), pytest.raises(Missing):
            approve_order(actor=actor, order_id=resold.pk)
        shown = words_of(page_of(user))
        assert "Tess Laurent" not in shown
        assert page_of(user, f"/control-panel/orders/?search={resold.number}").context["page"].paginator.count == 0
        assert "Resello" not in words_of(page_of(user, "/control-panel/settings/"))

    def test_a_vendor_reads_a_resold_order_after_the_yes_and_its_price_nowhere(self, cast):
        """Case 19: before, not at all; afterwards without the reseller's prices: page, lists, search, mails."""
        (resold,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
        price = f"{resold.gross:,.2f}"
        mine = Notice.objects.filter(recipient__in=(cast.victor, cast.vera))
        assert not mine.exists()
        assert resold.number not in words_of(page_of(cast.victor))

        accept(cast, "roos", resold)

        for path in ("/control-panel/", "/control-panel/orders/", f"/control-panel/orders/{resold.number}/"):
            shown = words_of(page_of(cast.victor, path))
            assert "Server management" in shown
            assert price not in shown
            assert "EUR" not in shown
        for notice in mine.select_related("recipient", "tenant"):
            letter = mail_of(notice)
            assert "Server management" in letter.body
            assert "EUR" not in letter.body + letter.alternatives[0][0]
        assert mine.filter(topic="order.to_deliver").count() == 2
        assert price in words_of(page_of(cast.roos, f"/control-panel/orders/{resold.number}/"))

    def test_the_database_lets_no_vendor_see_a_resold_order_that_waits(self, cast):
        (resold,) = ordered(cast, "tess", {"SERVER-01": 1}, "resello")
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=resold.pk).update(open_to_vendor=True)
        for ended in (reject(cast, "roos", resold), *ordered(cast, "tess", {"DESK-01": 1}, "resello")):
            assert Order.objects.visible_to(cast.actor("vera")).filter(pk=ended.pk).exists() is ended.open_to_vendor


def crawled(user, start, *, most=40):
    """Each page that links lead to below `start`, without what stands behind a question mark."""
    client, waiting, seen = Client(), [start], {}
    client.force_login(user)
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        seen[path] = client.get(path, follow=True)
        found = re.findall(r'href="(/[^"?#]*)', seen[path].content.decode(errors="ignore"))
        waiting += [link for link in dict.fromkeys(found) if link.startswith(start) and link not in {*seen, *waiting}]
    return seen


def test_a_tenant_without_resellers_reads_no_word_of_them(db):
    """The normal scenario: no page, filter, column or setting about resellers, and no marketplace to choose.

    Only the forms that make a company or a marketplace name them: the first reseller has to come from somewhere.
    """
    waiting = OrderFactory(status="to_be_approved")
    tenant, vendor = waiting.tenant, waiting.vendor
    manager = MemberFactory(company=vendor, role=Role.MANAGER).user
    buyer = MemberFactory(company=CompanyFactory(tenant=tenant), role=Role.ADMIN).user
    CustomerFactory(tenant=tenant, user=buyer)
    OrderFactory(
        checkout=CheckoutFactory(tenant=tenant, placed_by=buyer), marketplace=waiting.marketplace, vendor=vendor
    )
    staff = UserFactory(is_staff=True, is_superuser=True)
    admin = [
        reverse(f"admin:{page}", args=args)
        for page, args in (
            *((f"companies_{name}_changelist", ()) for name in ("company", "marketplace", "tenant", "change")),
            *((f"orders_{name}_changelist", ()) for name in ("order", "quote", "cart")),
            ("companies_company_change", (vendor.pk,)),
            ("companies_marketplace_change", (waiting.marketplace_id,)),
            ("companies_tenant_change", (tenant.pk,)),
            ("orders_order_change", (waiting.pk,)),
        )
    ]
    pages = {
        **crawled(buyer, "/dashboard/"),
        **{f"vendor {path}": page for path, page in crawled(manager, "/control-panel/").items()},
        **{f"staff {path}": page for path, page in crawled(staff, "/control-panel/").items()},
        **{path: page_of(staff, path) for path in admin},
    }
    assert len(pages) > 40
    shown = {path: page.content.decode(errors="ignore") for path, page in pages.items()}
    assert {path: page.status_code for path, page in pages.items() if page.status_code != 200} == {}
    assert [path for path, text in shown.items() if "resell" in text.lower()] == []
    assert [path for path, text in shown.items() if 'name="marketplace"' in text] == []
