"""Addresses of home, shop, cart, checkout, quotes and orders, below `/dashboard/`."""

from django.urls import path

from companies import portal  # noqa: F401 - registers the converter `key`
from orders.dashboard.views import (
    cart,
    checkout,
    home,
    orders,
    quote_accepting,
    quote_asking,
    quotes,
    shop,
    subscriptions,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("shop/", shop.shop, name="shop"),
    path("shop/<key:key>/", shop.product, name="product"),
    path("cart/", cart.cart, name="cart"),
    path("cart/lines/", cart.add, name="cart_lines"),
    path("cart/lines/<key:key>/", cart.change, name="cart_line"),
    path("cart/lines/<key:key>/remove/", cart.remove, name="cart_line_remove"),
    path("cart/save/", cart.save, name="cart_save"),
    path("cart/empty/", cart.empty, name="cart_empty"),
    path("cart/restore/<key:key>/", cart.restore, name="cart_restore"),
    path("cart/discard/<key:key>/", cart.discard, name="cart_discard"),
    path("cart/quote/", quote_asking.ask, name="quote_ask"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/done/<key:key>/", checkout.done, name="checkout_done"),
    path("quotes/", quotes.quotes, name="quotes"),
    path("quotes/<key:number>/", quotes.quote, name="quote"),
    path("quotes/<key:number>/pdf/", quotes.pdf, name="quote_pdf"),
    path("quotes/<key:number>/accept/", quote_accepting.accept, name="quote_accept"),
    path("quotes/<key:number>/note/", quotes.note, name="quote_note"),
    path("quotes/<key:number>/payment/", quote_accepting.pay, name="quote_payment"),
    path("quotes/<key:number>/<slug:move>/", quotes.answer, name="quote_answer"),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/<key:number>/", subscriptions.subscription, name="subscription"),
    path("subscriptions/<key:number>/change/", subscriptions.change, name="subscription_change"),
    path("subscriptions/<key:number>/terminate/", subscriptions.end, name="subscription_terminate"),
    path("subscriptions/<key:number>/<slug:move>/", subscriptions.move, name="subscription_move"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<key:number>/", orders.order, name="order"),
    path("orders/<key:number>/history.csv", orders.history, name="order_history"),
    path("orders/<key:number>/again/", orders.again, name="order_again"),
    path("orders/<key:number>/<slug:move>/", orders.move, name="order_move"),
]
