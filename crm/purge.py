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
from tenancy.models import Event, EventText
from tiktok.enums import Source
from tiktok.models import LegacyMigration, PurgeRun
from tiktok.services.legacy.purgers import TERMS, RowPurger, register_purger

INFLUENCER = Influencer._meta.label_lower


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


def _accounts(influencer: str, name: str) -> QuerySet[SocialAccount]:
    """The accounts of a row's influencer that the old source called as the row says, unless that is the handle."""
    kept = KeyTextTransform("display_name", "creator__legacy_profile__profile")
    of_them = SocialAccount.objects.alias(old_name=kept).filter(
        _named_as(OuterRef(name)), influencer=OuterRef(influencer)
    )
    return of_them.exclude(handle=OuterRef(name)).order_by("pk")


def _naming(influencer: str) -> QuerySet[Event]:
    """The events in which somebody gave a row's influencer a name."""
    events = Event.objects.filter(object_type=INFLUENCER, object_id=OuterRef(influencer))
    return events.filter(
        Q(verb__in=[Verb.INFLUENCER_CREATED, Verb.INFLUENCER_IMPORTED])
        | Q(text__detail__fields__contains=["name"])
    )


def named_by_the_old_source() -> QuerySet[Influencer]:
    """The influencers who are called as the old source called their account, and whom nobody has named so: earlier imports did."""
    return Influencer.objects.filter(Exists(_accounts("pk", "name")), ~Exists(_naming("pk")))


def name_after_handles(rows: QuerySet[Influencer]) -> int:
    """Call them by their handles, as an import does, until TikTok names them. How many."""
    return rows.update(name=Subquery(_accounts("pk", "name").values("handle")[:1]))


def event_names() -> QuerySet[EventText]:
    """The names by which events call influencers as the old source called them, from before anybody gave them another."""
    rows = EventText.objects.filter(event__object_type=INFLUENCER).exclude(label="")
    given = _naming("event__object_id").filter(pk__lte=OuterRef("event_id"))
    return rows.filter(Exists(_accounts("event__object_id", "label")), ~Exists(given))


def outcomes() -> QuerySet[Job]:
    """The jobs whose outcome leads to influencers by their names, if the old source gave any of these; from before the purge."""
    begun_at = PurgeRun.objects.order_by("pk").values("started_at")[:1]
    return Job.objects.filter(
        Exists(named_by_the_old_source()),
        outcome__contains=[{"links": [["crm:influencer"]]}],
        finished_at__lt=Coalesce(begun_at, Now()),
    )


# The last is done first: whom the old source named is known by their names.
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
        "event_names",
        "Names that the old source gave to creators, in the audit log; that something happened stays",
        TERMS,
        event_names,
        lambda texts: texts.update(label=""),
    ),
    first=True,
)
register_purger(
    RowPurger(
        "influencer_outcomes",
        "Names that the old source gave to creators, in the results of work on them",
        TERMS,
        outcomes,
        lambda jobs: jobs.update(outcome=[]),
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
