"""The purgers of the roster: names that the old source gave to creators, and exports in which its numbers may stand."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Now

from crm.models import Influencer, SocialAccount
from crm.services.exports.runs import EXPORT, files_of_exports
from files.enums import FileKind
from files.models import File
from files.purge import delete_with_contents
from jobs.models import Job
from tenancy.enums import Verb
from tenancy.models import Event
from tiktok.enums import Source
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purgers import TERMS, RowPurger, register_purger


def exports_from_before() -> QuerySet[File]:
    """The organization's exports that were begun before its cut-over: for a plan, until now."""
    cut_over = Coalesce(LegacyMigration.objects.values("cut_over_at")[:1], Now())
    begun = Job.objects.filter(kind=EXPORT, created_at__lt=cut_over)
    made = Q(created_at__lt=cut_over) | Q(pk__in=files_of_exports(begun))
    return File.objects.filter(made, kind=FileKind.INFLUENCER_EXPORT)


def _named_as(name: OuterRef) -> Q:
    """Select accounts that the old source called so, as their profile says, or said before the cut-over."""
    return Q(creator__profile_source=Source.LEGACY, creator__display_name=name) | Q(
        creator__legacy_profile__profile__profile_source=Source.LEGACY, old_name=name
    )


def _accounts() -> QuerySet[SocialAccount]:
    kept = KeyTextTransform("display_name", "creator__legacy_profile__profile")
    of_them = SocialAccount.objects.alias(old_name=kept).filter(
        _named_as(OuterRef("name")), influencer=OuterRef("pk")
    )
    return of_them.exclude(handle=OuterRef("name")).order_by("pk")


def named_by_the_old_source() -> QuerySet[Influencer]:
    """The influencers who are called as the old source called their account, and whom nobody has named so: earlier imports did."""
    events = Event.objects.filter(object_type="crm.influencer", object_id=OuterRef("pk"))
    given = Q(verb__in=[Verb.INFLUENCER_CREATED, Verb.INFLUENCER_IMPORTED]) | Q(
        text__detail__fields__contains=["name"]
    )
    return Influencer.objects.filter(Exists(_accounts()), ~Exists(events.filter(given)))


def name_after_handles(rows: QuerySet[Influencer]) -> int:
    """Call them by their handles, as an import does, until TikTok names them. How many."""
    return rows.update(name=Subquery(_accounts().values("handle")[:1]))


register_purger(
    RowPurger(
        "names",
        "Names that the old source gave to creators, who have their handle as name from then on",
        TERMS,
        named_by_the_old_source,
        name_after_handles,
    ),
    first=True,
)
register_purger(
    RowPurger(
        "exports",
        "Exports of influencers from before the cut-over",
        TERMS,
        exports_from_before,
        delete_with_contents,
    )
)
