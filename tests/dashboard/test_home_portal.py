"""Whom does the reader act for, on which marketplace, and in whose time?"""

from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from companies.models import Member
from companies.portal import KEPT, kept_input, page_of, refusals
from companies.roles import Role
from config.kit.refused import Invalid, Late, Missing, NotYours
from tests.factories import ApprovalFactory, MemberFactory

HOME, SWITCH = reverse("dashboard:home"), reverse("switch")


def test_somebody_of_two_companies_chooses_the_one_to_work_for(cast, sign_in, words):
    MemberFactory(company=cast.contoso, user=cast.rita, role=Role.BUYER.value)
    client = sign_in("rita")
    assert "Buyer, Contoso Ltd" in words(client.get(HOME))
    answer = client.post(SWITCH, {"company": cast.northwind.pk}, follow=True)
    assert "You now work for Northwind GmbH." in words(answer)
    assert "Requester, Northwind GmbH" in words(answer)


def test_a_membership_that_ended_is_not_chosen_any_more(cast, sign_in, words):
    other = MemberFactory(company=cast.contoso, user=cast.rita, role=Role.BUYER.value)
    client = sign_in("rita")
    client.post(SWITCH, {"company": cast.contoso.pk})
    Member.objects.filter(pk=other.pk).update(is_active=False)
    assert "Requester, Northwind GmbH" in words(client.get(HOME))


@pytest.mark.parametrize("wanted", ["0", "x", "\x00", "99999999999999999999"])
def test_nobody_switches_to_a_company_that_is_not_theirs(cast, sign_in, wanted):
    client = sign_in("rita")
    assert client.post(SWITCH, {"company": wanted}).status_code == 404
    assert client.post(SWITCH, {"company": cast.contoso.pk}).status_code == 404


def test_the_shop_is_on_the_marketplace_one_chose(cast, sign_in, words):
    client = sign_in("rita")
    assert client.post(SWITCH, {"marketplace": "resello"}).headers["Location"] == reverse("dashboard:shop")
    text = words(client.get(reverse("dashboard:shop")))
    assert "Standing desk" in text
    assert "Office chair" not in text
    assert client.post(SWITCH, {"marketplace": "othermain"}).status_code == 404
    assert client.post(SWITCH, {}).status_code == 404


def test_only_staff_looks_at_another_tenant(cast, sign_in):
    assert sign_in("rita").post(SWITCH, {"tenant": "other"}).status_code == 404
    staff = sign_in("admin")
    assert staff.post(SWITCH, {"tenant": "other"}).headers["Location"] == reverse("control_panel:home")
    assert staff.post(SWITCH, {"tenant": "nobody"}).status_code == 404


def test_who_sells_reads_why_the_dashboard_is_not_theirs(cast, sign_in, words):
    answer = sign_in("victor").get(HOME)
    assert answer.status_code == 403
    assert "You belong to no company that orders here." in words(answer)


def test_who_left_every_company_is_no_private_customer(cast, sign_in, words):
    client = sign_in("dora")
    answer = client.post(
        reverse("dashboard:cart_lines"), {"listing": cast.listing("DESK-01").key, "quantity": "1"}, follow=True
    )
    assert answer.status_code == 403
    assert "Choose the company you are ordering for." in words(answer)


def test_times_are_those_of_the_reader(cast, sign_in, words):
    at = datetime(2031, 1, 5, 12, 0, tzinfo=UTC)
    ApprovalFactory(tenant=cast.acme, company=cast.northwind, requester=cast.rita, approver=cast.ana, expires_at=at)
    assert "Sun 5 Jan 2031 13:00 CET" in words(sign_in("ana").get(HOME))
    cast.ana.time_zone = "Not/AZone"
    cast.ana.save()
    assert "12:00 UTC" in words(sign_in("ana").get(HOME))


def test_products_are_named_in_the_language_of_the_reader(cast, sign_in, words):
    cast.product("DESK-01").name = {"en": "Standing desk", "de": "Stehpult"}
    cast.product("DESK-01").save()
    cast.rita.language = "de"
    cast.rita.save()
    assert "Stehpult" in words(sign_in("rita").get(reverse("dashboard:shop")))
    assert "Standing desk" in words(sign_in("bea").get(reverse("dashboard:shop")))


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Missing("Gone."), 404),
        (NotYours("Ana decides."), 403),
        (Late("Tom was faster.", details=["It is ordered."]), 409),
    ],
)
def test_a_refusal_is_a_page_with_its_sentence(cast, rf_of, refusal, status, words):
    def view(request):
        raise refusal

    answer = refusals(view)(rf_of("ana"))
    assert answer.status_code == status
    if status != 404:  # an outsider learns no more than that there is nothing
        assert refusal.text in words(answer)
    assert all(detail in words(answer) for detail in refusal.details)


@pytest.mark.parametrize("refusal", [Late("Tom was faster."), Invalid("Write why.", field="comment")])
def test_with_a_way_back_a_refusal_is_a_message_and_the_input_is_kept(cast, rf_of, refusal):
    @refusals(back=lambda request, key: f"/somewhere/{key}/")
    def view(request, key):
        raise refusal

    request = rf_of("ana", {"comment": "No budget", "csrfmiddlewaretoken": "x"})
    assert view(request, key="k").headers["Location"] == "/somewhere/k/"
    assert [str(message) for message in get_messages(request)] == [refusal.text]
    kept = request.session[KEPT]
    assert kept["values"] == {"comment": "No budget"}
    assert (kept["field"], kept["text"]) == (refusal.field, refusal.text)
    request.path = "/somewhere/k/"
    assert kept_input(request)["values"] == {"comment": "No budget"}
    assert kept_input(request) == {}


@pytest.mark.parametrize("number", ["x", "0", "-1", "2", "99999999999999999999", "1.5", "\x00"])
def test_a_page_that_is_not_there_is_not_found(cast, sign_in, number):
    for name in ("shop", "orders", "company", "approvals"):
        assert sign_in("ana").get(reverse(f"dashboard:{name}"), {"page": number}).status_code == 404


def test_an_empty_list_has_a_first_page():
    assert list(page_of(RequestFactory().get("/"), [])) == []


@pytest.fixture
def rf_of(cast, settings):
    """A POST of somebody that went through the middleware, without a view."""
    caught = []

    def catch(request):
        caught.append(request)
        return HttpResponse()

    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.contrib.messages.middleware import MessageMiddleware
    from django.contrib.sessions.middleware import SessionMiddleware

    from companies.portal import PortalMiddleware

    def posted(name, values=None):
        chain = PortalMiddleware(catch)
        for middleware in (MessageMiddleware, AuthenticationMiddleware, SessionMiddleware):
            chain = middleware(chain)
        request = RequestFactory().post("/somewhere/", values or {})
        chain(request)
        request.user = cast.user(name)
        return caught[-1]

    return posted
