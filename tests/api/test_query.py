"""What do `q` and `sort` find, on a real table, and what do they refuse?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db.models import Q

from companies.api.query import Column, Kind, searched, sorted_rows
from companies.models import Company, Tenant
from config.kit.query import Comparison
from config.kit.refused import Invalid

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)


def by_prefix(comparison, values):
    assert comparison is Comparison.ONE_OF
    return Q(name__startswith=values[0])


COLUMNS = {
    "name": Column("name"),
    "mail": Column("email"),
    "parent.name": Column("parent__name", nullable=True),
    "metadata.version": Column("version", Kind.INTEGER),
    "limit": Column("purchase_limit", Kind.AMOUNT, nullable=True),
    "metadata.createdAt": Column("created_at", Kind.INSTANT),
    "active": Column("is_active", Kind.BOOLEAN),
    "type": Column("kind", Kind.CHOICE, choices={"CUSTOMER": "customer", "VENDOR": "vendor"}),
    "prefix": Column("", lookup=by_prefix),
    "unsortable": Column("name", sort_by=""),
}


@pytest.fixture(autouse=True)
def companies():
    tenant = Tenant.objects.create(key="acme", name="Acme")
    parent = Company.objects.create(
        tenant=tenant,
        kind="customer",
        name="Ärzte AG",
        purchase_limit=Decimal("5000.50"),
        limit_currency="EUR",
        created_at=NOON,
        version=7,
    )
    Company.objects.create(
        tenant=tenant,
        kind="vendor",
        name="50% off_Ltd",
        email="a@b.example",
        created_at=NOON + timedelta(days=1),
        parent=parent,
    )
    Company.objects.create(
        tenant=tenant,
        kind="vendor",
        name="50 percent Ltd",
        is_active=False,
        purchase_limit=0,
        limit_currency="EUR",
        created_at=NOON + timedelta(days=2),
        parent=parent,
    )


def names(q):
    return {company.name.split()[0] for company in searched(Company.objects.all(), q, COLUMNS)}


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", {"Ärzte", "50%", "50"}),
        ("  ", {"Ärzte", "50%", "50"}),
        ('name:"Ärzte AG"', {"Ärzte"}),
        ("name:ärzte", set()),
        ("name:~off_", {"50%"}),
        ("name:~0%", {"50%"}),
        ("name:(~T LT)", {"50"}),
        ("name:~.*", set()),
        ('name:("Ärzte AG","50 percent Ltd",nobody)', {"Ärzte", "50"}),
        ("mail:null", {"Ärzte", "50"}),
        ("mail:exists", {"50%"}),
        ("parent.name:null", {"Ärzte"}),
        ("parent.name:exists", {"50%", "50"}),
        ("metadata.version:7", {"Ärzte"}),
        ("metadata.version:(7,8,9)", {"Ärzte"}),
        ("metadata.version:>1", {"Ärzte"}),
        ("metadata.version:>=1", {"Ärzte", "50%", "50"}),
        ("metadata.version:(>=1 AND <7)", {"50%", "50"}),
        ("metadata.version:<=-1", set()),
        ("limit:5000.5", {"Ärzte"}),
        ("limit:<5000.5", {"50"}),
        ("limit:null", {"50%"}),
        ("limit:exists", {"Ärzte", "50"}),
        ('metadata.createdAt:"2026-03-01T12:00:00.123Z"', {"Ärzte"}),
        ('metadata.createdAt:"2026-03-01T13:00:00.123+01:00"', {"Ärzte"}),
        ('metadata.createdAt:"2026-03-01T12:00:00.124Z"', set()),
        ('metadata.createdAt:>"2026-03-01T12:00:00.123Z"', {"50%", "50"}),
        ('metadata.createdAt:<="2026-03-01T12:00:00.123Z"', {"Ärzte"}),
        ('metadata.createdAt:>="2026-03-01T12:00:00.123Z"', {"Ärzte", "50%", "50"}),
        ('metadata.createdAt:<"2026-03-01T12:00:00.123Z"', set()),
        ('metadata.createdAt:"2026-03-01T12:00:00.123456Z"', {"Ärzte"}),
        ('metadata.createdAt:(>="2026-03-02" AND <"2026-03-03")', {"50%"}),
        ("active:true", {"Ärzte", "50%"}),
        ("active:false", {"50"}),
        ("type:VENDOR", {"50%", "50"}),
        ("type:(VENDOR,CUSTOMER) active:true", {"Ärzte", "50%"}),
        ("prefix:50", {"50%", "50"}),
        ("compoundLogicalQuery:((type:CUSTOMER) OR (active:false))", {"Ärzte", "50"}),
        ("active:true compoundLogicalQuery:((type:CUSTOMER) OR (active:false))", {"Ärzte"}),
    ],
)
def test_what_a_query_finds(q, found):
    assert names(q) == found


@pytest.mark.parametrize(
    ("q", "named"),
    [
        ("secret:1", "'secret'"),
        ("compoundLogicalQuery:((name:a) OR (secret:1))", "'secret'"),
        ("pk:1", "'pk'"),
        ("parent__name:x", "'parent__name'"),
        ("name:>a", "name"),
        ("active:~true", "active"),
        ("active:>true", "active"),
        ("active:yes", "'yes'"),
        ("type:vendor", "'vendor'"),
        ("type:~VEN", "type"),
        ("metadata.version:x", "'x'"),
        ("metadata.version:1.5", "'1.5'"),
        ("metadata.version:1_0", "'1_0'"),
        ("metadata.version:99999999999", "'99999999999'"),
        ("limit:NaN", "'NaN'"),
        ("limit:1e3", "'1e3'"),
        ("limit:0.12345", "'0.12345'"),
        ("limit:999999999999", "'999999999999'"),
        ("limit:~5", "limit"),
        ("metadata.createdAt:yesterday", "'yesterday'"),
        ('metadata.createdAt:"0001-01-01T00:00:00+14:00"', "0001"),
        ('metadata.createdAt:"9999-12-31T23:59:59.999Z"', "9999"),
        ("metadata.createdAt:~2026", "metadata.createdAt"),
        ("name:a\x00b", "name"),
        ("name:" + "~" + "x" * 101, "name"),
        ('name:~""', "name"),
        ("name", "colon"),
    ],
)
def test_what_is_refused_and_named(q, named):
    with pytest.raises(Invalid) as refused:
        searched(Company.objects.all(), q, COLUMNS)
    assert refused.value.field == "q"
    assert named in refused.value.text


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["50", "50%", "Ärzte"]),
        ("metadata.createdAt", ["Ärzte", "50%", "50"]),
        ("metadata.createdAt:asc", ["Ärzte", "50%", "50"]),
        ("metadata.createdAt:DESC", ["50", "50%", "Ärzte"]),
        ("type,metadata.createdAt:desc", ["Ärzte", "50", "50%"]),
        ("limit", ["50", "Ärzte", "50%"]),
        ("limit:desc", ["Ärzte", "50", "50%"]),
        ("active:desc,limit:desc", ["Ärzte", "50%", "50"]),
    ],
)
def test_the_order_of_a_list(sort, order):
    rows = sorted_rows(Company.objects.all(), sort, COLUMNS, ("-created_at",))
    assert [company.name.split()[0] for company in rows] == order


def test_the_primary_key_is_the_last_word():
    assert sorted_rows(Company.objects.all(), "active", COLUMNS).query.order_by[-1] == "pk"
    assert sorted_rows(Company.objects.all(), "active:desc", COLUMNS).query.order_by[-1] == "-pk"


@pytest.mark.parametrize(
    ("sort", "named"),
    [("secret", "'secret'"), ("unsortable", "unsortable"), ("prefix", "prefix"), (",".join(["name"] * 11), "10")],
)
def test_a_sort_that_is_refused(sort, named):
    with pytest.raises(Invalid) as refused:
        sorted_rows(Company.objects.all(), sort, COLUMNS)
    assert refused.value.field == "sort"
    assert named in refused.value.text
