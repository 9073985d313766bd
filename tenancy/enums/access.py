"""Words of access: roles, permissions, scopes of keys, and how a provider of single sign-on speaks."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Manager"
    VIEWER = "viewer", "Viewer"


FORMER = " (former member)"  # behind a name that stands at something still


class Permission(models.TextChoices):
    """area:object:action"""

    READ = "organization:data:read"
    EDIT_INFLUENCERS = "crm:influencer:edit"
    IMPORT_INFLUENCERS = "crm:influencer:import"
    EDIT_TAGS = "crm:tag:edit"
    INVITE_CREATORS = "tiktok:creator:invite"
    EDIT_CAMPAIGNS = "campaigns:campaign:edit"
    SEND_ORDERS = "campaigns:order:send"
    MANAGE_ORGANIZATION = "tenancy:organization:manage"
    MANAGE_MEMBERS = "tenancy:membership:manage"
    MANAGE_KEYS = "tenancy:api_key:manage"
    MANAGE_TIKTOK = "tiktok:marketplace_account:manage"
    RUN_MIGRATION = "tiktok:legacy:purge"
    READ_EVENTS = "tenancy:event:read"
    READ_MAIL = "mail:message:read"
    SEND_MAIL = "mail:message:send"
    SEE_MONEY = "campaigns:money:read"
    IMPERSONATE = "portal:influencer:impersonate"


class Scope(models.TextChoices):
    """The scopes of an API key."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    MONEY = "money", "See money"


class SignOnProtocol(models.TextChoices):
    """The language that an organization's provider of single sign-on speaks."""

    OPENID = "openid", "OpenID Connect"
    SAML = "saml", "SAML"
