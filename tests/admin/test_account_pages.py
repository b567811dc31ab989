"""Can an administrator make accounts and set passwords, without anybody taking over those of staff?"""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from companies.models import Customer, User
from tests.admin.conftest import AdminPage, errors_of

WORD = "a-long-pass-phrase"


@pytest.fixture
def clerk(cast, client):
    """Sten, who may change accounts, but is no superuser."""
    cast.sten.user_permissions.set(Permission.objects.filter(content_type__app_label="companies"))
    client.force_login(cast.sten)
    return client


def password_page(user):
    return reverse("admin:auth_user_password_change", args=(user.pk,))


def test_a_new_account_can_sign_in(cast, staff, client):
    sent = AdminPage(staff, model=User).send(
        {"email": "Nina@Northwind.example", "first_name": "Nina", "password1": WORD, "password2": WORD}
    )

    assert sent.status_code == 302
    nina = User.objects.get(email__iexact="nina@northwind.example")
    assert nina.check_password(WORD)
    assert not nina.is_staff
    assert client.login(username="nina@northwind.example", password=WORD)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "RITA@northwind.example"}, "exists already"),
        ({"email": "nobody"}, "valid email"),
        ({"password2": "something-else"}, "match"),
        ({"password1": "short", "password2": "short"}, "at least 10 characters"),
    ],
)
def test_an_account_that_could_not_be_used_is_refused(cast, staff, changes, says):
    before = User.objects.count()
    fields = {"email": "nina@northwind.example", "password1": WORD, "password2": WORD}
    assert says in errors_of(AdminPage(staff, model=User).send({**fields, **changes}))
    assert User.objects.count() == before


def test_a_password_is_set(cast, staff):
    staff.post(password_page(cast.rita), {"password1": WORD, "password2": WORD, "usable_password": "true"})
    assert User.objects.get(pk=cast.rita.pk).check_password(WORD)


def test_a_customer_number_is_added_and_switching_off_keeps_the_row(cast, staff):
    page = AdminPage(staff, cast.victor)
    page.send(
        {"customers-TOTAL_FORMS": "1", "customers-0-tenant": str(cast.acme.pk), "customers-0-number": "C-77"},
        without=("is_active",),
    )
    assert Customer.objects.get(user=cast.victor).number == "C-77"
    assert not User.objects.get(pk=cast.victor.pk).is_active


def test_a_clerk_changes_customers(cast, clerk):
    AdminPage(clerk, cast.rita).send({"first_name": "Marita"})
    assert User.objects.get(pk=cast.rita.pk).first_name == "Marita"
    clerk.post(password_page(cast.rita), {"password1": WORD, "password2": WORD, "usable_password": "true"})
    assert User.objects.get(pk=cast.rita.pk).check_password(WORD)


def test_a_clerk_makes_nobody_staff(cast, clerk):
    AdminPage(clerk, cast.rita).send({"is_staff": "on", "is_superuser": "on"})
    rita = User.objects.get(pk=cast.rita.pk)
    assert (rita.is_staff, rita.is_superuser) == (False, False)


@pytest.mark.parametrize("who", ["admin", "sten"])
def test_a_clerk_does_not_touch_staff(cast, clerk, who):
    before = User.objects.filter(pk=cast.user(who).pk).values("email", "password").get()
    page = reverse("admin:companies_user_change", args=(cast.user(who).pk,))
    assert clerk.post(page, {"email": "mine@clerk.example"}).status_code == 403
    answer = clerk.post(password_page(cast.user(who)), {"password1": WORD, "password2": WORD})
    assert answer.status_code == 403
    assert User.objects.filter(pk=cast.user(who).pk).values("email", "password").get() == before


def test_the_page_tells_in_which_companies_somebody_is(cast, staff):
    shown = staff.get(reverse("admin:companies_user_change", args=(cast.rita.pk,))).content.decode()
    assert "Northwind GmbH" in shown
    assert "Requester" in shown
