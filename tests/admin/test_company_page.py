"""Can an administrator set limits, groups and approval group on a company's page, and does the history tell it?"""

import pytest
from django.contrib.auth.models import Permission

from companies.models import Change, Company, Customer, Location, Member, User
from companies.services import change_role, in_words, set_limit
from tests.admin.conftest import AdminPage, errors_of


@pytest.fixture
def northwind(cast, staff):
    return AdminPage(staff, cast.northwind)


@pytest.fixture
def contoso(cast, staff):
    return AdminPage(staff, cast.contoso)


def row_of(page: AdminPage, member: Member) -> str:
    """The prefix of a member's row."""
    filled = page.filled_in()
    return next(name.removesuffix("-id") for name, value in filled.items() if _is_id(name) and value == str(member.pk))


def _is_id(name: str) -> bool:
    return name.startswith("members-") and name.endswith("-id")


def new_row(page: AdminPage, number: int = 0) -> str:
    """The prefix of an empty row."""
    return f"members-{int(page.filled_in()['members-INITIAL_FORMS']) + number}"


def told() -> list[str]:
    return [in_words(change) for change in Change.objects.order_by("pk")]


def test_sending_the_page_as_it_is_changes_nothing(cast, contoso):
    before = list(Member.objects.order_by("pk").values()), Company.objects.filter(pk=cast.contoso.pk).values().get()

    assert contoso.send({}).status_code == 302

    assert (
        list(Member.objects.order_by("pk").values()),
        Company.objects.filter(pk=cast.contoso.pk).values().get(),
    ) == before
    assert told() == []


def test_limit_and_expiry_days(cast, northwind):
    northwind.send(
        {
            "purchase_limit": "7500.50",
            "limit_currency": "CHF",
            "approval_expiry_days": "21",
            "reason": "Agreed with Ana.",
        }
    )

    company = Company.objects.get(pk=cast.northwind.pk)
    assert (str(company.limit), company.approval_expiry_days, company.version) == ("7,500.50 CHF", 21, 3)
    assert told() == [
        "Purchase limit: 5,000.00 EUR became 7,500.50 CHF",
        "Approval expiry days: the tenant's preference became 21",
    ]
    change = Change.objects.order_by("pk").first()
    assert (change.actor_name, change.channel, change.reason) == ("Adele Admin", "admin", "Agreed with Ana.")
    shown = northwind.client.get(northwind.url).content.decode()
    assert "Purchase limit: 5,000.00 EUR became 7,500.50 CHF" in shown
    assert "Agreed with Ana." in shown


def test_no_limit(cast, northwind):
    northwind.send({"purchase_limit": "", "limit_currency": ""})

    assert Company.objects.get(pk=cast.northwind.pk).limit is None
    assert told() == ["Purchase limit: 5,000.00 EUR became none"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"purchase_limit": "-1"}, "greater than or equal to 0"),
        ({"purchase_limit": "much"}, "Enter a number"),
        ({"purchase_limit": "NaN"}, "Enter a number"),
        ({"purchase_limit": "10.001"}, "Amounts in EUR have 2 decimals at most"),
        ({"purchase_limit": "99999999999.99", "limit_currency": "JPY"}, "Amounts in JPY have 0 decimals at most"),
        ({"purchase_limit": "9" * 14}, "digits"),
        ({"limit_currency": ""}, "Say in which currency"),
        ({"limit_currency": "eur"}, "three-letter currency code"),
        ({"approval_expiry_days": "0"}, "Requests expire after 1 to 365 days"),
        ({"approval_expiry_days": "366"}, "Requests expire after 1 to 365 days"),
        ({"name": ""}, "This field is required"),
        ({"reason": "x" * 2001}, "2000 characters"),
    ],
)
def test_nonsense_comes_back_with_its_error(cast, northwind, changes, says):
    before = Company.objects.filter(pk=cast.northwind.pk).values().get()

    assert says in errors_of(northwind.send(changes))

    assert Company.objects.filter(pk=cast.northwind.pk).values().get() == before
    assert told() == []


def test_somebody_new_and_somebody_with_an_account_join(cast, northwind):
    first, second = new_row(northwind), new_row(northwind, 1)
    northwind.send(
        {
            f"{first}-email": "nina@northwind.example",
            f"{first}-first_name": "Nina",
            f"{first}-last_name": "Neu",
            f"{first}-role": "buyer",
            f"{second}-email": "PAULA@private.example",
            f"{second}-role": "requester",
            f"{second}-in_approval_group": "on",
        }
    )

    assert told() == [
        "Nina Neu joined as Buyer",
        "Paula Privat joined as Requester",
        "Approval group: Paula Privat joined; it is now Paula Privat",
    ]
    nina = User.objects.get(email="nina@northwind.example")
    assert Customer.objects.filter(user=nina, tenant=cast.acme).exists()
    shown = northwind.client.get(northwind.url).content.decode()
    assert "cannot sign in yet" in shown
    assert f"/admin/companies/user/{nina.pk}/password/" in shown


