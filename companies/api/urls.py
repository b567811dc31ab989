"""Which addresses of the storefront API are about people, companies and settings?"""

from django.urls import path

from companies.api import oauth, sessions

urlpatterns = [
    path("oauth/token", oauth.OAuthToken.as_view()),
    path("customerlogin/auth/anonymous/login", sessions.Anonymous.as_view()),
    path("customerlogin/auth/anonymous/refresh", sessions.AnonymousRefresh.as_view()),
    path("customer/<str:tenant>/login", sessions.Login.as_view()),
    path("customer/<str:tenant>/refreshauthtoken", sessions.Refresh.as_view()),
    path("customer/<str:tenant>/validateauthtoken", sessions.Validate.as_view()),
    path("customer/<str:tenant>/logout", sessions.Logout.as_view()),
]
