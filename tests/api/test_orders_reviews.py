"""Can auditors do all of their work over the API, from the sign-in to many decisions at once, and nobody else?"""

import pytest

from catalog.models import Product
from companies.models import Customer, Member, User
from companies.roles import Role
from orders.models import Order
from tests.api.buying import ORDERS, refused, saas
from tests.api.test_tokens import ASKED, LOGIN, bearer
from tests.factories import PASSWORD
from tests.stories.scenes import accept, again, happened, nothing_changes, ordered, reject, told_since, withdraw

pytestmark = pytest.mark.django_db

REVIEWS = "/order-v2/{t}/order-reviews"
FLAGGED = {"SERVER-01": 1}
STRANGERS = ("ines", "roos", "alice", "paula", "olga")


def waiting(cast, count=1, who="bea", marketplace="main"):
    return [ordered(cast, who, FLAGGED, marketplace)[0] for _ in range(count)]


def signed_in(api, email, company=""):
    """The token that somebody gets by signing in, bound to a company where one is named."""
    visitor = api().get(LOGIN, **ASKED).body
    login = (
        api()
        .post("/customer/acme/login", {"email": email, "password": PASSWORD}, headers=bearer(visitor["access_token"]))
        .body
    )
    if company:
        query = {"refreshToken": login["refresh_token"], "legalEntityId": company}
        login = api().get("/customer/acme/refreshauthtoken", headers=bearer(visitor["access_token"]), **query).body
    return bearer(login["access_token"])


def listed(caller, **query):
    answer = caller.get(ORDERS, headers={"X-Total-Count": "true"}, **query)
    assert answer.status == 200, answer.body
    assert int(answer.headers["X-Total-Count"]) == len(answer.body)
    return [each["id"] for each in answer.body]


def test_api_approve_reject_and_list_with_available_operations_per_user(cast, api):
    """The named check "API": as auditor and as stranger, filtered by status."""
    first, second, third = waiting(cast, 3)
    (plain,) = ordered(cast, "bea", {"DESK-01": 1})
    queue = {"q": "reviewStatus:to_be_approved kind:purchase siteCode:main onBehalf:false", "sort": "created"}
    victor = api("victor")

    assert listed(victor, **queue) == [first.number, second.number, third.number]
    assert listed(victor, reviewStatus="pending") == [plain.number]
    for who, offered in (
        ("victor", ["approve", "reject"]),
        ("vera", ["approve", "reject"]),
        ("sam", []),
        ("bea", ["withdraw"]),
        ("ana", ["withdraw"]),
    ):
        assert api(who).get(f"{ORDERS}/{first.number}").body["availableOperations"] == offered, who
    with nothing_changes():
        for who in STRANGERS:
            stranger = api(who)
            assert listed(stranger, **queue) == []
            assert stranger.get(f"{ORDERS}/{first.number}").status == 404
            for word, body in (("approve", {}), ("reject", {"reason": "No."})):
                answer = stranger.post(f"{ORDERS}/{first.number}/{word}", body)
                assert answer.status in (403, 404)
                assert {"message", "details"} <= set(answer.body)

    assert victor.post(f"{ORDERS}/{first.number}/approve", {"note": "Known."}).body["reviewStatus"] == "pending"
    assert victor.post(f"{ORDERS}/{second.number}/reject", {"reason": "No."}).body["reviewStatus"] == "rejected"
    assert listed(victor, **queue) == [third.number]
    assert refused(victor.post(f"{ORDERS}/{first.number}/reject", {"reason": "No."}))[:2] == (409, "conflict_resource")


def test_a_yes_that_would_be_refused_is_not_offered(cast, api):
    """Withdrawn products can be honoured, in words that a transition has no place for; a disabled customer cannot."""
    first, second = waiting(cast, 2)
    victor = api("victor")

    def offered():
        listed = {each["id"]: each["availableOperations"] for each in victor.get(ORDERS).body}
        one = victor.get(f"{ORDERS}/{first.number}").body["availableOperations"]
        assert listed == {first.number: one, second.number: one}
        return one, [each["status"] for each in victor.get(f"{ORDERS}/{first.number}/transitions").body]

    assert offered() == (["approve", "reject"], ["CREATED", "DECLINED"])
    Product.objects.filter(sku="SERVER-01").update(is_active=False)
    assert offered() == (["approve", "reject"], ["DECLINED"])
    User.objects.filter(pk=cast.bea.pk).update(is_active=False)
    assert offered() == (["reject"], ["DECLINED"])
    with nothing_changes():
        for path, body in (("approve", {}), ("transitions", {"status": "CREATED"})):
            answer = victor.post(f"{ORDERS}/{first.number}/{path}", body)
            assert (answer.status, "has been disabled" in str(answer.body)) == (409, True)


