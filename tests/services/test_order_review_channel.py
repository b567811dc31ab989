"""Does each marketplace have its own address, look and privacy, and does each order go to the auditor it belongs to?"""

import io

import pytest
from PIL import Image

from companies.models import Change, Logo, Marketplace
from companies.services import change_marketplace, in_words, set_home_marketplace
from config.kit.refused import Invalid, Late, Missing, NotYours


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
