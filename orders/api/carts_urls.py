"""Which addresses of the storefront API are about carts?"""

from django.urls import path

from orders.api import carts, carts_items, carts_search

CART = "cart/<str:tenant>/carts/<str:cart_id>"

urlpatterns = [
    path("cart/<str:tenant>/carts", carts.Carts.as_view()),
    path("cart/<str:tenant>/carts/search", carts_search.CartSearch.as_view()),
    path(CART, carts.CartById.as_view()),
    path(f"{CART}/items", carts_items.Items.as_view()),
    path(f"{CART}/items/<str:item_id>", carts_items.ItemById.as_view()),
    path(f"{CART}/itemsBatch", carts_items.ItemsBatch.as_view()),
    path(f"{CART}/merge", carts.Merging.as_view()),
    path(f"{CART}/refresh", carts.Refreshing.as_view()),
    path(f"{CART}/changeSite", carts.ChangeOfSite.as_view()),
    path(f"{CART}/changeCurrency", carts.ChangeOfCurrency.as_view()),
    path(f"{CART}/validate", carts.Validation.as_view()),
]
