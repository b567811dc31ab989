"""Where are the demo's mails? Mounted at `/demo/mails/`, outside production only."""

from django.urls import path

from notifications.demo import views

urlpatterns = [
    path("", views.demo_mails, name="demo_mails"),
    path("<str:name>/", views.demo_mail, name="demo_mail"),
    path("<str:name>/html/", views.demo_mail_html, name="demo_mail_html"),
    path("<str:name>/files/<int:number>/", views.demo_mail_file, name="demo_mail_file"),
]
