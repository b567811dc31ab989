"""Which approvals does a client see, by which fields does it find them, and in which order?"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from approvals.lifecycle import Status
from approvals.models import Approval, Snapshot, SubjectKind
from companies.api.json import instant
from tests.api.approving import APPROVALS, ask, asking, invalid, make_overdue
from tests.factories import NOTHING, ApprovalFactory, MemberFactory
from tests.world import scene

NOW = timezone.now()


def approval(cast, key, requester="rita", approver="ana", *, age=0, **fields):
    """The bare row, `age` hours old."""
    at = NOW - timedelta(hours=age)
    company = cast.member(requester).company
    return ApprovalFactory(
        **{
            "tenant": company.tenant,
            "company": company,
            "requester": cast.user(requester),
            "approver": cast.user(approver),
            "key": key,
            "created_at": at,
            "modified_at": at,
            **fields,
        }
    )


def found(caller, q="", **query):
    answer = caller.get(APPROVALS, **({"q": q} if q else {}), **query)
    assert answer.status == 200, answer.body
    return [each["id"] for each in answer.body]


# --- What is in it ----------------------------------------------------------------------------------------------------


def test_the_whole_of_one(api, cast):
    cart = cast.cart("rita", {"DESK-01": 2, "CHAIR-01": 1.5})
    window = {"id": "window-morning", "slotId": "morning", "deliveryDate": "2026-12-24T08:00:00.000Z"}
    details = {"currency": "EUR", "deliveryWindow": window}
    details |= {"shipping": {"zoneId": "deliveryarea", "methodId": "4-more_hours_timeframe", "amount": 7.5}}
    body = asking(cart, id="mine", comment="Please.", details=details)
    api("rita").post(APPROVALS, body)
    row = Approval.objects.get()

    def item(sku, quantity, amount, unit_price, net, gross, tax):
        product = cast.product(sku).key
        return {
            "quantity": quantity,
            "itemId": product,
            "itemYrn": f"urn:yaas:saasag:caasproduct:product:acme;{product}",
            "itemPrice": {
                "currency": "EUR",
                "amount": amount,
                "unitPrice": unit_price,
                "calculatedPrice": {"price": {"netValue": net, "grossValue": gross, "taxValue": tax}},
            },
        }

    subtotal = {"netValue": 1315.13, "grossValue": 1565.0, "taxValue": 249.87}
    whole = {
        "id": "mine",
        "status": "PENDING",
        "resourceType": "CART",
        "action": "CHECKOUT",
        "approver": {"userId": "C-ana", "firstName": "Ana", "lastName": "Diaz"},
        "requestor": {"userId": "C-rita", "firstName": "Rita", "lastName": "Okafor"},
        "comment": "Please.",
        "expiryDate": instant(row.created_at + timedelta(days=10)),
        "legalEntity": {"id": cast.northwind.key},
        "details": {name: value for name, value in details.items() if name != "deliveryWindow"},
        "resource": {
            "id": cart.key,
            "siteCode": "main",
            "items": [
                item("DESK-01", 2, 1000.0, 500, 1000.0, 1190.0, 190.0),
                item("CHAIR-01", 1.5, 375.0, 250, 315.13, 375.0, 59.87),
            ],
            "totalPrice": {
                "currency": "EUR",
                "amount": 1576.9,
                "netValue": 1325.13,
                "grossValue": 1576.9,
                "taxValue": 251.77,
            },
            "subTotalPrice": {"currency": "EUR", "amount": 1565.0, **subtotal},
            "subtotalAggregate": {"currency": "EUR", **subtotal},
            "deliveryWindow": window,
        },
        "metadata": {"version": 1, "createdAt": instant(row.created_at), "modifiedAt": instant(row.created_at)},
        "contentHash": row.content_hash,
        "reasons": [{"code": "requester", "message": "Requesters need approval for every order.", "figures": {}}],
    }
    assert tuple(api("rita").get(APPROVALS)) == (200, [whole])
    assert tuple(api("ana").get(APPROVALS)) == (200, [whole])


def test_amounts_have_the_decimals_of_the_currency(api, cast):
    asked = ask(api, cast)
    caller = api("rita")
    text = caller.client.get(
        "/approval/acme/approvals", headers={"Authorization": f"Bearer {caller.token}"}
    ).content.decode()

    assert '"subtotalAggregate":{"currency":"EUR","netValue":1000.00,"grossValue":1190.00,"taxValue":190.00}' in text

    Approval.objects.filter(key=asked.id).update(currency="JPY")
    assert (
        '"netValue":1000,"grossValue":1190'
        in caller.client.get(
            "/approval/acme/approvals", headers={"Authorization": f"Bearer {caller.token}"}
        ).content.decode()
    )


def test_what_came_of_it_is_named(api, cast):
    approval(cast, "ordered", status="APPROVED", created_resource="CS-1", approver_comment="Fine.")

    body = api("rita").get(APPROVALS).body[0]

    assert (body["createdResource"], body["approverComment"]) == ({"id": "CS-1"}, "Fine.")
    assert "comment" not in body


# --- Whose they are ---------------------------------------------------------------------------------------------------


def test_only_ones_own(api, cast):
    approval(cast, "asked", "rita", "ana", age=3)
    approval(cast, "to-bea", "rita", "bea", age=2)
    approval(cast, "of-bea", "bea", "tom", age=1)
    approval(cast, "elsewhere", "ravi", "grace")
    ApprovalFactory(
        tenant=cast.acme,
        company=cast.northwind,
        requester=cast.rita,
        approver=None,
        pool_company=cast.globex,
        subject_kind=SubjectKind.ORDER_REVIEW,
        expires_at=None,
        parts=False,
    )

    assert found(api("rita")) == ["to-bea", "asked"]
    assert found(api("ana")) == ["asked"]
    assert found(api("bea")) == ["of-bea", "to-bea"]
    assert found(api("tom")) == ["of-bea"]
    assert found(api("alice")) == found(api("olga")) == found(api("carl")) == found(api("paula")) == []


def test_the_company_of_the_token_decides(api, cast):
    MemberFactory(company=cast.contoso, user=cast.ana, role="admin")
    approval(cast, "northwind", "rita", "ana")
    approval(cast, "contoso", "ravi", "ana")

    assert found(api("ana", company="northwind")) == ["northwind"]
    assert found(api("ana", company="contoso")) == ["contoso"]
    assert api("ana").get(APPROVALS).body["errorCode"] == "APPROVAL-400011"


@pytest.mark.parametrize(
    "q",
    [
        "approver.userId:C-grace",
        "requestor.userId:C-ravi",
        'legalEntity.id:"{contoso}"',
        "id:elsewhere",
        "comment:~secret",
        "compoundLogicalQuery:((id:elsewhere) OR (comment:~secret))",
    ],
)
def test_nothing_of_another_company_is_found_or_counted(api, cast, q):
    approval(cast, "elsewhere", "ravi", "grace", comment="a secret")
    approval(cast, "mine")
    q = q.format(contoso=cast.contoso.key)

    answer = api("rita").get(APPROVALS, q=q, headers={"X-Total-Count": "true"})

    assert (answer.status, answer.body, answer.headers["X-Total-Count"]) == (200, [], "0")


# --- Filters ----------------------------------------------------------------------------------------------------------


@scene
def three(cast):
    """`old` declined, `middle` waits, `new` approved and ordered."""
    approval(
        cast, "old", approver="tom", age=48, status="DECLINED", comment="Fax machine", gross=Decimal("99.50"), version=2
    )
    approval(cast, "middle", age=24, subject_key="cart-2", site_code="resello", expires_at=NOW + timedelta(days=2))
    approval(
        cast,
        "new",
        age=0,
        status="APPROVED",
        created_resource="CS-77",
        approver_comment="ok",
        expires_at=NOW + timedelta(days=9),
        version=5,
    )


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("status:PENDING", "middle"),
        ("status:(PENDING,DECLINED)", "middle old"),
        ("status:(PENDING,DECLINED) resource.siteCode:main", "old"),
        ("status:EXPIRED", ""),
        ("status:exists", "new middle old"),
        ("status:null", ""),
        ("id:(old,new,unknown)", "new old"),
        ("id:~L", "middle old"),
        ("resourceType:CART", "new middle old"),
        ("resourceType:QUOTE", ""),
        ("resourceId:cart-2", "middle"),
        ("resource.id:cart-2", "middle"),
        ("action:CHECKOUT", "new middle old"),
        ("approver.userId:C-tom", "old"),
        ("approver.userId:(C-tom,C-ana)", "new middle old"),
        ("approver.userId:~tom", "old"),
        ("approver.userId:exists", "new middle old"),
        ("approver.userId:null", ""),
        ("approver.userId:C-nobody", ""),
        ("approver.lastName:Weber", "old"),
        ("requestor.userId:C-rita", "new middle old"),
        ("requestor.firstName:Ana", ""),
        ('comment:"Fax machine"', "old"),
        ("comment:~FAX", "old"),
        ("comment:(~x MACH)", "old"),
        ("comment:null", "new middle"),
        ("comment:exists", "old"),
        ("approverComment:exists", "new"),
        ("createdResource.id:null", "middle old"),
        ("createdResource:exists", "new"),
        ("createdResource.id:CS-77", "new"),
        ("metadata.version:>=2", "new old"),
        ("metadata.version:(>1 AND <5)", "old"),
        ("resource.subtotalAggregate.grossValue:<100", "old"),
        ("resource.subtotalAggregate.grossValue:5812.40", "new middle"),
        ("compoundLogicalQuery:((status:DECLINED) OR (createdResource.id:exists))", "new old"),
        ("resource.siteCode:main compoundLogicalQuery:((id:old) OR (id:middle))", "old"),
    ],
)
def test_what_a_query_finds(api, three, q, ids):
    assert found(api("rita"), q) == ids.split()


def test_queries_about_times(api, three):
    middle = instant(NOW - timedelta(hours=24))

    assert found(api("rita"), f'metadata.createdAt:"{middle}"') == ["middle"]
    assert found(api("rita"), f'metadata.createdAt:>"{middle}"') == ["new"]
    assert found(api("rita"), f'metadata.modifiedAt:(>="{middle}" AND <"{instant(NOW)}")') == ["middle"]
    assert found(api("rita"), f'expiryDate:<"{instant(NOW + timedelta(days=3))}"') == ["middle"]


def test_the_company_by_its_id(api, cast, three):
    assert found(api("rita"), f"legalEntity.id:{cast.northwind.key}") == ["new", "middle", "old"]
    assert found(api("rita"), legalEntityId=cast.northwind.key) == ["new", "middle", "old"]
    assert found(api("rita"), legalEntityId=cast.contoso.key) == []


def test_plain_parameters_are_filters(api, three):
    assert found(api("rita"), status="PENDING") == ["middle"]
    assert found(api("rita"), status=["PENDING", "DECLINED"], siteCode="main") == ["old"]


def test_being_overdue_counts_at_once(api, cast):
    asked = ask(api, cast)
    make_overdue(asked, timezone.now())
    rita = api("rita")

    assert found(rita, "status:PENDING") == []
    assert found(rita, "status:EXPIRED") == found(rita, "status:(EXPIRED,CLOSED)") == [asked.id]
    answer = rita.get(APPROVALS, q="status:PENDING", headers={"X-Total-Count": "true"})
    assert answer.headers["X-Total-Count"] == "0"
    assert rita.get(APPROVALS).body[0]["status"] == "EXPIRED"
    assert asked.row.status == "PENDING"  # reading writes nothing


def test_an_overdue_one_is_sorted_as_what_it_reads(api, cast):
    approval(cast, "pending", age=1)
    approval(cast, "overdue", age=2, expires_at=NOW - timedelta(hours=1))
    approval(cast, "declined", age=3, status="DECLINED")

    assert found(api("rita"), sort="status") == ["declined", "overdue", "pending"]
    assert found(api("rita"), sort="status:desc") == ["pending", "overdue", "declined"]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"q": "state:PENDING"}, "q: there is no field 'state' here."),
        ({"q": "requester__password:x"}, "q: there is no field 'requester__password' here."),
        ({"q": "details.currency:EUR"}, "q: there is no field 'details.currency' here."),
        ({"q": "status:OPEN"}, "q: status is one of PENDING, APPROVED, DECLINED, CLOSED, EXPIRED, never 'OPEN'."),
        ({"q": "status:~PEND"}, "q: status cannot be compared with ~."),
        ({"q": "status"}, "q cannot be read: a colon was expected after 'status'."),
        ({"q": "metadata.version:x"}, "q: metadata.version is compared with 'x', which is no integer."),
        ({"q": "metadata.createdAt:>soon"}, "q: metadata.createdAt is compared with 'soon', which is no instant."),
        ({"q": "comment:~" + "x" * 101}, "q: comment can contain 1 to 100 characters."),
        ({"sort": "secret"}, "sort: there is no field 'secret' here."),
        ({"sort": "action"}, "sort by action is not possible."),
        ({"sort": "1"}, "sort cannot be read: '1' is no field name."),
        ({"pageSize": "61"}, "pageSize must be a whole number from 1 to 60."),
        ({"pageSize": "0"}, "pageSize must be a whole number from 1 to 60."),
        ({"pageNumber": "0"}, "pageNumber must be a whole number from 1 to 1000000."),
        ({"pageNumber": "two"}, "pageNumber must be a whole number from 1 to 1000000."),
        ({"tenant": "other"}, "q: there is no field 'tenant' here."),
    ],
)
def test_what_is_refused_and_named(api, three, query, problem):
    assert tuple(api("rita").get(APPROVALS, **query)) == (400, invalid(problem))


# --- Order and pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("", "new middle old"),
        ("metadata.createdAt", "old middle new"),
        ("metadata.createdAt:asc", "old middle new"),
        ("metadata.createdAt:desc", "new middle old"),
        ("metadata.createdAt:DESC", "new middle old"),
        ("status,id", "new old middle"),
        ("resource.siteCode:desc,id", "middle new old"),
        ("approver.userId:desc,id", "old middle new"),
        ("resource.subtotalAggregate.grossValue,id:desc", "old new middle"),
        ("expiryDate:desc", "old new middle"),
        ("createdResource.id:desc,id", "new middle old"),
    ],
)
def test_the_order_of_the_list(api, three, sort, ids):
    Approval.objects.filter(key="old").update(expires_at=NOW + timedelta(days=99))

    assert found(api("rita"), sort=sort) == ids.split()


def test_pages_and_the_total(api, three):
    rita = api("rita")

    assert found(rita, pageSize="2") == found(rita, pageSize="2", pageNumber="1") == ["new", "middle"]
    assert found(rita, pageSize="2", pageNumber="2") == ["old"]
    assert found(rita, pageSize="2", pageNumber="3") == []
    assert "X-Total-Count" not in rita.get(APPROVALS).headers
    answer = rita.get(APPROVALS, pageSize="1", q="status:(PENDING,DECLINED)", headers={"X-Total-Count": "true"})
    assert (len(answer.body), answer.headers["X-Total-Count"]) == (1, "2")


def test_pages_of_equals_do_not_overlap(api, cast):
    for number in range(5):
        approval(cast, f"a{number}")
    rita = api("rita")

    pages = [found(rita, sort="resource.siteCode", pageSize="2", pageNumber=str(n)) for n in (1, 2, 3)]

    assert sorted(key for page in pages for key in page) == [f"a{number}" for number in range(5)]


# --- Cost -------------------------------------------------------------------------------------------------------------


def many(cast, first, last):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    rows = Approval.objects.bulk_create(
        Approval(
            tenant=cast.acme,
            company=cast.northwind,
            requester=cast.rita,
            approver=cast.ana,
            key=f"many-{n}",
            subject_kind=SubjectKind.CART_CHECKOUT,
            subject_id=f"{10**9 + n}",
            subject_key=f"c{n}",
            currency="EUR",
            gross=n,
            content_hash=NOTHING,
            expires_at=at + timedelta(days=900),
            status=list(Status)[n % 5],
            created_resource="CS-1" if n % 5 == 1 else "",
        )
        for n in range(first, last)
    )
    Snapshot.objects.bulk_create(
        Snapshot(
            approval=row,
            number=1,
            content={"bound": {}, "shown": {}},
            content_hash=NOTHING,
            hash_version=1,
            created_at=at,
        )
        for row in rows
    )


def test_a_list_takes_as_many_queries_for_a_thousand_as_for_ten(api, cast):
    rita, asked = api("rita"), {"sort": "status", "q": "status:(PENDING,EXPIRED,APPROVED) approver.userId:C-ana"}

    def cost():
        with CaptureQueriesContext(connection) as queries:
            answer = rita.get(APPROVALS, **asked, headers={"X-Total-Count": "true"})
        return answer, len(queries)

    many(cast, 0, 10)
    few, before = cost()
    many(cast, 10, 1000)
    lots, after = cost()

    assert before == after <= 5
    assert (few.headers["X-Total-Count"], lots.headers["X-Total-Count"]) == ("6", "600")
    assert (len(few.body), len(lots.body)) == (6, 60)
