"""Addresses of the settings of products and offers, below `/control-panel/`."""

from django.urls import path

from catalog.control_panel import views

urlpatterns = [
    path("settings/products/", views.products, name="settings_products"),
    path("settings/marketplaces/<key:key>/offers/", views.offers, name="settings_offers"),
]
