"""What stands in a cart that is prepared for a customer, and what will come of ordering it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from approvals.models import Approval
from approvals.policy import Ruling, Verdict
from catalog.models import Listing, offer_name
from companies.actors import Actor
from companies.models import Marketplace
from companies.roles import CompanyKind
from config.kit.refused import Invalid
from config.kit.wording import either
from orders.auditors import reviewer_of
from orders.control_panel.behalf_forms import BehalfForm
from orders.dashboard.checkout_form import locations_of, windows_of
from orders.dashboard.content.amounts import count_of, in_reader_language, joined, tax_word
from orders.dashboard.content.cart import cart_lines, seen_token
from orders.dashboard.content.checkout import lines_sum, shipping_choices, sums_of
from orders.dashboard.content.shop import offers_on
from orders.dashboard.content.splits import split_words
from orders.destination import OtherTaxes
from orders.models import Cart, Checkout, Subscription
from orders.priced import PricedCart, priced_cart
from orders.services.cart_changes import change_cart
from orders.services.cart_opening import CartFields
from orders.services.on_behalf import Outlook, ask_on_behalf, customer_of, find_prepared, outlook, place_on_behalf

Values = dict[str, Any]

ACCEPTED = "Reviewed, and accepted automatically: it is for a customer of your own."
CHANGED = "The cart has changed since you opened this page. This is how it is now: check it and go on."


def offers_for_customers(actor: Actor, place: Marketplace) -> QuerySet[Listing]:
    """What the actor can put into a customer's cart: what is on sale there, of a vendor's people their own."""
    offers = offers_on(place).select_related("plan", "product__vendor", "product__tax_class")
    if actor.company_kind is CompanyKind.VENDOR:
        offers = offers.filter(product__vendor_id=actor.company_id)
    return offers


def offer_cards(offers: list[Listing]) -> list[Values]:
    """Offers to be added, each with its trial where there is one."""
    return [
        {
            "key": offer.key,
            "name": in_reader_language(offer_name(offer.product, offer.plan)),
            "sku": offer.product.sku,
            "vendor": offer.product.vendor.name,
            "price": offer.unit_price,
            "currency": offer.currency,
            "word": tax_word(offer.includes_tax),
            "unit": f"{offer.product.unit} and {offer.plan.period}" if offer.plan else offer.product.unit,
            "trial_days": offer.plan.trial_days if offer.plan else 0,
        }
        for offer in offers
    ]


def cart_page(cart: Cart, actor: Actor, now: datetime) -> Values:
    """An open prepared cart; the number of queries does not depend on the number of lines.

    Where its customer may not order any more, `gone` says so, and it can only be thrown away.
    """
    customer = {"name": cart.owner.name if cart.owner else "", "company": cart.company.name if cart.company else ""}
    shown: Values = {"cart": cart, "customer": customer, "place": cart.marketplace}
    try:
        seen = outlook(actor=actor, cart_id=cart.pk, now=now)
    except Invalid as refusal:
        return {**shown, "gone": refusal.text}
    if not seen.priced.lines:
        return shown
    lines = cart_lines(seen.priced)
    for row, line in zip(lines["lines"], seen.priced.lines, strict=True):
        row.pop("url", None)
        row["note"] = row["note"] if line.problem else _line_note(line, seen)
        row["edit"] = {
            "url": reverse("control_panel:behalf_line", args=[cart.key, line.line.key]),
            "remove_url": reverse("control_panel:behalf_line_remove", args=[cart.key, line.line.key]),
            "step": "any",
            "min": "0.0001",
        }
    return {
        **shown,
        **lines,
        "reason": policy_box(seen.ruling, cart),
        **review_words(seen, cart),
        "moves": _moves(seen, cart),
        "has_trials": any(line.line.is_trial for line in seen.priced.lines),
    }


def held_page(cart: Cart, now: datetime) -> Values:
    """A prepared cart that waits for its customer's company: what is in it, at the prices that were asked about."""
    lines = cart_lines(priced_cart(cart, now), editable=False)
    for row in lines["lines"]:
        row.pop("url", None)
    return {"cart": cart, "approval": cart.held_for, **lines}


