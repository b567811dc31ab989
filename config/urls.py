"""Which address leads where? Each app brings its own pages; this module only says where they hang."""

from django.conf import settings
from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from config import health
from config.styleguide import styleguide

urlpatterns = [
    path("", RedirectView.as_view(url="/dashboard/"), name="home"),
    path("admin/", admin.site.urls),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
]

if not settings.PRODUCTION:
    urlpatterns.append(path("styleguide/", styleguide, name="styleguide"))
