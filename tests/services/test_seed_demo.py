"""Is the demo whole, true to its rules, and the same when it is filled twice?"""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from unittest import mock

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db.models import DateTimeField
from django.test import TestCase

from approvals.lifecycle import Status
from approvals.models import Approval
from companies.events import faults
from companies.models import ApiClient, Change, DeliveryWindow, Location, Member, Tenant, User
from companies.models.token import digest_of
from companies.preferences import value_of
from companies.roles import Role
from config.demo_data import seeding
from config.demo_data.logins import demo_logins
from config.demo_data.people import PASSWORD
from config.kit.money import total
from notifications.models import Attempt, MailState, Notice
from notifications.texts import TOPICS
from orders.lifecycle import CartStatus, OrderKind, OrderStatus
from orders.models import Cart, Checkout, Order, Quote, Subscription
from orders.quote_lifecycle import QuoteStatus
from orders.subscription_lifecycle import SubscriptionStatus
from tests.factories import UserFactory

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)
APPS = ("companies", "catalog", "approvals", "orders", "notifications")


def rows() -> dict[str, int]:
    return {model._meta.label: model.objects.count() for model in apps.get_models() if model._meta.app_label in APPS}


def seed_demo(**options) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("seed_demo", stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture(scope="module", autouse=True)
def _empty(django_db_setup, django_db_blocker, _world):
    """The cast of the tests before has no place beside the demo, which a class writes before its first test."""
    with django_db_blocker.unblock():
        _world.close()


class TestTheDemo(TestCase):
    """Filled once for all of these."""

    @classmethod
    def setUpTestData(cls):
        seeding.seed(NOW)

    def test_every_state_of_a_purchase_approval_is_there(self):
        purchases = Approval.objects.purchases()
        found = Counter(approval.status for approval in purchases)
        assert set(found) == set(Status)
        approved = purchases.filter(status=Status.APPROVED)
        assert approved.live().count() == 1, "approved, and waiting to be ordered"
        assert approved.exclude(created_resource="").count() >= 10
        assert approved.filter(released_at__isnull=False).count() == 2, "given up by a person, and by the system"
        waiting = purchases.waiting(NOW)
        assert waiting.filter(expires_at__lte=NOW + timedelta(days=1), reminded_at__isnull=False).exists()
        assert waiting.filter(created_at__gte=NOW - timedelta(hours=6)).exists()
        assert waiting.filter(snapshot_count=2).exists(), "changed since it was asked"
        assert not purchases.overdue(NOW).exists()

    def test_every_state_of_an_order_is_there(self):
        found = Counter(Order.objects.values_list("status", flat=True))
        assert set(found) == set(OrderStatus)
        kinds = set(Order.objects.values_list("events__kind", flat=True))
        assert kinds >= {"order.withdrawn", "order.retried", "order.failed", "order.cancelled", "order.started"}
        assert Order.objects.count() >= 40
        told = Order.objects.filter(status=OrderStatus.COMPLETED, lines__instructions__gt="")
        assert any(
            link["url"].startswith("https://") for order in told for line in order.lines.all() for link in line.links
        )
        for order in Order.objects.filter(status__in=[OrderStatus.REJECTED, OrderStatus.FAILED]):
            assert len(order.status_reason) > 60, "a reason that helps"

    def test_demo_data_holds_all_that_an_order_review_is_about(self):
        """Check "Demo data": both marketplaces, every kind of order, on behalf automatic and waiting, subscriptions."""
        for owner in (None, "resello"):
            reviewed = Order.objects.filter(marketplace__owner__key=owner, needs_review=True)
            assert {"to_be_approved", "rejected", "completed"} <= {order.status for order in reviewed}, owner
        assert set(Order.objects.values_list("kind", flat=True)) == set(OrderKind)
        assert Order.objects.to_review().filter(kind=OrderKind.MODIFICATION).exists()
        on_behalf = Order.objects.filter(on_behalf=True)
        assert on_behalf.to_review().filter(auditing_company__kind="vendor").exists()
        by_policy = on_behalf.filter(auditing_company__kind="reseller", review__decided_by_name="Countersign")
        assert by_policy.filter(events__kind="order.approved", events__actor_kind="system").exists()
        assert {cart.status for cart in Cart.objects.exclude(prepared_by=None)} >= {"open", "held"}
        found = {subscription.status_at(NOW) for subscription in Subscription.objects.all()}
        assert found >= {SubscriptionStatus.ACTIVE, SubscriptionStatus.TERMINATED}
        assert Subscription.objects.filter(is_trial=True).exists()

    def test_every_state_of_a_quote_is_there_on_both_marketplaces(self):
        quotes = Quote.objects.select_related("marketplace", "approval", "owner", "seller", "cart")
        for site in ("main", "resello"):
            found = {quote.status_at(NOW) for quote in quotes if quote.marketplace.key == site}
            assert found == set(QuoteStatus), site
        assert all(quote.status == quote.status_at(NOW) for quote in quotes), "the sweep has written what expired"
        by_status = {status: [q for q in quotes if q.status == status] for status in QuoteStatus}
        for quote in by_status[QuoteStatus.OPEN]:
            assert quote.valid_to > NOW
            assert quote.lines_net < quote.list_net
            assert len(quote.employee_comment) > 20
        waiting = {
            (quote.owner.first_name, quote.approval.approver_name, quote.approval.status)
            for quote in by_status[QuoteStatus.OPEN]
            if quote.approval
        }
        assert waiting == {("Rita", "Ana Diaz", Status.PENDING), ("Theo", "Tess Laurent", Status.PENDING)}
        beas = next(quote for quote in by_status[QuoteStatus.OPEN] if quote.owner.first_name == "Bea")
        assert beas.lines_gross <= Decimal(5000) < beas.list_gross, "negotiated to within her limit"
        for quote in by_status[QuoteStatus.ACCEPTED]:
            assert Order.objects.numbered(quote.order_number).exists()
            assert quote.total.amount == Checkout.objects.get(quote=quote).gross
        for status in (QuoteStatus.DECLINED, QuoteStatus.DECLINED_BY_MERCHANT, QuoteStatus.IN_PROGRESS):
            for quote in by_status[status]:
                assert quote.status_reason["code"]
                assert len(quote.status_comment) > 30, "a reason that helps"
        for quote in by_status[QuoteStatus.AWAITING]:
            assert quote.cart.status == CartStatus.CLOSED
            assert quote.lines_net == quote.list_net
        sellers = {quote.seller.key if quote.seller else None for quote in by_status[QuoteStatus.AWAITING]}
        assert sellers == {"globex", "resello", None}, "the platform's staff has one to price as well"
        assert all(quote.cart is None and not quote.valid_to for quote in by_status[QuoteStatus.CREATING])

    def test_each_part_of_the_platform_has_something_to_do(self):
        waiting = Order.objects.to_review().values_list("auditing_company__key", flat=True)
        assert set(waiting) == {"globex", "initech", "resello"}
        asked = Approval.objects.waiting(NOW).purchases().values_list("approver__email", flat=True)
        assert {address.partition("@")[0] for address in asked} == {"ana", "tom", "bea", "grace", "hugo", "tess"}
        carts = set(Cart.objects.values_list("status", flat=True))
        assert carts == set(CartStatus)

    def test_every_role_is_there_and_can_sign_in(self):
        assert set(Member.objects.active().values_list("role", flat=True)) == {role.value for role in Role}
        emails = [login["email"] for login in demo_logins()]
        for email in emails:
            assert authenticate(username=email, password=PASSWORD) is not None, email
        left = User.objects.exclude(email__in=emails)
        assert [user.first_name for user in left] == ["Dora"]

    def test_the_logins_are_printed(self):
        out, _ = seed_demo(logins=True)
        assert PASSWORD in out
        for login in demo_logins():
            assert login["email"] in out
            assert login["does"] in out

    def test_who_comes_second_waits_for_the_first(self):
        """As two processes do that both found nothing; the transaction of the second begins when the first is done."""
        before = rows()
        with mock.patch("config.management.commands.seed_demo.is_seeded", side_effect=[False, True]):
            assert "another process" in seed_demo()[0]
        assert rows() == before

    def test_companies_are_as_the_logins_say(self):
        groups = Member.objects.filter(in_approval_group=True).values_list("company__key", "user__first_name")
        assert set(groups) == {("contoso", "Grace"), ("contoso", "Hugo")}
        limits = dict(Member.objects.values_list("company__key", "company__purchase_limit"))
        assert (limits["northwind"], limits["contoso"], limits["globex"]) == (Decimal(5000), Decimal(2000), None)
        for key in limits:
            kinds = set(Location.objects.filter(company__key=key).values_list("type", flat=True))
            assert kinds >= {"HEADQUARTER", "WAREHOUSE"}, key
        assert value_of(Tenant.objects.get().pk, "approval.default_expiryDays") == 10
        assert Change.objects.exclude(kind="member.added").count() >= 8, "limits, groups and settings have a history"

    def test_every_history_verifies(self):
        for parent in (*Approval.objects.all(), *Order.objects.all(), *Quote.objects.all()):
            assert faults(parent, parent.events.order_by("number")) == [], parent
            assert parent.event_count > 0
        said = StringIO()
        call_command("verify_history", stdout=said)
        assert f"{Quote.objects.count()} quote histories verified, 0 with faults" in said.getvalue()

    def test_every_status_is_that_of_the_last_event(self):
        for parent in (*Approval.objects.all(), *Order.objects.all(), *Quote.objects.all()):
            assert parent.events.get(number=parent.event_count).to_status == parent.status, parent
        for order in Order.objects.exclude(review=None).select_related("review"):
            decided = {
                OrderStatus.TO_BE_APPROVED: Status.PENDING,
                OrderStatus.REJECTED: Status.DECLINED,
            }.get(OrderStatus(order.status))
            assert decided is None or order.review.status == decided

    def test_totals_add_up(self):
        for order in Order.objects.all():
            lines = list(order.lines.all())
            assert order.lines_gross == total((line.gross for line in lines), "EUR")
            assert order.lines_net == total((line.net for line in lines), "EUR")
            assert all(line.net + line.tax == line.gross for line in lines)
            assert order.gross == order.lines_gross + order.shipping_gross
            assert order.shipping_gross == order.shipping_net + order.shipping_tax
        for checkout in Checkout.objects.all():
            orders = list(checkout.orders.all())
            assert checkout.gross == total((order.gross for order in orders), "EUR")
            assert checkout.lines_gross == total((order.lines_gross for order in orders), "EUR")
        for quote in Quote.objects.all():
            lines = list(quote.lines.all())
            assert quote.lines_gross == total((line.gross for line in lines), "EUR")
            assert quote.list_net == total((line.list_net for line in lines), "EUR")
        rates = set(Order.objects.values_list("lines__tax_rate", flat=True))
        assert rates == {Decimal(19), Decimal(7), Decimal(21)}

    def test_no_mail_of_the_past_is_waiting(self):
        notices = Notice.objects.all()
        assert {notice.mail_state for notice in notices} == {MailState.SENT}
        assert all(notice.sent_at == notice.created_at for notice in notices)
        assert Attempt.objects.filter(sent=True, number=1).count() == notices.count()
        assert {notice.attempt_count for notice in notices} == {1}
        assert notices.filter(topic__in=["approval.expiring", "approval.expired", "approval.given_up"]).exists()
        assert {notice.topic for notice in notices} <= TOPICS.keys()

    def test_a_handful_of_the_newest_notices_is_unread(self):
        unread = Notice.objects.unread()
        assert 10 <= unread.count() <= 40
        assert max(Counter(unread.values_list("recipient", flat=True)).values()) <= 3
        assert all(NOW - notice.created_at < timedelta(days=2) for notice in unread)

    def test_nothing_carries_the_clock_of_the_seeding(self):
        moments = {
            f"{model._meta.label}.{field.name}"
            for model in apps.get_models()
            if model._meta.app_label in APPS
            for field in model._meta.get_fields()
            if isinstance(field, DateTimeField)
            and field.name not in ("expires_at", "renews_at", "valid_to")
            and model.objects.filter(**{f"{field.name}__gt": NOW}).exists()
        }
        assert moments == set()
        first = Approval.objects.order_by("created_at")[0]
        assert timedelta(days=50) < NOW - first.created_at < timedelta(days=70)
        assert list(Order.objects.order_by("created_at", "pk")) == list(Order.objects.order_by("pk"))

    def test_a_delivery_window_is_full_and_others_are_free(self):
        coming = [window for window in DeliveryWindow.objects.all() if window.delivery_on > NOW.date()]
        assert len(coming) == 2 * 2 * 7
        offered = {(window.key, window.slot, window.delivery_on.isoformat()) for window in coming}
        for approval in Approval.objects.waiting(NOW).purchases():
            wanted = approval.details.get("deliveryWindow")
            assert not wanted or (wanted["id"], wanted["slotId"], wanted["deliveryDate"][:10]) in offered
        full = [window for window in coming if window.capacity == window.checkouts.count()]
        assert [(window.capacity, window.marketplace.key) for window in full] == [(1, "main")]


@pytest.mark.django_db
def test_filling_twice_changes_nothing_and_json_tells_a_client_what_it_needs():
    out, err = seed_demo(json=True)
    assert "The demo is there, after" in err
    before = rows()
    assert "nothing was changed" in seed_demo()[0]
    assert json.loads(seed_demo(json=True)[0]) == json.loads(out)
    assert rows() == before
    check_told(json.loads(out))


def check_told(told):
    assert told["tenant"] == "acme"
    assert told["storefront"] == {
        "host": "http://127.0.0.1:8000",
        "tenant": "acme",
        "clientId": "demo-storefront",
        "siteCode": "main",
        "currency": "EUR",
        "targetLocation": "DE",
    }
    assert [site["code"] for site in told["sites"]] == ["main", "resello"]
    rita = next(user for user in told["users"] if user["email"] == "rita@northwind.example")
    assert (rita["password"], rita["memberships"][0]["role"]) == (PASSWORD, "requester")
    paula = next(user for user in told["users"] if user["email"] == "paula@private.example")
    assert paula["customerNumber"]
    assert paula["memberships"] == []
    northwind = next(company for company in told["companies"] if company["id"] == "northwind")
    assert northwind["limit"] == {"amount": "5000", "currency": "EUR"}
    assert northwind["roles"]["admin"] == ["ana@northwind.example", "tom@northwind.example"]
    assert northwind["locations"][0]["address"]["city"] == "Hamburg"
    screen = next(product for product in told["products"] if product["sku"] == "SCREEN-27")
    assert [(price["site"], price["unitPrice"]) for price in screen["prices"]] == [("main", "329"), ("resello", "352")]
    assert ("deliveryarea", "4-more_hours_timeframe") in {(m["zone"], m["id"]) for m in told["shippingMethods"]}
    assert told["deliveryWindows"]
    quotes = {quote["number"]: quote for quote in told["quotes"]}
    assert len(quotes) == Quote.objects.count()
    assert {(quote["site"], quote["status"]) for quote in quotes.values()} == {
        (site, status) for site in ("main", "resello") for status in QuoteStatus
    }
    for row in Quote.objects.select_related("owner", "approval"):
        quote = quotes[row.number]
        assert (quote["id"], quote["customer"], quote["orderId"]) == (
            row.key,
            row.owner.email,
            row.order_number or None,
        )
        assert quote["approval"] == (row.approval.key if row.approval else None)
    for client in told["apiClients"]:
        assert ApiClient.objects.get(client_id=client["id"]).client_secret == digest_of(client["secret"])
    assert {client["id"] for client in told["apiClients"]} == {"demo-storefront", "demo-erp", "demo-globex"}


@pytest.mark.django_db
def test_there_are_no_logins_before_there_are_people():
    out, _ = seed_demo(logins=True)
    assert "no people of the demo" in out
    assert PASSWORD not in out
    assert not Tenant.objects.exists()


# A Sunday night; the Monday morning after clocks went forward.
@pytest.mark.django_db
@pytest.mark.parametrize("now", ["2026-11-22T23:30", "2026-03-30T06:00"])
def test_it_can_be_filled_at_any_hour(now):
    now = datetime.fromisoformat(now).replace(tzinfo=UTC)
    seeding.seed(now)
    soon = Approval.objects.waiting(now).filter(expires_at__lte=now + timedelta(days=1))
    assert soon.filter(reminded_at__isnull=False).count() == 1
    assert not Approval.objects.overdue(now).exists()


@pytest.mark.django_db
def test_it_is_filled_wholly_or_not_at_all(monkeypatch):
    def breaks(stage):
        yield stage.ago(minutes=1)
        raise RuntimeError("in the middle of it")

    monkeypatch.setattr(seeding.scenes_now, "SCENES", (breaks,))
    with pytest.raises(RuntimeError, match="in the middle"):
        seeding.seed(NOW)
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_public_passwords_stay_out_of_a_database_in_use(settings):
    settings.PRODUCTION = True
    UserFactory()
    with pytest.raises(CommandError, match="in use"):
        seed_demo()
    assert not Tenant.objects.exists()
