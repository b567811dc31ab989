"""Who gets which answer where? Every endpoint there is by every kind of caller: the table of what the API permits.

Everything asked about is Rita's, a requester of Northwind, or of her company. Each cell is the status of one
well-formed request; a refusal leaves every row as it was.
"""

from datetime import timedelta

import pytest
from django.db import transaction

from companies.scopes import CLIENT_SCOPES
from tests.api.buying import saas
from tests.api.everything import OPERATIONS, SESSION, Scene
from tests.fuzz.bounds import undone
from tests.stories.scenes import nothing_changes
from tests.world import scene

pytestmark = pytest.mark.django_db

# The requester, who owns everything; the approver, an admin; another admin; a buyer; a colleague, also a requester; a
# contact; an admin of another company; a private customer; an auditor; somebody of another tenant; a program with every
# scope; a visitor; an expired token; none.
CALLERS = ("rita", "ana", "tom", "bea", "nora", "carl", "alice", "paula", "victor", "olga", "program", "visitor")
CALLERS += ("expired", "nobody")
TABLE = """
operation                                            rita ana tom bea nor car ali pau vic olg pro vis exp nob
GET-customer-login-anonymous                         200 200 200 200 200 200 200 200 200 200 200 200 200 200
GET-customer-refresh-anonymous                       200 200 200 200 200 200 200 200 200 200 200 200 200 200
POST-customer-login                                  200 200 200 200 200 200 200 200 200 403 403 200 401 401
GET-customer-refresh-token                           200 200 200 200 200 200 200 200 200 403 403 200 401 401
GET-customer-validate-token                          200 200 200 200 200 200 200 200 200 403 403 403 401 401
GET-customer-logout                                  204 204 204 204 204 204 204 204 204 403 403 403 401 401
GET-customer-retrieve-me                             200 200 200 200 200 200 200 200 200 403 403 200 401 401
GET-customer-list-addresses                          200 200 200 200 200 200 200 200 200 403 403 403 401 401
POST-customer-add-address                            201 201 201 201 201 201 201 201 403 403 403 403 401 401
GET-customer-retrieve-address                        200 404 404 404 404 404 404 404 404 403 403 403 401 401
PUT-customer-update-address                          200 404 404 404 404 404 404 404 403 403 403 403 401 401
PATCH-customer-update-address                        200 404 404 404 404 404 404 404 403 403 403 403 401 401
DELETE-customer-remove-address                       204 404 404 404 404 404 404 404 403 403 403 403 401 401
GET-customer-management-list-legal-entities          200 200 200 200 200 200 200 200 403 403 200 403 401 401
POST-customer-management-create-legal-entity         403 403 403 403 403 403 403 403 403 403 201 403 401 401
GET-customer-management-retrieve-legal-entity        200 200 200 200 200 200 404 404 403 403 200 403 401 401
PUT-customer-management-upsert-legal-entity          403 403 403 403 403 403 403 403 403 403 204 403 401 401
DELETE-customer-management-remove-legal-entity       403 403 403 403 403 403 403 403 403 403 204 403 401 401
POST-customer-management-search-legal-entities       200 200 200 200 200 200 200 200 403 403 200 403 401 401
GET-customer-management-retrieve-parent-hierarchy    200 200 200 200 200 200 404 404 403 403 200 403 401 401
GET-customer-management-list-contact-assignments     200 200 200 200 200 200 200 200 403 403 200 403 401 401
POST-customer-management-create-contact-assignment   403 403 403 403 403 403 403 403 403 403 201 403 401 401
GET-customer-management-retrieve-contact-assignment  200 200 200 200 200 200 404 404 403 403 200 403 401 401
PUT-customer-management-upsert-contact-assignment    403 403 403 403 403 403 403 403 403 403 204 403 401 401
DELETE-customer-management-remove-contact-assignment 403 403 403 403 403 403 403 403 403 403 204 403 401 401
PATCH-customer-management-update-contact-assignment  403 403 403 403 403 403 403 403 403 403 204 403 401 401
GET-customer-management-list-locations               200 200 200 200 200 200 200 200 403 403 200 403 401 401
POST-customer-management-create-location             403 403 403 403 403 403 403 403 403 403 201 403 401 401
GET-customer-management-retrieve-location            200 200 200 200 200 200 404 404 403 403 200 403 401 401
PUT-customer-management-upsert-location              403 403 403 403 403 403 403 403 403 403 204 403 401 401
DELETE-customer-management-remove-location           403 403 403 403 403 403 403 403 403 403 204 403 401 401
PATCH-customer-management-update-location            403 403 403 403 403 403 403 403 403 403 204 403 401 401
GET-iam-list-tenant-user-groups                      200 200 200 200 200 200 200 200 403 403 200 403 401 401
GET-iam-retrieve-group                               200 200 200 200 200 200 404 404 403 403 200 403 401 401
GET-iam-list-group-users                             200 200 200 200 200 200 404 404 403 403 200 403 401 401
POST-iam-add-user-to-group                           403 201 201 403 403 403 404 403 403 403 201 403 401 401
DELETE-iam-remove-user-from-group                    403 204 204 403 403 403 404 403 403 403 204 403 401 401
DELETE-iam-remove-user-of-type-from-group            403 204 204 403 403 403 404 403 403 403 204 403 401 401
GET-iam-retrieve-own-user-scopes                     200 200 200 200 200 200 200 200 200 403 200 403 401 401
GET-iam-list-groups-of-user                          200 200 200 200 200 200 404 404 403 403 200 403 401 401
GET-product-list-products                            200 200 200 200 200 200 200 200 200 403 200 200 401 401
GET-product-retrieve-product                         200 200 200 200 200 200 200 200 200 403 200 200 401 401
POST-product-search-products                         200 200 200 200 200 200 200 200 200 403 200 200 401 401
POST-product-search-products-by-yrn                  200 200 200 200 200 200 200 200 200 403 200 200 401 401
POST-price-match-prices-by-context                   200 200 200 200 200 200 200 200 200 403 403 200 401 401
POST-price-match-prices                              403 403 403 403 403 403 403 403 403 403 200 403 401 401
POST-cart-create-cart                                201 201 201 201 201 201 201 201 403 403 201 201 401 401
GET-cart-retrieve-cart-by-criteria                   200 404 404 404 404 404 404 404 403 403 200 404 401 401
POST-cart-search-carts                               200 200 200 200 200 200 200 200 403 403 200 200 401 401
GET-cart-retrieve-cart                               200 404 404 404 404 404 404 404 403 403 200 404 401 401
PUT-cart-update-cart                                 204 404 404 404 404 404 404 404 403 403 204 404 401 401
DELETE-cart-remove-cart                              204 404 404 404 404 404 404 404 403 403 204 404 401 401
GET-cart-retrieve-cart-items                         200 404 404 404 404 404 404 404 403 403 200 404 401 401
POST-cart-add-item-to-cart                           201 404 404 404 404 404 404 404 403 403 201 404 401 401
DELETE-cart-remove-cart-items                        204 404 404 404 404 404 404 404 403 403 204 404 401 401
GET-cart-retrieve-cart-item                          200 404 404 404 404 404 404 404 403 403 200 404 401 401
PUT-cart-update-item-details                         204 404 404 404 404 404 404 404 403 403 204 404 401 401
DELETE-cart-remove-cart-item                         204 404 404 404 404 404 404 404 403 403 204 404 401 401
POST-cart-add-cart-items                             200 404 404 404 404 404 404 404 403 403 200 404 401 401
PUT-cart-update-cart-items                           200 404 404 404 404 404 404 404 403 403 200 404 401 401
POST-cart-merge-carts                                200 404 404 404 404 404 404 404 403 403 200 403 401 401
PUT-cart-refresh-cart                                204 404 404 404 404 404 404 404 403 403 204 404 401 401
POST-cart-change-site                                200 404 404 404 404 404 404 404 403 403 200 404 401 401
POST-cart-change-currency                            200 404 404 404 404 404 404 404 403 403 200 404 401 401
GET-cart-validate-cart                               200 404 404 404 404 404 404 404 403 403 200 404 401 401
POST-approval-check-approval                         200 400 400 400 400 400 404 404 403 403 403 403 401 401
POST-approval-preview-approval                       200 400 400 400 400 400 404 404 403 403 403 403 401 401
POST-approval-search-users                           200 400 400 400 400 400 404 400 403 403 403 403 401 401
POST-approval-create-approval                        201 400 400 400 400 400 404 400 403 403 403 403 401 401
GET-approval-list-approvals                          200 200 200 200 200 200 200 200 403 403 403 403 401 401
GET-approval-retrieve-approval                       200 200 404 404 404 404 404 404 403 403 403 403 401 401
PATCH-approval-update-approval                       400 204 404 404 404 404 404 404 403 403 403 403 401 401
DELETE-approval-remove-approval                      204 204 404 404 404 404 404 404 403 403 403 403 401 401
POST-approval-give-up-approval                       204 204 404 404 404 404 404 404 403 403 403 403 401 401
POST-quote-create-quote                              201 404 404 404 404 403 404 404 403 403 201 403 401 401
GET-quote-list-quotes                                200 200 200 200 200 403 200 200 403 403 200 403 401 401
GET-quote-retrieve-quote                             200 404 404 404 404 403 404 404 403 403 200 403 401 401
PATCH-quote-update-quote                             204 404 404 404 404 403 404 404 403 403 204 403 401 401
DELETE-quote-remove-quote                            403 403 403 403 403 403 403 403 403 403 204 403 401 401
GET-quote-retrieve-quote-history                     403 403 403 403 403 403 403 403 403 403 200 403 401 401
POST-quote-generate-quote-pdf                        200 404 404 404 404 403 404 404 403 403 200 403 401 401
POST-quote-create-quote-reason                       403 403 403 403 403 403 403 403 403 403 201 403 401 401
GET-quote-list-reasons                               200 200 200 200 200 403 200 200 403 403 200 403 401 401
GET-quote-retrieve-reason                            200 200 200 200 200 403 200 200 403 403 200 403 401 401
PUT-quote-update-reason                              403 403 403 403 403 403 403 403 403 403 204 403 401 401
DELETE-quote-remove-reason                           403 403 403 403 403 403 403 403 403 403 204 403 401 401
POST-checkout-trigger-checkout                       403 200 404 404 404 404 404 404 403 403 403 403 401 401
GET-order-list-orders                                200 200 200 200 200 200 200 200 200 403 200 403 401 401
GET-order-retrieve-order-storefront                  200 200 200 404 404 404 404 404 200 403 200 403 401 401
GET-order-retrieve-transitions                       200 200 200 404 404 404 404 404 200 403 200 403 401 401
POST-order-update-order-transition-storefront        204 204 204 404 404 404 404 404 204 403 204 403 401 401
POST-order-approve-order                             403 403 403 403 403 403 403 403 200 403 403 403 401 401
POST-order-reject-order                              403 403 403 403 403 403 403 403 200 403 403 403 401 401
POST-order-withdraw-order                            200 200 200 404 404 404 404 404 403 403 403 403 401 401
POST-order-start-order                               403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-complete-order                            403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-fail-order                                403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-retry-order                               403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-cancel-order                              200 200 200 404 404 404 404 404 200 403 200 403 401 401
GET-order-retrieve-order-history                     200 200 200 404 404 404 404 404 200 403 200 403 401 401
POST-order-review-orders                             403 403 403 403 403 403 403 403 200 403 403 403 401 401
GET-order-retrieve-delivery                          403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-complete-delivery                         403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-fail-delivery                             403 403 403 403 403 403 403 403 200 403 200 403 401 401
GET-order-retrieve-legal-entity-orders               200 200 200 200 200 403 404 403 403 403 403 403 401 401
GET-order-retrieve-legal-entity-order                200 200 200 404 404 403 404 403 403 403 403 403 401 401
GET-order-retrieve-tenant-orders                     403 403 403 403 403 403 403 403 200 403 200 403 401 401
GET-order-retrieve-order-employee                    403 403 403 403 403 403 403 403 200 403 200 403 401 401
PATCH-order-partial-update-order                     403 403 403 403 403 403 403 403 204 403 204 403 401 401
GET-order-retrieve-order-transitions                 403 403 403 403 403 403 403 403 200 403 200 403 401 401
POST-order-update-order-transition-employee          403 403 403 403 403 403 403 403 204 403 204 403 401 401
GET-subscription-list-subscriptions                  200 200 200 200 200 200 200 200 200 403 200 403 401 401
GET-subscription-retrieve-subscription               200 200 200 404 404 404 404 404 200 403 200 403 401 401
GET-subscription-retrieve-history                    200 200 200 404 404 404 404 404 200 403 200 403 401 401
POST-subscription-preview-change                     200 200 200 404 404 403 404 404 403 403 403 403 401 401
POST-subscription-change-subscription                201 201 201 404 404 403 404 404 403 403 403 403 401 401
POST-subscription-stop-renewing                      200 200 200 404 404 403 404 404 403 403 403 403 401 401
POST-subscription-resume-renewing                    200 200 200 404 404 403 404 404 403 403 403 403 401 401
POST-subscription-terminate                          200 200 200 404 404 403 404 404 403 403 403 403 401 401
GET-subscription-list-changes                        200 200 200 200 200 200 200 200 200 403 200 403 401 401
GET-subscription-retrieve-change                     200 200 200 404 404 404 404 404 404 403 404 403 401 401
POST-subscription-order-change                       403 200 403 404 404 403 404 404 403 403 403 403 401 401
POST-subscription-decline-change                     403 200 403 404 404 403 404 404 403 403 403 403 401 401
POST-subscription-withdraw-change                    200 403 403 404 404 403 404 404 403 403 403 403 401 401
GET-configuration-list-config                        403 403 403 403 403 403 403 403 403 403 200 403 401 401
POST-configuration-create-config                     403 403 403 403 403 403 403 403 403 403 201 403 401 401
GET-configuration-retrieve-config                    403 403 403 403 403 403 403 403 403 403 200 403 401 401
PUT-configuration-update-config                      403 403 403 403 403 403 403 403 403 403 200 403 401 401
DELETE-configuration-remove-config                   403 403 403 403 403 403 403 403 403 403 204 403 401 401
"""


