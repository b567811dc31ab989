"""The pages on which a vendor sets up its webhooks and reads what became of each call."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from companies.portal import blame, one_of, page_of, refusals, seller_area
from config.kit.refused import Invalid, NotYours
from notifications.control_panel import webhook_page as content
from notifications.control_panel.webhook_forms import CallFilter, EndpointForm
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import endpoints


def to_list(request: HttpRequest, **_: Any) -> str:
    """A refusal is read above the list."""
    return reverse("control_panel:webhooks")


def to_call(request: HttpRequest, delivery_id: int) -> str:
    """A refusal is read on the page of the call."""
    return reverse("control_panel:webhook", args=[delivery_id])


@require_safe
@seller_area
def webhooks(request: HttpRequest) -> HttpResponse:
    """Where the vendor's system is called, and all calls, the latest first."""
    now, chosen = timezone.now(), CallFilter(request.GET)
    page = page_of(request, chosen.chosen(_calls(request)))
    endpoint = WebhookEndpoint.objects.visible_to(request.seller).filter(company_id=request.seller.company_id).first()
    shown = {
        "endpoint": endpoint,
        "pairs": content.endpoint_pairs(endpoint, now) if endpoint else [],
        "secret": content.fresh_secret(request.session, endpoint) if endpoint else "",
        "sets_up": content.sets_up(request.seller),
        "tabs": content.tabs_of(request.seller, request.path),
        "of_company": request.seller.company_id is not None,
        "events": content.history_of(request.seller.company_id),
        "filter": chosen,
        "filtered": any(request.GET.get(name) for name in chosen.fields),
        "reset_url": reverse("control_panel:webhooks"),
        "page": page,
        "rows": content.call_rows(page, request.seller, now),
    }
    return render(request, "control_panel/webhooks.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
def endpoint(request: HttpRequest) -> HttpResponse:
    """Say where the system is called, or change it."""
    if not content.sets_up(request.seller):
        raise NotYours("Webhooks are set up by the managers of a vendor.")
    found = WebhookEndpoint.objects.visible_to(request.seller).first()
    initial = {"url": found.url, "description": found.description, "is_active": found.is_active} if found else None
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _saved(request, form, found):
        return redirect("control_panel:webhooks")
    shown = {"form": form, "endpoint": found}
    return render(request, "control_panel/webhook_endpoint.html", shown, status=400 if form.errors else 200)


@require_POST
@seller_area
@refusals(back=to_list)
def secret(request: HttpRequest) -> HttpResponse:
    """A new secret, shown once on the page that follows."""
    renewed = endpoints.renew_secret(actor=request.seller, company_id=_company(request))
    _remember(request, renewed)
    messages.success(request, "There is a new secret. The former one signs, too, for a day.")
    return redirect("control_panel:webhooks")


@require_POST
@seller_area
@refusals(back=to_list)
def test(request: HttpRequest) -> HttpResponse:
    """Call the system with a test; what becomes of it stands on its page."""
    call = endpoints.send_test(actor=request.seller, company_id=_company(request))
    messages.success(request, "The test is on its way. This page says what became of it; load it again in a moment.")
    return redirect("control_panel:webhook", call.pk)


@require_safe
@seller_area
def webhook(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """One call: what was sent, and each attempt."""
    call = one_of(_calls(request).filter(pk=delivery_id), "call")
    return render(request, "control_panel/webhook.html", content.call_page(call, request.seller, timezone.now()))


@require_POST
@seller_area
@refusals(back=to_call)
def again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Make a call once more."""
    endpoints.send_again(actor=request.seller, delivery_id=delivery_id)
    messages.success(request, "It is sent again.")
    return redirect("control_panel:webhook", delivery_id)


def _calls(request: HttpRequest):
    """The calls that the reader may look at; refuses who looks at none."""
    if not content.has_webhooks(request.seller):
        raise NotYours("Webhooks are for the auditors and managers of a vendor.")
    return WebhookDelivery.objects.visible_to(request.seller).select_related("company")


def _company(request: HttpRequest) -> int:
    if not content.sets_up(request.seller):
        raise NotYours("Webhooks are set up by the managers of a vendor.")
    return int(request.seller.company_id or 0)


def _saved(request: HttpRequest, form: EndpointForm, found: WebhookEndpoint | None) -> bool:
    """Write what was typed; what is refused is shown in the form."""
    given, who = form.cleaned_data, {"actor": request.seller, "company_id": _company(request)}
    try:
        if found is None:
            made = endpoints.add_endpoint(url=given["url"], description=given["description"], **who)
            _remember(request, made)
        else:
            endpoints.change_endpoint(**given, **who)
    except Invalid as refusal:
        blame(form, refusal)
        return False
    messages.success(request, "Saved. What waits is called now." if given["is_active"] else "Saved.")
    return True


def _remember(request: HttpRequest, endpoint: WebhookEndpoint) -> None:
    """That there is a fresh secret to show; the secret itself is derived again when it is shown."""
    request.session[content.FRESH] = [endpoint.pk, endpoint.secret_version]
