"""What does somebody read about the company, and change about themselves?"""

import pytest
from django.urls import reverse

from companies.models import Member
from tests.factories import MemberFactory

COMPANY, PROFILE = reverse("dashboard:company"), reverse("dashboard:profile")
MINE = {"first_name": "Rita", "last_name": "Okafor", "language": "de", "time_zone": "Asia/Tokyo"}


def test_the_company_page_says_who_may_what(cast, sign_in, words):
    text = words(sign_in("rita").get(COMPANY))
    assert "Orders above 5,000.00 EUR gross need approval." in text
    assert "Ana Diaz ana@northwind.example Admin orders freely, approves any amount" in text
    assert "Bea Lindt bea@northwind.example Buyer orders within the limit, approves requests within it" in text
    assert "Rita Okafor rita@northwind.example Requester asks for approval of every order" in text
    assert "Carl Novak carl@northwind.example Contact looks around" in text
    assert "Dora Past" not in text
    assert "Alice Moreau" not in text
    assert "Hafenstrasse 12" in text


def test_beside_an_approval_group_the_roles_approve_nothing(cast, sign_in, words):
    text = words(sign_in("ravi").get(COMPANY))
    assert "Approval group Grace Hall, Hugo Stern They alone approve" in text
    assert "Alice Moreau alice@contoso.example Admin orders freely" in text
    assert "Hugo Stern hugo@contoso.example Requester approval group asks for approval of every order, approves" in text
    assert "approves any amount" not in text


def test_a_group_without_an_active_member_is_a_warning(cast, sign_in, words):
    Member.objects.filter(company=cast.contoso, in_approval_group=True).update(is_active=False)
    assert "Nobody in the approval group is active." in words(sign_in("alice").get(COMPANY))
    assert "Nobody in the approval group is active." not in words(sign_in("ana").get(COMPANY))


def test_a_company_without_a_limit_says_so(cast, sign_in, words):
    cast.northwind.purchase_limit = None
    cast.northwind.save()
    assert "No purchase limit is set." in words(sign_in("ana").get(COMPANY))


def test_a_private_customer_reads_that_nobody_has_to_approve(cast, sign_in, words):
    assert "You order for yourself" in words(sign_in("paula").get(COMPANY))


@pytest.mark.parametrize("count", [3, 70])
def test_the_number_of_queries_does_not_grow(cast, sign_in, count, django_assert_max_num_queries):
    MemberFactory.create_batch(count, company=cast.northwind)
    client = sign_in("ana")
    with django_assert_max_num_queries(8):
        assert client.get(COMPANY).status_code == 200


def test_names_language_and_time_zone_are_changed(cast, sign_in, words):
    client = sign_in("rita")
    text = words(client.post(PROFILE, MINE | {"first_name": "Margherita"}, follow=True))
    assert "Your profile is saved." in text
    assert "Margherita Okafor" in text
    cast.rita.refresh_from_db()
    assert (cast.rita.first_name, cast.rita.language, cast.rita.time_zone) == ("Margherita", "de", "Asia/Tokyo")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"first_name": " "}, "First name: Enter your first name."),
        ({"language": "tlh"}, "Language of product texts: Choose one of the languages of the list."),
        ({"time_zone": "Moon/Crater"}, "Time zone: Choose one of the time zones of the list."),
        ({"last_name": "x" * 101}, "Last name: Ensure this value has at most 100 characters"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_changed(cast, sign_in, words, wrong, said):
    answer = sign_in("rita").post(PROFILE, MINE | wrong)
    assert answer.status_code == 400
    assert said in words(answer)
    cast.rita.refresh_from_db()
    assert cast.rita.time_zone == "Europe/Berlin"


def test_nobody_makes_themselves_more_than_they_are(cast, sign_in):
    sign_in("rita").post(PROFILE, MINE | {"is_staff": "on", "email": "x@y.example", "is_superuser": "1"})
    cast.rita.refresh_from_db()
    assert (cast.rita.is_staff, cast.rita.email) == (False, "rita@northwind.example")


def test_who_sells_has_a_profile_too(cast, sign_in, words):
    page = reverse("control_panel:profile")
    assert sign_in("victor").get(PROFILE).status_code == 403
    text = words(sign_in("victor").post(page, MINE | {"first_name": "Viktor"}, follow=True))
    assert "Your profile is saved." in text
    assert "Control panel" in text
    cast.victor.refresh_from_db()
    assert (cast.victor.first_name, cast.victor.time_zone) == ("Viktor", "Asia/Tokyo")
    assert sign_in("admin").get(page).status_code == 200
