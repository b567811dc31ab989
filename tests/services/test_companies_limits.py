"""Are limits, expiry days, approval groups and preferences set by those who may, and only to what makes sense?"""

from decimal import Decimal

import pytest

from companies.actors import Actor
from companies.models import Change, Company, Member, Preference
from companies.preferences import PREFERENCES, value_of, values_of
from companies.services import (
    deactivate_member,
    in_words,
    set_approval_group,
    set_expiry_days,
    set_limit,
    set_preference,
)
from config.kit.refused import Invalid, Missing, NotYours


def limit_of(company: Company) -> tuple:
    company = Company.objects.get(pk=company.pk)
    return company.purchase_limit, company.limit_currency, company.version


def group_of(company: Company) -> set[str]:
    return {m.user.first_name for m in Member.objects.filter(company=company, in_approval_group=True)}


class TestLimit:
    @pytest.mark.parametrize("who", ["ana", "admin"])
    def test_set_by_an_admin_or_by_staff(self, cast, who):
        set_limit(actor=cast.actor(who), company_id=cast.northwind.pk, amount=Decimal("7500.50"), currency="CHF")

        assert limit_of(cast.northwind) == (Decimal("7500.50"), "CHF", 2)
        change = Change.objects.get()
        assert change.old == {"amount": "5000", "currency": "EUR"}
        assert change.new == {"amount": "7500.5", "currency": "CHF"}
        assert in_words(change) == "Purchase limit: 5,000.00 EUR became 7,500.50 CHF"

    def test_none_is_no_limit_and_zero_is_one(self, cast):
        staff = cast.actor("admin")
        set_limit(actor=staff, company_id=cast.northwind.pk, amount=None, currency="EUR")
        assert limit_of(cast.northwind) == (None, "", 2)

        set_limit(actor=staff, company_id=cast.northwind.pk, amount=Decimal(0), currency="EUR")
        assert limit_of(cast.northwind) == (Decimal(0), "EUR", 3)
        assert [in_words(change) for change in Change.objects.order_by("pk")] == [
            "Purchase limit: 5,000.00 EUR became none",
            "Purchase limit: none became 0.00 EUR",
        ]

    def test_the_same_again_is_no_change(self, cast):
        set_limit(actor=cast.actor("ana"), company_id=cast.northwind.pk, amount=Decimal("5000.00"), currency="EUR")

        assert limit_of(cast.northwind)[2] == 1
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("amount", "currency", "field"),
        [
            ("-1", "EUR", "purchase_limit"),
            ("NaN", "EUR", "purchase_limit"),
            ("Infinity", "EUR", "purchase_limit"),
            ("1E+40", "EUR", "purchase_limit"),
            ("100000000000", "EUR", "purchase_limit"),
            ("10.001", "EUR", "purchase_limit"),
            ("10.5", "JPY", "purchase_limit"),
            ("10", "", "limit_currency"),
            ("10", "eur", "limit_currency"),
            ("10", "EURO", "limit_currency"),
            ("10", "EUR\n", "limit_currency"),
        ],
    )
    def test_nonsense_is_refused(self, cast, amount, currency, field):
        with pytest.raises(Invalid) as refused:
            set_limit(
                actor=cast.actor("admin"), company_id=cast.northwind.pk, amount=Decimal(amount), currency=currency
            )

        assert refused.value.field == field
        assert limit_of(cast.northwind) == (Decimal(5000), "EUR", 1)
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            ("bea", NotYours),
            ("carl", NotYours),
            ("dora", Missing),
            ("alice", Missing),
            ("olga", Missing),
            ("victor", Missing),
            ("paula", Missing),
        ],
    )
    def test_others_are_refused(self, cast, who, refusal):
        with pytest.raises(refusal):
            set_limit(actor=cast.actor(who), company_id=cast.northwind.pk, amount=None, currency="")

        assert limit_of(cast.northwind) == (Decimal(5000), "EUR", 1)
        assert not Change.objects.exists()

    def test_a_vendor_has_none(self, cast):
        with pytest.raises(Invalid):
            set_limit(actor=cast.actor("admin"), company_id=cast.globex.pk, amount=Decimal(1), currency="EUR")


class TestExpiryDays:
    def test_set_and_taken_back(self, cast):
        for days in (3, 3, None):
            set_expiry_days(actor=cast.actor("ana"), company_id=cast.northwind.pk, days=days)

        assert Company.objects.get(pk=cast.northwind.pk).approval_expiry_days is None
        assert [in_words(change) for change in Change.objects.order_by("pk")] == [
            "Approval expiry days: the tenant's preference became 3",
            "Approval expiry days: 3 became the tenant's preference",
        ]

    @pytest.mark.parametrize("days", [0, -1, 366, 10**9])
    def test_out_of_bounds(self, cast, days):
        with pytest.raises(Invalid) as refused:
            set_expiry_days(actor=cast.actor("ana"), company_id=cast.northwind.pk, days=days)

        assert refused.value.field == "approval_expiry_days"
        assert not Change.objects.exists()


