"""Addresses of the seller's own profile and of the settings of marketplaces, below `/control-panel/`."""

from django.urls import path

from companies.control_panel import views as control_panel_views
from companies.dashboard import views
from companies.portal import seller_area

urlpatterns = [
    path("profile/", seller_area(views.profile), name="profile"),
    path("settings/", control_panel_views.settings, name="settings"),
    path("settings/marketplaces/<key:key>/", control_panel_views.marketplace, name="settings_marketplace"),
]
