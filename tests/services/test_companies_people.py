"""Do people get into their groups, move and leave as the rules say, and does the history tell it?"""

import pytest

from companies.actors import Actor
from companies.models import Change, Customer, Member, User
from companies.roles import Role
from companies.services import add_member, change_role, deactivate_member, in_words, reactivate_member
from config.kit.refused import Invalid, Missing, NotYours
from tests.factories import PASSWORD


def standing(member: Member) -> tuple:
    member = Member.objects.get(pk=member.pk)
    return member.role, member.in_approval_group, member.is_active, member.version


def the_change() -> Change:
    return Change.objects.get()


class TestAdding:
    def test_a_new_person_becomes_user_customer_and_member(self, cast):
        member = add_member(
            actor=cast.actor("admin"),
            company_id=cast.northwind.pk,
            email=" Nina@NORTHWIND.example ",
            role="buyer",
            first_name="Nina",
            last_name="Neu",
        )

        assert (member.user.email, member.user.name) == ("Nina@northwind.example", "Nina Neu")
        assert not member.user.has_usable_password()
        assert Customer.objects.filter(tenant=cast.acme, user=member.user).count() == 1
        change = the_change()
        assert (change.kind, change.company, change.tenant) == ("member.added", cast.northwind, cast.acme)
        assert (change.actor_name, change.channel) == ("Adele Admin", "admin")
        assert in_words(change) == "Nina Neu joined as Buyer"

    def test_somebody_with_an_account_keeps_name_and_password(self, cast):
        member = add_member(
            actor=cast.actor("admin"),
            company_id=cast.contoso.pk,
            email="RITA@northwind.example",
            role=Role.REQUESTER,
            first_name="Somebody",
            last_name="Else",
        )

        rita = User.objects.get(pk=cast.rita.pk)
        assert member.user_id == rita.pk
        assert rita.name == "Rita Okafor"
        assert rita.check_password(PASSWORD)
        assert Customer.objects.filter(tenant=cast.acme, user=rita).count() == 1

    def test_an_admin_adds_somebody_new_to_the_own_company(self, cast):
        member = add_member(
            actor=cast.actor("ana"), company_id=cast.northwind.pk, email="nina@northwind.example", role="requester"
        )
        assert member.role == Role.REQUESTER
        assert the_change().actor_name == "Ana Diaz"

    def test_people_of_a_vendor_become_no_customers(self, cast):
        member = add_member(
            actor=cast.actor("admin"), company_id=cast.globex.pk, email="vic@globex.example", role="auditor"
        )
        assert not Customer.objects.filter(user=member.user).exists()

    @pytest.mark.parametrize(
        ("who", "changes", "refusal", "field"),
        [
            ("admin", {"email": "rita@northwind.example"}, Invalid, "email"),  # is a member already
            ("admin", {"email": "dora@northwind.example"}, Invalid, "email"),  # was one
            ("admin", {"email": "no address"}, Invalid, "email"),
            ("admin", {"email": ""}, Invalid, "email"),
            ("admin", {"email": "n" * 250 + "@x.example"}, Invalid, "email"),
            ("admin", {"role": "auditor"}, Invalid, "role"),
            ("admin", {"role": "emperor"}, Invalid, "role"),
            ("admin", {"first_name": "N" * 101}, Invalid, "first_name"),
            ("admin", {"last_name": "N\x00"}, Invalid, "last_name"),
            ("ana", {"email": "paula@private.example"}, Invalid, "email"),  # has an account: for staff to decide
            ("bea", {}, NotYours, ""),
            ("rita", {}, NotYours, ""),
            ("dora", {}, Missing, ""),  # was an Admin
            ("alice", {}, Missing, ""),  # Admin of another company
            ("olga", {}, Missing, ""),  # of another tenant
            ("victor", {}, Missing, ""),
        ],
    )
    def test_refused_and_nothing_changed(self, cast, who, changes, refusal, field):
        before = (User.objects.count(), Member.objects.count(), Customer.objects.count())
        given = {"email": "nina@northwind.example", "role": "buyer", **changes}

        with pytest.raises(refusal) as refused:
            add_member(actor=cast.actor(who), company_id=cast.northwind.pk, **given)

        assert refused.value.field == field
        assert (User.objects.count(), Member.objects.count(), Customer.objects.count()) == before
        assert not Change.objects.exists()

    def test_staff_of_another_tenant_are_outsiders(self, cast):
        with pytest.raises(Missing):
            add_member(
                actor=Actor.staff(cast.admin, tenant_id=cast.other.pk),
                company_id=cast.northwind.pk,
                email="nina@northwind.example",
                role="buyer",
            )


