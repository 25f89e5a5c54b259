"""Pages of this room. Mounted at `/`."""

from django.urls import URLPattern

app_name = "letters"
urlpatterns: list[URLPattern] = []
