"""Two whole tenants and everybody who may knock: each text column of a tenant's rows carries the tenant's canary.

Rows are made from the model registry, so that a model of tomorrow is filled too. A model whose constraints want more
than plausible values says so in SPECIAL.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import connection, models
from django.utils import timezone

from campaigns.enums import OrderState
from files.models import File
from files.store import contents
from influence.single_sign_on.secrets import sealed
from jobs.models import Work
from tenancy.enums import Role, Verb
from tenancy.isolation import isolated_models, owned_models
from tenancy.models import (
    ApiKey,
    Event,
    EventText,
    Membership,
    Organization,
    SignOnDomain,
    User,
)
from tenancy.scope import Owner, current_owner, organization_scope, person_scope
from tenancy.services.events import record
from tenancy.services.organizations import add_member, create_api_key, let_influencer_in
from tests.keeping import kept
from tiktok.models import ConnectAttempt, Connection

OURS = (
    "ui",
    "tenancy",
    "files",
    "jobs",
    "mail",
    "tiktok",
    "crm",
    "campaigns",
    "alerts",
    "portal",
    "public",
    "api",
    "influence",
)
# Not an organization's own tables, yet filled for each of them.
BESIDE = (Connection, ConnectAttempt, SignOnDomain, Work)
MADE_BY_SERVICES = (Organization, User, ApiKey, Event, EventText)
NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)


@dataclass
class Tenant:
    """One organization with a row in every table, and its people."""

    organization: Organization
    canary: str
    people: dict[str, User] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    rows: dict[str, models.Model] = field(default_factory=dict)
    planted: set[str] = field(default_factory=set)  # secrets that may stand in no answer
    paths: set[str] = field(default_factory=set)  # of contents

    def row(self, label: str) -> Any:
        """The row of a model by its label: `crm.Influencer`."""
        return self.rows[label]


def stored_content(tenant: Tenant) -> dict[str, Any]:
    """A file of the tenant's, whose content is to lie where its row says."""
    file = File(key=uuid.uuid4())
    set_owner(file, current_owner())
    tenant.paths.add(file.path)
    return {"key": file.key}


def _crm_influencer(tenant: Tenant) -> models.Model:
    """Another influencer, as a pair needs two."""
    return apps.get_model("crm.Influencer").objects.create(name=tenant.canary)


