"""Operations: what stands between us and TikTok. No token is on any page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from jobs.services.queue import make_due
from tenancy.admin import OpsAdmin, ReadOnlyAdmin
from tenancy.enums import Verb
from tenancy.scope import current_organization_id
from tenancy.services.events import record
from tiktok.enums import AccountState, PollKind
from tiktok.exchanges import PastExchange, last_exchanges
from tiktok.models import (
    ConnectAttempt,
    Connection,
    Consent,
    Creator,
    CreatorMembership,
    FormerHandle,
    LegacyMigration,
    LinkedVideo,
    MarketplaceAccount,
    PublishingConsent,
    PurgeReceipt,
    PurgeRun,
    ServiceIncident,
    Video,
    WebhookDelivery,
)
from tiktok.queries.deliveries import with_state
from tiktok.services.webhooks.deliveries import process_again


class TellsExchanges:
    """Show the exchanges of an object with TikTok, newest first: what TikTok's support asks for."""

    @admin.display(description="Last exchanges with TikTok")
    def exchanges(self, obj: models.Model) -> SafeString | str:
        rows = [
            (f"{each.happened_at:%Y-%m-%d %H:%M:%S}", f"{each.method} {each.path}", _answer(each), each.request_id or "–")
            for each in last_exchanges(obj)
        ]  # fmt: skip
        if not rows:
            return "None within the last 14 days."
        row = "<tr><td>{} {}<br>{}<br>Request id {}</td></tr>"
        return format_html("<table>{}</table>", format_html_join("", row, rows))


def _answer(exchange: PastExchange) -> str:
    status = "no answer" if exchange.status is None else f"HTTP {exchange.status}"
    code = "" if exchange.code is None else f", code {exchange.code}"
    error = f", {exchange.error}" if exchange.error else ""
    reported = f"{status}{code}{error}, {exchange.seconds:.2f} s, attempt {exchange.attempt}"
    return "; ".join([reported, *(f"not read: {each}" for each in exchange.unreadable)])


class MarketplaceAccountForm(forms.ModelForm):
    new_token = forms.CharField(
        required=False,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Write only. Leave it empty to keep the token that stands.",
    )

    class Meta:
        model = MarketplaceAccount
        fields = ["name", "tiktok_account_id", "dialect", "state", "state_reason"]

    def clean_tiktok_account_id(self) -> str:
        account_id: str = self.cleaned_data["tiktok_account_id"]
        others = MarketplaceAccount.objects.exclude(pk=self.instance.pk)
        if others.filter(tiktok_account_id=account_id).exists():
            raise forms.ValidationError("This organization has that account already.")
        return account_id

    def clean_new_token(self) -> str:
        token: str = self.cleaned_data["new_token"]
        is_connected = self.cleaned_data.get("state") == AccountState.CONNECTED
        if is_connected and not token and not self.instance.sealed_token:
            raise forms.ValidationError("A connected account needs its token.")
        return token


@admin.register(MarketplaceAccount)
class MarketplaceAccountAdmin(TellsExchanges, OpsAdmin):
    form = MarketplaceAccountForm
    list_display = ["name", "tiktok_account_id", "dialect", "state", "state_reason", "connected_at"]
    search_fields = ["name", "tiktok_account_id"]
    readonly_fields = [
        "chosen_at", "country", "timezone", "verification", "described_at", "subscription_id", "exchanges",
    ]  # fmt: skip
    ordering = ["name"]

    def save_model(
        self, request: HttpRequest, obj: MarketplaceAccount, form: Any, change: bool
    ) -> None:
        token = form.cleaned_data["new_token"]
        if token:
            obj.set_token(token)
        super().save_model(request, obj, form, change)
        if token:
            record(Verb.MARKETPLACE_ACCOUNT_CONNECTED, obj, actor=self.ops(request))
            make_due(PollKind.MARKETPLACE, obj.pk)


@admin.register(Creator)
class CreatorAdmin(ReadOnlyAdmin):
    list_display = [
        "handle", "marketplace_status", "marketplace_checked_at", "follower_count", "profile_source",
        "profile_fetched_at",
    ]  # fmt: skip
    list_filter = ["marketplace_status"]
    search_fields = ["handle", "display_name", "tiktok_creator_id"]
    ordering = ["handle"]


@admin.register(CreatorMembership)
class CreatorMembershipAdmin(ReadOnlyAdmin):
    list_display = ["creator", "account", "status", "checked_at"]
    list_select_related = ["creator", "account"]
    list_filter = ["status"]
    search_fields = ["creator__handle"]
    ordering = ["-checked_at"]


@admin.register(FormerHandle)
class FormerHandleAdmin(ReadOnlyAdmin):
    list_display = ["handle", "creator", "left_at"]
    list_select_related = ["creator"]
    search_fields = ["handle", "creator__handle"]
    ordering = ["-left_at"]


