"""Pages of this room. Mounted at `/applications/`."""

from django.urls import URLPattern

app_name = "applications"
urlpatterns: list[URLPattern] = []