# What a model's constraints or meaning ask for beyond plausible values. Called with the tenant; `…_id` may name a row.
SPECIAL: dict[str, Callable[[Tenant], dict[str, Any]]] = {
    "alerts.Alert": lambda t: {
        "event": record(
            Verb.ORDER_ACCEPTED, t.row("campaigns.Order"), actor=None, state=OrderState.ACCEPTED
        ),
        "read_at": None,
        "mailed_at": None,
    },
    "alerts.Preferences": lambda t: {"deliveries": {}, "time_zone": "Europe/Vienna"},
    "crm.Influencer": lambda t: {
        "person": t.people["influencer"],
        "archived_at": None,
        "time_zone": "Europe/Vienna",
    },
    "crm.SocialAccount": lambda t: {"network": "tiktok", "account_type": "tiktok_creator"},
    "crm.Import": lambda t: {
        "about": "influencers",
        "context": {},
        "stage": "preview",
        "encoding": "utf-8-sig",
        "delimiter": ",",
        "decimal_mark": "",
        "proven_marks": ".",
        "columns": [{"name": t.canary, "sample": t.canary, "field": "name", "policy": "fill_empty"}],
        "corrected": {"2": [t.canary]},
        "merged": {"3": [2, [t.canary]]},
        "counts": {"new": 1},
        "written": {},
        "file": None,
        "job": None,
        "lookup_job": None,
        "imported_at": None,
    },
    "crm.BulkAction": lambda t: {
        "kind": "tag",
        "ids": [],
        "filters": [],
        "choice": "1",
        "counts": {"done": 1},
        "kept": {},
        "undo_job": None,
    },
    "crm.ConnectInvitation": lambda t: {"state": "asked", "reason": "", "reported_at": None, "ask_again_on": None},
    "crm.BulkResult": lambda t: {"trace": 1},
    "crm.Removal": lambda t: {
        "model": "crm.Note",
        "row_id": 2**40 + 1,
        "file": make_row(File, t),  # a file belongs to one row
        "kept": {"row": {"text": t.canary}, "hanging": []},
    },
    "crm.Application": lambda t: {
        "answers": {},
        "addresses": [t.canary],
        "state": "submitted",
        "file": make_row(File, t),  # a file belongs to one row
    },
    "crm.Program": lambda t: {"countries": ["DE"], "closes_on": None, "language": "en"},
    "crm.Segment": lambda t: {"filters": [], "sort": ""},
    "crm.ImportMapping": lambda t: {"columns": [{"field": "name", "policy": "fill_empty"}]},
    "crm.ImportRow": lambda t: {
        "fate": "new",
        "values": {"name": t.canary},
        "changes": {},
        "reasons": [[t.canary, t.canary, t.canary]],
        "cells": [t.canary],
        "keys": [7],
        "kept": {},
    },
    "crm.Duplicate": lambda t: {
        "first": t.row("crm.Influencer"),
        "second": _crm_influencer(t),
        "state": "open",
        "matches": ["email:1"],
    },
    "campaigns.BriefFile": lambda t: {"file": make_row(File, t)},
    "crm.Contract": lambda t: {
        "file": make_row(File, t),  # a file belongs to one row
        "state": "sent",
        "influencer": t.row("crm.Influencer"),
    },
    "crm.Mailing": lambda t: {"cancelled_at": None, "scheduled_at": None, "reminder_days": 3, "reminder_job": None},
    "crm.MailingRecipient": lambda t: {"state": "sent", "skip_reason": "", "answered_at": None},
    "crm.Merge": lambda t: {
        "merged_ids": [2**40 + 1],
        "undone_at": NOON,
        "kept": {"merged": [{"name": t.canary, "group_id": None}], "target": {"id": t.row("crm.Influencer").pk}},
        "differences": [],
    },
    "files.File": stored_content,
    "mail.Message": lambda t: {"message_id": f"<{t.canary}-{secrets.token_hex(4)}@example.com>"},
    "tenancy.Invitation": lambda t: {"group_ids": [], "accepted_at": None, "revoked_at": None},
    "tenancy.SingleSignOn": lambda t: {"is_on": True},
    "tiktok.Creator": lambda t: {
        "marketplace_status": "in",
        "profile_source": "ttcm_public",
        "creator_rate_currency": "GBP",
    },
    "tiktok.Video": lambda t: {
        "source": "ttcm_public",
        "counts_source": "order_report",
        "retention": [1.0, 0.7, 0.4],
        "breakdown": {},
    },
    "tiktok.Connection": lambda t: {"person": t.people["influencer"]},
    "tiktok.PublishingConsent": lambda t: {"withdrawn_at": None, "text_version": "2026-12"},
    "tiktok.Consent": lambda t: {"withdrawn_at": None, "text_version": "2026-12"},
    "tiktok.CreatorSnapshot": lambda t: {
        "creator_id": t.row("tiktok.Creator").pk,
        "source": "ttcm_public",
    },
    "tiktok.VideoSnapshot": lambda t: {"video_id": t.row("tiktok.Video").pk, "source": "ttcm_public"},
    "tiktok.VideoQuarter": lambda t: {
        "video_id": t.row("tiktok.Video").pk, "source": "ttcm_public", "fetched_at": [NOON - timedelta(days=200)], "video_views": [7],
        "details": [{"retention": [1.0]}],
        "likes": [7], "comments": [7], "shares": [7], "total_engagements": [7], "reach": [7], "falling": [7], "absurd": [7],
        "engagement_rate": [0.25], "total_play_time": [9.0], "average_play_time": [9.0], "video_completion_rate": [0.25],
    },
    "tiktok.LegacyMigration": lambda t: {"cut_over_at": NOON, "purged_at": None, "asked_at": None, "asked_by": None},
    "tiktok.PurgeRun": lambda t: {
        "state": "done",
        "counts": {
            "planned": [{"name": "videos", "what": t.canary, "why": t.canary, "rows": 1, "sha256": ""}],
            "gone": {}, "hashed": 0, "doing": "", "slices": 0,
        },
    },
    "tiktok.LegacyProfile": lambda t: {"creator": t.row("tiktok.Creator"), "source": "ttcm_public", "profile": {"bio": t.canary}},
    "campaigns.MigrationPlan": lambda t: {
        "facts": {
            "accounts": {"authenticated": [], "marketplace": [], "unsupported": [], "unknown": [], "not_checked": []},
            "renamed": [], "campaigns": {}, "lines": [{"name": "videos", "what": t.canary, "rows": 0, "bytes": 0}],
            "kept_posts": 0,
        },
        "summary": {
            "accounts": {"authenticated": 0, "marketplace": 0, "unsupported": 0, "unknown": 0, "not_checked": 0},
            "posts": 0, "campaigns": 0, "kept_posts": 0, "lines": [{"name": "videos", "what": t.canary, "rows": 0, "bytes": 0}],
        },
    },
    "tiktok.PurgeReceipt": lambda t: {
        "number": f"P-{t.organization.pk}",
        "lines": [{"name": t.canary, "what": t.canary, "rows": 1, "gone": 1, "sha256": t.canary}],
        "rescan": {t.canary: 0},
        "facts": {"organization": t.canary, "actor": t.canary},
    },
    "jobs.Job": lambda t: {
        "kind": "crm.bulk.ask",
        "state": "running",
        "cancel_requested_at": None,
        "params": {"action": 0},
        "outcome": [{"key": "refused", "count": 1, "links": [["crm:influencer", t.canary, 1]]}],
    },
    "jobs.Work": lambda t: {"person": None, "stopped_reason": "", "lost_leases": 0},
    "campaigns.Campaign": lambda t: {"state": "active", "planned": {}, "markets": ["DE"]},
    "campaigns.Report": lambda t: {
        "blocks": ["numbers", "comment", "cost", "table", "posts", "retention", "advice", "moments", "audience", "benchmarks", "definitions"], "split": "creator", "rates": {"view": "0.02"}, "is_shared": True, "as_of": None,
        "expires_on": None,
    },
    "campaigns.OrderRequest": lambda t: {"state": "uncertain", "continues": None},
    "campaigns.Order": lambda t: {"state": "sent"},
    "campaigns.OrderReply": lambda t: {"settled_at": None},
    "campaigns.NetworkPost": lambda t: {"network": "instagram", "caption": f"{t.canary} #loaf"},
    "campaigns.PostPlace": lambda t: {"state": "listed"},
    "campaigns.SparkPermission": lambda t: {"sealed_code": "", "state": "waiting"},
    "campaigns.Publication": lambda t: {"file": make_row(File, t), "state": "failed"},
    "campaigns.Review": lambda t: {"state": "submitted"},
    "campaigns.ReviewVersion": lambda t: {"file": make_row(File, t), "verdict": "", "judged_at": None},
    "campaigns.Post": lambda t: {
        "network": "tiktok",
        "origin": "order",
        "hidden_at": None,
        "network_post_id": t.row("tiktok.Video").tiktok_video_id,
    },
}  # fmt: skip


