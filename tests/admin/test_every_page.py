"""Does every page of the administration open, in few queries however much it shows, and only for those who may?"""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from approvals.models import Approval, ApprovalEvent, Snapshot
from catalog.models import Listing
from companies.models import ApiClient, Change, Company, User
from notifications.models import Notice, WebhookDelivery, WebhookEndpoint
from orders.models import Cart, Checkout, Order, OrderEvent, Quote, QuoteEvent, Subscription
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_reasons import create_reason
from tests.factories import (
    AnswerFactory,
    ApprovalFactory,
    AttemptFactory,
    ChangeFactory,
    OrderFactory,
    PreferenceFactory,
    SnapshotFactory,
    StepFactory,
    VendorFactory,
)
from tests.stories.subscriptions import sell_by_plan, subscribe
from tests.world import scene

OURS = [model for model in admin.site._registry if model._meta.app_label != "axes"]
LOOK_ONLY = {
    *(Approval, ApprovalEvent, Snapshot, Cart, Checkout, Order, OrderEvent),
    *(Quote, QuoteEvent, Subscription, Notice, Change, WebhookEndpoint, WebhookDelivery),
}
MOST_QUERIES = 30


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def fill_every_table(cast, *names):
    """A row of everything for each of these people, so that a list has something to ask about one by one."""
    for name in names:
        approval = ApprovalFactory(tenant=cast.acme)
        AnswerFactory(step=StepFactory(approval=approval, number=2), snapshot=approval.snapshots.get())
        OrderFactory(checkout__tenant=cast.acme)
        AttemptFactory(notice__tenant=cast.acme)
        ChangeFactory(tenant=cast.acme, company=cast.northwind, kind="company.expiry_days_set", old=1, new=2)
        PreferenceFactory()
        ApiClient.objects.create(tenant=cast.acme, name="ERP connector", client_secret="0" * 64)
        vendor = VendorFactory(tenant=cast.acme)
        WebhookEndpoint.objects.create(company=vendor, url="https://vendor.example/hooks", secret_key_id="test")
        call = {"topic": "webhook.test", "body": "{}", "about_key": "CS1001"}
        WebhookDelivery.objects.create(tenant=cast.acme, company=vendor, key=f"test:{vendor.pk}", **call)
        cast.cart(name, {"DESK-01": 1, "CHAIR-01": 2})
        asked = cast.cart(name, {"DESK-01": 3, "BOOK-01": 1}, type="quote")
        ask_for_quote(actor=cast.actor(name), cart_id=asked.pk, wishes=Wishes(reference="PO 1"))
        subscribe(cast, "tom", Listing.objects.filter(plan__code="PRO").first() or sell_by_plan(cast)["PRO"])
        create_reason(actor=cast.actor("admin"), kind="DECLINE", code=f"OWN-{name}", message={"en": "Ours"})


@scene
def full(cast):
    fill_every_table(cast, "rita", "bea")
    return cast


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_pages_open_in_few_queries(full, staff, model):
    row = model._default_manager.order_by("pk").first()
    pages = [address(model, "changelist")]
    if row is not None:
        pages += [address(model, "change", row.pk), address(model, "history", row.pk)]
    if model not in LOOK_ONLY:
        pages.append(address(model, "add"))
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(page).status_code == 200, page
        assert len(queries) <= MOST_QUERIES, f"{page}: {len(queries)} queries"


def test_the_lists_take_as_many_queries_for_more_rows(cast, staff):
    def counted():
        """How many queries each list takes; permissions and content types are remembered from the first on."""
        found = {}
        for model in OURS:
            staff.get(address(model, "changelist"))
            with CaptureQueriesContext(connection) as queries:
                staff.get(address(model, "changelist"))
            found[model._meta.label] = len(queries)
        return found

    fill_every_table(cast, "rita")
    few = counted()
    fill_every_table(cast, "bea", "ravi", "paula")
    assert {label: (few[label], many) for label, many in counted().items() if many > few[label]} == {}


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_a_list_can_be_searched(full, staff, model):
    if admin.site.get_model_admin(model).search_fields:
        assert staff.get(address(model, "changelist"), {"q": "cs1001 o'hara \"x"}).status_code == 200


