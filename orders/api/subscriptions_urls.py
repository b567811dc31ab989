"""Which addresses of the storefront API are those of subscriptions?"""

from django.urls import path

from orders.api import subscriptions, subscriptions_changes

SUBSCRIPTION = "subscription/<str:tenant>/subscriptions/<str:subscription_id>"
CHANGE = "subscription/<str:tenant>/changes/<str:change_id>"

urlpatterns = [
    path("subscription/<str:tenant>/subscriptions", subscriptions.Subscriptions.as_view()),
    path(SUBSCRIPTION, subscriptions.SubscriptionByNumber.as_view()),
    path(f"{SUBSCRIPTION}/history", subscriptions.SubscriptionHistory.as_view()),
    path(f"{SUBSCRIPTION}/changes/preview", subscriptions.ChangePreview.as_view()),
    path(f"{SUBSCRIPTION}/changes", subscriptions.NewChange.as_view()),
    path(f"{SUBSCRIPTION}/stop-renewing", subscriptions.StopRenewing.as_view()),
    path(f"{SUBSCRIPTION}/resume-renewing", subscriptions.ResumeRenewing.as_view()),
    path(f"{SUBSCRIPTION}/terminate", subscriptions.Terminate.as_view()),
    path("subscription/<str:tenant>/changes", subscriptions_changes.Changes.as_view()),
    path(CHANGE, subscriptions_changes.ChangeByKey.as_view()),
    path(f"{CHANGE}/order", subscriptions_changes.OrderChange.as_view()),
    path(f"{CHANGE}/decline", subscriptions_changes.DeclineChange.as_view()),
    path(f"{CHANGE}/withdraw", subscriptions_changes.WithdrawChange.as_view()),
]
