"""Where does the storefront API hang? Each app brings its own addresses; no address ends with a slash.

What begins like an address of the API and is none is answered 404 in JSON, in the body of its
service. That also keeps Django from redirecting to an address with a slash, which would lose a POST.
Some services are not here at all; clients ask them too, and read JSON whatever the answer.
"""

from django.http import HttpRequest, JsonResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

import approvals.api.urls
import catalog.api.urls
import companies.api.urls
import orders.api.carts_urls
import orders.api.orders_urls
import orders.api.quotes_urls
import orders.api.subscriptions_urls
from companies.api.errors import ApiError, Family, body_of
from config.openapi import views as openapi

FAMILIES = {
    "api": Family.CODE,
    "approval": Family.CORE,
    "cart": Family.CODE,
    "checkout": Family.YAAS,
    "configuration": Family.CONFIGURATION,
    "customer": Family.CUSTOMER,
    "customerlogin": Family.CUSTOMER,
    "customer-management": Family.CODE,
    "iam": Family.CODE,
    "oauth": Family.CODE,
    "order-v2": Family.YAAS,
    "payment-gateway": Family.CODE,
    "price": Family.CODE,
    "product": Family.CODE,
    "quote": Family.CODE,
    "session-context": Family.CODE,
    "shipping": Family.CODE,
    "site": Family.CODE,
    "subscription": Family.YAAS,
}


@csrf_exempt
def unknown(request: HttpRequest, service: str) -> JsonResponse:
    """There is no such address."""
    error = ApiError(404, "There is nothing at this address.")
    return JsonResponse(body_of(error, FAMILIES[service]), status=error.status)


urlpatterns = [
    *companies.api.urls.urlpatterns,
    *approvals.api.urls.urlpatterns,
    *catalog.api.urls.urlpatterns,
    *orders.api.carts_urls.urlpatterns,
    *orders.api.orders_urls.urlpatterns,
    *orders.api.quotes_urls.urlpatterns,
    *orders.api.subscriptions_urls.urlpatterns,
    path("api/schema/", openapi.schema, name="api_schema"),
    path("api/docs/", openapi.Docs.as_view(), name="api_docs"),
    re_path(rf"^(?P<service>{'|'.join(FAMILIES)})(?:/.*)?$", unknown),
]
