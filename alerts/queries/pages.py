"""Pages that show what alerts are about: who has opened one needs no alert of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import Resolver404, resolve

from campaigns.models import Campaign, Order, Review
from crm.models import Import, SocialAccount
from tenancy.enums import Verb


def _about(model: type[models.Model], ids: Any) -> Q:
    return Q(object_type=model._meta.label_lower, object_id__in=ids)


def _about_draft(given: Mapping[str, int]) -> Q:
    """A draft's page shows that draft, and nothing else of the order."""
    review = Review.objects.filter(pk=given["review_pk"])
    number = review.values_list("number", flat=True).first()
    return _about(Order, review.values("order")) & Q(
        verb=Verb.DRAFT_SUBMITTED, detail__draft=number
    )


# By the name of an address: the condition of the events that its page shows.
PAGES: dict[str, Callable[[Mapping[str, int]], Q]] = {
    "campaigns:order": lambda given: _about(Order, [given["order_pk"]]),
    "campaigns:review": _about_draft,
    "campaigns:campaign": lambda given: _about(Campaign, [given["pk"]]),
    "campaigns:network_import_page": lambda given: _about(Import, [given["import_pk"]]),
    "crm:influencer": lambda given: _about(
        SocialAccount, SocialAccount.objects.filter(influencer=given["pk"]).values("pk")
    ),
    "crm:import": lambda given: _about(Import, [given["import_pk"]]),
}


def shown_by(path: str, slug: str) -> Q | None:
    """The condition of the events that the page at this path shows; None for one that alerts are not about, and for one of
    another organization than that of the slug."""
    try:
        match = resolve(path.partition("?")[0])
    except Resolver404:
        return None
    if match.view_name not in PAGES or match.kwargs["slug"] != slug:
        return None
    return PAGES[match.view_name](match.kwargs)