# Sellers' people: the vendor's sales and manager, a peer vendor's auditor, and a reseller's auditor, manager and sales,
# who have no part in anything of Rita's. What is not in this table they are answered as the auditor above.
SELLERS = ("sam", "vera", "ines", "roos", "mies", "rik")
TABLE_OF_SELLERS = """
operation                                            sam ver ine roo mie rik
GET-quote-list-quotes                                200 200 403 403 200 200
GET-quote-retrieve-quote                             200 200 403 403 404 404
PATCH-quote-update-quote                             204 204 403 403 404 404
DELETE-quote-remove-quote                            204 204 403 403 404 404
GET-quote-retrieve-quote-history                     200 200 403 403 404 404
POST-quote-generate-quote-pdf                        200 200 403 403 404 404
GET-quote-list-reasons                               200 200 403 403 200 200
GET-quote-retrieve-reason                            200 200 403 403 200 200
GET-order-retrieve-order-storefront                  200 200 404 404 404 404
GET-order-retrieve-transitions                       200 200 404 404 404 404
POST-order-update-order-transition-storefront        403 204 404 404 404 403
POST-order-approve-order                             403 200 404 404 404 403
POST-order-reject-order                              403 200 404 404 404 403
POST-order-review-orders                             403 200 200 200 200 403
POST-order-start-order                               403 200 404 404 404 403
POST-order-complete-order                            403 200 404 404 404 403
POST-order-fail-order                                403 200 404 404 404 403
POST-order-retry-order                               403 200 404 404 404 403
POST-order-cancel-order                              403 200 404 404 404 403
GET-order-retrieve-order-history                     200 200 404 404 404 404
GET-order-retrieve-delivery                          404 200 404 404 404 404
POST-order-complete-delivery                         403 200 404 404 404 403
POST-order-fail-delivery                             403 200 404 404 404 403
GET-subscription-retrieve-subscription               200 200 404 404 404 404
GET-subscription-retrieve-history                    200 200 404 404 404 404
GET-order-retrieve-order-employee                    200 200 404 404 404 404
PATCH-order-partial-update-order                     403 204 404 404 404 403
GET-order-retrieve-order-transitions                 200 200 404 404 404 404
POST-order-update-order-transition-employee          403 204 404 404 404 403
"""


