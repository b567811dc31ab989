"""Can a vendor set up its webhooks, read what became of each call, and does nobody else get there?"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from companies.models import Change
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import calling
from notifications.webhooks.secrets import secret_of
from tests.services.hooks import LOCAL, System, register, serve
from tests.stories.scenes import accept, complete, fail, nothing_changes, ordered

pytestmark = pytest.mark.django_db

LIST = "/control-panel/webhooks/"
ENDPOINT = f"{LIST}endpoint/"


@pytest.fixture
def system(settings):
    settings.WEBHOOK_RULES = LOCAL
    it = System()
    server = serve(it)
    yield it
    server.shutdown()
    server.server_close()


def test_a_manager_sets_it_up_and_reads_the_secret_once(cast, sign_in, words, system):
    vera = sign_in("vera")
    assert "No system is called yet" in words(vera.get(LIST))
    wrong = vera.post(ENDPOINT, {"url": "ftp://globex.example", "is_active": "on"})
    assert wrong.status_code == 400
    assert "begins with https://" in words(wrong)
    assert not WebhookEndpoint.objects.exists()

    page = vera.post(ENDPOINT, {"url": system.url, "description": "Cloud", "is_active": "on"}, follow=True)
    secret = secret_of(WebhookEndpoint.objects.get())
    assert secret in words(page)
    assert "no-store" in page.headers["Cache-Control"]
    again = words(vera.get(LIST))
    assert secret not in again
    assert "Webhooks go to" in again

    renewed = vera.post(f"{LIST}secret/", follow=True)
    (shown,) = re.findall(r"whsec_\S+", words(renewed))
    assert shown == secret_of(WebhookEndpoint.objects.get()) != secret
    assert secret not in str(vera.session.items())
    assert shown not in str(vera.session.items())

    tested = vera.post(f"{LIST}test/", follow=True)
    assert "Not called yet" in words(tested)
    calling.call_due()
    assert "Called once: answered 204" in words(vera.get(tested.redirect_chain[-1][0]))

    off = vera.post(ENDPOINT, {"url": system.url, "description": "Cloud"}, follow=True)
    assert "Calls wait until it is on again" in words(off)
    assert vera.post(f"{LIST}test/", follow=True).status_code == 200
    assert WebhookDelivery.objects.count() == 1
    assert Change.objects.filter(kind__startswith="webhook.").count() == 3


def test_who_gets_where(cast, sign_in, system):
    """Auditors look, managers set up, the platform's staff look at all; nobody else learns that there is anything."""
    register(cast, system)
    ordered(cast, "bea", {"VDI-01": 1})
    call = reverse("control_panel:webhook", args=[WebhookDelivery.objects.get().pk])
    gets = (LIST, ENDPOINT, call)
    posts = (f"{LIST}secret/", f"{LIST}test/", ENDPOINT)
    table = {
        "victor": (200, 403, 200, 403),
        "sam": (403, 403, 403, 403),
        "ines": (200, 403, 404, 403),
        "roos": (403, 403, 403, 403),
        "mies": (403, 403, 403, 403),
        "bea": (403, 403, 403, 403),
        "hal": (200, 403, 404, 403),
        "admin": (200, 403, 200, 403),
    }
    with nothing_changes():
        for who, (*expected, posted) in table.items():
            browser = sign_in(who)
            assert [browser.get(path).status_code for path in gets] == expected, who
            assert {browser.post(path, {"url": system.url}).status_code for path in posts} == {posted}, who
        for path in gets:
            assert "/sign-in/" in Client().get(path, follow=True).redirect_chain[-1][0]
        for who, status in {"ines": 404, "sam": 404, "bea": 403}.items():
            refused = sign_in(who).post(f"{call}again/")
            assert refused.status_code in (status, 302), who
    assert sign_in("vera").get(f"{LIST}secret/").status_code == 405
    assert system.calls == []


