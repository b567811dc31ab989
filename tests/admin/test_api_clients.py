"""Can an administrator make an API client and read its secret once?"""

import re

from django.urls import reverse

from companies.models import ApiClient, Change
from companies.models.token import digest_of
from companies.scopes import CLIENT_SCOPES

ADD = "admin:companies_apiclient_add"
EDIT = "admin:companies_apiclient_change"


def secret_in(response):
    return re.search(r"is <code>([\w-]+)</code>", response.content.decode()).group(1)


def make(staff, cast, **more):
    sent = {
        "tenant": cast.acme.pk,
        "name": "ERP connector",
        "client_id": "erp",
        "scopes": ["order.order_read"],
        "is_active": "on",
    }
    return staff.post(reverse(ADD), {**sent, **more}, follow=True)


def test_the_secret_is_shown_once(cast, staff):
    response = make(staff, cast)
    client = ApiClient.objects.get()
    secret = secret_in(response)
    assert client.client_secret == digest_of(secret)
    assert (client.client_id, client.scopes, client.tenant) == ("erp", ["order.order_read"], cast.acme)
    page = staff.get(reverse(EDIT, args=[client.pk])).content.decode()
    assert secret not in page
    assert client.client_secret not in page
    assert Change.objects.get().kind == "api_client.added"


def test_every_scope_can_be_chosen_and_no_other(cast, staff):
    page = staff.get(reverse(ADD)).content.decode()
    assert all(f'value="{scope}"' in page for scope in CLIENT_SCOPES)
    make(staff, cast, scopes=["approval.approval_read"])
    assert not ApiClient.objects.exists()


def test_a_vendors_system_is_bound_to_it_for_good(cast, staff):
    """Only vendors can be chosen, only the scopes of orders given; what it is of never changes."""
    page = staff.get(reverse(ADD)).content.decode()
    assert "Globex Systems" in page
    assert "Northwind GmbH" not in page
    refused = make(staff, cast, company=cast.globex.pk, scopes=["cart.cart_manage"])
    assert "A vendor&#x27;s system cannot have cart.cart_manage." in refused.content.decode()
    assert not ApiClient.objects.exists()
    make(staff, cast, company=cast.globex.pk)
    client = ApiClient.objects.get()
    assert client.company == cast.globex
    sent = {"name": "ERP", "scopes": ["order.order_read"], "is_active": "on", "company": cast.initech.pk}
    staff.post(reverse(EDIT, args=[client.pk]), sent, follow=True)
    client.refresh_from_db()
    assert (client.name, client.company) == ("ERP", cast.globex)


def test_changing_and_a_new_secret(cast, staff):
    first = secret_in(make(staff, cast))
    client = ApiClient.objects.get()
    address = reverse(EDIT, args=[client.pk])
    sent = {"name": "ERP", "scopes": ["order.order_read", "order.order_update"], "is_active": "on"}
    staff.post(address, sent, follow=True)
    client.refresh_from_db()
    assert (client.name, client.scopes) == ("ERP", ["order.order_read", "order.order_update"])
    assert client.client_secret == digest_of(first)
    second = secret_in(staff.post(address, {**sent, "new_secret": "on"}, follow=True))
    client.refresh_from_db()
    assert client.client_secret == digest_of(second) != digest_of(first)


def test_an_id_that_is_taken_is_an_error_of_its_field(cast, staff):
    make(staff, cast)
    response = make(staff, cast)
    assert ApiClient.objects.count() == 1
    assert "already exists" in response.content.decode()


def test_the_librarys_own_pages_are_gone(cast, staff):
    page = staff.get(reverse("admin:index")).content.decode()
    assert "oauth2_provider" not in page
    assert "API client" in page