def test_isolation_of_queues_between_vendor_reseller_and_customers(cast, api):
    """The named check "Isolation": each auditor finds the orders of the own company alone, whatever is asked."""
    (own,), (resold,) = waiting(cast), waiting(cast, 1, "tess", "resello")
    for who, seen in (
        ("victor", [own]),
        ("vera", [own]),
        ("roos", [resold]),
        ("mies", [resold]),
        ("ines", []),
        ("bea", [own]),
        ("tess", [resold]),
    ):
        caller = api(who)
        assert listed(caller) == listed(caller, q="reviewStatus:to_be_approved") == [each.number for each in seen], who
        for each in (own, resold):
            status = caller.get(f"{ORDERS}/{each.number}").status
            assert status == caller.get(f"{ORDERS}/{each.number}/history").status == (200 if each in seen else 404), who


class TestSigningIn:
    def test_gives_a_vendors_auditor_a_token_for_the_work(self, cast, api):
        (order,) = waiting(cast)
        headers = signed_in(api, "victor@globex.example")

        answer = api().post(f"{ORDERS}/{order.number}/approve", {}, headers=headers)

        assert (answer.status, answer.body["review"]["decidedBy"]) == (200, "Victor Lang")

    def test_as_customer_and_seller_binds_the_token_to_the_work(self, cast, api):
        """`me` names the company; the token acts as auditor for it, with the rights of now, and never for both."""
        (order,) = waiting(cast)
        Member.objects.create(company=cast.globex, user=cast.carl, role=Role.AUDITOR)
        address = f"{ORDERS}/{order.number}/approve"
        unbound = signed_in(api, "carl@northwind.example")
        (seller,) = api().get("/customer/acme/me", headers=unbound).body["sellers"]
        as_customer = signed_in(api, "carl@northwind.example", cast.northwind.key)
        as_auditor = signed_in(api, "carl@northwind.example", seller["id"])

        with nothing_changes():
            assert api().post(address, {}, headers=unbound).status == 403
            assert api().post(address, {}, headers=as_customer).status == 403
            assert api().get("/cart/acme/carts", headers=as_auditor, siteCode="main").status == 403
            Member.objects.filter(user=cast.carl, company=cast.globex).update(role=Role.SALES)
            assert api().post(address, {}, headers=as_auditor).status == 403
        Member.objects.filter(user=cast.carl, company=cast.globex).update(role=Role.AUDITOR)
        assert api().post(address, {}, headers=as_auditor).status == 200
        assert Customer.objects.filter(user=cast.carl).count() == 1


class TestManyAtOnce:
    def test_are_decided_one_by_one_with_a_result_each(self, cast, api):
        """Case 25: bulk approve with a result per order; what cannot be decided holds up nothing."""
        first, second, late, gone = waiting(cast, 4)
        (resold,), (plain,) = waiting(cast, 1, "tess", "resello"), ordered(cast, "bea", {"DESK-01": 1})
        reject(cast, "vera", late)
        withdraw(cast, "bea", gone)
        ids = [each.number for each in (first, late, resold, second, gone, plain)] + ["CS999999", "nonsense"]

        with told_since() as news:
            answer = api("victor").post(REVIEWS, {"operation": "approve", "orderIds": ids, "note": "As agreed."})

        assert answer.status == 200
        assert [(each["index"], each["id"]) for each in answer.body] == list(enumerate(ids))
        assert [each["status"] for each in answer.body] == [200, 409, 404, 200, 409, 409, 404, 404]
        assert answer.body[0]["reviewStatus"] == answer.body[3]["reviewStatus"] == "pending"
        assert answer.body[1]["errorMessage"].startswith(f"Vera Moss already rejected order {late.number} on ")
        assert answer.body[2]["errorMessage"] == answer.body[6]["errorMessage"] == "There is no such order."
        assert [again(each).internal_note for each in (first, second)] == ["As agreed."] * 2
        assert [each for each in news if each.startswith("order.approved")] == ["order.approved to bea"] * 2
        assert [again(each).status for each in (resold, late, gone)] == ["to_be_approved", "rejected", "cancelled"]

    def test_are_rejected_for_one_reason_that_all_customers_read(self, cast, api):
        orders = waiting(cast, 2)
        body = {"operation": "reject", "orderIds": [each.number for each in orders], "reason": "Sold out."}

        answer = api("vera").post(REVIEWS, body)

        assert [each["reviewStatus"] for each in answer.body] == ["rejected", "rejected"]
        assert set(Order.objects.values_list("status", "status_reason")) == {("rejected", "Sold out.")}

    def test_refuse_what_they_cannot_read_and_who_may_not(self, cast, api, service_api):
        (order,) = waiting(cast)
        good = {"operation": "reject", "orderIds": [order.number], "reason": "No."}
        victor = api("victor")
        with nothing_changes():
            for field, wrong in (
                ("operation", {"operation": "withdraw"}),
                ("orderIds", {"orderIds": []}),
                ("orderIds", {"orderIds": [order.number] * 2}),
                ("orderIds", {"orderIds": [f"CS{1000 + each}" for each in range(101)]}),
                ("orderIds", {"orderIds": order.number}),
                ("reason", {"reason": "  "}),
                ("reason", {"reason": None}),
                ("why", {"why": "x"}),
            ):
                assert set(refused(victor.post(REVIEWS, {**good, **wrong}))[2]) == {field}, wrong
            for who in ("sam", "rik", "bea", "ana", "paula"):
                assert api(who).post(REVIEWS, good).status == 403, who
            assert service_api("order.order_read", "order.order_update").post(REVIEWS, good).status == 403