def build_tenant(name: str) -> Tenant:
    """An organization, its people in every role, its keys, and a row of every model; files with the canary in them."""
    tenant = kept(f"tenant {name}", lambda: make_tenant(name))
    for path in tenant.paths:
        if not contents().exists(path):
            contents().save(path, ContentFile(tenant.canary.encode()))
    return tenant


def make_tenant(name: str) -> Tenant:
    canary = f"cnry{secrets.token_hex(5)}"
    # The slug stands in the address its visitor types, so it carries no canary.
    organization = Organization.objects.create(
        name=f"{name} {canary}", slug=f"{name}-{secrets.token_hex(4)}"
    )
    tenant = Tenant(organization, canary)
    for role in Role:
        tenant.people[role] = person = make_person(role, canary)
        add_member(organization, person, role=role, actor=person)
    tenant.people["influencer"] = make_person("influencer", canary)
    let_influencer_in(organization, tenant.people["influencer"])
    for scope in ("read", "write"):
        _, text = create_api_key(
            organization, f"{scope} {canary}", scopes=[scope], actor=tenant.people["owner"]
        )
        tenant.keys[scope] = text
        tenant.planted.add(text.partition(".")[2])
    with organization_scope(organization):
        for model in in_order([*isolated_models(), *BESIDE]):
            if model not in MADE_BY_SERVICES:
                tenant.rows[model._meta.label] = make_row(model, tenant)
    with person_scope(tenant.people["influencer"]):
        for model in in_order(owned_models()):
            make_row(model, tenant)
    tenant.rows["tenancy.ApiKey"] = ApiKey.objects.filter(organization=organization).first()
    tenant.rows["tenancy.Membership"] = Membership.objects.get(
        organization=organization, user=tenant.people[Role.VIEWER]
    )
    tenant.rows["tenancy.Organization"] = organization
    connection.check_constraints()
    return tenant


def make_person(role: str, canary: str, **fields: Any) -> User:
    return User.objects.create_user(
        f"{role}-{canary}@example.com", "correct horse", name=f"{role} {canary}", **fields
    )