def test_the_log_is_found_by_order_state_and_kind(cast, sign_in, words, system, django_assert_max_num_queries):
    register(cast, system)
    first, second = (ordered(cast, "bea", {"VDI-01": 1})[0] for _ in range(2))
    system.answer(500)
    calling.call_due()
    victor = sign_in("victor")
    with django_assert_max_num_queries(8):
        everything = words(victor.get(LIST))
    assert f"{first.number}: An order is yours to deliver" in everything
    assert "2 calls" in everything
    assert "Called once: answered 500; next" in everything
    for query, count in (
        (f"?about={first.number.lower()}", "1 call"),
        ("?state=waiting", "2 calls"),
        ("?state=sent", "0 calls"),
        ("?topic=order.cancelled", "0 calls"),
        ("?about=CS9", "0 calls"),
        ("?state=nonsense", "2 calls"),
    ):
        assert count in words(victor.get(f"{LIST}{query}")), query
    assert second.number not in words(victor.get(f"{LIST}?about={first.number}"))

    call = WebhookDelivery.objects.get(about_key=first.number)
    page = victor.post(reverse("control_panel:webhook_again", args=[call.pk]), follow=True)
    read = words(page)
    assert "It is sent again" in read
    assert call.call_id in read
    assert "Answered 500" in read
    calling.call_due()
    assert system.ids().count(call.call_id) == 2


def test_the_order_says_what_its_vendors_system_was_told(cast, sign_in, words, page, system):
    """To the seller: how often, what it answered, when next; and how an order without any system is delivered."""
    (order,) = ordered(cast, "bea", {"VDI-01": 1, "DESK-01": 1})
    victor = sign_in("victor")
    assert "Globex Systems has none that is called: its people deliver this by hand" in words(victor.get(page(order)))

    register(cast, system)
    system.answer(500)
    calling.call_due()
    read = words(victor.get(page(order)))
    assert "Told once: answered 500; next" in read
    assert "has none that is called" not in read

    fail(cast, "victor", order, instructions="The region is full.")
    read = words(victor.get(page(order)))
    assert "Nobody needs it any more" in read
    assert calling.call_due() == 0
    (by_hand,) = ordered(cast, "bea", {"DESK-01": 1})
    assert "The vendor's system" not in words(victor.get(page(by_hand)))


def test_a_reseller_reads_how_it_stands_without_getting_to_the_vendors_log(cast, sign_in, words, page, system):
    register(cast, system)
    cast.product("SERVER-01").__class__.objects.filter(sku="SERVER-01").update(provisioning="webhook")
    (order,) = ordered(cast, "tess", {"SERVER-01": 1}, marketplace="resello")
    roos = sign_in("roos")
    assert "The vendor's system" not in words(roos.get(page(order)))
    accept(cast, "roos", order)
    calling.call_due()
    response = roos.get(page(order))
    assert "Told once: answered 204" in words(response)
    assert LIST not in response.content.decode()
    assert LIST in sign_in("victor").get(page(order)).content.decode()
    body = WebhookDelivery.objects.get().body
    assert not re.search(r"gross|net|price|tax|EUR|1100|1,100", body), "the reseller's prices are not the vendor's"


def test_links_and_instructions_are_shown_as_text(cast, sign_in, words):
    """Whatever a vendor's people or system wrote is text on the customer's page, and links lead to http alone."""
    (order,) = ordered(cast, "bea", {"VDI-01": 1})
    instructions = "<script>alert(1)</script> & sign in\nhere"
    links = [{"label": "<b>Portal</b>", "url": 'https://desk.globex.example/?a="><script>x</script>'}]
    complete(cast, "victor", order, instructions=instructions, links=links)
    for who, path in (
        ("bea", f"/dashboard/orders/{order.number}/"),
        ("victor", f"/control-panel/orders/{order.number}/"),
    ):
        html = sign_in(who).get(path).content.decode()
        assert "<script>alert(1)" not in html
        assert "<script>x" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; sign in<br>here" in html
        assert "&lt;b&gt;Portal&lt;/b&gt;" in html
        assert 'rel="noopener noreferrer"' in html
