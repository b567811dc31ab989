"""Where are the customer's notices? Mounted inside the namespace of the dashboard."""

from django.urls import path

from companies.portal import customer_area
from notifications import pages

urlpatterns = [
    path("notices/", customer_area(pages.notices), name="notices"),
    path("notices/read-all/", customer_area(pages.notices_read_all), name="notices_read_all"),
    path("notices/<int:notice_id>/open/", customer_area(pages.notice_open), name="notice_open"),
]
