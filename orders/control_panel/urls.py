"""The addresses of the seller's pages, below `/control-panel/` and in its namespace."""

from __future__ import annotations

from django.urls import path, re_path

from orders.control_panel import (
    behalf_subscription_views,
    behalf_views,
    move_views,
    quote_new,
    quotes,
    review_many,
    subscriptions,
    views,
)
from orders.control_panel.quote_buttons import DELETE
from orders.control_panel.quote_buttons import MOVES as QUOTE_MOVES

# All moves share one name, so that a button's address follows from its move alone.
MOVES = {
    "approve": move_views.approve,
    "reject": move_views.reject,
    "start": move_views.start,
    "complete": move_views.complete,
    "fail": move_views.fail,
    "retry": move_views.retry,
    "cancel": move_views.cancel,
}

urlpatterns = [
    path("", views.home, name="home"),
    path("review/", views.review, name="review"),
    path("review/approve/", review_many.approve, name="review_approve"),
    path("review/reject/", review_many.reject, name="review_reject"),
    path("quotes/", quotes.quotes, name="quotes"),
    path("quotes/drafts/", quotes.drafts, name="quotes_drafts"),
    path("quotes/all/", quotes.all_quotes, name="quotes_all"),
    path("quotes/new/", quote_new.new, name="quote_new"),
    path("quotes/<str:number>/", quotes.quote, name="quote"),
    path("quotes/<str:number>/edit/", quotes.edit, name="quote_edit"),
    path("quotes/<str:number>/pdf/", quotes.pdf, name="quote_pdf"),
    *(
        re_path(rf"^quotes/(?P<number>[^/]+)/(?P<move>{move})/$", quotes.move, name="quote_move")
        for move in QUOTE_MOVES
    ),
    re_path(rf"^quotes/(?P<number>[^/]+)/(?P<move>{DELETE})/$", quotes.delete, name="quote_move"),
    path("customers/", behalf_views.customers, name="behalf_customers"),
    path("customers/orders/", behalf_views.orders, name="behalf_orders"),
    path("customers/carts/", behalf_views.prepared, name="behalf_carts"),
    path("customers/subscriptions/", behalf_subscription_views.subscriptions, name="behalf_subscriptions"),
    path("customers/subscriptions/<str:number>/", behalf_subscription_views.change, name="behalf_subscription"),
    path("customers/carts/<key:key>/", behalf_views.cart, name="behalf_cart"),
    path("customers/carts/<key:key>/checkout/", behalf_views.checkout, name="behalf_checkout"),
    path("customers/carts/<key:key>/quote/", behalf_views.quote, name="behalf_quote"),
    path("customers/carts/<key:key>/restore/", behalf_views.restore, name="behalf_restore"),
    path("customers/carts/<key:key>/discard/", behalf_views.discard, name="behalf_discard"),
    path("customers/carts/<key:key>/lines/", behalf_views.add, name="behalf_lines"),
    path("customers/carts/<key:key>/lines/<key:line>/", behalf_views.change, name="behalf_line"),
    path("customers/carts/<key:key>/lines/<key:line>/remove/", behalf_views.remove, name="behalf_line_remove"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/<str:number>/", subscriptions.subscription, name="subscription"),
    path("orders/", views.orders, name="orders"),
    path("orders/<str:number>/", views.order, name="order"),
    path("orders/<str:number>/history.csv", views.history, name="order_history"),
    *(
        re_path(rf"^orders/(?P<number>[^/]+)/(?P<move>{move})/$", view, name="order_move")
        for move, view in MOVES.items()
    ),
]
