"""Permissions: roles are data, one function answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenancy.enums import Permission, Role

if TYPE_CHECKING:
    from tenancy.models import Membership

_VIEWER = frozenset({Permission.READ, Permission.READ_MAIL})
_MANAGER = _VIEWER | {
    Permission.EDIT_INFLUENCERS,
    Permission.IMPORT_INFLUENCERS,
    Permission.EDIT_TAGS,
    Permission.INVITE_CREATORS,
    Permission.SEND_MAIL,
    Permission.EDIT_CAMPAIGNS,
    Permission.SEND_ORDERS,
    Permission.SEE_MONEY,
}
_ADMIN = _MANAGER | {
    Permission.MANAGE_ORGANIZATION,
    Permission.MANAGE_MEMBERS,
    Permission.MANAGE_KEYS,
    Permission.MANAGE_TIKTOK,
    Permission.READ_EVENTS,
    Permission.IMPERSONATE,
}
_OWNER = _ADMIN | {Permission.RUN_MIGRATION}

# What a member who is limited to groups may not, since it is about everybody alike.
_ABOUT_EVERYBODY = frozenset(
    {Permission.READ_MAIL, Permission.IMPORT_INFLUENCERS, Permission.EDIT_TAGS}
)

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.MANAGER: _MANAGER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}


def can(membership: Membership | None, permission: Permission, obj: object = None) -> bool:
    """May this member do this, to this object if one is given? An object of another organization: never."""
    if membership is None:
        return False
    foreign = (
        obj is not None and getattr(obj, "organization_id", None) != membership.organization_id
    )
    if foreign or (membership.is_limited and permission in _ABOUT_EVERYBODY):
        return False
    return permission in ROLE_PERMISSIONS[membership.role]


def may_give(membership: Membership, *roles: str) -> bool:
    """May this member give these roles, or take them away? Owners are made and removed by owners alone."""
    if Role.OWNER in roles:
        return membership.role == Role.OWNER
    return can(membership, Permission.MANAGE_MEMBERS)
