"""What happens when a customer declines an offer, asks for changes or changes their own words on it?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from approvals.lifecycle import Status
from notifications.models import Notice
from orders.models import Order, Quote, QuoteReason
from orders.services.quote_expiry import expire_overdue_quotes
from tests.dashboard.quote_scenes import asked, offered, opened, repriced, requested, url

ANSWERS = ("decline", "ask_change")


def answer(client, quote, move, **typed):
    return client.post(url(quote, "quote_answer", move), {"version": quote.version, **typed}, follow=True)


def as_it_was(quote):
    """Nothing was written and nobody told since the quote was read."""
    before = (quote.status, quote.version, quote.event_count)
    quote.refresh_from_db()
    return before == (quote.status, quote.version, quote.event_count)


def test_declining_tells_the_seller_why(cast, sign_in, words):
    quote = offered(cast)
    reply = answer(sign_in("rita"), quote, "decline", reason="decline-price-too-high", comment="Next year\r\nperhaps.")
    text = words(reply)
    assert "You declined the offer. The seller is told." in text
    assert "You declined this offer of 4,284.00 EUR (1 line) just now. Nothing was ordered." in text
    assert "Reason: The price is too high Next year perhaps. Rita Okafor" in text
    assert "Answer Declined" in text
    assert "What you can do" not in text
    quote.refresh_from_db()
    assert (quote.status, quote.status_comment) == ("DECLINED", "Next year\nperhaps.")
    assert quote.status_reason["code"] == "PRICE_TOO_HIGH"
    assert Notice.objects.filter(topic="quote.declined", recipient=cast.sam).count() == 1
    assert not Order.objects.exists()


def test_changes_are_asked_for_as_often_as_needed(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    for round_, price in enumerate(("380", "350"), start=1):
        reply = answer(client, quote, "ask_change", reason="change-provided-price-to-high", comment=f"Round {round_}.")
        text = words(reply)
        assert "You asked for changes. The seller is told and makes you another offer." in text
        assert "The last offer no longer holds, and there is no new one yet: Sam Reed of Globex Systems has it." in text
        assert "Accept" not in text
        quote.refresh_from_db()
        assert quote.status == "IN_PROGRESS"
        quote = opened(cast, quote, price)
        assert f"{price}.00 EUR" in words(client.get(url(quote)))
    text = words(client.get(url(quote)))
    assert text.count("Rita Okafor asked for changes") == 2
    assert "Reason: The offered price is too high Round 1." in text
    assert Notice.objects.filter(topic="quote.change_asked", recipient=cast.sam).count() == 2


def test_neither_reason_nor_comment_is_needed(cast, sign_in, words):
    for move, status in zip(ANSWERS, ("DECLINED", "IN_PROGRESS"), strict=True):
        quote = offered(cast)
        answer(sign_in("rita"), quote, move, reason="", comment="")
        quote.refresh_from_db()
        assert (quote.status, quote.status_reason) == (status, {})


def test_the_reasons_are_those_of_the_tenant_for_that_answer(cast, sign_in):
    QuoteReason.objects.create(tenant=cast.acme, type="DECLINE", code="BUDGET", message={"en": "No budget left"})
    QuoteReason.objects.create(tenant=cast.other, type="DECLINE", code="THEIRS", message={"en": "Not ours"})
    QuoteReason.objects.create(tenant=cast.acme, type="CHANGE", code="MUTE", message={})
    html = sign_in("rita").get(url(offered(cast))).content.decode()
    change, decline = html.split('id="id_ask_change_reason"')[1].split('id="id_decline_reason"')
    assert "No budget left" in decline
    assert "No budget left" not in change
    assert "Not ours" not in html
    assert "MUTE" in change
    assert "The products are wrong" in change
    assert "The products are wrong" not in decline


def test_a_request_for_approval_ends_with_the_offer(cast, sign_in, words):
    quote = offered(cast)
    approval = requested(cast, quote, "bea")
    text = words(sign_in("rita").get(url(quote)))
    assert "See your request Bea Lindt is asked." in text
    assert "Ends the quote. Nothing is ordered. Bea Lindt need not answer any more." in text
    answer(sign_in("rita"), quote, "decline")
    approval.refresh_from_db()
    assert approval.status == Status.CLOSED
    assert Notice.objects.filter(topic="approval.closed", recipient=cast.bea).count() == 1


@pytest.mark.parametrize("move", ANSWERS)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": "nonsense"}, "Choose one of these reasons."),
        ({"reason": "\x00"}, "Choose one of these reasons."),
        ({"comment": "x" * 5001}, "Use at most 5,000 characters."),
        ({"comment": "Nul\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_said_and_the_input_kept(cast, sign_in, words, move, wrong, said):
    quote = offered(cast)
    notices = Notice.objects.count()
    reply = answer(sign_in("rita"), quote, move, **{"comment": "Not before May.", **wrong})
    assert said in words(reply)
    html = reply.content.decode()
    assert "comment" in wrong or "Not before May." in html
    assert "<details open>" in html
    assert as_it_was(quote)
    assert Notice.objects.count() == notices


@pytest.mark.parametrize("move", ANSWERS)
def test_a_reason_of_the_other_answer_is_none(cast, sign_in, words, move):
    other = {"decline": "change-other", "ask_change": "decline-other"}[move]
    quote = offered(cast)
    assert "Choose one of these reasons." in words(answer(sign_in("rita"), quote, move, reason=other))
    assert as_it_was(quote)


@pytest.mark.parametrize("move", ANSWERS)
def test_an_offer_that_was_changed_meanwhile_is_looked_at_again(cast, sign_in, words, move):
    quote = offered(cast)
    seen = quote.version
    quote = repriced(cast, quote)
    reply = answer(sign_in("rita"), quote, move, version=seen, comment="Too dear.")
    assert "This quote was changed since you opened it. Look at it again." in words(reply)
    assert "Too dear." in reply.content.decode()
    assert "Globex Systems offers you 4,176.90 EUR" in words(reply)
    assert as_it_was(quote)


@pytest.mark.parametrize("version", ["", "x", "-1", "²", "9" * 30])
def test_a_version_that_is_none_is_refused(cast, sign_in, words, version):
    quote = offered(cast)
    assert "This page is out of date." in words(answer(sign_in("rita"), quote, "decline", version=version))
    assert as_it_was(quote)


def test_who_comes_too_late_reads_what_has_become_of_it(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    Quote.objects.filter(pk=quote.pk).update(valid_to=timezone.now() - timedelta(minutes=1))
    reply = answer(client, quote, "decline", comment="No.")
    assert f"The offer {quote.number} was valid until" in words(reply)
    quote.refresh_from_db()
    assert quote.status == "EXPIRED"
    assert expire_overdue_quotes(timezone.now()) == 0
    waits = asked(cast)
    for move in ANSWERS:
        assert f"Quote {waits.number} waits for an offer." in words(answer(client, waits, move))
    assert as_it_was(waits)


@pytest.mark.parametrize("move", ["open", "revise", "accept", "decline_by_merchant", "expire", "nonsense"])
def test_other_moves_are_not_the_customers(cast, sign_in, move):
    quote = offered(cast)
    reply = sign_in("rita").post(url(quote, "quote_answer", move), {"version": quote.version})
    # Accepting has a page of its own.
    assert reply.status_code == (400 if move == "accept" else 404)
    assert as_it_was(quote)


# One's own words


@pytest.mark.parametrize("scene", [asked, offered])
def test_reference_and_comment_can_be_changed_while_it_is_open(cast, sign_in, words, scene):
    quote = scene(cast)
    client = sign_in("rita")
    reply = client.post(url(quote, "quote_note"), {"reference": "PO 8", "comment": "By\r\nMay."}, follow=True)
    text = words(reply)
    assert "Saved. The seller reads it on the quote." in text
    assert "Rita Okafor changed reference or comment" in text
    assert "Reference: PO 7 → PO 8" in text
    assert "Comment of the customer: Please be kind → By May." in text
    quote.refresh_from_db()
    assert (quote.customer_reference, quote.customer_comment) == ("PO 8", "By\nMay.")


def test_the_same_words_again_are_no_event(cast, sign_in):
    quote = asked(cast)
    sign_in("rita").post(url(quote, "quote_note"), {"reference": "PO 7", "comment": "Please be kind"})
    assert as_it_was(quote)


def test_ones_words_do_not_end_a_request_for_approval(cast, sign_in):
    quote = offered(cast)
    approval = requested(cast, quote, "bea")
    sign_in("rita").post(url(quote, "quote_note"), {"reference": "PO 8", "comment": ""})
    approval.refresh_from_db()
    assert approval.is_live


@pytest.mark.parametrize(("name", "length"), [("reference", 201), ("comment", 5001)])
def test_words_too_long_are_kept_and_refused(cast, sign_in, words, name, length):
    quote = asked(cast)
    typed = {"reference": "PO 8", "comment": "By May.", name: "x" * length}
    reply = sign_in("rita").post(url(quote, "quote_note"), typed, follow=True)
    assert "Use at most" in words(reply)
    assert "x" * length in reply.content.decode()
    assert "<details open>" in reply.content.decode()
    assert as_it_was(quote)


def test_nothing_is_changed_when_all_is_over(cast, sign_in, words):
    quote, client = offered(cast), sign_in("rita")
    answer(client, quote, "decline")
    quote.refresh_from_db()
    assert "Change your reference" not in words(client.get(url(quote)))
    reply = client.post(url(quote, "quote_note"), {"reference": "PO 8", "comment": "Oh."}, follow=True)
    assert f"Quote {quote.number} was declined by the customer on" in words(reply)
    assert as_it_was(quote)