def test_move_remove_and_take_back(cast, northwind):
    rita, bea, dora = (row_of(northwind, cast.member(name)) for name in ("rita", "bea", "dora"))
    northwind.send({f"{rita}-role": "buyer", f"{dora}-is_active": "on"}, without=(f"{bea}-is_active",))

    members = {m.user.first_name: (m.role, m.is_active) for m in Member.objects.filter(company=cast.northwind)}
    assert (members["Rita"], members["Bea"], members["Dora"]) == (("buyer", True), ("buyer", False), ("admin", True))
    assert set(told()) == {
        "Dora Past came back as Admin",
        "Rita Okafor moved from Requester to Buyer",
        "Bea Lindt (Buyer) was removed",
    }


def test_admins_change_places_in_one_go(cast, contoso):
    # The new Admin comes before the old one goes, whatever the order of the rows.
    alice, ravi = row_of(contoso, cast.member("alice")), row_of(contoso, cast.member("ravi"))
    contoso.send({f"{alice}-role": "requester", f"{ravi}-role": "admin"})

    assert told() == ["Ravi Rao moved from Requester to Admin", "Alice Moreau moved from Admin to Requester"]


def test_approval_group(cast, contoso):
    grace, ravi = row_of(contoso, cast.member("grace")), row_of(contoso, cast.member("ravi"))
    contoso.send({f"{ravi}-in_approval_group": "on"}, without=(f"{grace}-in_approval_group",))

    assert told() == ["Approval group: Ravi Rao joined; Grace Hall left; it is now Hugo Stern, Ravi Rao"]


def test_who_becomes_a_contact_leaves_the_approval_group(cast, contoso):
    grace = row_of(contoso, cast.member("grace"))
    contoso.send({f"{grace}-role": "contact"})

    member = Member.objects.get(pk=cast.member("grace").pk)
    assert (member.role, member.in_approval_group) == ("contact", False)
    assert told() == ["Grace Hall moved from Buyer to Contact, and left the approval group"]


def test_the_last_admin_stays_and_nothing_else_is_saved_either(cast, contoso):
    alice, ravi = row_of(contoso, cast.member("alice")), row_of(contoso, cast.member("ravi"))
    sent = contoso.send({"purchase_limit": "1", f"{ravi}-role": "buyer", f"{alice}-role": "buyer", "name": "Changed"})

    assert "Alice Moreau is the last active Admin of" in errors_of(sent)
    assert 'value="Changed"' in sent.content.decode()
    company = Company.objects.get(pk=cast.contoso.pk)
    assert (company.name, str(company.limit), company.version) == ("Contoso Ltd", "2,000.00 EUR", 1)
    assert Member.objects.get(pk=cast.member("ravi").pk).role == "requester"
    assert told() == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"email": "rita@northwind.example", "role": "buyer"}, "Rita Okafor is already a member"),
        ({"email": "dora@northwind.example", "role": "buyer"}, "make that membership active again"),
        ({"email": "nobody", "role": "buyer"}, "valid email"),
        ({"email": "nina@northwind.example"}, "required"),
        ({"role": "buyer"}, "required"),
        ({"email": "nina@northwind.example", "role": "auditor"}, "not one of the available choices"),
        ({"email": "nina@northwind.example", "role": "contact", "in_approval_group": "on"}, "Only an Admin, Buyer or"),
    ],
)
def test_a_row_that_cannot_be_added_says_why(cast, northwind, row, says):
    before = User.objects.count(), Member.objects.count()
    prefix = new_row(northwind)

    assert says in errors_of(northwind.send({f"{prefix}-{name}": value for name, value in row.items()}))

    assert (User.objects.count(), Member.objects.count()) == before
    assert told() == []


def test_the_same_address_twice_adds_nobody(cast, northwind):
    rows = {}
    for number in (0, 1):
        prefix = new_row(northwind, number)
        rows |= {f"{prefix}-email": "nina@northwind.example", f"{prefix}-role": "buyer"}

    assert "is already a member" in errors_of(northwind.send(rows))

    assert not User.objects.filter(email="nina@northwind.example").exists()
    assert told() == []


