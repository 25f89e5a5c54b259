"""People, companies and offices in the admin, to be looked at: services change them."""

from django.contrib import admin

from accounts.models import (
    Company,
    CompanyMembership,
    Invitation,
    JoinRequest,
    Office,
    StaffMembership,
    User,
)
from audit.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "is_active", "last_login")
    search_fields = ("email", "name")
    exclude = ("password",)


@admin.register(Company)
class CompanyAdmin(ReadOnlyAdmin):
    list_display = ("name_ko", "business_no_dashed")
    search_fields = ("name_ko", "name_en", "business_no")


@admin.register(CompanyMembership)
class CompanyMembershipAdmin(ReadOnlyAdmin):
    list_display = ("company", "user", "role")
    list_select_related = ("company", "user")


@admin.register(Office)
class OfficeAdmin(ReadOnlyAdmin):
    list_display = ("code", "name_ko", "name_en", "shown_as_official")


@admin.register(StaffMembership)
class StaffMembershipAdmin(ReadOnlyAdmin):
    list_display = ("office", "user", "role")
    list_select_related = ("office", "user")


@admin.register(JoinRequest)
class JoinRequestAdmin(ReadOnlyAdmin):
    list_display = ("company", "user", "asked_at", "outcome")
    list_select_related = ("company", "user")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "company", "office", "role", "expires_at", "accepted_at")
    list_select_related = ("company", "office")
    exclude = ("token_digest",)
