"""Words of the ground floor: roles and permissions."""

from django.db import models


class Role(models.TextChoices):
    OWNER = "owner", "Owner"
    ADMIN = "admin", "Admin"
    MANAGER = "manager", "Manager"
    VIEWER = "viewer", "Viewer"


class Permission(models.TextChoices):
    """area:object:action"""

    READ = "organization:data:read"
    EDIT_INFLUENCERS = "crm:influencer:edit"
    INVITE_CREATORS = "tiktok:creator:invite"
    EDIT_CAMPAIGNS = "campaigns:campaign:edit"
    SEND_ORDERS = "campaigns:order:send"
    MANAGE_MEMBERS = "tenancy:membership:manage"
    MANAGE_KEYS = "tenancy:api_key:manage"
    MANAGE_TIKTOK = "tiktok:marketplace_account:manage"
    RUN_MIGRATION = "tiktok:legacy:purge"
    READ_AUDIT = "tenancy:audit:read"


class Scope(models.TextChoices):
    """What an API key may do."""

    READ = "read", "Read"
    WRITE = "write", "Write"