class TestMoving:
    def test_to_another_group(self, cast):
        change_role(
            actor=cast.actor("tom"), member_id=cast.member("rita").pk, role="buyer", reason="She knows the limit."
        )

        assert standing(cast.member("rita")) == ("buyer", False, True, 2)
        change = the_change()
        assert change.kind == "member.role_changed"
        assert change.old == {"role": "requester", "in_approval_group": False}
        assert change.new == {"role": "buyer", "in_approval_group": False}
        assert change.reason == "She knows the limit."
        assert in_words(change) == "Rita Okafor moved from Requester to Buyer"

    def test_inside_the_approval_group_one_stays_in_it(self, cast):
        change_role(actor=cast.actor("alice"), member_id=cast.member("hugo").pk, role="buyer")
        assert standing(cast.member("hugo"))[:2] == ("buyer", True)

    def test_a_contact_leaves_the_approval_group_and_the_entry_says_so(self, cast):
        change_role(actor=cast.actor("alice"), member_id=cast.member("grace").pk, role="contact")

        assert standing(cast.member("grace"))[:2] == ("contact", False)
        assert in_words(the_change()) == "Grace Hall moved from Buyer to Contact, and left the approval group"

    def test_to_the_same_group_is_no_change(self, cast):
        change_role(actor=cast.actor("ana"), member_id=cast.member("rita").pk, role="requester")

        assert standing(cast.member("rita"))[3] == 1
        assert not Change.objects.exists()

    def test_an_admin_may_step_down_while_another_one_stays(self, cast):
        change_role(actor=cast.actor("ana"), member_id=cast.member("ana").pk, role="buyer")

        assert standing(cast.member("ana"))[0] == "buyer"
        with pytest.raises(NotYours):  # the actor still says Admin; the table does not
            change_role(actor=cast.actor("ana"), member_id=cast.member("rita").pk, role="buyer")

    @pytest.mark.parametrize(
        ("who", "whom", "role", "refusal", "field"),
        [
            ("admin", "alice", "buyer", Invalid, "role"),  # Contoso's only Admin
            ("alice", "alice", "contact", Invalid, "role"),
            ("admin", "rita", "sales", Invalid, "role"),
            ("admin", "rita", "", Invalid, "role"),
            ("bea", "rita", "buyer", NotYours, ""),
            ("rita", "rita", "admin", NotYours, ""),
            ("dora", "rita", "admin", Missing, ""),
            ("alice", "rita", "buyer", Missing, ""),
            ("olga", "rita", "buyer", Missing, ""),
            ("paula", "rita", "buyer", Missing, ""),
            ("sam", "victor", "sales", NotYours, ""),
        ],
    )
    def test_refused_and_nothing_changed(self, cast, who, whom, role, refusal, field):
        before = standing(cast.member(whom))

        with pytest.raises(refusal) as refused:
            change_role(actor=cast.actor(who), member_id=cast.member(whom).pk, role=role)

        assert refused.value.field == field
        assert standing(cast.member(whom)) == before
        assert not Change.objects.exists()

    def test_of_somebody_who_is_not_there(self, cast):
        with pytest.raises(Missing):
            change_role(actor=cast.actor("admin"), member_id=10**9, role="buyer")

    def test_a_manager_moves_the_people_of_a_vendor(self, cast):
        change_role(actor=cast.actor("vera"), member_id=cast.member("sam").pk, role="auditor")
        assert standing(cast.member("sam"))[0] == "auditor"

    def test_a_vendor_may_be_without_an_auditor(self, cast):
        # The queue falls to platform staff, so nothing is lost.
        change_role(actor=cast.actor("admin"), member_id=cast.member("ines").pk, role="sales")
        assert standing(cast.member("ines"))[0] == "sales"


class TestLeaving:
    def test_ends_the_membership_and_keeps_the_row(self, cast):
        deactivate_member(actor=cast.actor("ana"), member_id=cast.member("bea").pk)

        assert standing(cast.member("bea")) == ("buyer", False, False, 2)
        assert in_words(the_change()) == "Bea Lindt (Buyer) was removed"

    def test_keeps_the_place_in_the_approval_group(self, cast):
        deactivate_member(actor=cast.actor("alice"), member_id=cast.member("grace").pk)
        assert standing(cast.member("grace"))[:3] == ("buyer", True, False)

    def test_coming_back(self, cast):
        reactivate_member(actor=cast.actor("ana"), member_id=cast.member("dora").pk)

        assert standing(cast.member("dora")) == ("admin", False, True, 2)
        assert in_words(the_change()) == "Dora Past came back as Admin"

    @pytest.mark.parametrize(("service", "whom"), [(deactivate_member, "dora"), (reactivate_member, "bea")])
    def test_what_is_so_already_is_no_change(self, cast, service, whom):
        service(actor=cast.actor("ana"), member_id=cast.member(whom).pk)

        assert standing(cast.member(whom))[3] == 1
        assert not Change.objects.exists()

    def test_nobody_comes_back_whose_account_is_off(self, cast):
        User.objects.filter(pk=cast.dora.pk).update(is_active=False)

        with pytest.raises(Invalid) as refused:
            reactivate_member(actor=cast.actor("admin"), member_id=cast.member("dora").pk)

        assert refused.value.field == "is_active"
        assert not Change.objects.exists()

    @pytest.mark.parametrize(
        ("who", "whom", "refusal"),
        [
            ("admin", "alice", Invalid),  # the last Admin
            ("alice", "alice", Invalid),
            ("rita", "bea", NotYours),
            ("alice", "bea", Missing),
            ("olga", "bea", Missing),
        ],
    )
    def test_refused_and_nothing_changed(self, cast, who, whom, refusal):
        with pytest.raises(refusal):
            deactivate_member(actor=cast.actor(who), member_id=cast.member(whom).pk)

        assert standing(cast.member(whom))[2:] == (True, 1)
        assert not Change.objects.exists()

    def test_an_admin_whose_account_is_off_does_not_count(self, cast):
        User.objects.filter(pk=cast.tom.pk).update(is_active=False)

        with pytest.raises(Invalid) as refused:
            deactivate_member(actor=cast.actor("admin"), member_id=cast.member("ana").pk)

        assert refused.value.code == "last_admin"
        deactivate_member(actor=cast.actor("admin"), member_id=cast.member("tom").pk)
        assert not standing(cast.member("tom"))[2]
