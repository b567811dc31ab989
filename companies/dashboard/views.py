"""Pages about who one is: signing in and out, choosing a company, the company itself, one's profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.dashboard.company import active_of, company_page, people_of
from companies.dashboard.forms import ProfileForm, SignInForm, profile_of
from companies.models import Company, Tenant
from companies.portal import customer_area, page_of, refusals
from companies.reader import CUSTOMER_COMPANY, HOMES, MARKETPLACE, SELLER_COMPANY, TENANT
from companies.roles import CompanyKind
from companies.services.profile import change_profile
from config.kit.refused import Missing


class SignIn(LoginView):
    """Sign in and go where one wanted to go, where that is an address of ours."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    # Whom a visitor of the demo can be: a function answering logins; nobody elsewhere.
    demo_logins: Callable[[], list[dict[str, str]]] | None = None

    def get_redirect_url(self) -> str:
        """The wanted address; not this page again."""
        wanted = super().get_redirect_url()
        return "" if wanted.startswith(self.request.path) else wanted

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """On the demo also whom one can be."""
        logins = self.demo_logins() if self.demo_logins else []
        return super().get_context_data(demo_logins=logins, **kwargs)


def account_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """For which account a password is tried (called by django-axes): the address, whatever its capitals."""
    typed = credentials if credentials is not None else request.POST
    return str(typed.get("username") or "").lower()


def sign_in_paused(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """Too many wrong passwords: the sign-in page says how long to wait (called by django-axes)."""
    form = SignInForm(request)
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    messages.error(
        request,
        f"There were too many wrong passwords for this account. Wait {minutes} minutes, then try again, or choose "
        "a new password by mail.",
    )
    return render(request, "accounts/sign_in.html", {"form": form}, status=429)


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Send everybody where they belong."""
    return redirect(request.portal.home if request.user.is_authenticated else reverse("sign_in"))


@require_POST
@login_required
@refusals
def switch(request: HttpRequest) -> HttpResponse:
    """Work for another company, shop on another marketplace, or (platform staff) look at another tenant."""
    if "company" in request.POST:
        return _switch_company(request, request.POST["company"])
    if "marketplace" in request.POST:
        return _switch_marketplace(request, request.POST["marketplace"])
    return _switch_tenant(request, request.POST.get("tenant", ""))


def _switch_company(request: HttpRequest, wanted: str) -> HttpResponse:
    member = next((m for m in request.portal.choices if str(m.company_id) == wanted), None)
    if member is None:
        raise Missing("You are no active member of this company.")
    buys = member.company.kind == CompanyKind.CUSTOMER
    request.session[CUSTOMER_COMPANY if buys else SELLER_COMPANY] = member.company_id
    messages.info(request, f"You now work for {member.company.name}.")
    return redirect(HOMES["dashboard" if buys else "control_panel"])


def _switch_marketplace(request: HttpRequest, wanted: str) -> HttpResponse:
    place = next((place for place in request.portal.marketplaces if place.key == wanted), None)
    if place is None:
        raise Missing("There is no such marketplace.")
    request.session[MARKETPLACE] = place.key
    return redirect("dashboard:cart" if request.POST.get("to") == "cart" else "dashboard:shop")


def _switch_tenant(request: HttpRequest, wanted: str) -> HttpResponse:
    tenant = Tenant.objects.filter(key=wanted).first() if request.portal.is_staff and "\x00" not in wanted else None
    if tenant is None:
        raise Missing("There is no such tenant.")
    request.session[TENANT] = tenant.pk
    return redirect(HOMES["control_panel"])


@require_safe
@customer_area
def company(request: HttpRequest) -> HttpResponse:
    """The company one buys for: its people, what they may do, and where it is."""
    acting_for = Company.objects.visible_to(request.actor).filter(pk=request.actor.company_id).first()
    if acting_for is None:
        return render(request, "dashboard/company_private.html")
    people = people_of(acting_for)
    page = page_of(request, active_of(people), 50)
    shown = company_page(acting_for, people, page, request.actor)
    return render(request, "dashboard/company.html", {**shown, "members": page})


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own names, language and time zone; the same page in both portals."""
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=profile_of(request.user))
    if request.method == "POST" and form.is_valid():
        change_profile(actor=request.actor or request.seller, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect(f"{request.area}:profile")
    account = [("Name", request.user.name), ("E-mail", request.user.email)]
    shown = {"form": form, "account": account, "frame": f"base_{request.area}.html"}
    return render(request, "dashboard/profile.html", shown, status=400 if form.errors else 200)
