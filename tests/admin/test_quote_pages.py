"""Can staff look up quotes, and word the reasons that go with them, per tenant and language?"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from orders.models import Quote, QuoteChange, QuoteEvent, QuoteReason
from orders.quote_edits import ChangeLine, Price, SetText, SetValidTo, Text
from orders.quote_lifecycle import DEFAULT_REASONS, QuoteMove
from orders.services.quote_asking import Wishes, ask_for_quote
from orders.services.quote_changing import change_quote, remove_quote
from orders.services.quote_reasons import create_reason, reasons_of, update_reason
from tests.admin.conftest import AdminPage, errors_of
from tests.world import scene

QUOTES = reverse("admin:orders_quote_changelist")
REASONS = reverse("admin:orders_quotereason_changelist")


@scene
def quote(cast):
    """Rita's quote, opened by Sam at a tenth less."""
    cart = cast.cart("rita", {"DESK-01": 2})
    asked = ask_for_quote(actor=cast.actor("rita"), cart_id=cart.pk, wishes=Wishes(reference="PO-4711"))
    return change_quote(
        actor=cast.actor("sam"),
        quote_id=asked.pk,
        edits=[
            ChangeLine(asked.lines.get().key, price=Price(unit=Decimal(450))),
            SetText(Text.EMPLOYEE_COMMENT, "A tenth off."),
            SetValidTo(timezone.now() + timedelta(days=5)),
        ],
        move=QuoteMove.OPEN,
    )


def change_page(quote) -> str:
    return reverse("admin:orders_quote_change", args=[quote.pk])


class DefaultPage(AdminPage):
    """The page of a default reason that has no row yet."""

    def __init__(self, client, tenant, key):
        self.client = client
        self.url = reverse("admin:orders_quotereason_change", args=[f"{tenant.pk}:{key}"])


def said(tenant, key):
    return next((reason for reason in reasons_of(tenant.pk) if reason.key == key), None)


class TestQuotes:
    def test_the_page_shows_lines_amounts_and_history_with_old_and_new_values(self, staff, quote):
        shown = staff.get(change_page(quote)).content.decode()
        for text in (
            quote.number,
            "900.00 net + 171.00 tax = 1,071.00 EUR",
            "10 % below the price list",
            "500.00 EUR net",
            "450.00 EUR net",
            "whole: 3 events, each link holds",
            "2 x DESK-01 at 500.00 EUR net each → 2 x DESK-01 at 450.00 EUR net each",
            "ADD /comment: A tenth off.",
            "PO-4711",
        ):
            assert text in shown, text

    def test_a_changed_history_shows(self, staff, quote):
        Quote.objects.filter(pk=quote.pk).update(last_hash="f" * 64)
        assert "the end of the history is missing" in staff.get(change_page(quote)).content.decode()

    def test_an_event_shows_what_it_changed(self, staff, quote):
        event = QuoteEvent.objects.get(kind="quote.revised")
        shown = staff.get(reverse("admin:orders_quoteevent_change", args=[event.pk])).content.decode()
        assert "at 450.00 EUR net each" in shown

    @pytest.mark.parametrize("search", ["q1", "PO-4711", "okafor", "northwind", "DESK-01"])
    def test_a_quote_is_found(self, search, staff, quote):
        search = quote.number.lower() if search == "q1" else search
        found = staff.get(QUOTES, {"q": search}).context["cl"].result_list
        assert [each.pk for each in found] == [quote.pk]

    def test_an_overdue_offer_reads_as_expired(self, staff, quote):
        Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(days=1))
        expired = staff.get(QUOTES, {"status": "EXPIRED"})
        assert [each.pk for each in expired.context["cl"].result_list] == [quote.pk]
        assert "Expired" in expired.content.decode()
        assert not staff.get(QUOTES, {"status": "OPEN"}).context["cl"].result_list

    def test_a_deleted_quote_can_still_be_looked_up(self, cast, staff, quote):
        remove_quote(actor=cast.actor("sam"), quote_id=quote.pk)
        assert "Open, deleted" in staff.get(QUOTES).content.decode()

    def test_html_in_texts_stays_text(self, cast, staff):
        evil = "<script>alert(1)</script>"
        cart = cast.cart("rita", {"DESK-01": 2})
        quote = ask_for_quote(actor=cast.actor("rita"), cart_id=cart.pk, wishes=Wishes(reference=evil))
        edits = [SetText(Text.EMPLOYEE_COMMENT, evil), SetValidTo(timezone.now() + timedelta(days=5))]
        change_quote(actor=cast.actor("sam"), quote_id=quote.pk, edits=edits, move=QuoteMove.OPEN)
        assert QuoteChange.objects.filter(new=evil).exists()
        Quote.objects.filter(pk=quote.pk).update(owner_name=evil)
        for page in (QUOTES, change_page(quote)):
            shown = staff.get(page).content.decode()
            assert evil not in shown
            assert "&lt;script&gt;" in shown


