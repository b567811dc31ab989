"""Can an administrator set up products, offers, marketplaces and tax, within one tenant?"""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalog.models import Listing, Product, TaxClass
from companies.models import Change, Marketplace
from tests.admin.conftest import AdminPage, errors_of


def product_fields(cast, **changes):
    return {
        "tenant": str(cast.acme.pk),
        "vendor": str(cast.globex.pk),
        "sku": "NEW-01",
        "name--en": "Rack cleaning",
        "name--de": " Rackreinigung ",
        "tax_class": str(cast.product("DESK-01").tax_class_id),
        "needs_review": "yes",
        "provisioning": "manual",
        "unit": "hour",
        **changes,
    }


class TestProducts:
    def test_with_texts_per_language_flag_and_offer(self, cast, staff):
        AdminPage(staff, model=Product).send(
            product_fields(
                cast,
                **{
                    "description--en": "Twice a year.",
                    "listings-TOTAL_FORMS": "1",
                    "listings-0-marketplace": str(cast.main.pk),
                    "listings-0-unit_price": "80.5",
                    "listings-0-currency": "EUR",
                    "listings-0-is_active": "on",
                },
            )
        )

        product = Product.objects.get(sku="NEW-01")
        assert product.name == {"en": "Rack cleaning", "de": "Rackreinigung"}
        assert product.description == {"en": "Twice a year."}
        assert (product.needs_review, product.tenant, product.version) == ("yes", cast.acme, 1)
        offer = product.listings.get()
        assert (offer.marketplace, offer.unit_price, offer.is_active) == (cast.main, Decimal("80.5"), True)

    def test_a_changed_flag_counts_a_version_and_keeps_the_texts(self, cast, staff):
        page = AdminPage(staff, cast.product("DESK-01"))
        page.send({"needs_review": "yes"})

        product = Product.objects.get(sku="DESK-01")
        assert (product.needs_review, product.version) == ("yes", 2)
        assert product.name == {"en": "Standing desk"}
        assert {listing.version for listing in product.listings.all()} == {1}
        change = Change.objects.get()
        assert (change.kind, change.old, change.new, change.channel) == ("product.review_set", "no", "yes", "admin")

    def test_a_text_in_a_rare_language_is_kept(self, cast, staff):
        Product.objects.filter(sku="DESK-01").update(name={"en": "Desk", "pt-br": "Mesa"})
        AdminPage(staff, cast.product("DESK-01")).send({"name--en": "Standing desk"})
        assert Product.objects.get(sku="DESK-01").name == {"en": "Standing desk", "pt-br": "Mesa"}

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"name--en": "", "name--de": " "}, "at least one language"),
            ({"name--en": "x" * 201}, "201 characters"),
            ({"sku": "DESK-01"}, "already exists"),
            ({"needs_review": "perhaps"}, "not one of the available choices"),
        ],
    )
    def test_nonsense_is_refused(self, cast, staff, changes, says):
        before = Product.objects.count()
        assert says in errors_of(AdminPage(staff, model=Product).send(product_fields(cast, **changes)))
        assert Product.objects.count() == before

    def test_nothing_of_another_tenant(self, cast, staff):
        page = AdminPage(staff, model=Product)
        before = Product.objects.count(), Listing.objects.count()
        for changes in (
            {"vendor": str(cast.hooli.pk)},
            {"tax_class": str(cast.product("OTHER-01").tax_class_id)},
            {"tenant": str(cast.other.pk)},
            {
                "listings-TOTAL_FORMS": "1",
                "listings-0-marketplace": str(cast.othermain.pk),
                "listings-0-unit_price": "1",
                "listings-0-currency": "EUR",
            },
        ):
            assert "belongs to another tenant" in errors_of(page.send(product_fields(cast, **changes)))
        assert (Product.objects.count(), Listing.objects.count()) == before

    def test_a_price_is_changed_where_it_is_listed(self, cast, staff):
        listing = cast.listing("DESK-01")
        AdminPage(staff, listing).send({"unit_price": "510"})
        changed = Listing.objects.get(pk=listing.pk)
        assert (changed.unit_price, changed.version, changed.marketplace) == (Decimal(510), 2, cast.main)

    @pytest.mark.parametrize("price", ["-1", "NaN", "1000000000", "dear"])
    def test_a_price_that_is_none_is_refused(self, cast, staff, price):
        listing = cast.listing("DESK-01")
        assert errors_of(AdminPage(staff, listing).send({"unit_price": price}))
        assert Listing.objects.get(pk=listing.pk).unit_price == Decimal(500)


