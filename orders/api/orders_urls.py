"""Which addresses of the storefront API are the checkout's and the order service's?"""

from django.urls import path

from orders.api import checkout_views, deliveries, orders_reviews, orders_views
from orders.lifecycle import OrderMove

urlpatterns = [
    path("checkout/<str:tenant>/checkouts/order", checkout_views.PlaceOrder.as_view()),
    path("order-v2/<str:tenant>/orders", orders_views.Orders.as_view()),
    path("order-v2/<str:tenant>/orders/<str:order_id>", orders_views.OneOrder.as_view()),
    path("order-v2/<str:tenant>/orders/<str:order_id>/transitions", orders_views.Transitions.as_view()),
    path("order-v2/<str:tenant>/orders/<str:order_id>/history", orders_reviews.OrderHistory.as_view()),
    path("order-v2/<str:tenant>/order-reviews", orders_reviews.OrderReviews.as_view()),
    *(path(f"order-v2/<str:tenant>/orders/<str:order_id>/{move}", orders_views.operation(move)) for move in OrderMove),
    path("order-v2/<str:tenant>/deliveries/<str:delivery_id>", deliveries.OneDelivery.as_view()),
    *(
        path(f"order-v2/<str:tenant>/deliveries/<str:delivery_id>/{move}", deliveries.DeliveryAnswer.as_view(move=move))
        for move in (OrderMove.COMPLETE, OrderMove.FAIL)
    ),
    path("order-v2/<str:tenant>/legal-entity-orders/<str:company_key>", orders_views.CompanyOrders.as_view()),
    path(
        "order-v2/<str:tenant>/legal-entity-orders/<str:company_key>/<str:order_id>",
        orders_views.OneCompanyOrder.as_view(),
    ),
    path("order-v2/<str:tenant>/salesorders", orders_views.SalesOrders.as_view()),
    path("order-v2/<str:tenant>/salesorders/<str:order_id>", orders_views.OneSalesOrder.as_view()),
    path(
        "order-v2/<str:tenant>/salesorders/<str:order_id>/transitions",
        orders_views.SalesOrderTransitions.as_view(),
    ),
]
