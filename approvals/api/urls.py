"""Which addresses of the storefront API are the approval service's?"""

from django.urls import path

from approvals.api import views

urlpatterns = [
    path("approval/<str:tenant>/approval/permitted", views.Permitted.as_view()),
    path("approval/<str:tenant>/approval/preview", views.Preview.as_view()),
    path("approval/<str:tenant>/search/users", views.SearchUsers.as_view()),
    path("approval/<str:tenant>/approvals", views.Approvals.as_view()),
    path("approval/<str:tenant>/approvals/<str:approval_key>", views.OneApproval.as_view()),
    path("approval/<str:tenant>/approvals/<str:approval_key>/give-up", views.GiveUp.as_view()),
]
