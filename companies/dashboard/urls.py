"""Addresses of one's company and profile, below `/dashboard/`."""

from django.urls import path

from companies.dashboard import views
from companies.portal import customer_area

urlpatterns = [
    path("company/", views.company, name="company"),
    path("profile/", customer_area(views.profile), name="profile"),
]
