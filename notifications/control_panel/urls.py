"""Where are the seller's notices and webhooks? Mounted inside the namespace of the control panel."""

from django.urls import path

from companies.portal import seller_area
from notifications import pages
from notifications.control_panel import webhooks

urlpatterns = [
    path("notices/", seller_area(pages.notices), name="notices"),
    path("notices/read-all/", seller_area(pages.notices_read_all), name="notices_read_all"),
    path("notices/<int:notice_id>/open/", seller_area(pages.notice_open), name="notice_open"),
    path("webhooks/", webhooks.webhooks, name="webhooks"),
    path("webhooks/endpoint/", webhooks.endpoint, name="webhook_endpoint"),
    path("webhooks/secret/", webhooks.secret, name="webhook_secret"),
    path("webhooks/test/", webhooks.test, name="webhook_test"),
    path("webhooks/<int:delivery_id>/", webhooks.webhook, name="webhook"),
    path("webhooks/<int:delivery_id>/again/", webhooks.again, name="webhook_again"),
]
