"""Where are the pages about notices in these tests? Only they and what the frame of a page leads to."""

from django.http import HttpResponse
from django.urls import include, path

from notifications.control_panel import urls as seller
from notifications.dashboard import urls as customer


def elsewhere(_request, **_ignored):
    return HttpResponse("elsewhere")


def area(notices, *more):
    return [path("", elsewhere, name="home"), *notices, *more]


dashboard = area(
    customer.urlpatterns,
    path("profile/", elsewhere, name="profile"),
    path("approvals/<str:key>/", elsewhere, name="approval"),
)
urlpatterns = [
    path("admin/", include(([path("", elsewhere, name="index")], "admin"))),
    path("sign-in/", elsewhere, name="sign_in"),
    path("sign-out/", elsewhere, name="sign_out"),
    path("switch/", elsewhere, name="switch"),
    path("", elsewhere, name="home"),
    path("dashboard/", include((dashboard, "dashboard"))),
    path("control-panel/", include((area(seller.urlpatterns), "control_panel"))),
    path("demo/mails/", include("notifications.demo.urls")),
]
