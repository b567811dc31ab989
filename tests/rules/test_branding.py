"""Which colours, addresses and pictures may a marketplace have, and can each shade of a colour be read?"""

import io

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from companies.addressing import checked_host, checked_prefix, may_be_marketplaces
from companies.logos import HEIGHT, MOST_BYTES, WIDTH, drawn_anew
from config.kit.colour import (
    DARK_GROUND,
    LEAST_CONTRAST,
    LIGHT_GROUND,
    WHITE,
    checked_accent,
    contrast,
    shades_of,
)
from config.kit.refused import Invalid

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def picture(size=(40, 20), form="PNG", **options):
    file = io.BytesIO()
    Image.new("RGB", size, "#0c6b70").save(file, form, **options)
    return file.getvalue()


def refused(check, value):
    with pytest.raises(Invalid) as refusal:
        check(value)
    return refusal.value


@pytest.mark.parametrize(
    ("one", "other", "found"), [("#000000", WHITE, 21.0), ("#767676", WHITE, 4.54), ("#777777", WHITE, 4.48)]
)
def test_contrast_is_that_of_wcag(one, other, found):
    assert round(contrast(one, other), 2) == round(contrast(other, one), 2) == found


def test_a_colour_on_which_white_cannot_be_read_is_refused_with_the_figure():
    assert checked_accent(" #0C6B70 ") == "#0c6b70"
    assert "1.07 to 1" in refused(checked_accent, "#ffff00").text
    for wrong in ("", "teal", "#123", "#0c6b7g", "#0c6b70;}", "0c6b70"):
        assert refused(checked_accent, wrong).field == "accent"


@given(COLOURS)
def test_each_shade_of_an_accepted_colour_is_readable_where_it_stands(colour):
    assume(contrast(colour, WHITE) >= LEAST_CONTRAST)
    shades = shades_of(colour)
    for text, grounds in (
        (shades.accent, (WHITE, LIGHT_GROUND, shades.soft)),
        (shades.text, (shades.accent, shades.strong)),
        (shades.dark_accent, (DARK_GROUND, shades.dark_soft)),
        (shades.dark_text, (shades.dark_accent, shades.dark_strong)),
    ):
        assert min(contrast(text, ground) for ground in grounds) >= LEAST_CONTRAST, (shades, text)


def test_a_host_is_normalised_and_must_be_one_the_installation_answers_for(settings):
    settings.ALLOWED_HOSTS = [".shops.example", "münchen.example", "xn--mnchen-3ya.example"]
    settings.SITE_URL = "https://main.shops.example"
    assert checked_host(" Resello.Shops.Example. ") == "resello.shops.example"
    assert checked_host("MÜNCHEN.example") == "xn--mnchen-3ya.example"
    assert checked_host("") == ""
    assert "ALLOWED_HOSTS" in refused(checked_host, "shop.elsewhere.example").text
    assert "installation itself" in refused(checked_host, "main.shops.example").text
    for wrong in (
        "https://a.shops.example",
        "a.shops.example:8000",
        "localhost",
        "127.0.0.1",
        "-a.shops.example",
        "a b",
    ):
        assert refused(checked_host, wrong).field == "host"
    assert not any(may_be_marketplaces(host) for host in ("main.shops.example", "testserver", "10.0.0.1", "[::1]"))
    assert may_be_marketplaces("resello.shops.example")


def test_a_path_prefix_is_a_slug_that_no_address_of_ours_begins_with():
    assert checked_prefix(" /Resello-NL/ ") == "resello-nl"
    for wrong in ("a/b", "1shop", "shop_1", "a--b", "-a", "a" * 41, "é", "a.b", "%2e"):
        assert refused(checked_prefix, wrong).field == "path_prefix"
    for ours in ("admin", "cart", "customer-management", "order-v2", "static", "dashboard", "Switch", "api"):
        assert "installation itself" in refused(checked_prefix, ours).text


def test_a_logo_is_drawn_anew_small_and_without_what_else_was_in_the_file():
    exif = Image.Exif()
    exif[0x9286] = "secret place"
    for form, type_ in (("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/png")):
        kept = drawn_anew(picture((2000, 900), form, exif=exif))
        assert (kept.type, kept.height <= HEIGHT, kept.width <= WIDTH) == (type_, True, True)
        assert b"secret place" not in kept.content
        assert kept.digest == drawn_anew(picture((2000, 900), form, exif=exif)).digest


def test_a_file_that_is_no_picture_is_no_logo():
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for content in (b"", svg, b"GIF89a" + bytes(40), picture()[:60], picture(form="GIF"), picture(form="BMP")):
        assert refused(drawn_anew, content).field == "logo"
    assert "200 kB" in refused(drawn_anew, bytes(MOST_BYTES + 1)).text
    assert "too large" in refused(drawn_anew, picture((7000, 1))).text