class TestReasons:
    def test_the_list_shows_the_defaults_and_what_a_tenant_made_of_them(self, cast, staff):
        admin = cast.actor("admin")
        create_reason(actor=admin, kind="DECLINE", code="EMBARGO", message={"en": "An embargo", "de": "Ein Embargo"})
        update_reason(actor=admin, key="change-other", kind="CHANGE", code="OTHER", message={"en": "Else"})
        shown = staff.get(REASONS, {"tenant": "acme"}).content.decode()
        for text in ("PRICE_TOO_HIGH", "Der Preis ist zu hoch", "EMBARGO", "German: Ein Embargo", "Own", "Else"):
            assert text in shown
        assert shown.count("Default, changed") == 1
        other = staff.get(REASONS, {"tenant": "other"}).content.decode()
        assert "EMBARGO" not in other
        assert "PRICE_TOO_HIGH" in other

    def test_a_reason_is_added_with_a_text_per_language(self, cast, staff):
        answer = AdminPage(staff, model=QuoteReason).send(
            {
                "tenant": str(cast.acme.pk),
                "type": "DECLINE",
                "code": "EMBARGO",
                "message--en": " An embargo ",
                "message--de": "Ein Embargo",
            }
        )
        assert answer.url == f"{REASONS}?tenant=acme"
        row = QuoteReason.objects.get()
        assert (row.tenant, row.type, row.code) == (cast.acme, "DECLINE", "EMBARGO")
        assert row.message == {"en": "An embargo", "de": "Ein Embargo"}
        assert said(cast.other, row.key) is None

    def test_a_default_is_worded_anew_for_one_tenant(self, cast, staff):
        page = DefaultPage(staff, cast.acme, "decline-other")
        assert page.send({"message--en": "Something else", "message--fr": "Autre chose"}).status_code == 302
        reason = said(cast.acme, "decline-other")
        assert reason.message == {"en": "Something else", "de": "Ein anderer Grund", "fr": "Autre chose"}
        assert reason.version == 2
        assert said(cast.other, "decline-other").message["en"] == "Another reason"
        again = AdminPage(staff, QuoteReason.objects.get())
        again.send({"message--en": "Whatever else"})
        assert said(cast.acme, "decline-other").message["en"] == "Whatever else"
        assert QuoteReason.objects.count() == 1

    def test_looking_at_a_default_makes_no_row(self, cast, staff):
        for reason in DEFAULT_REASONS:
            assert staff.get(DefaultPage(staff, cast.acme, reason.key).url).status_code == 200
        assert not QuoteReason.objects.exists()

    def test_a_reason_is_offered_no_longer(self, cast, staff):
        page = DefaultPage(staff, cast.acme, "decline-no-longer-needed")
        answer = page.send({}, without=("offered",))
        assert answer.url == f"{REASONS}?tenant=acme"
        assert said(cast.acme, "decline-no-longer-needed") is None
        assert said(cast.other, "decline-no-longer-needed") is not None
        listed = staff.get(REASONS, {"tenant": "acme"})
        assert "The reason NO_LONGER_NEEDED is offered no longer." in listed.content.decode()
        assert "NO_LONGER_NEEDED" not in [reason["code"] for reason in listed.context["reasons"]]
        assert staff.get(page.url).status_code == 302  # there is no such reason any more

    @pytest.mark.parametrize(
        ("sent", "says"),
        [
            ({"code": "PRICE_TOO_HIGH"}, "There is a reason PRICE_TOO_HIGH already."),
            ({"code": ""}, "This field is required."),
            ({"code": "x" * 65}, "65"),
            ({"type": "WHIM"}, "not one of the available choices"),
            ({"message--en": " ", "message--de": ""}, "Give a text in at least one language."),
            ({"message--en": "x" * 501}, "501"),
        ],
    )
    def test_what_cannot_be_used_comes_back_with_its_error(self, sent, says, cast, staff):
        good = {"tenant": str(cast.acme.pk), "type": "DECLINE", "code": "NEW", "message--en": "New"}
        answer = AdminPage(staff, model=QuoteReason).send({**good, **sent})
        assert says in errors_of(answer)
        assert not QuoteReason.objects.exists()

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, cast, staff):
        page = DefaultPage(staff, cast.acme, "change-other")
        seen = page.filled_in()
        update_reason(
            actor=cast.actor("admin"), key="change-other", kind="CHANGE", code="OTHER", message={"en": "Faster"}
        )
        answer = staff.post(page.url, {**seen, "message--en": "Slower"})
        assert "This reason was changed since you read it." in errors_of(answer)
        assert said(cast.acme, "change-other").message == {"en": "Faster"}

    @pytest.mark.parametrize("address", ["999999:decline-other", "x:decline-other", "1:nothing", ":", "99999999999:a"])
    def test_an_address_of_nothing_leads_back(self, address, cast, staff):
        url = reverse("admin:orders_quotereason_change", args=[address])
        assert staff.get(url).status_code == 302
        assert staff.post(url, {"code": "X"}).status_code == 302
        assert not QuoteReason.objects.exists()

    def test_who_may_only_look_changes_nothing(self, cast, client):
        cast.sten.user_permissions.set(Permission.objects.filter(codename="view_quotereason"))
        client.force_login(cast.sten)
        assert "PRICE_TOO_HIGH" in client.get(REASONS).content.decode()
        page = DefaultPage(client, cast.acme, "change-other")
        assert client.get(page.url).status_code == 200
        assert client.post(page.url, {"code": "X"}).status_code == 403
        assert client.get(reverse("admin:orders_quotereason_add")).status_code == 403
        assert not QuoteReason.objects.exists()
