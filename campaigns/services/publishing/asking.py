"""The wish to publish a film for an order, written down; and the creator's permission for it, given and taken back."""

from __future__ import annotations

from django.core.files.base import File as Upload
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from campaigns.enums import CampaignState, PublicationState
from campaigns.errors import PublicationNotTaken
from campaigns.models import Order, Publication
from campaigns.policies.publications import takes_publication
from campaigns.services.reviews.drafts import locked_order
from crm.queries.receipts import is_to_be_erased
from files.enums import FileKind
from files.models import File
from files.purge import delete_files
from files.services.storing import store_large
from jobs.services.queue import make_due
from tenancy.enums import Verb
from tenancy.models import User
from tenancy.services.events import record
from tiktok.enums import PollKind
from tiktok.models import Connection, Consent, Creator
from tiktok.queries.publishing import publishing_over
from tiktok.services.brands.abilities import capabilities
from tiktok.services.connect.publishing import agree_to_publishing, end_publishing

STOPPED = _("The permission to publish from here has ended, so nothing was published.")
UNWANTED = _("This order takes no video any more, so nothing was published.")


def is_offered(order: Order) -> bool:
    """Can the marketplace of this order publish from here at all?"""
    can = capabilities(order.request.marketplace_account).has_publishing
    return can and order.account.creator_id is not None and bool(order.invite_link)


def connection_over(order: Order, *, person_id: int | None) -> Connection | None:
    """The connection over which this person lets us publish to the account of the order: their own, and nobody else's. None
    once they have asked to be erased."""
    creator = order.account.creator
    connection = publishing_over(creator) if creator else None
    if connection is None or connection.person_id != person_id or is_to_be_erased(person_id):
        return None
    return connection


def missing(order: Order, *, but: Publication | None = None) -> int:
    """How many videos are still to be published, besides those that are on their way without this one. What TikTok has listed
    for the order is in its own count, or gone."""
    listed = set(order.posts.values_list("network_post_id", flat=True))
    waiting = order.publications.filter(
        state__in=[*PublicationState.under_way(), PublicationState.DONE]
    ).exclude(tiktok_video_id__in=listed)
    if but is not None:
        waiting = waiting.exclude(pk=but.pk)
    return max(order.video_limit - order.video_count - waiting.count(), 0)


def may_be_published(order: Order, *, but: Publication | None = None) -> bool:
    """Is a video still to be published for the order, whoever may?"""
    is_archived = order.campaign.state == CampaignState.ARCHIVED
    return takes_publication(order.state, missing=missing(order, but=but), is_archived=is_archived)


def is_wanted(publication: Publication, order: Order) -> bool:
    """Does its order take this publication still?"""
    return is_offered(order) and may_be_published(order, but=publication)


def refuse_publication(order: Order, *, person: User) -> None:
    """Raises PublicationNotTaken where no video of this person is published for the order."""
    if not is_offered(order):
        raise PublicationNotTaken("This order cannot be published from here.")
    if not may_be_published(order):
        raise PublicationNotTaken("Nothing more is to be published for this order.")
    if connection_over(order, person_id=person.pk) is None:
        raise PublicationNotTaken("The creator has not allowed to publish from here.")


def ask_to_publish(
    order: Order, upload: Upload[bytes], caption: str, *, person: User
) -> Publication:
    """Keep the film and the wish; whoever claims it sends it. The same film again is the same publication.

    Raises PublicationNotTaken, FileRefused, NoRoom; then nothing is kept.
    """
    if not order.publications.exclude(state__in=PublicationState.over()).exists():
        # Before the film is written; otherwise it may be the same one again.
        refuse_publication(order, person=person)
    file = store_large(FileKind.PUBLICATION, upload)
    with transaction.atomic():
        locked = locked_order(order)
        known = _same(locked, file.sha256)
        if known is not None:
            return known
        refuse_publication(locked, person=person)
        file.save(force_insert=True)
        made = Publication.objects.create(
            order=locked, file=file, sha256=file.sha256, caption=caption, person=person
        )
        record(Verb.PUBLICATION_ASKED, locked, actor=person, publication=made.pk)
        make_due(PollKind.PUBLICATION, made.pk)
    return made


def _same(order: Order, sha256: str) -> Publication | None:
    rows = order.publications.filter(sha256=sha256).exclude(state__in=PublicationState.over())
    return rows.first()


@transaction.atomic
def allow_publishing(consent: Consent, *, person: User) -> None:
    """The creator lets the organization in scope publish what they upload here, over the connection of this consent."""
    agree_to_publishing(consent, actor=person)


@transaction.atomic
def stop_publishing(creator: Creator, *, person: User | None) -> None:
    """The creator takes the permission back: what TikTok has not fetched is not published any more."""
    end_publishing(creator, actor=person)
    stop_waiting(Publication.objects.filter(order__account__creator=creator), STOPPED)


def stop_waiting(rows: QuerySet[Publication], reason: str) -> None:
    """Close the addresses of these films, and stop what nobody has fetched. What TikTok has already is followed to its end.
    Inside the caller's transaction."""
    under_way = rows.filter(state__in=PublicationState.under_way(), settled_at=None)
    for publication in under_way.select_for_update(of=("self",)):
        if publication.fetched_at is None:
            settle(publication, PublicationState.STOPPED, reason)
        else:
            forget_film(publication)


def settle(
    publication: Publication, state: PublicationState, problem: str = "", *, video_id: str = ""
) -> bool:
    """End a publication, unless somebody has: its film is deleted, its order says what became of it. Inside a transaction."""
    now = timezone.now()
    rows = Publication.objects.filter(pk=publication.pk, settled_at=None)
    if not rows.update(
        state=state, problem=problem[:300], tiktok_video_id=video_id, settled_at=now, closed_at=now
    ):
        return False
    record(VERBS[state], publication.order, actor=None, publication=publication.pk)
    forget_film(publication)
    return True


def forget_film(publication: Publication) -> None:
    """Delete the film, which nobody needs any more. Inside a transaction."""
    if publication.file_id is not None:
        delete_files(File.objects.filter(pk=publication.file_id))


VERBS = {
    PublicationState.DONE: Verb.PUBLICATION_DONE,
    PublicationState.FAILED: Verb.PUBLICATION_FAILED,
    PublicationState.STOPPED: Verb.PUBLICATION_STOPPED,
}
