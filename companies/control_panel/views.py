"""The pages on which managers set up their marketplaces."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from companies.control_panel.forms import MarketplaceSettingsForm
from companies.control_panel.settings import changes_shown, has_settings, places_to_set, preferences_of, settings_tabs
from companies.models import Change, Marketplace
from companies.portal import blame, seller_area
from companies.services import change_marketplace
from config.kit.refused import Invalid, Late, Missing, NotYours


@require_safe
@seller_area
def settings(request: HttpRequest) -> HttpResponse:
    """Leads to the first page of settings that the reader has."""
    if not has_settings(request.seller):
        raise NotYours("Settings are for the managers of your company.")
    tabs = settings_tabs(request.seller, places_to_set(request.seller), "")
    if not tabs:
        return render(request, "control_panel/settings_none.html")
    return redirect(tabs[0]["url"])


@require_http_methods(["GET", "HEAD", "POST"])
@seller_area
def marketplace(request: HttpRequest, key: str) -> HttpResponse:
    """How a marketplace looks, sends its mails and reviews its orders, with the history of all that."""
    if not has_settings(request.seller):
        raise NotYours("Settings are for the managers of your company.")
    places = places_to_set(request.seller)
    place = next((each for each in places if each.key == key), None)
    if place is None:
        raise Missing("There is no such marketplace.")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = MarketplaceSettingsForm(*sent, place=place, preferences=preferences_of(place))
    if sent and form.is_valid() and _saved(request, form, place):
        return redirect(request.path)
    shown = {
        "place": place,
        "form": form,
        "look": [form[name] for name in form.LOOK if name in form.fields],
        "mail": [form[name] for name in form.MAIL],
        "review": [form[name] for name in form.REVIEW if name in form.fields],
        "tabs": settings_tabs(request.seller, places, request.path),
        "events": changes_shown(Change.objects.filter(marketplace=place)),
    }
    return render(request, "control_panel/settings_marketplace.html", shown, status=400 if form.errors else 200)


def _saved(request: HttpRequest, form: MarketplaceSettingsForm, place: Marketplace) -> bool:
    """Write what was typed; what is refused is shown in the form."""
    version = request.POST.get("version", "")
    try:
        changed = change_marketplace(
            actor=request.seller,
            marketplace_id=place.pk,
            wanted=form.wanted(),
            reason=form.cleaned_data["reason"],
            version=int(version) if version.isdecimal() and version.isascii() and len(version) < 10 else 0,
        )
    except Invalid as refusal:
        blame(form, refusal)
        return False
    except Late:
        text = (
            "Somebody changed these settings while you had them open; the history says what. Check them and save again."
        )
        form.add_error(None, text)
        return False
    said = (
        "Nothing was different." if changed.version == place.version else f"The settings of {changed.name} are saved."
    )
    messages.success(request, said)
    return True
