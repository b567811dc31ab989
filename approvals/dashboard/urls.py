"""The addresses of the approvals' pages, below `/dashboard/` and in its namespace."""

from __future__ import annotations

from django.urls import path, re_path

from approvals.dashboard import many, move_views, views
from companies.portal import KeyConverter

# All moves share one name, so that a button's address follows from its move alone. Placing orders is
# the part of the app above: it adds its two moves under the same name.
MOVES = {
    "approve": move_views.approve,
    "decline": move_views.decline,
    "close": move_views.close,
    "give_up": move_views.give_up,
    "amend": move_views.amend,
    "reassign": move_views.reassign,
}

urlpatterns = [
    path("approvals/", views.approvals, name="approvals"),
    path("approvals/asked/", views.approvals_asked, name="approvals_asked"),
    path("approvals/history/", views.approvals_history, name="approvals_history"),
    path("approvals/company/", views.approvals_company, name="approvals_company"),
    path("approvals/selected/approve/", many.approve, name="approvals_approve"),
    path("approvals/selected/decline/", many.decline, name="approvals_decline"),
    path("approvals/<key:key>/", views.approval, name="approval"),
    *(
        re_path(rf"^approvals/(?P<key>{KeyConverter.regex})/(?P<move>{move})/$", view, name="approval_move")
        for move, view in MOVES.items()
    ),
]