def policy_box(ruling: Ruling, cart: Cart | Subscription) -> Values:
    """What the customer's company lets them do, without its figures: those are its own business."""
    who = cart.owner.name if cart.owner else "The customer"
    company = cart.company.name if cart.company else ""
    people = [person.name for person in ruling.eligible]
    if ruling.verdict is Verdict.FORBIDDEN:
        return {"tone": "forbidden", "headline": f"{who} may not order for {company}.", "reasons": [], "who": []}
    if ruling.permitted:
        return {"tone": "free", "headline": f"{who} may order this without approval.", "reasons": [], "who": []}
    if ruling.nobody_can_approve:
        said = f"Asking tells the admins of {company}."
        return {
            "tone": "forbidden",
            "headline": f"This needs approval of {company}, and nobody there can give it.",
            "reasons": [said],
            "who": [],
        }
    said = f"You can send it as the request of {who}. It is ordered when {either(people)} says yes."
    return {"tone": "needs", "headline": f"This needs approval of {company}.", "reasons": [said], "who": people}


def review_words(seen: Outlook, cart: Cart) -> Values:
    """Which orders it becomes, and what of them waits for a review."""
    words = split_words(seen.priced, asks=not seen.ruling.permitted)
    if seen.auto:
        words["splits"] = [{**row, "next": ACCEPTED} if row["waits"] else row for row in words["splits"]]
        words["splits_title"] = words.get("splits_title", "").replace("One order, reviewed first", "One order")
    if seen.waits and cart.marketplace.require_second_person:
        words["splits_hint"] = f"Somebody else than you has to accept it. {words['splits_hint']}".strip()
    return words


@dataclass(frozen=True, slots=True)
class BehalfPage:
    """A prepared cart about to be ordered or asked for, with the form of what is left to choose."""

    seen: Outlook
    shown: Values
    methods: list[Values]
    form: BehalfForm

    @property
    def priced(self) -> PricedCart:
        """As it would be ordered."""
        return self.seen.priced

    @property
    def orderable(self) -> bool:
        """There is something that can be bought, by somebody who may order or ask."""
        may = self.seen.ruling.verdict is not Verdict.FORBIDDEN
        return may and bool(self.priced.lines) and not self.priced.problems

    @property
    def token(self) -> str:
        """What the reader has seen, as a word."""
        return seen_token(self.priced, self.seen.ruling, self.methods)

    def context(self) -> Values:
        """The values of the template."""
        chosen = self.form.chosen_method()
        others = [method for method in self.methods if method is not chosen]
        return {
            **self.shown,
            "form": self.form,
            "token": self.token,
            "summary_title": count_of(len(self.priced.lines), "line"),
            "sums": [*self.shown["totals"][:-1], lines_sum(self.priced), *sums_of(chosen, others)],
            "asks": not self.seen.ruling.permitted,
            "button": _button(self.seen),
        }


def checkout_page(cart: Cart, actor: Actor, now: datetime, typed: Any = None) -> BehalfPage:
    """The page for an open prepared cart; raises `Invalid` (code `customer_gone`)."""
    seen = outlook(actor=actor, cart_id=cart.pk, now=now)
    customer = customer_of(cart)
    methods, place = shipping_choices(seen.priced, now), cart.marketplace
    form = BehalfForm(
        typed,
        whose=customer.name,
        locations=locations_of(customer),
        methods=methods,
        windows=windows_of(place, now.date()),
        eligible=seen.ruling.eligible,
        initial={"ship_contactName": customer.name, "ship_country": place.country, "bill_country": place.country},
    )
    shown = {
        "cart": cart,
        "customer": {"name": customer.name, "company": cart.company.name if cart.company else ""},
        **cart_lines(seen.priced, editable=False),
        "reason": policy_box(seen.ruling, cart),
        **review_words(seen, cart),
    }
    return BehalfPage(seen, shown, methods, form)


