"""Every row that is about an influencer says how it finds the influencer's group, so that limited members see theirs only."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from crm.models import Influencer
from tenancy.isolation import organization_models

# Rows about an influencer that a member may see all the same, or never sees.
SEEN_BY_ALL: dict[str, str] = {
    "crm.ImportRow": "the rows of a file: a limited member sees those of their own imports (`import_by_id`)",
}
# Rows about an influencer that a member sees by another group than the influencer's.
BY_ANOTHER_GROUP = dict.fromkeys(
    ("crm.Application", "crm.ApplicationNote", "crm.ApplicationVote"),
    "those of the program: who applies may stand in another group, or in none yet",
)


def paths_to_influencers(
    model: type[models.Model], seen: tuple[type[models.Model], ...] = ()
) -> Iterator[str]:
    """The ways from a row to an influencer by the foreign keys of its own."""
    if model is Influencer:
        yield "group"
        return
    for field in model._meta.local_fields:
        referred = field.related_model
        if isinstance(field, models.ForeignKey) and referred not in (*seen, model, "self"):
            for rest in paths_to_influencers(referred, (*seen, model)):
                yield f"{field.name}__{rest}"


def test_rows_about_an_influencer_know_the_group() -> None:
    about = {
        model._meta.label: list(paths_to_influencers(model)) for model in organization_models()
    }
    wrong = {
        label: paths
        for label, paths in about.items()
        if paths and label not in SEEN_BY_ALL and label not in BY_ANOTHER_GROUP
        for model in organization_models()
        if model._meta.label == label and getattr(model, "group_path", "") not in paths
    }
    assert wrong == {}
    assert {label for label, paths in about.items() if not paths} & set(SEEN_BY_ALL) == set()
    grouped = {
        model._meta.label for model in organization_models() if getattr(model, "group_path", "")
    }
    assert set(BY_ANOTHER_GROUP) <= grouped
