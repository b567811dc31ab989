"""Which addresses of the storefront API are about products and prices?"""

from django.urls import path

from catalog.api import prices, products

urlpatterns = [
    path("product/<str:tenant>/products", products.Products.as_view()),
    path("product/<str:tenant>/products/search", products.ProductSearch.as_view()),
    path("product/<str:tenant>/products/<str:product_id>", products.ProductById.as_view()),
    path("product/<str:tenant>/search", products.ProductsByYrn.as_view()),
    path("price/<str:tenant>/match-prices-by-context", prices.MatchByContext.as_view()),
    path("price/<str:tenant>/match-prices", prices.Match.as_view()),
]
