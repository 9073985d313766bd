"""Nothing of the old source survives its purge: canaries in every text column, and in what people took out of the pages."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core import mail
from django.db import connection, models, transaction
from django.test import Client
from django.utils import timezone

from campaigns.enums import PostOrigin
from campaigns.models import Campaign, Participant, Post
from crm.models import Influencer, SocialAccount
from crm.queries.exports import Wish
from crm.services.exports.runs import start_export
from files.store import contents
from jobs.enums import Lane
from jobs.models import Job
from portal.copying.job import start_copy
from tenancy.enums import Role, Verb
from tenancy.models import EventText, Organization, User
from tenancy.scope import organization_scope, person_scope
from tenancy.services.events import record
from tenancy.services.organizations import let_influencer_in
from tests.branding import a_member
from tests.conftest import ADMIN
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account
from tests.working import pump
from tiktok.enums import Source
from tiktok.models import Creator, LegacyMigration, PurgeReceipt, Video
from tiktok.services.facts.snapshots import record_creator_snapshots, record_video_snapshots
from tiktok.services.legacy.purging import run_purge, start_purge
from tiktok.signals import connected

pytestmark = pytest.mark.django_db(transaction=True)

CANARY, NUMBER, OWN = "cnryoldsource", 7_300_410_993, "cnrytiktok"
# What stays of a post that a campaign listed (its id and address), and what the organization itself calls its account.
ADDRESS = "https://www.tiktok.com/@maya.bakes/video/7499446218112634119"
KEPT = {
    "handle",
    "disputed_handle",
    "past_cursor",  # a place in TikTok's list of videos
    "tiktok_creator_id",
    "invite_refusal",
    "tiktok_video_id",
    "url",
    "country",
    "creator_rate_currency",
}
TABLES = """
SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""


def planted(model: type[models.Model]) -> dict[str, Any]:
    """The canary for every text column of a row of the old source, but for what stays."""
    values: dict[str, Any] = {}
    for column in model._meta.local_concrete_fields:
        is_ours = column.name.startswith("calculated_")  # over videos of TikTok alone
        if column.name in KEPT or is_ours or column.choices or column.primary_key:
            continue
        if isinstance(column, ArrayField):
            values[column.name] = [CANARY]
        elif isinstance(column, models.JSONField):
            values[column.name] = [{"name": CANARY, "fraction": 0.5}]
        elif isinstance(column, models.CharField | models.TextField):
            values[column.name] = CANARY[: column.max_length]
        elif isinstance(column, models.BigIntegerField):
            values[column.name] = NUMBER
        elif isinstance(column, models.FloatField):
            values[column.name] = float(NUMBER)
    return values


def places(*canaries: str) -> Iterator[str]:
    """Tables (seen past all policies), files, the cache and mails in which one of them stands."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ[ADMIN], dbname=name) as admin:
        for (table,) in admin.execute(TABLES).fetchall():
            found = admin.execute(
                f"SELECT count(*) FROM {table} AS t WHERE t::text ~* %s", ["|".join(canaries)]
            ).fetchone()
            if found[0]:
                yield table.strip('"')
    wanted = [canary.encode() for canary in canaries]
    for text in _contents(""):
        yield from ("a file" for each in wanted if each in text)
    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter():
        kind = store.type(key)
        value = store.get(key) if kind == b"string" else str(store.dump(key)).encode()
        yield from (f"the cache: {key!r}" for each in wanted if each in (key + (value or b"")))
    for message in mail.outbox:
        yield from ("a mail" for each in canaries if each in str(message.message()))


def _contents(folder: str) -> Iterator[bytes]:
    try:
        folders, names = contents().listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        with contents().open(f"{folder}/{name}") as opened:
            content = opened.read()
        yield content
        if zipfile.is_zipfile(io.BytesIO(content)):
            archive = zipfile.ZipFile(io.BytesIO(content))
            yield from (archive.read(inside) for inside in archive.namelist())
    for name in folders:
        yield from _contents(f"{folder}/{name}".lstrip("/"))


def of_legacy(account: SocialAccount) -> Video:
    video = a_video(account, "7499446218112634119", url=ADDRESS, source=Source.LEGACY, counts_source=Source.LEGACY)  # fmt: skip
    Video.objects.filter(pk=video.pk).update(**planted(Video))
    Creator.objects.filter(pk=account.creator_id).update(
        **planted(Creator), profile_source=Source.LEGACY, profile_fetched_at=timezone.now()
    )
    video.refresh_from_db()
    account.creator.refresh_from_db()
    for model, load in (
        (video, record_video_snapshots),
        (account.creator, record_creator_snapshots),
    ):
        load([model], source=Source.LEGACY) if model is video else load([model])
    with connection.cursor() as cursor:
        for table in ("tiktok_videosnapshot", "tiktok_creatorsnapshot"):
            cursor.execute(f"UPDATE {table} SET details = %s", [f'{{"x": "{CANARY}"}}'])
    return video


@pytest.fixture
def owner() -> User:
    organization = Organization.objects.create(name="Oak", slug="oak")
    return a_member(organization, Role.OWNER)


@pytest.fixture
def campaign(owner: User) -> Iterator[Campaign]:
    """A campaign with a hidden-to-be post of the old source, one somebody added by hand, and one of TikTok's own."""
    with organization_scope(owner.memberships.get().organization):
        account = an_account("maya.bakes")
        person = User.objects.create_user("maya@example.com")
        let_influencer_in(owner.memberships.get().organization, person)
        campaign, video = a_campaign("Spring"), of_legacy(account)
        with transaction.atomic():
            connected.send(sender=Creator, creator=account.creator, person=person)
        Participant.objects.create(campaign=campaign, account=account)
        post = a_post(campaign, video, origin=PostOrigin.LEGACY)
        by_hand = a_post(a_campaign("Summer"), video)
        own = a_video(account, "8", caption=OWN)
        a_post(campaign, own)
        record_video_snapshots([own], source=Source.PUBLIC)
        for each in (post, by_hand):
            record(Verb.POST_ADDED_BY_HAND, each, actor=owner)
        job = Job.objects.create(
            kind="campaigns.ask_to_tie", finished_at=timezone.now(), state="done"
        )
        job.count("asked", 1, ("campaigns:post", str(post), campaign.pk, post.pk))
        job.save()
        call_as_the_old_source_did(account, owner)
        yield campaign


