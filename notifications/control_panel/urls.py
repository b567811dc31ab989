"""Where are the seller's notices? Mounted inside the namespace of the control panel."""

from django.urls import path

from companies.portal import seller_area
from notifications import pages

urlpatterns = [
    path("notices/", seller_area(pages.notices), name="notices"),
    path("notices/read-all/", seller_area(pages.notices_read_all), name="notices_read_all"),
    path("notices/<int:notice_id>/open/", seller_area(pages.notice_open), name="notice_open"),
]