def test_approving_what_was_withdrawn_since_needs_a_reason(cast, api):
    """Case 6: the auditors are warned, a plain yes is refused, an honoured one keeps its reason from the customer."""
    (order,), (other,) = waiting(cast), waiting(cast)
    address, victor = f"{ORDERS}/{order.number}", api("victor")
    assert victor.get(address).body["warnings"] == []
    Product.objects.filter(sku="SERVER-01").update(is_active=False)
    (warning,) = victor.get(address).body["warnings"]
    told = {name: warning[name] for name in ("code", "blocks", "honourable", "sku")}
    assert told == {"code": "product_withdrawn", "blocks": True, "honourable": True, "sku": "SERVER-01"}
    assert "warnings" not in api("bea").get(address).body
    honour = {"honourAnyway": True, "honourReason": "They have waited for long."}
    with nothing_changes():
        plain = victor.post(f"{address}/approve", {"note": "Fine."})
        assert refused(plain)[0] == 409
        assert warning["message"] in [each["message"] for each in plain.body["details"]]
        for field, body in (
            ("honourReason", {"honourAnyway": True}),
            ("honourReason", {**honour, "honourReason": " "}),
            ("honourAnyway", {**honour, "honourAnyway": False}),
            ("honourAnyway", {**honour, "honourAnyway": "yes"}),
        ):
            assert set(refused(victor.post(f"{address}/approve", body))[2]) == {field}, body
        (many,) = victor.post(REVIEWS, {"operation": "approve", "orderIds": [other.number]}).body
        assert (many["status"], warning["message"] in many["errorMessage"]) == (409, True)

    assert victor.post(f"{address}/approve", honour).body["reviewStatus"] == "pending"

    assert "They have waited for long." in repr(victor.get(f"{address}/history").body)
    for who in ("bea", "ana"):
        assert "waited" not in repr(api(who).get(f"{address}/history").body)


def test_audit_trail_of_an_order_reads_the_same_for_both_sides(cast, api):
    """Who did what; neither the internal note nor what the customer's policy ruled is in it."""
    (order,) = waiting(cast)
    accept(cast, "victor", order, note="Their credit is bad.")

    events = api("victor").get(f"{ORDERS}/{order.number}/history").body

    assert [each["kind"] for each in events] == happened(order) == ["order.placed", "order.approved"]
    assert [each["number"] for each in events] == [1, 2]
    told = {name: events[1][name] for name in ("by", "role", "fromStatus", "toStatus", "channel")}
    assert told == {
        "by": "Victor Lang",
        "role": "auditor",
        "fromStatus": "to_be_approved",
        "toStatus": "pending",
        "channel": "portal",
    }
    assert api("bea").get(f"{ORDERS}/{order.number}/history").body == events
    assert "credit" not in repr(events)
    assert "5,000" not in repr(events)


def test_a_history_is_that_of_the_customer_whom_a_program_speaks_for(cast, service_api):
    (order,) = ordered(cast, "bea", {"DESK-01": 1})
    program = service_api("order.order_read")
    for path in ("", "/history"):
        assert program.get(f"/order-v2/acme/orders/{order.number}{path}", headers=saas("alice")).status == 404
        assert program.get(f"/order-v2/acme/orders/{order.number}{path}", headers=saas("bea")).status == 200
