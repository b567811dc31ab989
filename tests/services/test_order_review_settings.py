"""Settings of the order review: flags of products and offers, who sets them, what they change and what they do not.

The check "Per-product flag" of the order review, and its case 7.
"""

import pytest

from catalog.models import Listing, Product
from catalog.services.review_flags import flag_listings, flag_products
from companies.models import Change, Member
from companies.services import in_words
from config.kit.refused import Invalid, Missing, NotYours
from orders.dashboard.content.shop import cards, offers_on
from tests.stories.scenes import accept, again, ordered

pytestmark = pytest.mark.django_db


def flag(cast, who, sku, needs_review, place="", **more):
    """Somebody sets the flag of a product; with a marketplace, of what it offers of it."""
    actor = cast.actor(who)
    if place:
        ids = [cast.listing(sku, place).pk]
        return flag_listings(actor=actor, listing_ids=ids, needs_review=needs_review, **more)
    return flag_products(actor=actor, product_ids=[cast.product(sku).pk], needs_review=needs_review, **more)


def test_per_product_flag(cast):
    """The vendor's managers set it for their products; a reseller's for what its marketplace offers, and first."""
    assert ordered(cast, "ana", {"DESK-01": 1})[0].status == "pending"
    flag(cast, "vera", "DESK-01", "yes", reason="Delivered by hand from now on.")
    assert ordered(cast, "ana", {"DESK-01": 1})[0].status == "to_be_approved"
    assert ordered(cast, "tess", {"DESK-01": 1}, "resello")[0].status == "to_be_approved"

    flag(cast, "mies", "DESK-01", "no", "resello")
    assert ordered(cast, "tess", {"DESK-01": 1}, "resello")[0].status == "pending"
    assert ordered(cast, "ana", {"DESK-01": 1})[0].status == "to_be_approved"
    flag(cast, "mies", "LICENSE-01", "yes", "resello")
    assert ordered(cast, "tess", {"LICENSE-01": 1}, "resello")[0].needs_review
    said = {card["sku"]: card["note"] for card in cards(offers_on(cast.resello), cast.resello)}
    assert (said["LICENSE-01"], said["DESK-01"]) == ("Reviewed by Resello BV before delivery", "")
    flag(cast, "admin", "LICENSE-01", "inherit", "resello")
    assert not ordered(cast, "tess", {"LICENSE-01": 1}, "resello")[0].needs_review


def test_every_change_is_in_the_history_with_its_reason(cast):
    flag(cast, "vera", "DESK-01", "yes", reason=" Delivered by hand. ")
    flag(cast, "vera", "DESK-01", "yes", reason="Once more.")  # nothing changes
    flag(cast, "mies", "SERVER-01", "no", "resello")

    of_product, of_offer = Change.objects.order_by("pk")
    assert (of_product.company, of_product.marketplace, of_product.actor_name) == (cast.globex, None, "Vera Moss")
    assert (of_product.old, of_product.new, of_product.reason) == ("no", "yes", "Delivered by hand.")
    assert in_words(of_product) == "Orders for DESK-01 Standing desk: never reviewed became always reviewed"
    assert (of_offer.company, of_offer.marketplace) == (cast.resellobv, cast.resello)
    assert in_words(of_offer).endswith("on Resello: as the product says became never reviewed")
    assert (again(cast.product("DESK-01")).version, again(cast.listing("SERVER-01", "resello")).version) == (2, 2)


def test_case_7_a_flag_that_changes_leaves_waiting_orders_and_later_ones_as_they_are(cast):
    """Case 7: off, what waits still needs its decision; on, what went through is not called back."""
    waiting = ordered(cast, "ana", {"SERVER-01": 1})[0]
    passed = ordered(cast, "ana", {"DESK-01": 1})[0]
    flag(cast, "vera", "SERVER-01", "no")
    flag(cast, "vera", "DESK-01", "yes")

    assert (again(waiting).status, again(waiting).needs_review) == ("to_be_approved", True)
    assert (again(passed).status, again(passed).needs_review) == ("pending", False)
    assert accept(cast, "victor", waiting).status == "pending"


def test_who_may(cast):
    Member.objects.create(company=cast.initech, user=cast.sten, role="manager")
    cast.sten.is_staff = False
    cast._members["sten"] = Member.objects.select_related("company", "user").get(user=cast.sten)
    cases = [
        ("sam", "DESK-01", "", NotYours),
        ("victor", "DESK-01", "", NotYours),
        ("sten", "DESK-01", "", Missing),  # the manager of another vendor
        ("mies", "DESK-01", "", Missing),
        ("ana", "DESK-01", "", Missing),
        ("hal", "DESK-01", "", Missing),
        ("rik", "DESK-01", "resello", NotYours),
        ("roos", "DESK-01", "resello", NotYours),
        ("vera", "DESK-01", "resello", Missing),
        ("vera", "DESK-01", "main", Missing),
        ("mies", "DESK-01", "main", Missing),
        ("hal", "DESK-01", "resello", Missing),
    ]
    for who, sku, place, refusal in cases:
        with pytest.raises(refusal) as refused:
            flag(cast, who, sku, "yes", place)
        assert type(refused.value) is refusal, (who, sku, place)
    actor = cast.actor("vera")
    Member.objects.filter(user=cast.vera).update(role="sales")
    with pytest.raises(NotYours):
        flag_products(actor=actor, product_ids=[cast.product("DESK-01").pk], needs_review="yes")
    assert not Change.objects.exists()
    assert not Product.objects.filter(sku="DESK-01", needs_review="yes").exists()
    assert not Listing.objects.exclude(needs_review="inherit").exists()


def test_many_at_once_all_or_none(cast):
    own = [cast.product(sku).pk for sku in ("DESK-01", "LICENSE-01", "SERVER-01")]
    actor = cast.actor("vera")
    with pytest.raises(Missing):
        flag_products(actor=actor, product_ids=[*own, cast.product("CHAIR-01").pk], needs_review="yes")
    wrong = [([], "yes", "products"), (range(1, 202), "yes", "products"), (own, "maybe", "needs_review")]
    for ids, value, field in wrong:
        with pytest.raises(Invalid) as refused:
            flag_products(actor=actor, product_ids=ids, needs_review=value)
        assert refused.value.field == field
    assert not Change.objects.exists()

    changed = flag_products(actor=actor, product_ids=own, needs_review="yes")
    assert {product.sku for product in changed} == {"DESK-01", "LICENSE-01"}  # the server was flagged before
    assert Change.objects.count() == 2
