"""Operations: people, organizations, keys, events; and the bases of every other admin page.

A page about an organization's rows shows those of the organization chosen in the header, and an empty list with a hint
while none is. Secrets are on no page. What is changed here is an event of the organization.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse

from tenancy.enums import Role, Verb
from tenancy.models import (
    ApiKey,
    Event,
    InfluencerLogin,
    Membership,
    Organization,
    OrganizationModel,
    OwnedModel,
    SignOnDomain,
    User,
)
from tenancy.queries import memberships_of
from tenancy.scope import current_organization_id, organization_scope
from tenancy.services.events import record
from tenancy.services.members import end_membership
from tenancy.services.organizations import add_member, revoke_api_key
from tenancy.services.sign_on_domains import remove_domain

SECRET_FIELDS = frozenset(
    {
        "password", "digest", "state_digest", "session_digest", "token", "sealing_id", "sealed_token", "sealed_code", "sealed_secret",
        "sealed_access_token", "sealed_refresh_token", "data",
    }
)  # fmt: skip


def needs_organization(model: type[models.Model]) -> bool:
    """Has the model no rows to show while no organization is chosen?"""
    return current_organization_id() is None and issubclass(model, OrganizationModel | OwnedModel)


def organizations_of(obj: models.Model) -> list[int]:
    """The organizations to which a change of this object is an event."""
    if isinstance(obj, Organization):
        return [obj.pk]
    if isinstance(obj, User):
        return [membership.organization_id for membership in memberships_of(obj)]
    organization_id = getattr(obj, "organization_id", None)
    return [organization_id] if organization_id else []


class OpsAdmin(admin.ModelAdmin):
    """Base of all pages: rows of the chosen organization where they have one, every change an event."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        rows = super().get_queryset(request)
        chosen = current_organization_id()
        if needs_organization(self.model):
            return rows.none()
        if chosen and any(field.name == "organization" for field in self.model._meta.fields):
            return rows.filter(organization_id=chosen)
        return rows

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        needs = needs_organization(self.model)
        return super().changelist_view(
            request, {**(extra_context or {}), "needs_organization": needs}
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not needs_organization(self.model) and super().has_add_permission(request)

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = Verb.ADMIN_CHANGED if change else Verb.ADMIN_ADDED
        self.record(request, obj, verb, texts={"fields": sorted(form.changed_data)})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def record(self, request: HttpRequest, obj: models.Model, verb: Verb, **detail: Any) -> None:
        """Record an event in every organization concerned."""
        for organization_id in organizations_of(obj):
            with organization_scope(organization_id):
                record(verb, obj, actor=self.ops(request), **detail)

    @staticmethod
    def ops(request: HttpRequest) -> User:
        """The person who is signed in."""
        assert isinstance(request.user, User)  # noqa: S101 -- the site saw to it
        return request.user


class ReadOnlyAdmin(OpsAdmin):
    """Rows for reading: every field but the secret ones, and nothing to change."""

    shown_secrets: frozenset[str] = frozenset()  # of a name on the list above, but no secret here

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = SECRET_FIELDS - self.shown_secrets
        return [field.name for field in self.model._meta.fields if field.name not in hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.get_fields(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Organization)
class OrganizationAdmin(OpsAdmin):
    list_display = ["name", "slug", "created_at"]
    search_fields = ["name", "slug"]
    ordering = ["name"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: Organization | None = None
    ) -> list[str]:
        return ["slug"] if obj else []  # addresses and mails hold it


@admin.register(User)
class UserAdmin(OpsAdmin):
    """People sign in with an e-mailed code; a password is theirs to set, never seen here."""

    list_display = ["email", "name", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser", "groups", "last_login"]
    readonly_fields = ["last_login"]
    filter_horizontal = ["groups"]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Only a superuser makes others powerful."""
        powers = [] if request.user.is_superuser else ["is_staff", "is_superuser", "groups"]
        return [*self.readonly_fields, *powers]


@admin.register(Membership)
class MembershipAdmin(OpsAdmin):
    list_display = ["user", "organization", "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "user__name", "organization__name"]
    autocomplete_fields = ["user", "organization"]
    ordering = ["organization__name", "user__email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> list[str]:
        return ["user", "organization"] if obj else []

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        saved = add_member(obj.organization, obj.user, role=Role(obj.role), actor=self.ops(request))
        obj.pk = saved.pk

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Membership]) -> None:
        for membership in queryset:
            self.delete_model(request, membership)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        self.record(request, obj, Verb.ADMIN_REMOVED)
        with organization_scope(obj.organization):
            end_membership(obj)


admin.site.unregister(Authenticator)  # its own page shows the secret
for unused in (SocialApp, SocialToken):  # a provider stands in our own table, and no token is kept
    admin.site.unregister(unused)
admin.site.unregister(SocialAccount)


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors. Deleting one lets a person who lost their device in again; its secret is not shown."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_select_related = ["user"]
    search_fields = ["user__email"]
    ordering = ["-pk"]

    def has_delete_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_queryset(
        self, request: HttpRequest, queryset: models.QuerySet[Authenticator]
    ) -> None:
        for authenticator in queryset:
            self.delete_model(request, authenticator)

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Authenticator) -> None:
        factor = Authenticator.Type(obj.type)
        self.record(request, obj.user, Verb.ADMIN_SECOND_FACTOR_REMOVED, type=factor)
        super().delete_model(request, obj)


@admin.register(InfluencerLogin)
class InfluencerLoginAdmin(ReadOnlyAdmin):
    list_display = ["user", "organization", "created_at"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__email", "organization__name"]
    ordering = ["-pk"]


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ["name", "prefix", "organization", "scopes", "last_used_at", "expires_at", "revoked_at"]  # fmt: skip
    list_select_related = ["organization"]
    search_fields = ["name", "prefix", "organization__name"]
    ordering = ["-pk"]
    actions = ["revoke"]

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tenancy.change_apikey")

    @admin.action(description="Revoke the selected keys now", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: models.QuerySet[ApiKey]) -> None:
        live = list(queryset.filter(revoked_at=None))
        for key in live:
            revoke_api_key(key, actor=self.ops(request))
        messages.success(request, f"{len(live)} keys are revoked.")


@admin.register(SignOnDomain)
class SignOnDomainAdmin(ReadOnlyAdmin):
    """Domains of organizations. Deleting one frees it for whom it belongs to; its people are let in by the provider no more."""

    list_display = ["domain", "organization", "address", "sent_at", "proven_at"]
    list_select_related = ["organization"]
    search_fields = ["domain", "organization__name"]
    ordering = ["domain"]

    def has_delete_permission(self, request: HttpRequest, obj: SignOnDomain | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def delete_queryset(
        self, request: HttpRequest, queryset: models.QuerySet[SignOnDomain]
    ) -> None:
        for domain in queryset:
            self.delete_model(request, domain)

    def delete_model(self, request: HttpRequest, obj: SignOnDomain) -> None:
        with organization_scope(obj.organization):
            remove_domain(obj, actor=self.ops(request))


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "verb", "label", "actor", "object_type", "object_id"]
    list_select_related = ["actor", "text"]
    search_fields = ["verb", "text__label", "actor__email", "object_id"]
    ordering = ["-transaction_id", "-pk"]  # the stream backwards, by its index

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fields(request, obj), "label", "texts"]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """The log of what was done on these pages, also to what belongs to no organization."""

    list_display = ["action_time", "user", "content_type", "object_repr", "action_flag"]
    list_select_related = ["user", "content_type"]
    search_fields = ["user__email", "object_repr"]
    ordering = ["-action_time"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[LogEntry]:
        """The labels of an organization's objects are its own: only of the chosen one they would be shown, so none are."""
        ours = [model._meta.model_name for model in (Organization, User, Membership, ApiKey)]
        return (
            super()
            .get_queryset(request)
            .filter(content_type__app_label="tenancy", content_type__model__in=ours)
        )
