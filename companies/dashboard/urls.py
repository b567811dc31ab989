"""Addresses of one's company and profile, below `/dashboard/`."""

from django.urls import path

from companies.dashboard import views

urlpatterns = [
    path("company/", views.company, name="company"),
    path("profile/", views.profile, name="profile"),
]
