"""What becomes of a quote on the seller's pages: declined, taken back, changed, offered again, drafted, ordered?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals import services as approving
from approvals.models import SubjectKind
from companies.models import Marketplace, Member
from companies.roles import Role
from notifications.models import Notice
from orders.models import Quote, QuoteEvent
from orders.quote_edits import ChangeLine, Price, SetText, Text
from orders.quote_lifecycle import QuoteMove, QuoteStatus
from orders.quote_standing import quote_moves_for
from orders.services.quote_changing import change_quote
from orders.services.quote_making import ForWhom, make_quote
from orders.services.quote_reasons import create_reason, delete_reason
from tests.control_panel.quote_scenes import (
    DRAFTS,
    NEW,
    Pricing,
    accept,
    ask,
    edit_of,
    fresh,
    move_of,
    open_up,
    page_of,
)


@pytest.fixture
def sam(sign_in):
    return sign_in("sam")


@pytest.fixture
def asked_to_approve(cast):
    """Rita asks Ana to approve her open offer."""

    def asked(quote):
        return approving.request_approval(
            actor=cast.actor("rita"),
            kind=SubjectKind.QUOTE_CHECKOUT,
            subject_key=quote.key,
            approver_id=cast.ana.pk,
        ).settled()

    return asked


def events(quote) -> list[str]:
    return list(QuoteEvent.objects.filter(quote=quote).order_by("number").values_list("kind", flat=True))


def in_every_status(cast):
    """One quote of Globex per status, as it reads now."""
    now = timezone.now()
    ago = now - timedelta(days=9)
    made = {QuoteStatus.AWAITING: ask(cast)}
    made[QuoteStatus.CREATING] = make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom("C-rita"))
    made[QuoteStatus.OPEN] = open_up(cast, ask(cast))
    made[QuoteStatus.EXPIRED] = open_up(cast, ask(cast, now=ago), valid_for=timedelta(days=1), now=ago)
    for status, move in (
        (QuoteStatus.IN_PROGRESS, QuoteMove.ASK_CHANGE),
        (QuoteStatus.DECLINED, QuoteMove.DECLINE),
    ):
        quote = open_up(cast, ask(cast))
        made[status] = change_quote(actor=cast.actor("rita"), quote_id=quote.pk, move=move)
    made[QuoteStatus.DECLINED_BY_MERCHANT] = change_quote(
        actor=cast.actor("sam"), quote_id=ask(cast).pk, move=QuoteMove.DECLINE_BY_MERCHANT
    )
    made[QuoteStatus.ACCEPTED] = accept(cast, open_up(cast, ask(cast, "ana")))
    return made


@pytest.mark.parametrize("name", ["sam", "vera", "admin"])
def test_the_page_offers_exactly_what_the_services_accept(name, cast, sign_in):
    browser, now = sign_in(name), timezone.now()
    for status, quote in in_every_status(cast).items():
        moves = set(quote_moves_for(quote, cast.actor(name), now))
        content = browser.get(page_of(quote)).content.decode()
        offered = {
            QuoteMove.REVISE: f'"{edit_of(quote)}"' in content,
            QuoteMove.DECLINE_BY_MERCHANT: f'"{move_of(quote, "decline")}"' in content,
            QuoteMove.ASK_CHANGE: f'"{move_of(quote, "take-back")}"' in content,
        }
        assert {move for move, there in offered.items() if there} == moves - {QuoteMove.OPEN}, status
        opens = 'value="open"' in content or "Offer it again" in content
        assert opens is (QuoteMove.OPEN in moves), status
        assert (f'"{move_of(quote, "delete")}"' in content) is (status == "CREATING" and QuoteMove.REVISE in moves)


def test_nothing_is_moved_by_reading(cast, sam):
    quotes = in_every_status(cast)
    before = list(Quote.objects.order_by("pk").values()), QuoteEvent.objects.count(), Notice.objects.count()
    for quote in quotes.values():
        for url in (page_of(quote), edit_of(quote), reverse("control_panel:quote_pdf", args=[quote.number])):
            assert sam.get(url, follow=True).status_code == 200
        for move in ("decline", "take-back", "delete"):
            assert sam.get(move_of(quote, move)).status_code == 405
    sam.get(NEW)
    assert (list(Quote.objects.order_by("pk").values()), QuoteEvent.objects.count(), Notice.objects.count()) == before


@pytest.mark.parametrize("number", ["Q9999", "nonsense", "Q1000000000000000000000000", "1", "CS1001"])
def test_a_number_of_nothing_is_not_found(number, sam):
    for name in ("quote", "quote_edit", "quote_pdf"):
        assert sam.get(reverse(f"control_panel:{name}", args=[number])).status_code == 404
    assert sam.post(reverse("control_panel:quote_move", args=[number, "decline"])).status_code == 404


# Declining


def test_decline_with_a_reason_and_a_comment_that_the_customer_reads(cast, sam, words):
    quote = ask(cast)
    sent = {"reason": "decline-delivery-time-late", "comment": "Sold out until May.", "seen_version": "1"}
    text = words(sam.post(move_of(quote, "decline"), sent, follow=True))
    assert f"Quote {quote.number} is declined. Rita Okafor is told." in text
    assert "It comes too late" in text
    assert "Sold out until May." in text
    assert "Sam Reed declined to make an offer" in text
    quote = fresh(quote)
    assert (quote.status, quote.status_reason["code"]) == ("DECLINED_BY_MERCHANT", "DELIVERY_TIME_LATE")
    told = Notice.objects.get(topic="quote.declined_by_merchant")
    assert (told.recipient, told.facts["comment"]) == (cast.rita, "Sold out until May.")
    assert "Save" not in text


def test_decline_needs_no_reason(cast, sam):
    quote = ask(cast)
    sam.post(move_of(quote, "decline"), {})
    assert fresh(quote).status == "DECLINED_BY_MERCHANT"


def test_the_reasons_are_those_of_the_tenant_in_the_readers_language(cast, sam, words):
    create_reason(
        actor=cast.actor("admin"), kind="DECLINE", code="EMBARGO", message={"en": "An embargo", "de": "Ein Embargo"}
    )
    delete_reason(actor=cast.actor("admin"), key="decline-no-longer-needed")
    cast.sam.language = "de"
    cast.sam.save()
    text = words(sam.get(page_of(ask(cast))))
    assert "Ein Embargo" in text
    assert "Der Preis ist zu hoch" in text
    assert "Es wird nicht mehr gebraucht" not in text
    assert "Die Produkte sind falsch" not in text  # a reason for changes


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({"reason": "change-wrong-material"}, "Choose one of these reasons."),
        ({"reason": "nothing"}, "Choose one of these reasons."),
        ({"comment": "x" * 5001}, "Use at most 5,000 characters."),
        ({"comment": "nul\x00"}, "Null characters are not allowed."),
        ({"seen_version": "x"}, "Enter a whole number."),
    ],
)
def test_a_refused_answer_keeps_what_was_typed(sent, says, cast, sam, words):
    quote = ask(cast)
    answer = sam.post(move_of(quote, "decline"), {"comment": "Kept words.", **sent}, follow=True)
    assert answer.redirect_chain == [(page_of(quote), 302)]
    assert says in words(answer)
    if "comment" not in sent:
        assert "Kept words." in answer.content.decode()
        assert "<details open>" in answer.content.decode()
    assert (fresh(quote).status, events(quote)) == ("AWAITING", ["quote.asked"])


def test_what_changed_since_the_page_was_opened_is_not_declined(cast, sam, words):
    quote = ask(cast)
    change_quote(actor=cast.actor("rita"), quote_id=quote.pk, edits=[SetText(Text.CUSTOMER_COMMENT, "Only one, then.")])
    answer = sam.post(move_of(quote, "decline"), {"comment": "We have one.", "seen_version": "1"}, follow=True)
    assert "This quote was changed since you opened it. Look at it again." in words(answer)
    assert "Only one, then." in words(answer)
    assert "We have one." in answer.content.decode()
    assert fresh(quote).status == "AWAITING"


def test_who_comes_second_reads_who_was_faster(cast, sam, words):
    quote = ask(cast)
    open_up(cast, quote, "vera")
    text = words(sam.post(move_of(quote, "decline"), {}, follow=True))
    assert f"Quote {quote.number} waits for the customer's answer." in text
    assert events(quote)[-1] == "quote.opened"


# An open offer


def test_an_offer_is_taken_back_to_be_priced_anew(cast, sam, words):
    quote = open_up(cast, ask(cast))
    page = words(sam.get(page_of(quote)))
    assert "Rita cannot accept it any more, and waits for a new offer." in page
    assert "approve" not in page
    sent = {"comment": "A mistake in the price.", "seen_version": str(fresh(quote).version)}
    text = words(sam.post(move_of(quote, "take-back"), sent, follow=True))
    assert f"Quote {quote.number} is taken back. Rita Okafor is told." in text
    assert "Sam Reed took the offer back to change it" in text
    assert "A mistake in the price." in text
    assert "Save and open" in text
    assert fresh(quote).status == "IN_PROGRESS"
    assert Notice.objects.filter(topic="quote.change_asked", recipient=cast.rita).exists()


def test_taking_back_says_that_a_waiting_approval_ends_and_ends_it(cast, sam, words, asked_to_approve):
    quote = open_up(cast, ask(cast))
    approval = asked_to_approve(quote)
    text = words(sam.get(page_of(quote)))
    assert "A colleague of the customer was asked to approve this offer." in text
    assert "The approval that the customer asked for ends; both sides of it are told." in text
    assert "Ana" not in text  # who decides there is the customer's business
    sam.post(move_of(quote, "take-back"), {})
    approval.refresh_from_db()
    assert (approval.status, fresh(quote).approval) == ("CLOSED", None)


def test_changing_an_offer_says_what_it_ends_and_tells_the_customer(cast, sam, words, asked_to_approve):
    quote = open_up(cast, ask(cast))
    approval = asked_to_approve(quote)
    page = Pricing(sam, quote, edit_of(quote))
    text = words(page.answer)
    assert "The customer has this offer before them." in text
    assert "Rita is told what is different. The approval that the customer asked for ends" in text
    assert "Save and open" not in text
    text = words(page.type(price="450").press("save"))
    assert "The offer is changed. Rita Okafor is told. The approval it waited for has ended." in text
    approval.refresh_from_db()
    assert approval.status == "CLOSED"
    quote = fresh(quote)
    assert (quote.status, quote.lines_gross) == ("OPEN", Decimal("1071.00"))
    assert Notice.objects.filter(topic="quote.revised", recipient=cast.rita).count() == 1


def test_a_comment_alone_leaves_the_approval_alone(cast, sam, words, asked_to_approve):
    quote = open_up(cast, ask(cast))
    approval = asked_to_approve(quote)
    text = words(Pricing(sam, quote, edit_of(quote)).type(comment="With love.").press("save"))
    assert "The offer is changed. Rita Okafor is told." in text
    assert "has ended" not in text
    approval.refresh_from_db()
    assert approval.status == "PENDING"


def test_an_offer_that_was_accepted_meanwhile_is_changed_no_more(cast, sign_in, sam, words):
    quote = open_up(cast, ask(cast, "ana"))
    page = Pricing(sam, quote, edit_of(quote)).type(price="9999")
    accept(cast, quote)
    text = words(page.press("save"))
    assert "was accepted on" in text
    assert quote.lines.get().unit_price == Decimal(500)
    assert sam.get(edit_of(quote)).status_code == 302


# An expired one


def test_an_expired_offer_is_made_again_with_a_new_end(cast, sam, words):
    ago = timezone.now() - timedelta(days=9)
    quote = open_up(cast, ask(cast, now=ago), valid_for=timedelta(days=1), now=ago)
    text = words(sam.get(page_of(quote)))
    assert "Expired" in text
    assert "The offer expired." in text
    assert "Offer it again" in text
    page = Pricing(sam, quote, edit_of(quote))
    assert "It was valid until" in words(page.answer)
    assert page.value("valid_to") > timezone.now().isoformat()[:16]
    text = words(page.type(price="490").press("open"))
    assert f"Quote {quote.number} is offered." in text
    quote = fresh(quote)
    assert (quote.status, quote.lines_net) == ("OPEN", Decimal(980))
    assert quote.valid_to > timezone.now() + timedelta(days=29)
    assert "quote.expired" in events(quote)


def test_an_offer_that_ends_while_it_is_being_changed_is_shown_as_ended_with_what_was_typed(cast, sam, words):
    quote = open_up(cast, ask(cast))
    page = Pricing(sam, quote, edit_of(quote)).type(price="450")
    Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(minutes=1))
    answer = page.press("save")
    assert answer.status_code == 409
    assert "The offer expired." in words(answer)
    assert "Save and open" in words(answer)
    assert page.of_line("price") == "450"
    assert quote.lines.get().unit_price == Decimal(500)
    page.press("open")
    assert (fresh(quote).status, quote.lines.get().unit_price) == ("OPEN", Decimal(450))
    assert events(quote)[-3:] == ["quote.expired", "quote.revised", "quote.opened"]


def test_an_expired_offer_can_be_prepared_and_stays_expired(cast, sam, words):
    ago = timezone.now() - timedelta(days=9)
    quote = open_up(cast, ask(cast, now=ago), valid_for=timedelta(days=1), now=ago)
    told = Notice.objects.filter(recipient=cast.rita).count()
    Pricing(sam, quote, edit_of(quote)).type(price="490").press("save")
    assert (fresh(quote).status, fresh(quote).lines_net) == ("EXPIRED", Decimal(980))
    assert Notice.objects.filter(recipient=cast.rita).count() == told + 1  # that it has expired, nothing else


# A quote for a customer who did not ask


def test_a_quote_is_made_for_a_customer_priced_and_opened(cast, sam, words):
    ask(cast, "tom")
    text = words(sam.get(NEW))
    assert "For a customer of Acme Markets Main." in text
    assert "Rita Okafor Requester, Northwind GmbH · rita@northwind.example Make a quote" in text
    assert "Carl Novak" not in text  # a Contact may not order
    assert "Ravi Rao" not in text  # of a company that has had nothing to do with Globex
    answer = sam.post(NEW, {"customer": cast.member("rita").pk}, follow=True)
    quote = Quote.objects.latest("pk")
    assert answer.redirect_chain == [(page_of(quote), 302)]
    assert "Being drafted" in words(answer)
    assert (quote.status, quote.owner, quote.company, quote.seller, quote.employee) == (
        "CREATING",
        cast.rita,
        cast.northwind,
        cast.globex,
        cast.sam,
    )
    assert not Notice.objects.filter(recipient=cast.rita, topic__startswith="quote").exists()
    page = Pricing(sam, quote)
    page.press(f"take:{cast.listing('DESK-01').key}")
    page.type(page.lines[0], quantity="3", price="1300", by="total").press("open")
    quote = fresh(quote)
    assert (quote.status, quote.lines_net) == ("OPEN", Decimal(1300))
    assert Notice.objects.filter(recipient=cast.rita, topic="quote.opened").count() == 1


def test_customers_are_searched_by_name_address_and_company(cast, sam, words):
    ask(cast, "tom")
    ask(cast, "ravi")
    for search, there, missing in (
        ("okafor", "Rita Okafor", "Tom Weber"),
        ("CONTOSO", "Ravi Rao", "Rita Okafor"),
        ("tom@north", "Tom Weber", "Rita Okafor"),
        ("northwind lindt", "Bea Lindt", "Tom Weber"),
    ):
        text = words(sam.get(NEW, {"search": search}))
        assert there in text, search
        assert missing not in text, search
    assert "No such customer" in words(sam.get(NEW, {"search": "nobody"}))


def test_who_knows_no_customer_reads_whom_a_quote_can_be_made(sam, words):
    text = words(sam.get(NEW))
    assert "No customers yet" in text
    assert "asked you for a quote" in text


@pytest.mark.parametrize("who", ["ravi", "carl", "dora", "otto"])
def test_a_quote_is_made_for_own_customers_only(who, cast, sam, words):
    ask(cast, "tom")
    before = Quote.objects.count()
    answer = sam.post(NEW, {"customer": cast.member(who).pk}, follow=True)
    assert "Choose one of the customers of this list." in words(answer)
    for sent in ({}, {"customer": "x"}, {"customer": "999999"}):
        sam.post(NEW, sent)
    assert Quote.objects.count() == before


def test_a_reseller_makes_quotes_on_its_own_marketplace(cast, sign_in, words):
    cast.cart("theo", {"DESK-01": 1}, "resello")
    rik = sign_in("rik")
    text = words(rik.get(NEW, {"marketplace": "main"}))
    assert "For a customer of Resello." in text
    assert "Theo Petit" in text
    rik.post(f"{NEW}?marketplace=main", {"customer": cast.member("theo").pk})
    quote = Quote.objects.get()
    assert (quote.marketplace, quote.seller) == (cast.resello, cast.resellobv)


def test_platform_staff_choose_the_marketplace_and_know_everybody(cast, sign_in, words):
    staff = sign_in("admin")
    text = words(staff.get(NEW))
    assert "Marketplace" in text
    assert "Rita Okafor" in text
    staff.post(f"{NEW}?marketplace=resello", {"customer": cast.member("tess").pk})
    assert Quote.objects.get().marketplace == cast.resello
    assert "Olga" not in words(staff.get(NEW, {"search": "olga"}))


def test_staff_draft_a_quote_of_several_sellers_line_by_line(cast, sign_in):
    staff = sign_in("admin")
    staff.post(NEW, {"customer": cast.member("rita").pk})
    quote = Quote.objects.get()
    for sku in ("DESK-01", "BOOK-01"):
        page = Pricing(staff, quote)
        page.press(f"take:{cast.listing(sku).key}")
        page.press("save")
    assert (fresh(quote).seller, quote.lines.count()) == (None, 2)
    Pricing(staff, quote).press("open")
    assert fresh(quote).status == "OPEN"


def test_staff_finish_a_draft_that_is_one_sellers(cast, sign_in):
    staff = sign_in("admin")
    staff.post(NEW, {"customer": cast.member("rita").pk})
    quote = Quote.objects.get()
    page = Pricing(staff, quote)
    page.press(f"take:{cast.listing('DESK-01').key}")
    page.press("save")
    assert fresh(quote).seller == cast.globex
    Pricing(staff, quote).press("open")
    assert fresh(quote).status == "OPEN"
    assert staff.get(edit_of(quote)).status_code == 403  # from then on it is the seller's


def test_a_draft_is_deleted_and_nothing_else_is(cast, sam, words):
    asked = ask(cast)
    draft = make_quote(actor=cast.actor("sam"), marketplace=cast.main, whom=ForWhom("C-rita"))
    answer = sam.post(move_of(draft, "delete"), {"sure": "yes"}, follow=True)
    assert answer.redirect_chain == [(DRAFTS, 302)]
    assert f"The draft {draft.number} is deleted." in words(answer)
    assert sam.get(page_of(draft)).status_code == 404
    assert events(draft)[-1] == "quote.deleted"
    assert sam.post(move_of(asked, "delete"), {"sure": "yes"}).status_code == 404
    assert fresh(asked).deleted_at is None


def test_a_marketplace_that_is_switched_off_makes_no_quotes(cast, sam, words):
    ask(cast)
    Marketplace.objects.filter(pk=cast.main.pk).update(is_active=False)
    assert "There is no marketplace on which your company sells." in words(sam.get(NEW))
    before = Quote.objects.count()
    sam.post(NEW, {"customer": cast.member("rita").pk})
    assert Quote.objects.count() == before


# History, paper, order


def test_the_timeline_tells_who_changed_what_from_what_to_what(cast, sam, words):
    quote = ask(cast, reference="PO-1", comment="Please.")
    desk = quote.lines.get().key
    change_quote(
        actor=cast.actor("vera"),
        quote_id=quote.pk,
        edits=[
            ChangeLine(desk, price=Price(total_net=Decimal(900))),
            SetText(Text.EMPLOYEE_COMMENT, "First try."),
        ],
    )
    open_up(cast, quote, edits=[SetText(Text.EMPLOYEE_COMMENT, "Second try.")])
    change_quote(
        actor=cast.actor("rita"),
        quote_id=quote.pk,
        edits=[SetText(Text.CUSTOMER_REFERENCE, "PO-2")],
        move=QuoteMove.ASK_CHANGE,
        reason_key="change-other",
        comment="Less, please.",
    )
    text = words(sam.get(page_of(quote)))
    told = text[text.index("Timeline") :]
    for part in (
        "Rita Okafor asked for a quote Requester",
        "Vera Moss worked on the offer Manager",
        "2 x DESK-01 at 500.00 EUR net each → 2 x DESK-01 at 900.00 EUR net in all",
        "Comment of the seller: First try.",
        "Comment of the seller: First try. → Second try.",
        "Sam Reed made the offer Sales",
        "Reference: PO-1 → PO-2",
        "Rita Okafor asked for changes",
        "Reason: Another reason",
        "Less, please.",
    ):
        assert part in told, part


def test_the_pdf_is_the_customers_in_the_customers_language(cast, sam):
    quote = open_up(cast, ask(cast))
    cast.rita.language = "de"
    cast.rita.save()
    url = reverse("control_panel:quote_pdf", args=[quote.number])
    assert f'href="{url}"' in sam.get(page_of(quote)).content.decode()
    answer = sam.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'inline; filename="Angebot-{quote.number}.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert "no-store" in answer["Cache-Control"]


def test_an_accepted_quote_leads_to_its_orders_and_back(cast, sam, sign_in, words):
    quote = accept(cast, open_up(cast, ask(cast, "ana", {"DESK-01": 1, "SERVER-01": 1})))  # the second one is reviewed
    answer = sam.get(page_of(quote))
    assert "Ordered At these prices, as order CS" in words(answer)
    orders = list(quote.checkout.orders.order_by("position"))
    assert len(orders) == 2
    for order in orders:
        url = reverse("control_panel:order", args=[order.number])
        assert f'href="{url}"' in answer.content.decode()
        page = sam.get(url)
        assert f"From quote {quote.number}" in words(page)
        assert f'href="{page_of(quote)}"' in page.content.decode()
        # An auditor reads where it comes from, but has no page of the quote.
        page = sign_in("victor").get(url)
        assert f"From quote {quote.number}" in words(page)
        assert f'href="{page_of(quote)}"' not in page.content.decode()


def test_orders_of_a_quote_of_several_sellers_lead_only_staff_to_it(cast, sign_in, words):
    Member.objects.filter(pk=cast.member("ines").pk).update(role=Role.MANAGER)
    quote = ask(cast, "ana", {"DESK-01": 1, "BOOK-01": 1})
    open_up(cast, quote, "admin")
    accept(cast, quote)
    orders = fresh(quote).checkout.orders.all()
    assert len(orders) == 2
    for order in orders:
        url = reverse("control_panel:order", args=[order.number])
        name = "sam" if order.vendor == cast.globex else "ines"
        assert f'href="{page_of(quote)}"' not in sign_in(name).get(url).content.decode()
        assert f'href="{page_of(quote)}"' in sign_in("admin").get(url).content.decode()


def test_an_order_from_a_cart_speaks_of_no_quote(order_of, sign_in, words, page):
    assert "From quote" not in words(sign_in("sam").get(page(order_of("ana", {"DESK-01": 1}))))


def test_forms_are_checked_for_their_token(cast, sign_in):
    quote = ask(cast)
    browser = sign_in("sam", enforce_csrf_checks=True)
    for url in (edit_of(quote), move_of(quote, "decline"), NEW):
        assert browser.post(url, {"do": "open", "seen_version": "1"}).status_code == 403
    assert events(quote) == ["quote.asked"]


def test_moments_are_in_the_readers_zone(cast, sam, words):
    quote = open_up(cast, ask(cast))
    Quote.objects.filter(pk=quote.pk).update(valid_to=datetime(2099, 6, 1, 10, 0, tzinfo=UTC))
    assert "It holds until Mon 1 Jun 2099 12:00 CEST." in words(sam.get(page_of(quote)))


def test_the_seller_reads_that_nobody_is_left_to_accept(cast, sam, words):
    quote = open_up(cast, ask(cast))
    assert "may no longer order" not in words(sam.get(page_of(quote)))
    Member.objects.filter(user=cast.user("rita")).update(is_active=False)
    assert "Rita Okafor may no longer order for Northwind GmbH." in words(sam.get(page_of(quote)))
