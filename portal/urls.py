"""Pages of the portal. Mounted at `/`."""

from django.conf import settings
from django.urls import URLPattern, path

from portal.views.display import contrast
from portal.views.home import healthz, home

urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("healthz", healthz, name="healthz"),
    path("display/contrast/", contrast, name="contrast"),
]

if settings.DEMONSTRATION:
    from portal.views.styles import styles

    urlpatterns += [path("styles/", styles, name="styles")]
