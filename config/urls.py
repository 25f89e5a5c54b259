"""Where each room's pages are: one line per room, named by module, so that nothing is imported."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from portal.views.display import set_language

# One way in: the admin has no login form of its own, so that second factor and throttles hold.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("portal.urls")),
    path("", include("letters.urls")),
    path("", include("accounts.urls")),
    path("applications/", include("applications.urls")),
    path("reviews/", include("reviews.urls")),
    path("api/", include("portal.api.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("admin/", admin.site.urls),
]
