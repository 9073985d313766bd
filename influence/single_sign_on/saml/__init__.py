"""SAML 2.0 with an organization's provider. Its library is loaded when it is first needed."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, cast

import structlog
from django.http import HttpRequest

from tenancy.errors import SignOnFault, SignOnRefused
from tenancy.models import Organization, SingleSignOn

if TYPE_CHECKING:
    from influence.single_sign_on.saml.provider import SamlProvider

log = structlog.get_logger()


@cache
def is_offered() -> bool:
    """Tell whether the library loads here: xmlsec and lxml have to bring the same libxml2 along."""
    try:
        import_module("xmlsec")
    except Exception:  # xmlsec's own says that the two differ, and cannot be named without it
        log.warning("saml.not_offered", exc_info=True)
        return False
    return True


def saml_provider(
    request: HttpRequest, row: SingleSignOn, organization: Organization
) -> SamlProvider:
    """The organization's provider of SAML. Raises SignOnRefused."""
    if not is_offered():
        raise SignOnRefused(SignOnFault.NOT_OFFERED)
    module = import_module("influence.single_sign_on.saml.provider")
    return cast("SamlProvider", module.SamlProvider(request, row, organization))