def call_as_the_old_source_did(account: SocialAccount, owner: User) -> None:
    """As imports of earlier versions named influencers; the audit log and results of work have it from there."""
    influencer = account.influencer
    Influencer.objects.filter(pk=influencer.pk).update(name=CANARY)
    influencer.refresh_from_db()
    record(Verb.INFLUENCER_EDITED, influencer, actor=owner, texts={"fields": ["e-mail"]})
    job = Job.objects.create(kind="crm.mailing", finished_at=timezone.now(), state="done")
    job.count("skipped", 1, ("crm:influencer", influencer.name, influencer.pk))
    job.save()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def take_out(campaign: Campaign, owner: User) -> None:
    """See and export whatever tells of the old source, as owner and as the influencer."""
    client: Client = signed_in(owner)
    post = Post.objects.filter(campaign=campaign, origin=PostOrigin.LEGACY).get()
    here = f"/o/oak/campaigns/{campaign.pk}/"
    pages = [
        "/o/oak/", "/o/oak/influencers/", f"/o/oak/influencers/?q={CANARY}", f"/o/oak/influencers/{post.account.influencer_id}/",
        "/o/oak/campaigns/", here, f"{here}influencers/", f"{here}orders/", f"{here}posts/", f"{here}posts/all/", f"{here}report/",
        f"{here}posts/{post.pk}/", f"{here}posts/export/", f"{here}posts/all/export/", f"{here}report/export/",
        f"/o/oak/search/?q={CANARY}",
    ]  # fmt: skip
    seen = {}
    for page in pages:
        answer = client.post(page) if page.endswith("/export/") else client.get(page)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        assert answer.status_code == 200 or page.startswith("/o/oak/search"), page
        seen[page] = CANARY.encode() in body or str(NUMBER).encode() in body
    assert seen[f"{here}posts/{post.pk}/"]
    start_export(Wish(is_whole=True), total=1, actor=owner, sees_money=True)
    person = post.account.influencer.person
    with person_scope(person):
        start_copy(person, language="")
    for _ in range(6):
        for lane in Lane:
            if lane != Lane.POLLS:
                pump(lane)


def test_no_canary_of_the_old_source_survives_its_purge(campaign, owner, caplog) -> None:
    caplog.set_level("DEBUG")
    LegacyMigration.objects.create()
    take_out(campaign, owner)
    before = set(places(CANARY, str(NUMBER)))
    named = EventText.objects.filter(event__object_type="crm.influencer", label=CANARY).count()
    assert {
        "tiktok_video", "tiktok_creator", "tenancy_eventtext", "jobs_job", "crm_bioword", "campaigns_postword", "crm_influencer",
        "a file",
        f"tiktok_videosnapshot_legacy_{owner.memberships.get().organization_id}",
        f"tiktok_creatorsnapshot_legacy_{owner.memberships.get().organization_id}",
    } <= before  # fmt: skip
    assert len([place for place in places(CANARY, str(NUMBER)) if place == "a file"]) > 1

    LegacyMigration.objects.update(cut_over_at=timezone.now())
    Post.objects.filter(origin=PostOrigin.LEGACY).update(hidden_at=timezone.now())
    receipt = run_purge(start_purge(actor=owner))
    for _ in range(3):
        pump(Lane.BULK)

    assert sorted(set(places(CANARY, str(NUMBER)))) == []
    assert CANARY not in caplog.text
    assert str(NUMBER) not in caplog.text
    lines = {line["name"]: (line["rows"], line["gone"]) for line in receipt.lines}
    assert {name: counts for name, counts in lines.items() if counts != (0, 0)} == {
        "influencer_outcomes": (1, 1),
        "event_names": (named, named),
        "names": (1, 1),
        "event_texts": (2, 2),
        "outcomes": (1, 1),
        "post_links": (2, 2),
        "video_snapshots": (1, 1),
        "creator_snapshots": (1, 1),
        "videos": (1, 1),
        "creator_profiles": (1, 1),
        "exports": (1, 1),
        "copies": (1, 1),
    }
    # What stays: TikTok's own, the tombstones, and that something happened.
    assert {"tiktok_video", "campaigns_postword"} == set(places(OWN)) - {"a file"}
    tombstone, by_hand = Post.objects.exclude(video__caption=OWN).order_by("pk")
    for post in (tombstone, by_hand):
        assert (post.url, post.network_post_id, post.video) == (
            ADDRESS,
            "7499446218112634119",
            None,
        )
    assert (tombstone.published_at, tombstone.published_since) == (None, None)
    assert by_hand.published_at is not None
    client = signed_in(owner)
    assert client.get(f"/o/oak/campaigns/{campaign.pk}/posts/").status_code == 200
    assert client.get(f"/o/oak/campaigns/{by_hand.campaign_id}/posts/").status_code == 200
    assert PurgeReceipt.objects.count() == 1
