"""Does a quote on paper say what was offered, whatever is written in it, and always in the same bytes?"""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from pypdf import PdfReader

from orders.quote_lifecycle import QuoteStatus
from orders.quote_pdf import document_pdf, plain, quote_pdf_name
from orders.quote_words import WORDS
from tests.documents import make_document, make_line


def pages(document, language="en") -> list[str]:
    """What a reader sees, page by page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(document_pdf(document, language))).pages]


def read(document, language="en") -> str:
    return "\n".join(pages(document, language))


class TestWhatItSays:
    def test_names_who_offers_what_to_whom_until_when(self):
        text = read(make_document())

        for said in (
            "Acme Markets",
            "Globex Systems",
            "Industriestraße 5",
            "70565 Stuttgart, DE",
            "sales@globex.example",
            "Quote Q1007",
            "Northwind GmbH",
            "Rita Okafor",
            "Hafenstraße 12",
            "Lager Süd",
            "20 Nov 2026",
            "30 Nov 2026, 17:00 CET",
            "PO 4711",
            "Sam Reed",
            "Delivered within two weeks.",
            "Page 1 of 1",
        ):
            assert said in text

    def test_shows_the_offered_price_beside_the_list_price(self):
        line = next(part for part in read(make_document()).split("Net EUR")[1].split("At list prices")[:1])

        for said in ("Standing desk", "DESK-01", "9", "piece", "500.00", "400.00", "20.00 %", "19 %", "3,600.00"):
            assert said in line

    def test_adds_up_to_what_is_to_be_paid(self):
        sums = read(make_document()).split("At list prices, net")[1]

        for said in (
            "4,500.00 EUR",
            "−900.00 EUR",
            "3,600.00 EUR",
            "10.00 EUR",
            "3,610.00 EUR",
            "685.90 EUR",
            "4,295.90 EUR",
        ):
            assert said in sums

    def test_says_nothing_of_discount_or_shipping_where_there_is_none(self):
        line = make_line(price="500", discount="0", net="4500", tax="855", gross="5355")
        sums = {"net": "4500", "tax": "855", "gross": "5355"}
        text = read(make_document(lines=[line], sums=sums, totals=sums, has_shipping=False))

        assert "At list prices" not in text
        assert "Shipping" not in text
        assert "%" in text.split("Net EUR")[1]  # the tax
        assert "0.00 %" not in text

    def test_calls_more_than_the_list_price_a_surcharge(self):
        line = make_line(price="600", discount="-20", net="5400")
        text = read(make_document(lines=[line], discount="-20", sums={"net": "5400", "tax": "1026", "gross": "6426"}))

        assert "Surcharge (20.00 %)" in text
        assert "900.00 EUR" in text
        assert "−900.00 EUR" not in text

    def test_rounds_a_unit_price_that_only_follows_from_a_total_and_says_so(self):
        text = read(make_document(lines=[make_line(price="166.666667", is_total=True, quantity="6", net="1000")]))

        assert "≈ 166.67" in text
        assert "priced as a total" in text
        assert "166.666667" not in text

    def test_says_how_long_a_subscription_is_paid_for(self):
        document = make_document(lines=[make_line(period="year", unit="seat")])

        assert "for one year, then renewed by itself" in read(document)
        assert "Platz" in read(document, "de")
        assert "renewed" not in read(make_document())

    def test_keeps_every_decimal_of_an_agreed_unit_price(self):
        assert "0.0125" in read(make_document(lines=[make_line(price="0.0125")]))

    def test_says_which_unit_prices_include_tax(self):
        assert "incl. tax" not in read(make_document())
        assert "incl. tax" in read(make_document(lines=[make_line(list_includes_tax=True, includes_tax=True)]))

    @pytest.mark.parametrize("status", [status for status in QuoteStatus if status != QuoteStatus.OPEN])
    @pytest.mark.parametrize("language", WORDS)
    def test_says_when_it_is_no_offer_to_accept(self, status, language):
        document = make_document(status=status, order="CS1042" if status == QuoteStatus.ACCEPTED else "")
        sentence = WORDS[language].standing[status].split("{")[0]

        assert sentence in " ".join(read(document, language).split())

    def test_says_nothing_of_an_open_offers_status(self):
        text = " ".join(read(make_document()).split())

        assert not any(sentence.split("{")[0] in text for sentence in WORDS["en"].standing.values())

    def test_is_for_a_person_where_there_is_no_company(self):
        text = read(make_document(company="", billing={}, delivery={}, valid_to="", comment=""))

        assert "Northwind" not in text
        assert "Rita Okafor" in text
        assert "until further notice" in text
        assert "Billing address" not in text
        assert "Comment" not in text

    def test_gives_one_address_once(self):
        address = make_document()["delivery"]
        text = read(make_document(billing=address, delivery=address))

        assert "Billing and delivery address" in text
        assert text.count("Lager Süd") == 1

    def test_names_a_marketplace_that_offers_itself_once(self):
        text = read(make_document(seller={"name": "Acme Markets", "email": "", "address": {}}))

        assert text.count("Acme Markets") == 1

    @pytest.mark.parametrize("status", [QuoteStatus.CREATING, QuoteStatus.AWAITING])
    def test_says_nothing_of_how_long_it_holds_before_it_is_offered(self, status):
        assert "Valid until" not in read(make_document(status=status, valid_to=""))

    def test_leaves_out_decimals_that_the_currency_has_not(self):
        text = read(make_document(currency="JPY"))

        assert "4,296 JPY" not in text  # never rounds a sum
        assert "3,610 JPY" in text


class TestLanguages:
    def test_speaks_german(self):
        text = read(make_document(), "de")

        for said in ("Angebot Q1007", "Höhenverstellbarer Tisch", "Stück", "3.600,00", "20,00 %", "4.295,90 EUR"):
            assert said in text
        for said in ("20.11.2026", "30.11.2026, 17:00 CET", "Gültig bis", "Gesamtbetrag inkl. Steuer", "Seite 1 von 1"):
            assert said in text

    @pytest.mark.parametrize(("language", "name"), [("de", "Angebot-Q1007.pdf"), ("de-AT", "Angebot-Q1007.pdf")])
    def test_names_the_file_in_its_language(self, language, name):
        assert quote_pdf_name("Q1007", language) == name

    @pytest.mark.parametrize("language", ["en", "en-GB", "fr", ""])
    def test_speaks_english_where_it_has_no_words(self, language):
        assert quote_pdf_name("Q1007", language) == "Quote-Q1007.pdf"
        assert document_pdf(make_document(), language) == document_pdf(make_document(), "en")

    def test_takes_utc_for_a_zone_that_is_gone(self):
        assert "30 Nov 2026, 16:00 UTC" in read(make_document(time_zone="Europe/Atlantis"))


class TestPages:
    def test_long_tables_go_on_under_a_head_of_their_own(self):
        found = pages(make_document(lines=[make_line(sku=f"SKU-{n:03}") for n in range(60)]))

        assert len(found) > 2
        assert all("Offered price" in page for page in found)
        assert all(f"Page {n} of {len(found)}" in page for n, page in enumerate(found, start=1))
        text = "\n".join(found)
        assert [text.count(f"SKU-{n:03}") for n in range(60)] == [1] * 60

    def test_a_quote_without_lines_has_a_page(self):
        zero = {"net": "0", "tax": "0", "gross": "0"}

        assert len(pages(make_document(lines=[], list_net="0", discount="0", sums=zero, totals=zero))) == 1


class TestWhateverIsWrittenInIt:
    @pytest.mark.parametrize(
        "name", ["Größe Übermaß", "Жуков и сыновья", "Ђорђе", "Łukasz Żółć", "Ελληνικά", "Ștefan țară"]
    )
    def test_letters_of_europe(self, name):
        text = read(make_document(company=name, customer=name, lines=[make_line(names={"en": name})]))

        assert text.count(name) == 3

    @pytest.mark.parametrize("text", ["中文", "עברית", "😀", "a\x00b", "half \ud800 pair", "\uffff", "\u202eevil"])
    def test_letters_that_no_font_of_ours_has_break_nothing(self, text):
        document = make_document(company=text, comment=text, reference=text, lines=[make_line(names={"en": text})])

        assert "4,295.90 EUR" in read(document)

    def test_markup_is_text(self):
        mean = '<b>&amp;</b> <img src="file:///etc/passwd"/> <font color="red">&'
        text = read(make_document(company=mean, comment=mean, reference=mean, lines=[make_line(names={"en": mean})]))

        assert "".join(text.split()).count("".join(mean.split())) == 4

    @pytest.mark.parametrize("size", [50, 300])
    def test_words_longer_than_their_column_are_broken(self, size):
        word = "Ж" * size
        address = dict.fromkeys(("companyName", "contactName", "street", "streetAppendix", "city"), word[:200])
        document = make_document(
            lines=[make_line(names={"en": word}, sku=word[:64], unit=word[:20])],
            **dict.fromkeys(("company", "customer", "reference", "employee", "marketplace"), word[:200]),
            seller={"name": word[:200], "email": "", "address": address},
            billing=address,
            delivery=address,
            comment=word * 10,
        )
        found = "".join("".join(page.split()) for page in pages(document))

        assert found.count("Ж") > size * 10

    def test_the_largest_amounts_stay_on_the_page(self):
        most = "99999999999.9999"
        amounts = {"net": most, "tax": most, "gross": most}
        document = make_document(
            lines=[
                make_line(quantity="9999999.9999", list_price="999999999.999999", price="999999999.999999", **amounts)
            ],
            list_net=most,
            sums=amounts,
            totals=amounts,
        )

        assert "99,999,999,999.9999 EUR" in " ".join(read(document).split())

    def test_only_what_cannot_be_seen_is_lost(self):
        assert plain("Ä\x07 <x> & y\u200b") == "Ä  &lt;x&gt; &amp; y"
        assert plain("A\u0308b") == "\u00c4b"


class TestBytes:
    def test_are_the_same_for_the_same_document(self):
        document = make_document(lines=[make_line(), make_line(names={"en": "Жук"})])

        assert document_pdf(document) == document_pdf(document)

    def test_are_the_same_whoever_else_makes_one(self):
        documents = [make_document(company=name * 20) for name in ("ä", "Ж", "x", "Ω")]
        alone = [document_pdf(document) for document in documents]

        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(document_pdf, documents * 5))

        assert together == alone * 5

    def test_tell_nothing_of_when_and_where_they_were_made(self):
        found = PdfReader(io.BytesIO(document_pdf(make_document())))

        assert found.metadata.title == "Quote Q1007"
        assert found.metadata.author == "Globex Systems"
        assert found.metadata.creation_date.year == 2000
        assert found.trailer["/Root"]["/Lang"] == "en"
