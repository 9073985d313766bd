"""Every row belongs to exactly one organization, or stands on a list that says why it does not."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection

from tenancy.models import OrganizationModel, OwnedModel
from tests.personas import our_models

WITHOUT_TENANT_POLICY = {
    "crm.Receipt": "A person's wish that concerns several organizations; it outlives the person and names nobody then.",
    "files.LedgerEntry": "Names of the ledger's entries, compared with its store for the whole installation; what waits to be written holds ids.",
    "jobs.Work": "The queue: ids, times and words of ours only, claimed for all organizations in turn.",
    "tenancy.Organization": "It is the tenant.",
    "tenancy.User": "A person may belong to several organizations, or be an influencer of many.",
    "tenancy.Membership": "Read to find out which organization a person may enter.",
    "tenancy.ApiKey": "Read to find out which organization a key opens.",
    "tenancy.InfluencerLogin": "Read to find out in which organizations a person has a dashboard.",
    "tenancy.SignOnDomain": "Read to find out at which organization's provider an address signs in.",
    "tiktok.AccountHolder": "Says in which organizations an event's account is looked for, before one is in scope.",
    "tiktok.Connection": "A person's grant; one for each TikTok account whoever it is shared with (Consent has a tenant).",
    "tiktok.ConnectAttempt": "Met again in TikTok's callback, before an organization is known.",
    "tiktok.ServiceIncident": "TikTok's own trouble; concerns everybody alike, names nobody.",
    "tiktok.VideoReading": "A view of two tables that have it, read with the rights and under the policies of whoever reads.",
    "tiktok.WebhookDelivery": "Stored before it is read; one delivery may name several organizations.",
}
FRAMEWORK_TABLES = {
    "account_emailaddress": "allauth: addresses of people",
    "account_emailconfirmation": "allauth: unused, made by its migrations",
    "auth_group": "django.contrib.auth",
    "auth_group_permissions": "django.contrib.auth",
    "auth_permission": "django.contrib.auth",
    "django_admin_log": "django.contrib.admin: what ops did",
    "django_content_type": "django.contrib.contenttypes",
    "django_migrations": "Django's own book-keeping",
    "django_session": "django.contrib.sessions",
    "influence_cache": "limits, by hashes of accounts and addresses, while Redis is away",
    "mfa_authenticator": "allauth: second factors of people",
    "socialaccount_socialaccount": "allauth: who is who at an organization's provider of single sign-on",
    "socialaccount_socialapp": "allauth: unused, providers stand in tenancy.SingleSignOn",
    "socialaccount_socialtoken": "allauth: unused, no token of a provider is kept",
    "tenancy_user_groups": "django.contrib.auth: people in groups",
    "tenancy_user_user_permissions": "django.contrib.auth: people's permissions",
}

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
"""
VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('v', 'm')
"""
COLUMNS = """
SELECT table_name FROM information_schema.columns
WHERE table_schema = 'public' AND column_name = 'organization_id' AND is_nullable = 'NO'
"""


def column_of(query: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}


def isolated() -> list[type[OrganizationModel]]:
    return [model for model in our_models() if issubclass(model, OrganizationModel)]


def test_every_model_of_ours_belongs_to_an_organization_or_says_why_not() -> None:
    fenced = {m._meta.label for m in our_models() if issubclass(m, (OrganizationModel, OwnedModel))}
    others = {model._meta.label for model in our_models()} - fenced
    assert others == set(WITHOUT_TENANT_POLICY)


def test_no_model_of_a_package_takes_part_unnoticed() -> None:
    theirs = {m._meta.db_table for m in apps.get_models(include_auto_created=True)}
    assert theirs - {m._meta.db_table for m in our_models()} <= set(FRAMEWORK_TABLES)


@pytest.mark.django_db
def test_every_table_of_the_database_is_known() -> None:
    ours = {model._meta.db_table for model in our_models()}
    assert column_of(TABLES) == ours | set(FRAMEWORK_TABLES)


@pytest.mark.django_db
def test_no_view_reads_past_the_policies() -> None:
    assert column_of(VIEWS) == column_of(
        f"{VIEWS} AND reloptions @> ARRAY['security_invoker=true']"
    )


@pytest.mark.django_db
def test_no_row_of_an_organization_can_be_without_it() -> None:
    assert {model._meta.db_table for model in isolated()} <= column_of(COLUMNS)
