"""Pages of one's own account and company. Mounted at `/`; signing in is allauth's."""

from django.urls import URLPattern, path

from accounts.views.company import company, edit, leave
from accounts.views.invitation import invitation
from accounts.views.profile import profile
from accounts.views.start import join, own, register, start, withdraw

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("account/", profile, name="profile"),
    path("account/invitation/<str:token>/", invitation, name="invitation"),
    path("company/", own, name="companies"),
    path("company/start/", start, name="start"),
    path("company/register/", register, name="register"),
    path("company/join/", join, name="join"),
    path("company/join/<uuid:public_id>/withdraw/", withdraw, name="join-withdraw"),
    path("company/<uuid:public_id>/", company, name="company"),
    path("company/<uuid:public_id>/edit/", edit, name="company-edit"),
    path("company/<uuid:public_id>/leave/", leave, name="company-leave"),
]
