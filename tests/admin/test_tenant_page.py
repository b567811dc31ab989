"""Can an administrator set the system preferences by name, and does the history tell it?"""

import pytest

from companies.models import Change, Preference, Tenant
from companies.preferences import values_of
from companies.services import in_words, set_preference
from tests.admin.conftest import AdminPage, errors_of

DEFAULTS = {
    "approval.enableQuoteApprovalProcess": True,
    "approval.default_expiryDays": 10,
    "approval.reminderDays": 3,
    "order.autoApproveOnBehalf": True,
    "order.reviewDefault": False,
    "order.reviewReminderDays": 2,
    "cartItemValidationSkipCurrency": False,
    "cartItemValidationSkipEffectiveAmount": False,
    "cartItemValidationSkipOriginalAmount": False,
}


@pytest.fixture
def acme(cast, staff):
    return AdminPage(staff, cast.acme)


def test_preferences_are_shown_by_name_with_what_they_do(acme):
    shown = acme.client.get(acme.url).content.decode()
    for text in (
        "Enable quote approval process",
        "lets every Requester order a quote of any amount alone",
        "Approval expiry days",
        "Auto-approve on-behalf orders",
        "Review default",
    ):
        assert text in shown


def test_sending_the_page_as_it_is_changes_nothing(cast, acme):
    assert acme.send({}).status_code == 302
    assert not Preference.objects.exists()
    assert not Change.objects.exists()


def test_each_changed_preference_is_recorded(cast, acme):
    acme.send(
        {"approval__default_expiryDays": "30", "order__reviewDefault": "on", "reason": "New contract."},
        without=("approval__enableQuoteApprovalProcess",),
    )

    assert values_of(cast.acme.pk) == {
        **DEFAULTS,
        "approval.enableQuoteApprovalProcess": False,
        "approval.default_expiryDays": 30,
        "order.reviewDefault": True,
    }
    assert values_of(cast.other.pk) == DEFAULTS
    assert {in_words(change) for change in Change.objects.all()} == {
        "Enable quote approval process: on became off",
        "Approval expiry days: 10 became 30",
        "Review default: off became on",
    }
    assert {(c.actor_name, c.reason, c.channel) for c in Change.objects.all()} == {
        ("Adele Admin", "New contract.", "admin")
    }
    assert "Review default: off became on" in acme.client.get(acme.url).content.decode()


@pytest.mark.parametrize("days", ["0", "366", "ten", "", "1.5"])
def test_nonsense_comes_back_with_its_error(cast, acme, days):
    assert errors_of(acme.send({"approval__default_expiryDays": days, "order__reviewDefault": "on", "name": "New"}))

    assert values_of(cast.acme.pk) == DEFAULTS
    assert Tenant.objects.get(pk=cast.acme.pk).name == "Acme Markets"
    assert not Change.objects.exists()


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(cast, acme):
    seen = acme.filled_in()
    set_preference(actor=cast.actor("admin"), tenant_id=cast.acme.pk, key="order.reviewDefault", value=True)

    answer = acme.client.post(acme.url, seen, follow=True)

    assert "Nothing was saved: Adele Admin changed this" in answer.content.decode()
    assert values_of(cast.acme.pk)["order.reviewDefault"] is True


def test_a_new_tenant_starts_with_its_preferences(staff, cast):
    page = AdminPage(staff, model=Tenant)
    page.send({"name": "Third", "key": "third", "approval__default_expiryDays": "5"})

    tenant = Tenant.objects.get(key="third")
    assert values_of(tenant.pk) == {**DEFAULTS, "approval.default_expiryDays": 5}


@pytest.mark.parametrize("key", ["Third", "3rd", "ab", "a" * 17, "acme", ""])
def test_a_key_that_addresses_could_not_hold_is_refused(staff, cast, key):
    assert errors_of(AdminPage(staff, model=Tenant).send({"name": "Third", "key": key}))
    assert Tenant.objects.count() == 2


def test_the_key_stays(cast, acme):
    acme.send({"key": "changed", "name": "Acme Two"})
    assert (Tenant.objects.get(pk=cast.acme.pk).key, Tenant.objects.get(pk=cast.acme.pk).name) == ("acme", "Acme Two")