class TestApprovalGroup:
    def test_is_replaced_as_a_whole(self, cast):
        group = set_approval_group(
            actor=cast.actor("alice"),
            company_id=cast.contoso.pk,
            member_ids=[cast.member("hugo").pk, cast.member("ravi").pk],
        )

        assert [member.user.first_name for member in group] == ["Hugo", "Ravi"]
        assert group_of(cast.contoso) == {"Hugo", "Ravi"}
        change = Change.objects.get()
        assert (change.old, change.new) == (["Grace Hall", "Hugo Stern"], ["Hugo Stern", "Ravi Rao"])
        assert in_words(change) == ("Approval group: Ravi Rao joined; Grace Hall left; it is now Hugo Stern, Ravi Rao")

    def test_can_be_dissolved(self, cast):
        assert set_approval_group(actor=cast.actor("admin"), company_id=cast.contoso.pk, member_ids=[]) == []
        assert group_of(cast.contoso) == set()
        assert in_words(Change.objects.get()).endswith("Grace Hall, Hugo Stern left; there is none now")

    def test_the_same_again_is_no_change(self, cast):
        same = [cast.member("grace").pk, cast.member("hugo").pk]
        set_approval_group(actor=cast.actor("alice"), company_id=cast.contoso.pk, member_ids=same)
        assert not Change.objects.exists()

    def test_who_left_the_company_may_stay_in_it_but_not_join(self, cast):
        staff = cast.actor("admin")
        deactivate_member(actor=staff, member_id=cast.member("grace").pk)
        with_grace = [cast.member("grace").pk]

        set_approval_group(actor=staff, company_id=cast.contoso.pk, member_ids=with_grace)
        assert group_of(cast.contoso) == {"Grace"}

        set_approval_group(actor=staff, company_id=cast.contoso.pk, member_ids=[])
        with pytest.raises(Invalid):
            set_approval_group(actor=staff, company_id=cast.contoso.pk, member_ids=with_grace)
        assert group_of(cast.contoso) == set()

    @pytest.mark.parametrize(
        ("who", "members", "refusal"),
        [
            ("ana", ["rita", "carl"], Invalid),  # a Contact
            ("ana", ["rita", "dora"], Invalid),  # left
            ("ana", ["rita", "grace"], Invalid),  # of another company
            ("ana", ["rita", "otto"], Invalid),  # of another tenant
            ("bea", ["rita"], NotYours),
            ("alice", ["rita"], Missing),
            ("olga", ["rita"], Missing),
        ],
    )
    def test_refused_and_nothing_changed(self, cast, who, members, refusal):
        with pytest.raises(refusal):
            set_approval_group(
                actor=cast.actor(who),
                company_id=cast.northwind.pk,
                member_ids=[cast.member(name).pk for name in members],
            )

        assert group_of(cast.northwind) == set()
        assert not Change.objects.exists()

    def test_a_vendor_has_none(self, cast):
        with pytest.raises(Invalid):
            set_approval_group(
                actor=cast.actor("admin"), company_id=cast.globex.pk, member_ids=[cast.member("vera").pk]
            )


class TestPreference:
    def test_has_its_default_until_it_is_set(self, cast, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert value_of(cast.acme.pk, "approval.default_expiryDays") == 10

        set_preference(actor=cast.actor("admin"), tenant_id=cast.acme.pk, key="approval.default_expiryDays", value=30)

        with django_assert_num_queries(1):
            assert values_of(cast.acme.pk) == {
                "approval.enableQuoteApprovalProcess": True,
                "approval.default_expiryDays": 30,
                "approval.reminderDays": 3,
                "order.autoApproveOnBehalf": True,
                "order.reviewDefault": False,
                "order.reviewReminderDays": 2,
                "cartItemValidationSkipCurrency": False,
                "cartItemValidationSkipEffectiveAmount": False,
                "cartItemValidationSkipOriginalAmount": False,
            }
        assert value_of(cast.other.pk, "approval.default_expiryDays") == 10
        assert in_words(Change.objects.get()) == "Approval expiry days: 10 became 30"

    def test_set_twice_counts_its_versions(self, cast):
        for value in (False, False, True):
            set_preference(
                actor=cast.actor("admin"),
                tenant_id=cast.acme.pk,
                key="approval.enableQuoteApprovalProcess",
                value=value,
            )

        assert Preference.objects.get().version == 2
        assert [in_words(change) for change in Change.objects.order_by("pk")] == [
            "Enable quote approval process: on became off",
            "Enable quote approval process: off became on",
        ]

    def test_its_default_is_no_change(self, cast):
        for known in PREFERENCES.values():
            set_preference(actor=cast.actor("admin"), tenant_id=cast.acme.pk, key=known.key, value=known.default)
        assert not Preference.objects.exists()
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("key", "value", "field"),
        [
            ("approval.default_expiryDays", 0, "approval.default_expiryDays"),
            ("approval.default_expiryDays", 366, "approval.default_expiryDays"),
            ("approval.default_expiryDays", True, "approval.default_expiryDays"),
            ("approval.default_expiryDays", "10", "approval.default_expiryDays"),
            ("approval.default_expiryDays", None, "approval.default_expiryDays"),
            ("order.reviewDefault", 1, "order.reviewDefault"),
            ("order.reviewDefault", "yes", "order.reviewDefault"),
            ("order.noSuchThing", True, "key"),
        ],
    )
    def test_nonsense_is_refused(self, cast, key, value, field):
        with pytest.raises(Invalid) as refused:
            set_preference(actor=cast.actor("admin"), tenant_id=cast.acme.pk, key=key, value=value)

        assert refused.value.field == field
        assert not Preference.objects.exists()
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [("ana", NotYours), ("vera", NotYours), ("paula", NotYours), ("olga", Missing)],
    )
    def test_others_are_refused(self, cast, who, refusal):
        with pytest.raises(refusal):
            set_preference(actor=cast.actor(who), tenant_id=cast.acme.pk, key="order.reviewDefault", value=True)
        assert not Preference.objects.exists()

    def test_the_installation_itself_may(self, cast):
        set_preference(
            actor=Actor.system("seed", cast.acme.pk), tenant_id=cast.acme.pk, key="order.reviewDefault", value=True
        )
        assert value_of(cast.acme.pk, "order.reviewDefault") is True
