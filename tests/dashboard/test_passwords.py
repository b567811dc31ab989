"""Somebody forgot a password: what do they get, what do strangers learn, and how often is it sent?"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from notifications.delivery import deliver_due
from notifications.models import Notice
from notifications.passwords import ask_new_password
from tests.factories import PASSWORD

ASK, SENT = reverse("password_forgotten"), reverse("password_sent")
NEW = "a quite new passphrase"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def link():
    deliver_due()
    return re.search(r"http\S+(/password/\S+)", mail.outbox[-1].body).group(1)


def choose(client, first=NEW, second=NEW):
    form = client.get(link(), follow=True).redirect_chain[-1][0]
    return form, client.post(form, {"new_password1": first, "new_password2": second})


def test_a_link_comes_by_mail_and_chooses_once(cast, client, sign_in, words):
    elsewhere = sign_in("rita")
    assert client.post(ASK, {"email": "RITA@northwind.example"}).headers["Location"] == SENT
    notice = Notice.objects.get(topic="account.password_reset")
    form, wrong = choose(client, NEW, "another")
    assert wrong.status_code == 400
    assert "The two passwords differ." in words(wrong)
    assert client.post(form, {"new_password1": NEW, "new_password2": NEW}).headers["Location"] == reverse("sign_in")
    assert [mail.outbox[-1].to, notice.url] == [["rita@northwind.example"], ""]
    assert elsewhere.get(reverse("dashboard:home")).status_code == 302, "the old session is over"
    for password, status in ((PASSWORD, 200), (NEW, 302)):
        signing = {"username": "rita@northwind.example", "password": password}
        assert client.post(reverse("sign_in"), signing).status_code == status
    used = re.search(r"http\S+(/password/\S+)", mail.outbox[-1].body).group(1)
    assert "This link does not work any more" in words(client.get(used))


@pytest.mark.parametrize("email", ["nobody@northwind.example", "rita@northwind.example"])
def test_nobody_learns_who_has_an_account(cast, client, email):
    cast.rita.is_active = False
    cast.rita.save()
    assert client.post(ASK, {"email": email}).headers["Location"] == SENT
    assert not Notice.objects.filter(topic="account.password_reset").exists()


def test_a_mail_each_ten_minutes_and_five_a_day(cast):
    def sent(after):
        ask_new_password(email=cast.rita.email, place=None, now=NOW + after)
        return Notice.objects.filter(topic="account.password_reset").count()

    minutes = (0, 5, 10, 20, 30, 40, 50, 24 * 60 + 1)
    assert [sent(timedelta(minutes=each)) for each in minutes] == [1, 1, 2, 3, 4, 5, 5, 6]
