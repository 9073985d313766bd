"""The address from which TikTok fetches a film: signed, for one film alone, closed as soon as it is not needed."""

from __future__ import annotations

from django.utils import timezone

from campaigns.models import Publication
from campaigns.policies.publications import is_fetchable
from files.models import File
from tenancy.services.links import SignedLink, read_signed, signed_url

SALT = "campaigns.film"


def film_url(publication: Publication) -> str:
    """The address of the film, a secret: whoever has it can fetch the film while it is open."""
    return signed_url("film", publication, publication.pk, salt=SALT)


def read_film_link(token: str) -> SignedLink | None:
    """The contents of such an address; None for one that we did not sign."""
    return read_signed(token, salt=SALT)


def fetched_film(pk: int) -> File | None:
    """The film, once it is noted that somebody fetches it. None: it is closed, too old or gone."""
    now = timezone.now()
    publication = Publication.objects.filter(pk=pk).select_related("file").first()
    if publication is None or not is_fetchable(publication.sending_at, now):
        return None
    open_rows = Publication.objects.filter(pk=pk, closed_at=None, file__isnull=False)
    if not open_rows.update(fetched_at=now):
        return None
    return publication.file