@pytest.mark.parametrize("model", sorted(LOOK_ONLY, key=str), ids=lambda model: model._meta.label)
def test_what_services_write_can_only_be_looked_at(full, staff, model):
    row = model._default_manager.order_by("pk").first()
    before = list(model._default_manager.order_by("pk").values())

    for page in (address(model, "add"), address(model, "change", row.pk), address(model, "delete", row.pk)):
        assert staff.post(page, {"status": "APPROVED", "post": "yes", "_save": "Save"}).status_code == 403, page
    staff.post(
        address(model, "changelist"),
        {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
    )

    assert list(model._default_manager.order_by("pk").values()) == before


@pytest.mark.parametrize(
    "model",
    [m for m in OURS if m._meta.app_label != "auth" and m not in LOOK_ONLY],
    ids=lambda model: model._meta.label,
)
def test_what_others_refer_to_is_not_deleted(full, staff, model):
    row = model._default_manager.order_by("pk").first()
    assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_staff_without_permission_is_refused(full, client, model):
    client.force_login(full.sten)
    row = model._default_manager.order_by("pk").first()
    pages = [address(model, "changelist"), address(model, "add")]
    if row is not None:
        pages.append(address(model, "change", row.pk))
    for page in pages:
        assert client.get(page).status_code == 403, page
        assert client.post(page, {}).status_code == 403, page


@pytest.mark.parametrize("who", ["ana", "victor", "paula", "olga"])
def test_customers_and_sellers_have_no_administration(full, client, who):
    client.force_login(full.user(who))
    for model in OURS:
        answer = client.get(address(model, "changelist"))
        assert answer.status_code == 302, model
        assert answer.url.startswith("/admin/login/")


def test_who_may_only_view_a_company_changes_nothing(cast, client):
    cast.sten.user_permissions.set(
        Permission.objects.filter(codename__in=("view_company", "view_member", "view_location"))
    )
    client.force_login(cast.sten)
    page = address(Company, "change", cast.northwind.pk)

    shown = client.get(page).content.decode()
    assert "Rita Okafor" in shown
    assert 'name="members-0-role"' not in shown
    assert client.post(page, {"name": "Changed"}).status_code == 403
    assert Company.objects.get(pk=cast.northwind.pk).name == "Northwind GmbH"


def test_orders_are_found_by_their_number(full, staff):
    order = Order.objects.order_by("pk").last()
    shown = staff.get(address(Order, "changelist"), {"q": order.number.lower()}).context["cl"].result_list
    assert [each.pk for each in shown] == [order.pk]


def test_an_overdue_approval_reads_as_expired(full, staff):
    overdue = Approval.objects.order_by("pk").first()
    Approval.objects.filter(pk=overdue.pk).update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))

    expired = staff.get(address(Approval, "changelist"), {"status": "EXPIRED"}).context["cl"].result_list
    pending = staff.get(address(Approval, "changelist"), {"status": "PENDING"}).context["cl"].result_list

    assert [each.pk for each in expired] == [overdue.pk]
    assert overdue.pk not in [each.pk for each in pending]
    assert "Expired" in staff.get(address(Approval, "change", overdue.pk)).content.decode()


def test_a_changed_history_shows(full, staff):
    approval = Approval.objects.order_by("pk").first()
    page = address(Approval, "change", approval.pk)
    assert "each link holds" in staff.get(page).content.decode()

    Approval.objects.filter(pk=approval.pk).update(last_hash="f" * 64)
    assert "the end of the history is missing" in staff.get(page).content.decode()


def test_a_given_up_mail_is_sent_again(full, staff):
    notice = Notice.objects.order_by("pk").first()
    Notice.objects.filter(pk=notice.pk).update(mail_state="failed")

    staff.post(address(Notice, "changelist"), {"action": "send_again", "_selected_action": [notice.pk]})

    assert Notice.objects.get(pk=notice.pk).mail_state == "waiting"


def test_who_may_only_view_notices_sends_none_again(full, client):
    full.sten.user_permissions.set(Permission.objects.filter(codename="view_notice"))
    client.force_login(full.sten)
    notice = Notice.objects.order_by("pk").first()
    Notice.objects.filter(pk=notice.pk).update(mail_state="failed")

    client.post(address(Notice, "changelist"), {"action": "send_again", "_selected_action": [notice.pk]})

    assert Notice.objects.get(pk=notice.pk).mail_state == "failed"


def test_html_in_texts_stays_text(cast, staff):
    evil = "<script>alert(1)</script>"
    User.objects.filter(pk=cast.rita.pk).update(first_name=evil, last_name="")
    Company.objects.filter(pk=cast.northwind.pk).update(name=evil)
    change = ChangeFactory(
        tenant=cast.acme, company=cast.northwind, subject=evil, old=evil, new=evil, actor_name=evil, reason=evil
    )
    order = OrderFactory(checkout__tenant=cast.acme, buyer_name=evil, status_reason=evil)
    approval = ApprovalFactory(tenant=cast.acme, comment=evil, subject_label=evil)
    content = {"bound": {"lines": [{"sku": evil}]}, "shown": {"lines": [{"name": evil}]}}
    snapshot = SnapshotFactory(approval=approval, number=2, content=content)
    for row in (cast.northwind, cast.rita, change, order, approval, snapshot):
        for page in (address(row, "changelist"), address(row, "change", row.pk)):
            shown = staff.get(page).content.decode()
            assert evil not in shown, page
            assert "&lt;script&gt;" in shown, page
