"""Which addresses of the storefront API are about people, companies and settings?"""

from django.urls import path

from companies.api import configuration, contacts, groups, legal_entities, locations, me, oauth, sessions

urlpatterns = [
    path("oauth/token", oauth.OAuthToken.as_view()),
    path("customerlogin/auth/anonymous/login", sessions.Anonymous.as_view()),
    path("customerlogin/auth/anonymous/refresh", sessions.AnonymousRefresh.as_view()),
    path("customer/<str:tenant>/login", sessions.Login.as_view()),
    path("customer/<str:tenant>/refreshauthtoken", sessions.Refresh.as_view()),
    path("customer/<str:tenant>/validateauthtoken", sessions.Validate.as_view()),
    path("customer/<str:tenant>/logout", sessions.Logout.as_view()),
    path("customer/<str:tenant>/me", me.Me.as_view()),
    path("customer/<str:tenant>/me/addresses", me.Addresses.as_view()),
    path("customer/<str:tenant>/me/addresses/<str:key>", me.AddressItem.as_view()),
    path("customer-management/<str:tenant>/legal-entities", legal_entities.LegalEntities.as_view()),
    path("customer-management/<str:tenant>/legal-entities/search", legal_entities.LegalEntitySearch.as_view()),
    path("customer-management/<str:tenant>/legal-entities/<str:key>", legal_entities.LegalEntity.as_view()),
    path(
        "customer-management/<str:tenant>/legal-entities/<str:key>/parent-hierarchy",
        legal_entities.ParentHierarchy.as_view(),
    ),
    path("customer-management/<str:tenant>/contact-assignments", contacts.Contacts.as_view()),
    path("customer-management/<str:tenant>/contact-assignments/<str:key>", contacts.ContactItem.as_view()),
    path("customer-management/<str:tenant>/locations", locations.Locations.as_view()),
    path("customer-management/<str:tenant>/locations/<str:key>", locations.LocationItem.as_view()),
    path("iam/<str:tenant>/groups", groups.Groups.as_view()),
    path("iam/<str:tenant>/groups/<str:key>", groups.Group.as_view()),
    path("iam/<str:tenant>/groups/<str:key>/users", groups.GroupUsers.as_view()),
    path("iam/<str:tenant>/groups/<str:key>/users/<str:user>", groups.GroupUser.as_view()),
    path("iam/<str:tenant>/groups/<str:key>/users/<str:kind>/<str:user>", groups.GroupUser.as_view()),
    path("iam/<str:tenant>/users/me/scopes", groups.MyScopes.as_view()),
    path("iam/<str:tenant>/users/<str:user>/groups", groups.UserGroups.as_view()),
    path("configuration/<str:tenant>/configurations", configuration.Configurations.as_view()),
    path("configuration/<str:tenant>/configurations/<str:key>", configuration.Configuration.as_view()),
]
