"""Which address leads where? Each app brings its own pages; this module only says where they hang."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

import approvals.dashboard.urls
import catalog.control_panel.urls
import companies.branding
import companies.control_panel.urls
import companies.dashboard.urls
import notifications.control_panel.urls
import notifications.dashboard.urls
import orders.control_panel.urls
import orders.dashboard.approved
import orders.dashboard.urls
from companies.dashboard import passwords, views
from config import health
from config.demo_data.logins import demo_logins
from config.styleguide import styleguide
from notifications import password_pages

# A portal is one namespace, whichever app a page of it belongs to.
dashboard = [
    *orders.dashboard.urls.urlpatterns,
    *approvals.dashboard.urls.urlpatterns,
    *orders.dashboard.approved.urlpatterns,
    *companies.dashboard.urls.urlpatterns,
    *notifications.dashboard.urls.urlpatterns,
]
control_panel = [
    *companies.control_panel.urls.urlpatterns,
    *catalog.control_panel.urls.urlpatterns,
    *orders.control_panel.urls.urlpatterns,
    *notifications.control_panel.urls.urlpatterns,
]

urlpatterns = [
    path("", views.front, name="home"),
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("favicon.svg"))),
    path("sign-in/", views.SignIn.as_view(demo_logins=demo_logins if settings.DEMO else None), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("password/", password_pages.forgotten, name="password_forgotten"),
    path("password/sent/", password_pages.sent, name="password_sent"),
    path("password/<uidb64>/<token>/", passwords.NewPassword.as_view(), name="password_new"),
    path("switch/", views.switch, name="switch"),
    path("dashboard/", include((dashboard, "dashboard"))),
    path("control-panel/", include((control_panel, "control_panel"))),
    *companies.branding.urlpatterns,
    path("admin/", admin.site.urls),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path("", include("config.api")),
]

if not settings.PRODUCTION:
    urlpatterns += [
        path("styleguide/", styleguide, name="styleguide"),
        path("demo/mails/", include("notifications.demo.urls")),
    ]