def rows_of(text, callers):
    lines = [line.split() for line in text.strip().splitlines()[1:]]
    return {operation: dict(zip(callers, map(int, cells), strict=True)) for operation, *cells in lines}


def table():
    """What everybody is answered, by operation and name."""
    sellers = rows_of(TABLE_OF_SELLERS, SELLERS)
    return {
        operation: cells | sellers.get(operation, dict.fromkeys(SELLERS, cells["victor"]))
        for operation, cells in rows_of(TABLE, CALLERS).items()
    }


def worlds():
    """Operations of one service are tried in one world, so many at most."""
    services = {}
    for operation, (_, path) in OPERATIONS.items():
        services.setdefault(path.split("/")[1], []).append(operation)
    return [
        pytest.param(part, id=f"{service}-{number}")
        for service, operations in sorted(services.items())
        for number, part in enumerate(batched(operations, 8))
    ]


def batched(items, size):
    return [items[start : start + size] for start in range(0, len(items), size)]


@scene
def scene(cast):
    """What there is of Rita's, and Nora, whom the cast does not have."""
    return Scene(cast)


@pytest.fixture
def callers(scene, api, anonymous_api, service_api):
    """Everybody, by name, with a token for `acme`'s addresses."""

    def called(who):
        match who:
            case "program":
                return service_api(*CLIENT_SCOPES)
            case "visitor":
                return anonymous_api()
            case "expired":
                return api("rita", life=timedelta(hours=-1))
            case "nobody":
                return api()
        return api(who)

    return {who: called(who) for who in (*CALLERS, *SELLERS)}


def test_the_table_has_every_endpoint():
    assert set(table()) == set(OPERATIONS)
    assert set(rows_of(TABLE_OF_SELLERS, SELLERS)) <= set(OPERATIONS)


@pytest.mark.parametrize("operations", worlds())
def test_who_gets_which_answer(scene, callers, operations):
    callers["rita"].row.session_key = SESSION
    callers["rita"].row.save()
    expected, wrong = table(), {}
    for operation in operations:
        with undone():
            for who, status in answers(scene, callers, operation).items():
                if status != expected[operation][who]:
                    wrong[operation, who] = status
    assert wrong == {}


def answers(scene, callers, operation):
    """The status that each of them gets; a refusal leaves every row as it was."""
    method, path = scene.path(operation)
    queries = {who: scene.query(operation, who) for who in callers}

    def status(who):
        headers = saas(who) if operation == "POST-checkout-trigger-checkout" else None
        return callers[who].call(method, path, scene.body(operation, who), queries[who], headers).status

    found = {}
    with nothing_changes():
        for who in callers:
            with transaction.atomic():
                found[who] = status(who)
                transaction.set_rollback(found[who] < 400)  # what a refusal did would be there to be seen
    return found
