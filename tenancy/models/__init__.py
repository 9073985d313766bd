from tenancy.models.api_key import ApiKey
from tenancy.models.audit import AuditEvent
from tenancy.models.base import OrganizationManager, OrganizationModel
from tenancy.models.organization import Membership, Organization
from tenancy.models.user import User

__all__ = [
    "ApiKey",
    "AuditEvent",
    "Membership",
    "Organization",
    "OrganizationManager",
    "OrganizationModel",
    "User",
]