class TestMarketplaces:
    FIELDS = {"name": "Winter", "site_code": "winter", "currency": "EUR", "country": "DE", "is_active": "on"}

    def test_with_shipping_and_windows(self, cast, staff):
        AdminPage(staff, model=Marketplace).send(
            {
                **self.FIELDS,
                "tenant": str(cast.acme.pk),
                "shipping_methods-TOTAL_FORMS": "1",
                "shipping_methods-0-zone": "deliveryarea",
                "shipping_methods-0-key": "sledge",
                "shipping_methods-0-name--en": "By sledge",
                "shipping_methods-0-net_price": "12",
                "shipping_methods-0-currency": "EUR",
                "shipping_methods-0-tax_class": "STANDARD",
                "delivery_windows-TOTAL_FORMS": "1",
                "delivery_windows-0-delivery_on": "2050-12-24",
                "delivery_windows-0-name": "Evening",
                "delivery_windows-0-key": "eve",
                "delivery_windows-0-slot": "eve",
            }
        )

        marketplace = Marketplace.objects.get(key="winter")
        assert marketplace.shipping_methods.get().name == {"en": "By sledge"}
        assert marketplace.delivery_windows.get().delivery_on == date(2050, 12, 24)

    def test_look_and_address_are_saved_by_the_service_and_a_refusal_comes_back_at_its_field(self, cast, staff):
        page = AdminPage(staff, cast.resello)
        picture = io.BytesIO()
        Image.new("RGB", (30, 10), "#7a1f4b").save(picture, "PNG")
        file = SimpleUploadedFile("logo.png", picture.getvalue(), "image/png")
        given = {"accent": "#7A1F4B", "path_prefix": "resello", "reason": "As their own shop."}
        assert page.send({**given, "new_logo": file}).status_code == 302

        place = Marketplace.objects.get(pk=cast.resello.pk)
        assert (place.accent, place.path_prefix, place.logo.width) == ("#7a1f4b", "resello", 30)
        shown = page.client.get(page.url).content.decode()
        assert "path prefix: none became resello" in shown
        assert f"/brand/logos/{place.logo.digest}" in shown
        for changes, error in (
            ({"accent": "#ffffff"}, "a contrast of 1.00 to 1"),
            ({"path_prefix": "cart"}, "an address of the installation itself"),
            ({"host": "shop.example.com"}, "adds it to ALLOWED_HOSTS"),
            ({"new_logo": SimpleUploadedFile("logo.svg", b"<svg/>")}, "no PNG, JPEG or WebP picture"),
        ):
            assert error in str(errors_of(page.send(changes)))
        assert Marketplace.objects.get(pk=place.pk).version == place.version
        Marketplace.objects.filter(pk=place.pk).update(host="shop.example.com")
        assert "Nobody reaches shop.example.com" in page.client.get(page.url).content.decode()

    def test_settings_follow_the_preference_until_set(self, cast, staff):
        page = AdminPage(staff, cast.resello)
        page.send({"review_default": "true", "auto_approve_on_behalf": "unknown", "reason": "As agreed."})
        resello = Marketplace.objects.get(pk=cast.resello.pk)
        assert (resello.review_default, resello.auto_approve_on_behalf, resello.version) == (True, None, 2)
        assert (resello.key, resello.owner, resello.parent) == ("resello", cast.resellobv, cast.main)
        change = Change.objects.get()
        assert (change.marketplace, change.new, change.reason) == (resello, {"review_default": True}, "As agreed.")
        assert "white" in errors_of(AdminPage(staff, resello).send({"accent": "#ffff00"})).lower()
        assert Change.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"site_code": "main"}, "There is a marketplace with this site code"),
            ({"site_code": "two words"}, "letters, digits"),
            ({"currency": "euro"}, "3 characters"),
            ({"country": "de"}, "two-letter country code"),
            ({"owner": "resellobv"}, "needs both an owner and a parent"),
            ({"owner": "resellobv", "parent": "othermain"}, "belongs to another tenant"),
        ],
    )
    def test_nonsense_is_refused(self, cast, staff, changes, says):
        rows = {name: str(getattr(cast, value).pk) for name, value in changes.items() if name in ("owner", "parent")}
        page = AdminPage(staff, model=Marketplace)
        assert says in errors_of(page.send({**self.FIELDS, "tenant": str(cast.acme.pk), **changes, **rows}))
        assert not Marketplace.objects.filter(name="Winter").exists()


def test_a_tax_rate_from_a_day_on(cast, staff):
    tax_class = cast.product("DESK-01").tax_class
    page = AdminPage(staff, tax_class)
    prefix = f"rates-{page.filled_in()['rates-INITIAL_FORMS']}"
    page.send({f"{prefix}-country": "DE", f"{prefix}-valid_from": "2050-01-01", f"{prefix}-rate": "20", "code": "X"})

    rates = TaxClass.objects.get(pk=tax_class.pk, code="STANDARD").rates.filter(country="DE").order_by("valid_from")
    assert [rate.rate for rate in rates] == [Decimal(19), Decimal(20)]
