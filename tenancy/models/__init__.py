from tenancy.models.api_key import ApiKey
from tenancy.models.base import (
    OrganizationManager,
    OrganizationModel,
    OwnedManager,
    OwnedModel,
)
from tenancy.models.counters import Counter
from tenancy.models.events import Event, EventText
from tenancy.models.groups import Group, GroupMember
from tenancy.models.invitations import Invitation
from tenancy.models.organization import InfluencerLogin, Membership, Organization
from tenancy.models.single_sign_on import (
    FormerMember,
    SignOnDomain,
    SingleSignOn,
    provider_key,
)
from tenancy.models.submissions import Submission
from tenancy.models.user import User

__all__ = [
    "ApiKey",
    "Counter",
    "Event",
    "EventText",
    "FormerMember",
    "Group",
    "GroupMember",
    "InfluencerLogin",
    "Invitation",
    "Membership",
    "Organization",
    "OrganizationManager",
    "OrganizationModel",
    "OwnedManager",
    "OwnedModel",
    "SignOnDomain",
    "SingleSignOn",
    "Submission",
    "User",
    "provider_key",
]