def order_or_ask(page: BehalfPage, actor: Actor) -> Checkout | Approval:
    """Order the cart where the customer may alone, else send it as their request; raises what the services refuse."""
    cart, details, form = page.priced.cart, page.form.details(), page.form
    if page.seen.ruling.permitted:
        chosen = form.methods[form.cleaned_data["shipping"]]
        seen_total = str(chosen["total"])
        return place_on_behalf(actor=actor, cart_id=cart.pk, details=details, seen_total=seen_total).settled()
    return ask_on_behalf(
        actor=actor,
        cart_id=cart.pk,
        approver_id=form.cleaned_data.get("approver"),
        comment=form.cleaned_data.get("comment", ""),
        details=details,
        seen_gross=page.priced.subtotal.amount,
    ).settled()


def taxed_anew(page: BehalfPage, refusal: OtherTaxes, actor: Actor, now: datetime, typed: Any) -> BehalfPage:
    """The page of the same cart with the taxes of where it is delivered, to be looked at before going on."""
    cart = page.priced.cart
    change_cart(actor=actor, cart_id=cart.pk, fields=CartFields(country=refusal.country), now=now)
    again = checkout_page(find_prepared(actor, cart.pk), actor, now, typed)
    text = f"{refusal.fault} The page shows it with the taxes of {refusal.country} now: check it and go on."
    again.form.blame(Invalid(text, field=refusal.field))
    return again


def placed_words(checkout: Checkout) -> str:
    """What came of ordering, in a sentence or two."""
    orders = list(checkout.orders.select_related("auditing_company", "marketplace").order_by("position"))
    numbers = joined([order.number for order in orders])
    word = "Order" if len(orders) == 1 else "Orders"
    waiting = joined([order.number for order in orders if order.status == "to_be_approved"])
    said = f"{word} {numbers} placed for {orders[0].buyer_name}, who is told."
    return f"{said} {reviewer_of(orders[0])} reviews {waiting} first." if waiting else said


def _line_note(line: Any, seen: Outlook) -> str:
    trial = "Free trial" if line.line.is_trial else ""
    reviewed = ""
    if line.needs_review:
        reviewed = "Reviewed; accepted automatically" if seen.auto else "Reviewed before delivery"
    return " · ".join(filter(None, (trial, reviewed)))


def _button(seen: Outlook) -> Values:
    """What is pressed in the end, and what happens then."""
    if seen.ruling.permitted:
        return {"label": "Order for the customer", "hint": "At the prices you see here. The customer is told by whom."}
    if seen.ruling.nobody_can_approve:
        return {"label": "Tell the admins", "hint": "Nobody can approve this now; the customer's admins are told."}
    return {"label": "Send for approval", "hint": "Nothing is ordered yet. It becomes the customer's own request."}


def _moves(seen: Outlook, cart: Cart) -> list[Values]:
    """The ways on: to the checkout, or to a quote."""
    if seen.ruling.verdict is Verdict.FORBIDDEN or seen.priced.problems:
        return []
    label = "Order for the customer" if seen.ruling.permitted else "Send for approval"
    moves: list[Values] = [
        {
            "label": label,
            "kind": "primary",
            "method": "get",
            "url": reverse("control_panel:behalf_checkout", args=[cart.key]),
            "hint": "Addresses, shipping and payment come next.",
        }
    ]
    if not any(line.line.is_trial for line in seen.priced.lines):
        moves.append(
            {
                "label": "Make a quote of it",
                "url": reverse("control_panel:behalf_quote", args=[cart.key]),
                "hint": "For other prices than these. It becomes a draft that you price and open.",
            }
        )
    return moves
