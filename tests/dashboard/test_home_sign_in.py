"""Who gets in, where does it lead, and what does somebody read who does not?"""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from tests.factories import PASSWORD

SIGN_IN = reverse("sign_in")


def typed(cast, who="rita", **more):
    return {"username": cast.user(who).email, "password": PASSWORD, **more}


def test_sign_in_leads_to_the_page_one_wanted(cast, client):
    wanted = reverse("dashboard:orders")
    answer = client.get(wanted)
    assert answer.headers["Location"] == f"{SIGN_IN}?next={wanted}"
    assert client.post(SIGN_IN, typed(cast, next=wanted)).headers["Location"] == wanted


def test_the_case_of_the_address_does_not_matter(cast, client):
    answer = client.post(SIGN_IN, typed(cast) | {"username": "RITA@Northwind.Example"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", SIGN_IN])
def test_sign_in_leads_nowhere_else(cast, client, elsewhere):
    assert client.post(SIGN_IN, typed(cast, next=elsewhere)).headers["Location"] == "/"
    assert client.get(f"{SIGN_IN}?next={elsewhere}").headers["Location"] == "/"


def test_a_wrong_password_is_said_and_the_address_kept(cast, client, words):
    answer = client.post(SIGN_IN, typed(cast) | {"password": "wrong"})
    assert "No account has this e-mail address and password." in words(answer)
    assert 'value="rita@northwind.example"' in answer.content.decode()


def test_who_left_cannot_sign_in(cast, client, words):
    cast.rita.is_active = False
    cast.rita.save()
    assert "No account has this e-mail address" in words(client.post(SIGN_IN, typed(cast)))


@override_settings(AXES_ENABLED=True)
def test_too_many_wrong_passwords_pause_the_account(cast, client, words):
    for name in ("rita@northwind.example", "RITA@northwind.example") * 5:
        answer = client.post(SIGN_IN, {"username": name, "password": "wrong"})
    assert answer.status_code == 429
    assert "There were too many wrong passwords for this account. Wait 15 minutes, then try again, or choose" in words(
        answer
    )
    assert client.post(SIGN_IN, typed(cast)).status_code == 429
    assert client.post(SIGN_IN, typed(cast, "bea")).status_code == 302


def test_what_is_sent_without_a_session_is_said_not_to_be_done(client, words):
    profile = reverse("dashboard:profile")
    answer = client.post(profile, {"first_name": "Rita"}, follow=True)
    assert "Nothing of what you sent was done: sign in, then send it again." in words(answer)
    assert "You were signed out" not in words(client.get(profile, follow=True))


def test_signing_out_needs_a_press_of_the_button(cast, sign_in):
    client = sign_in("rita")
    assert client.get(reverse("sign_out")).status_code == 405
    assert client.post(reverse("sign_out")).headers["Location"] == SIGN_IN
    assert client.get(reverse("dashboard:home")).status_code == 302


def test_a_form_of_another_site_is_refused(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.rita)
    assert client.post(reverse("dashboard:cart_save")).status_code == 403
    assert client.post(reverse("switch"), {"company": cast.northwind.pk}).status_code == 403


def test_what_was_sent_without_a_session_leads_home_after_signing_in(client):
    answer = client.post(reverse("dashboard:cart_save"))
    assert answer.headers["Location"] == f"{SIGN_IN}?next={reverse('dashboard:home')}"


def test_pages_of_the_dashboard_are_kept_by_no_cache(cast, sign_in):
    assert "no-store" in sign_in("rita").get(reverse("dashboard:home"))["Cache-Control"]