def in_order(wanted: list[type[models.Model]]) -> Iterator[type[models.Model]]:
    """Referred models before those that refer to them."""
    waiting = sorted(set(wanted), key=lambda model: model._meta.label)
    # Snapshots and quarters name their subject without a foreign key, and alerts that of their event.
    waiting.sort(key=lambda model: model._meta.label.endswith(("Snapshot", "Quarter", "Alert")))
    done: set[type[models.Model]] = set()
    while waiting:
        ready = [m for m in waiting if not (referred(m) & set(waiting) - {m})]
        assert ready, f"these models refer to each other in a circle: {waiting}"
        yield from ready[:1]
        done.add(ready[0])
        waiting.remove(ready[0])


def referred(model: type[models.Model]) -> set[Any]:
    return {f.related_model for f in model._meta.local_fields if f.is_relation}


def make_row(model: type[models.Model], tenant: Tenant) -> models.Model:
    """One row with every column filled, saved as the code under test would save it."""
    row = model()
    special = SPECIAL.get(model._meta.label, lambda _: {})(tenant)
    for column in model._meta.local_concrete_fields:
        if column.name in special:
            setattr(row, column.name, special[column.name])
        elif column.name.startswith("sealed_") or column.generated:
            continue
        elif not column.primary_key and not getattr(column, "auto_now_add", False):
            setattr(row, column.name, plausible(column, tenant))
    plant_tokens(row, tenant)
    if model in owned_models():
        set_owner(row, current_owner())
    if model in isolated_models() or model in BESIDE:
        row.save(force_insert=True)
    return row


def set_owner(row: Any, owner: Owner) -> None:
    row.organization_id, row.person_id = owner


def plant_tokens(row: Any, tenant: Tenant) -> None:
    tokens = [f"tok-{secrets.token_hex(12)}" for _ in range(2)]
    if hasattr(row, "seal_tokens"):
        row.seal_tokens(*tokens)
        tenant.planted.update(tokens)
    elif hasattr(row, "sealed_secret"):
        row.sealed_secret = sealed(row, tokens[0])
        tenant.planted.add(tokens[0])
    elif hasattr(row, "set_token"):
        row.set_token(tokens[0])
        tenant.planted.add(tokens[0])
    elif hasattr(row, "seal_code"):
        row.seal_code(tokens[0])
        tenant.planted.add(tokens[0])


def plausible(column: models.Field[Any, Any], tenant: Tenant) -> Any:
    """A value this column could hold; the canary wherever there is room for it."""
    if column.name == "organization":
        return tenant.organization
    if column.is_relation:
        return plausible_relation(column, tenant)
    if column.choices:
        return next(value for value, _ in column.flatchoices if value)
    for kind, value in PLAUSIBLE:
        if isinstance(column, kind):
            return value(column, tenant.canary) if callable(value) else value
    raise AssertionError(f"tests/personas.py: say in PLAUSIBLE what {column} may hold")


def plausible_relation(column: models.Field[Any, Any], tenant: Tenant) -> Any:
    if column.related_model is User:
        return tenant.people["owner"]
    if column.related_model is column.model:
        return None
    return tenant.rows[column.related_model._meta.label]


def text(column: Any, canary: str) -> str:
    room = column.max_length or 100
    if room < len(canary):
        return {2: "GB", 3: "GBP"}.get(room, "en"[:room])
    return f"{canary}_{column.name}"[:room]


PLAUSIBLE: tuple[tuple[Any, Any], ...] = (
    (models.URLField, lambda column, canary: f"https://www.tiktok.com/@{canary}/{column.name}"),
    (models.EmailField, lambda column, canary: f"mail-{canary}@example.com"),
    (models.SlugField, lambda column, canary: canary),
    (models.CharField, text),
    (models.TextField, text),
    (models.JSONField, lambda column, canary: [{"name": canary, "fraction": 0.5}]),
    (ArrayField, lambda column, canary: [canary]),
    (models.BooleanField, False),
    (models.DateTimeField, lambda column, canary: date_for(column)),
    (models.DateField, date(2026, 10, 5)),
    (models.UUIDField, lambda column, canary: column.get_default()),
    (models.DurationField, timedelta(days=1)),
    (models.DecimalField, Decimal("12.50")),
    (models.FloatField, 0.25),
    (models.IntegerField, 7),
    (models.BinaryField, lambda column, canary: canary.encode()),
)


def date_for(column: Any) -> datetime:
    """A date in a month for what expires or is due, in the past for the rest."""
    lies_ahead = column.name in {"due_at", "lease_until"} or "expires" in column.name
    return timezone.now() + timedelta(days=30) if lies_ahead else NOON


def our_models() -> list[type[models.Model]]:
    """Every concrete model of the product's own apps."""
    return [model for model in apps.get_models() if model._meta.app_label in OURS]
