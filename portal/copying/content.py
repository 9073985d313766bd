"""The content of a person's copy: every row about them in every organization, found in the model registry.

A model of tomorrow takes part without a word here. Left out are tokens, what search is made of, and who of a team wrote
something: that is the team's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models
from django.utils.translation import gettext as _

from crm.models import Application, Influencer, Receipt
from crm.models.search import Entry
from crm.queries.hanging import rows_about, words_of
from crm.queries.mail import tied_ids
from crm.services.erasure.traces import subjects_of
from files.models import File
from mail.models import Message
from tenancy.isolation import organization_models
from tenancy.models import Event, Organization, User
from tenancy.queries import influencer_organizations
from tenancy.scope import organization_scope, person_scope
from tiktok.models import (
    Connection,
    Consent,
    Creator,
    CreatorSnapshot,
    FormerHandle,
    PublishingConsent,
    Video,
    VideoReading,
)

NOBODY_S = ("sealed_", "password", "token", "sealing_id", "page_version")
COMPUTED = {"sort_name", "bucket_at"}
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Table:
    """Rows of one kind: a title to read, a name for files, the names of columns with where each is found, and the rows, which are
    read when they are written: in the scope of their part and inside a transaction."""

    title: str
    name: str
    columns: dict[str, str]
    rows: models.QuerySet[Any]

    def filled(self) -> tuple[list[str], int]:
        """The columns in which anything stands, and how many rows there are."""
        names, filled, count = list(self.columns), set[str](), 0
        for rows in self.pieces(names):
            count += len(rows)
            filled |= {n for n in names for row in rows if row[n] not in (None, "", [], {})}
        return [name for name in names if name in filled], count

    def pieces(self, names: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
        """Some rows after the other, as texts, numbers and lists by these columns."""
        paths = [self.columns[name] for name in names]
        rows = self.rows.values_list(*paths).iterator(ROWS_AT_ONCE)
        while piece := list(islice(rows, ROWS_AT_ONCE)):
            yield [dict(zip(names, row, strict=True)) for row in piece]


@dataclass(frozen=True)
class Part:
    """All that one organization holds about the person (None: what is theirs alone), and the files that belong to it."""

    organization: Organization | None
    tables: list[Table]
    files: list[File]


def parts_of(person: User) -> Iterator[Part]:
    """The parts of the copy: the person's own, then one organization after the other."""
    yield Part(None, list(_own_tables(person)), [])
    for organization in influencer_organizations(person):
        with organization_scope(organization):
            part = _part(organization, person)
        if part is not None:
            yield part


def _own_tables(person: User) -> Iterator[Table]:
    yield _table(_("Your account"), User.objects.filter(pk=person.pk))
    keys = Authenticator.objects.filter(user=person)
    columns = {"name": "data__name", "kind": "type", "added_at": "created_at", "used_at": "last_used_at"}  # fmt: skip
    yield Table(_("Sign-in and security"), "passkey", columns, keys)
    yield _table(_("Your connections"), Connection.objects.filter(person=person))
    yield _table(_("Your receipts"), Receipt.objects.filter(person=person))
    with person_scope(person):
        mail = Message.objects.all()
    yield _table(_("Mail to you"), mail)


def _part(organization: Organization, person: User) -> Part | None:
    influencer = Influencer.objects.filter(person=person).first()
    # An application without TikTok hangs on nobody yet.
    begun = Application.objects.filter(person=person, influencer=None)
    tables = [_table(_title(Application), begun)]
    files = list(File.objects.filter(pk__in=begun.values("file")))
    if influencer is not None:
        tables += _tables(influencer)
        files += _files(influencer)
    return Part(organization, tables, files) if influencer or begun.exists() else None


def _tables(influencer: Influencer) -> list[Table]:
    creators = Creator.objects.filter(account__influencer=influencer)
    videos = Video.objects.filter(creator__in=creators)
    return [
        *(_table(_title(model), rows) for model, rows in _hanging(influencer)),
        _table(_("TikTok accounts"), creators),
        _table(_("Earlier handles"), FormerHandle.objects.filter(creator__in=creators)),
        _table(_("Consents to publish"), PublishingConsent.objects.filter(creator__in=creators)),
        _table(_("Consents"), Consent.objects.filter(creator__in=creators)),
        _table(_("Videos"), videos),
        _table(_("Numbers of your accounts"), CreatorSnapshot.objects.filter(creator_id__in=list(creators.values_list("pk", flat=True)))),
        _table(_("Mail to you"), Message.objects.filter(pk__in=tied_ids([influencer.pk]))),
        _happened(influencer),
        _table(_("Numbers of your videos"), VideoReading.objects.filter(video_id__in=list(videos.values_list("pk", flat=True)))),
    ]  # fmt: skip


def _happened(influencer: Influencer) -> Table:
    """The events about the person and what hangs on them, with their texts; not who of the team it was."""
    about = models.Q(pk__in=[])
    for label, ids in subjects_of(influencer):
        about |= models.Q(object_type=label, object_id__in=ids)
    columns = {"at": "at", "what": "verb", "about": "text__label", "detail": "detail", "texts": "text__detail"}  # fmt: skip
    return Table(
        _("What happened"), "event", columns, Event.objects.filter(about).order_by("at", "pk")
    )


def _hanging(influencer: Influencer) -> Iterator[tuple[type[models.Model], models.QuerySet[Any]]]:
    yield Influencer, Influencer.objects.filter(pk=influencer.pk)
    for model in sorted(organization_models(), key=lambda model: model._meta.label):
        if not issubclass(model, Entry):
            yield model, rows_about(model, influencer)


def _files(influencer: Influencer) -> list[File]:
    """The files that belong to rows about the influencer."""
    found: dict[int, File] = {}
    for model, rows in _hanging(influencer):
        for field in model._meta.local_fields:
            if field.related_model is File:
                ids = rows.exclude(**{field.name: None}).values(field.attname)
                found |= {file.pk: file for file in File.objects.filter(pk__in=ids)}
    return list(found.values())


def _title(model: type[models.Model]) -> str:
    return words_of(model, 2).capitalize()


def _table(title: str, rows: models.QuerySet[Any]) -> Table:
    columns = [column for column in rows.model._meta.local_concrete_fields if _is_shown(column)]
    names = {column.attname: column.attname for column in columns}
    return Table(title, rows.model._meta.model_name or "", names, rows)


def _is_shown(column: models.Field[Any, Any]) -> bool:
    """Not a secret, and not the id of somebody else."""
    if column.related_model is User or column.name == "organization":
        return False
    return not column.name.startswith(NOBODY_S) and column.name not in COMPUTED