@admin.register(Video)
class VideoAdmin(ReadOnlyAdmin):
    list_display = [
        "tiktok_video_id", "creator", "published_at", "video_views", "counts_source", "counts_fetched_at",
        "report_fetched_at",
    ]  # fmt: skip
    list_filter = ["source"]
    list_select_related = ["creator"]
    search_fields = ["tiktok_video_id", "creator__handle"]
    ordering = ["-published_at"]


@admin.register(Connection)
class ConnectionAdmin(TellsExchanges, ReadOnlyAdmin):
    list_display = ["handle", "person", "state", "state_reason", "access_expires_at", "refresh_expires_at"]  # fmt: skip
    list_filter = ["state"]
    list_select_related = ["person"]
    search_fields = ["handle", "person__email", "open_id"]
    ordering = ["-pk"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_fields(request, obj), "exchanges"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Connection]:
        """A connection belongs to a person: all while no organization is chosen, else those it ever saw through."""
        rows: models.QuerySet[Connection] = super().get_queryset(request)
        if current_organization_id() is None:
            return rows
        return rows.filter(models.Exists(Consent.objects.filter(connection=models.OuterRef("pk"))))


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ["creator", "connection", "text_version", "granted_at", "withdrawn_at"]
    list_select_related = ["creator", "connection"]
    search_fields = ["creator__handle"]
    ordering = ["-granted_at"]


@admin.register(PublishingConsent)
class PublishingConsentAdmin(ReadOnlyAdmin):
    list_display = ["creator", "connection", "text_version", "granted_at", "withdrawn_at"]
    list_select_related = ["creator", "connection"]
    search_fields = ["creator__handle"]
    ordering = ["-granted_at"]


@admin.register(ConnectAttempt)
class ConnectAttemptAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "person", "organization", "outcome", "reason", "used_at"]
    list_filter = ["outcome"]
    list_select_related = ["person", "organization"]
    search_fields = ["person__email", "reason"]
    ordering = ["-pk"]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """Deliveries as TikTok posted them; no token ever travels in them."""

    list_display = [
        "received_at", "kind", "state", "problem", "tried", "processed_at",
    ]  # fmt: skip
    list_filter = [
        "kind", ("processed_at", admin.EmptyFieldListFilter), ("problem", admin.EmptyFieldListFilter),
    ]  # fmt: skip
    search_fields = ["problem", "digest"]
    ordering = ["-pk"]
    shown_secrets = frozenset({"digest"})
    actions = ["do_again"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["text" if name == "body" else name for name in super().get_fields(request, obj)]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[WebhookDelivery]:
        """A list needs no bodies."""
        rows: models.QuerySet[WebhookDelivery] = super().get_queryset(request)
        return with_state(rows.defer("body"))

    @admin.display
    def state(self, delivery: Any) -> str:
        if delivery.processed_at:
            return "Processed"
        return "Given up" if delivery.is_given_up else "Waiting"

    @admin.display(description="Tried in vain")
    def tried(self, delivery: Any) -> int:
        attempts: int = delivery.attempts
        return attempts

    def has_repeat_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tiktok.change_webhookdelivery")

    @admin.action(description="Process again what has a problem", permissions=["repeat"])
    def do_again(self, request: HttpRequest, queryset: models.QuerySet[WebhookDelivery]) -> None:
        deliveries = list(queryset)
        for delivery in deliveries:
            self.log_change(request, delivery, "Process again")
        messages.success(request, f"{process_again(deliveries)} deliveries are due now.")


@admin.register(LinkedVideo)
class LinkedVideoAdmin(ReadOnlyAdmin):
    list_display = [
        "tiktok_video_id", "tiktok_campaign_id", "handle", "marketplace_account", "uploaded_at", "published_at",
    ]  # fmt: skip
    list_select_related = ["marketplace_account"]
    search_fields = ["tiktok_video_id", "tiktok_campaign_id", "handle"]
    ordering = ["-pk"]


@admin.register(ServiceIncident)
class ServiceIncidentAdmin(ReadOnlyAdmin):
    list_display = ["title", "level", "products", "started_at", "resolved_at", "updated_at"]
    list_filter = ["level", ("resolved_at", admin.EmptyFieldListFilter)]
    search_fields = ["title", "tiktok_incident_id"]
    ordering = ["-pk"]


@admin.register(LegacyMigration)
class LegacyMigrationAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "cut_over_at", "purged_at"]
    ordering = ["-pk"]


@admin.register(PurgeRun)
class PurgeRunAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "state", "finished_at", "actor"]
    list_select_related = ["actor"]
    ordering = ["-pk"]


@admin.register(PurgeReceipt)
class PurgeReceiptAdmin(ReadOnlyAdmin):
    list_display = ["number", "issued_at", "digest", "paper"]
    shown_secrets = frozenset({"digest"})
    ordering = ["-pk"]

    @admin.display(description="Page to print")
    def paper(self, receipt: PurgeReceipt) -> str:
        return format_html(
            '<a href="{}">Open</a>', reverse("admin:purge_receipt", args=[receipt.pk])
        )
