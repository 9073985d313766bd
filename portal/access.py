"""Into the organizations where a person is an influencer, and no further.

The dashboard has no organization in its address bar, so its scope is opened here, for one organization after the other:
only where an influencer row names the person. What is read then is read through that row.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase

from crm.models import Influencer
from tenancy.access import View, portal_page
from tenancy.models import Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope
from tenancy.streams import keep_scope, one_transaction
from tenancy.viewing import viewed_organization

T = TypeVar("T")


class InfluencerRequest(HttpRequest):
    """A request of a person who is an influencer of `organization`, which is in scope."""

    user: User
    organization: Organization
    influencer: Influencer


def in_each_organization(person: User, read: Callable[[Organization, Influencer], T]) -> list[T]:
    """The results of `read` for each organization that knows this person as an influencer, in its scope, by name."""
    results = []
    for organization in _organizations(person):
        with organization_scope(organization):
            influencer = Influencer.objects.filter(person=person).first()
            if influencer is not None:
                results.append(read(organization, influencer))
    return results


def _organizations(person: User) -> models.QuerySet[Organization]:
    """The organizations of the person, by name; a single one for a member who views the dashboard as them."""
    every, shown = influencer_organizations(person), viewed_organization()
    return every if shown is None else every.filter(pk=shown.pk)


def influencer_page(view: View) -> View:
    """A page under `/me/organizations/<slug>/`: in the scope of that organization, if the person is an influencer there."""

    @portal_page
    @wraps(view)
    def guarded(
        request: InfluencerRequest, slug: str, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        organization = _organizations(request.user).filter(slug=slug).first()
        if organization is None:
            raise Http404
        with organization_scope(organization):
            influencer = Influencer.objects.filter(person=request.user).first()
            if influencer is None:
                raise Http404
            request.organization, request.influencer = organization, influencer
            return keep_scope(view(request, *args, **kwargs), one_transaction(request))

    return guarded