def test_rows_of_another_company_are_not_reached(cast, northwind):
    rita = row_of(northwind, cast.member("rita"))
    northwind.send({f"{rita}-id": str(cast.member("grace").pk), f"{rita}-role": "contact"})

    assert Member.objects.get(pk=cast.member("grace").pk).role == "buyer"
    assert told() == []


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(cast, northwind):
    seen = northwind.filled_in()
    set_limit(actor=cast.actor("ana"), company_id=cast.northwind.pk, amount=None, currency="")
    change_role(actor=cast.actor("ana"), member_id=cast.member("bea").pk, role="requester")

    answer = northwind.client.post(northwind.url, {**seen, "name": "Changed"}, follow=True)

    assert "Nothing was saved: Ana Diaz changed this while you had it open" in answer.content.decode()
    company = Company.objects.get(pk=cast.northwind.pk)
    assert (company.name, company.limit) == ("Northwind GmbH", None)
    assert Member.objects.get(pk=cast.member("bea").pk).role == "requester"
    assert len(told()) == 2


def test_a_new_company_with_its_people(cast, staff):
    page = AdminPage(staff, model=Company)
    sent = page.send(
        {
            "name": "Adatum AG",
            "tenant": str(cast.acme.pk),
            "kind": "customer",
            "purchase_limit": "3000",
            "limit_currency": "EUR",
            "members-0-email": "ada@adatum.example",
            "members-0-first_name": "Ada",
            "members-0-role": "admin",
            "members-1-email": "bob@adatum.example",
            "members-1-role": "buyer",
            "members-1-in_approval_group": "on",
        }
    )

    assert sent.status_code == 302
    company = Company.objects.get(name="Adatum AG")
    assert str(company.limit) == "3,000.00 EUR"
    assert {(m.user.name, m.role, m.in_approval_group) for m in company.members.all()} == {
        ("Ada", "admin", False),
        ("bob@adatum.example", "buyer", True),
    }
    assert len(told()) == 4
    assert {change.company for change in Change.objects.all()} == {company}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": "vendor", "purchase_limit": "10", "limit_currency": "EUR"}, "Only a customer company has a purchase"),
        ({"kind": "vendor", "members-0-role": "buyer"}, "A vendor company has the groups Auditor, Sales, Manager"),
        ({"kind": "customer", "members-0-role": "auditor"}, "A customer company has the groups Admin"),
    ],
)
def test_a_new_company_that_makes_no_sense_is_not_made(cast, staff, changes, says):
    page = AdminPage(staff, model=Company)
    sent = page.send(
        {
            "name": "Adatum AG",
            "tenant": str(cast.acme.pk),
            "members-0-email": "ada@adatum.example",
            "members-0-role": "admin" if changes["kind"] == "customer" else "auditor",
            **changes,
        }
    )

    assert says in errors_of(sent)
    assert not Company.objects.filter(name="Adatum AG").exists()
    assert not User.objects.filter(email="ada@adatum.example").exists()
    assert told() == []


def test_tenant_and_kind_stay(cast, northwind):
    northwind.send({"tenant": str(cast.other.pk), "kind": "vendor"})
    company = Company.objects.get(pk=cast.northwind.pk)
    assert (company.tenant, company.kind) == (cast.acme, "customer")


def test_a_vendor_has_its_own_groups_and_no_limit(cast, staff):
    page = AdminPage(staff, cast.globex)
    filled = page.filled_in()
    assert "purchase_limit" not in filled
    assert not any(name.endswith("in_approval_group") for name in filled)

    sam = row_of(page, cast.member("sam"))
    page.send({f"{sam}-role": "auditor"})
    assert told() == ["Sam Reed moved from Sales to Auditor"]


def test_locations_are_added_changed_and_counted(cast, northwind):
    northwind.send({"locations-0-city": "Bremen"})
    location = Location.objects.get(pk=cast.headquarters.pk)
    assert (location.city, location.version) == ("Bremen", 2)


@pytest.mark.parametrize(
    ("company", "off", "says"),
    [
        ("contoso", ("grace", "hugo"), "Nobody in the approval group is active"),
        ("contoso", ("alice",), "No Admin is active: nobody sees"),
        ("northwind", ("ana", "tom"), "No Admin is active: nobody can approve"),
        ("initech", ("ines",), "No Auditor or Manager is active"),
    ],
)
def test_the_page_warns_where_nobody_could_decide(cast, staff, company, off, says):
    page = AdminPage(staff, getattr(cast, company))
    assert "standing-warning" not in staff.get(page.url).content.decode()

    User.objects.filter(pk__in=[cast.user(name).pk for name in off]).update(is_active=False)

    assert says in staff.get(page.url).content.decode()


def test_staff_without_the_right_to_change_members_changes_none(cast, client):
    cast.sten.user_permissions.set(
        Permission.objects.filter(codename__in=("view_company", "change_company", "view_member"))
    )
    client.force_login(cast.sten)
    page = AdminPage(client, cast.northwind)
    rita = row_of(page, cast.member("rita"))

    page.send({f"{rita}-role": "admin", "purchase_limit": "1"})

    assert Member.objects.get(pk=cast.member("rita").pk).role == "requester"
    assert told() == ["Purchase limit: 5,000.00 EUR became 1.00 EUR"]
