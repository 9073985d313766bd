"""Pages that show what alerts are about: who has opened one needs no alert of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import models
from django.urls import Resolver404, resolve

from campaigns.models import Campaign, Order, Review
from crm.models import Import, SocialAccount

# By the name of an address: the kind of its objects, and their ids as a queryset or a list.
PAGES: dict[str, tuple[type[models.Model], Callable[[Mapping[str, int]], Any]]] = {
    "campaigns:order": (Order, lambda given: [given["order_pk"]]),
    "campaigns:review": (
        Order, lambda given: Review.objects.filter(pk=given["review_pk"]).values("order"),
    ),
    "campaigns:campaign": (Campaign, lambda given: [given["pk"]]),
    "crm:influencer": (
        SocialAccount, lambda given: SocialAccount.objects.filter(influencer=given["pk"]).values("pk"),
    ),
    "crm:import": (Import, lambda given: [given["import_pk"]]),
}  # fmt: skip


def shown_by(path: str, slug: str) -> tuple[str, Any] | None:
    """The type and the ids of what the page at this path shows; None for one that alerts are not about, and for one of another
    organization than that of the slug."""
    try:
        match = resolve(path.partition("?")[0])
    except Resolver404:
        return None
    if match.view_name not in PAGES or match.kwargs["slug"] != slug:
        return None
    model, ids = PAGES[match.view_name]
    return model._meta.label_lower, ids(match.kwargs)
