"""Which addresses of the storefront API are the quote service's?"""

from django.urls import path

from orders.api import quotes, quotes_reasons

QUOTE = "quote/<str:tenant>/quotes/<str:quote_id>"

urlpatterns = [
    path("quote/<str:tenant>/quotes", quotes.Quotes.as_view()),
    path(QUOTE, quotes.QuoteById.as_view()),
    path(f"{QUOTE}/history", quotes.QuoteHistory.as_view()),
    path(f"{QUOTE}/pdf", quotes.QuotePdf.as_view()),
    path("quote/<str:tenant>/quote-reasons", quotes_reasons.QuoteReasons.as_view()),
    path("quote/<str:tenant>/quote-reasons/<str:reason_id>", quotes_reasons.QuoteReasonById.as_view()),
]
