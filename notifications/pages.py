"""The list of notices, the same page in both portals.

Each portal wraps these views in its area (`dashboard/urls.py`, `control_panel/urls.py`). Reading a
notice changes it, so opening one is a POST.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from companies.addressing import prefixed
from companies.portal import one_of, page_of
from notifications.inbox import entry
from notifications.models import Notice, NoticeQuerySet


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """The reader's notices, newest first; `?show=unread` only those not read yet."""
    mine = _mine(request)
    unread_only = request.GET.get("show") == "unread"
    unread = mine.unread().count()
    page = page_of(request, (mine.unread() if unread_only else mine).order_by("-created_at", "-pk"))
    page.object_list = [entry(notice, request.user.time_zone) for notice in page.object_list]
    address = _list_url(request)
    tabs = [
        {"label": "All", "url": address, "current": not unread_only},
        {"label": "Unread", "url": f"{address}?show=unread", "count": unread or None, "current": unread_only},
    ]
    shown = {"page": page, "tabs": tabs, "unread": unread, "unread_only": unread_only}
    return render(request, "dashboard/notices.html", shown | {"frame": f"base_{request.area}.html"})


@require_POST
def notice_open(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    notice = one_of(_mine(request).filter(pk=notice_id), "notice")
    _read(_mine(request).filter(pk=notice_id))
    return redirect(prefixed(notice.url) or _list_url(request))


@require_POST
def notices_read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    _read(_mine(request))
    return redirect(_list_url(request))


def _mine(request: HttpRequest) -> NoticeQuerySet:
    return Notice.objects.visible_to(request.seller if request.area == "control_panel" else request.actor)


def _read(some: NoticeQuerySet) -> None:
    some.unread().update(read_at=timezone.now())


def _list_url(request: HttpRequest) -> str:
    return reverse(f"{request.area}:notices")
