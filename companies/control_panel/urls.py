"""Addresses of the seller's own profile, below `/control-panel/`."""

from django.urls import path

from companies.dashboard import views
from companies.portal import seller_area

urlpatterns = [
    path("profile/", seller_area(views.profile), name="profile"),
]
