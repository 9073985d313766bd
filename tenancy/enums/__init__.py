"""Words of the ground floor."""

from tenancy.enums.access import FORMER, Permission, Role, Scope, SignOnProtocol
from tenancy.enums.events import Verb, verbs

__all__ = ["FORMER", "Permission", "Role", "Scope", "SignOnProtocol", "Verb", "verbs"]
