"""Nothing that leads to a deleted influencer is left; the numbers that a brand paid for stay without them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.db import models
from django.utils import timezone

from campaigns.enums import OrderState, ReviewState
from campaigns.models import (
    Campaign,
    CampaignResult,
    Order,
    OrderReply,
    OrderRequest,
    Participant,
    Post,
    Review,
    SparkPermission,
)
from campaigns.services.results.rolling import roll_due
from crm.models import Influencer, Note, SocialAccount
from crm.services.influencers import Deleted, delete_influencer
from files.models import File
from files.store import contents
from jobs.enums import JobState, Lane
from jobs.models import Job
from mail.models import Message
from tenancy.enums import Verb
from tenancy.isolation import isolated_models
from tenancy.models import Event, EventText, Organization
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.personas import Tenant, build_tenant
from tests.working import pump
from tiktok.enums import Source
from tiktok.models import Consent, Creator, Video, VideoSnapshot

pytestmark = pytest.mark.django_db
PERSONAL = "prsn7f3a91"
ABOUT_THEM = {
    "tiktok.Creator", "tiktok.Consent", "tiktok.CreatorSnapshot", "tiktok.FormerHandle", "tiktok.LinkedVideo", "tiktok.Video",
    "tiktok.VideoSnapshot", "tiktok.VideoQuarter", "crm.ImportRow",
}  # fmt: skip
REPORTED = {
    f"tiktok.Video.{name}"
    for name in ("audience_age", "audience_gender", "audience_geography", "audience_country", "unreadable")
}  # fmt: skip


def run_all() -> None:
    while pump(Lane.BULK):
        pass


def is_about(model: type[models.Model]) -> bool:
    """Are its rows about an influencer, or about their account at TikTok?"""
    path = getattr(model, "group_path", "")
    return path.endswith("__group") or model is Influencer or model._meta.label in ABOUT_THEM


def is_personal(column: Any) -> bool:
    """A text that leads to a person; what the report of an order says of an audience does not."""
    is_text = isinstance(
        column, models.CharField | models.TextField | models.JSONField | ArrayField
    )
    is_free = not (column.choices or column.generated or column.primary_key)
    return is_text and is_free and f"{column.model._meta.label}.{column.name}" not in REPORTED


def plant(tenant: Tenant) -> None:
    """Put the personal canary into every text of the rows about the influencer, into their files and events."""
    for label, row in tenant.rows.items():
        model: Any = apps.get_model(label)
        if not is_about(model):
            continue
        columns = filter(is_personal, model._meta.local_concrete_fields)
        texts = {c.name: swapped(getattr(row, c.attname), tenant.canary) for c in columns}
        if texts:
            model._default_manager.filter(pk=row.pk).update(**texts)
        for field in model._meta.local_fields:
            if field.related_model is File and getattr(row, field.attname):
                plant_file(File.objects.get(pk=getattr(row, field.attname)))
    of_orders = EventText.objects.filter(event__object_type="campaigns.order")
    of_orders.update(label=f"Order for @{PERSONAL}", detail={"evidence": PERSONAL})


def plant_file(file: File) -> None:
    contents().delete(file.path)
    contents().save(file.path, ContentFile(PERSONAL.encode()))
    File.objects.filter(pk=file.pk).update(name=f"{PERSONAL}.pdf")


def swapped(value: Any, canary: str) -> Any:
    if isinstance(value, str):
        return value.replace(canary, PERSONAL)
    if isinstance(value, list):
        return [swapped(each, canary) for each in value]
    if isinstance(value, dict):
        return {name: swapped(each, canary) for name, each in value.items()}
    return value


def places(canary: str) -> Iterator[str]:
    """The columns of the organization in scope in which a canary stands, and its stored files."""
    for model in isolated_models():
        manager: Any = model._default_manager
        for values in manager.values():
            yield from (f"{model._meta.label}.{n}" for n, v in values.items() if canary in str(v))
    for file in File.objects.all():
        with contents().open(file.path) as content:
            if canary.encode() in content.read():
                yield f"content of {file.kind}"


def test_every_text_column_file_and_mail_is_free_of_who_was_deleted() -> None:
    tenant = build_tenant("oak")
    with organization_scope(tenant.organization):
        plant(tenant)
        maya = Influencer.objects.get(pk=tenant.row("crm.Influencer").pk)
        maya.name = f"Maya {PERSONAL}"
        maya.save()
        handle = SocialAccount.objects.get(influencer=maya).handle
        assert {each.partition(".")[0] for each in places(PERSONAL)} >= {
            "crm",
            "tiktok",
            "campaigns",
        }
        campaign, job = tenant.row("campaigns.Campaign"), tenant.row("jobs.Job")
        campaign.brief = f"Talk to {maya.name} (@{handle.upper()}), {maya.email}."
        campaign.keywords = [f"@{handle}", "other"]
        campaign.save()
        Job.objects.filter(pk=job.pk).update(params={"handle": handle}, finished_at=timezone.now())
        Message.objects.update(text=f"{maya.name} has published", is_bulk=False)

        Consent.objects.update(withdrawn_at=timezone.now())
        deleted = delete_influencer(maya, actor=None)
        run_all()

        assert sorted(set(places(PERSONAL))) == []
        campaign.refresh_from_db()
        assert campaign.brief == "Talk to [deleted] ([deleted]), [deleted]."
        assert campaign.keywords == ["[deleted]", "other"]
        [search] = deleted.searches
        search.refresh_from_db()
        assert (search.state, search.params) == (JobState.DONE, {})
        assert (deleted.rows["crm.Influencer"], deleted.kept) == (1, 1)
        [event] = Event.objects.filter(verb="influencer.deleted")
        assert event.object_id == tenant.row("crm.Influencer").pk
        assert event.is_erased


@pytest.fixture
def _in_oak(oak: Organization) -> Iterator[None]:
    with organization_scope(oak):
        yield


def reported(campaign: Campaign, account: SocialAccount, number: str, **fields: Any) -> Post:
    """A published post of a new order, whose report has brought numbers; TikTok lists other ones by now."""
    at = timezone.now() - timedelta(hours=2)
    order = an_order(campaign, account, tiktok_order_id=f"9{number}", **fields)
    video = a_video(account, number, video_views=5000, reach=700, report_fetched_at=at)
    for source, views in ((Source.ORDER_REPORT, 4000), (Source.PUBLIC, 5000)):
        moment = {"source": source, "bucket_at": at, "fetched_at": at}
        VideoSnapshot.objects.create(video_id=video.pk, video_views=views, **moment)
    return a_post(campaign, video, order=order)


@pytest.mark.usefixtures("_in_oak")
def test_of_work_in_campaigns_the_numbers_of_orders_stay_without_the_person() -> None:
    campaign = a_campaign(currency="EUR")
    account = a_participant(campaign, "maya.bakes")
    Participant.objects.update(fee=400, due_on="2026-11-20")
    post = reported(campaign, account, "7301", state=OrderState.POSTING)
    a_post(campaign, a_video(account, "7302"))  # by hand: what TikTok lists publicly goes
    unreported = an_order(campaign, account, tiktok_order_id="97303")

    delete_influencer(account.influencer, actor=None)
    run_all()

    [kept] = Post.objects.select_related("account__influencer", "video__creator", "order")
    assert (kept.pk, kept.url, kept.network_post_id) == (post.pk, "", f"erased-{post.pk}")
    assert (kept.video.video_views, kept.video.reach) == (4000, 700)
    assert kept.video.counts_source == Source.ORDER_REPORT
    assert (kept.video.caption, kept.video.url, kept.video.published_at.hour) == ("", "", 0)
    assert [row.source for row in VideoSnapshot.objects.all()] == [Source.ORDER_REPORT]
    nobody = kept.account.influencer
    assert (nobody.name, nobody.email, bool(nobody.archived_at)) == ("Deleted creator", "", True)
    assert kept.account.handle == kept.video.creator.handle
    assert kept.account.handle.startswith("erased-")
    order = kept.order
    assert order is not None
    assert (order.state, order.tiktok_order_id, order.invite_link) == (OrderState.CANCELLED, "", "")
    assert (order.campaign_code, order.due_on, order.page_version) == ("", None, 2)
    assert not Order.objects.filter(pk=unreported.pk).exists()
    participant = Participant.objects.get()
    assert (participant.fee, participant.account, participant.due_on) == (400, kept.account, None)
    assert set(OrderRequest.objects.values_list("description", "state")) == {("", "done")}
    [left] = Event.objects.filter(verb=Verb.CAMPAIGN_CREATOR_LEFT, object_id=campaign.pk)
    assert left.detail == {"orders": 2}
    roll_due()
    result = CampaignResult.objects.get(campaign=campaign, account=None)
    assert (result.posts, result.views, result.creators) == (1, 4000, 1)


@pytest.mark.usefixtures("_in_oak")
def test_nothing_stays_of_who_was_neither_paid_nor_reported() -> None:
    campaign = a_campaign()
    account = a_participant(campaign, "maya.bakes")
    a_post(campaign, a_video(account, "7302"))
    asked = reported(campaign, account, "7304")
    Post.objects.filter(pk=asked.pk).update(review_state=ReviewState.LINK_ASKED)
    delete_influencer(account.influencer, actor=None)
    for model in (Influencer, SocialAccount, Creator, Video, Post, Participant, Order):
        assert not model._default_manager.exists()


@pytest.mark.usefixtures("_in_oak")
def test_a_fee_stays_also_of_another_network_and_a_shared_request_keeps_its_words() -> None:
    campaign = a_campaign(currency="EUR")
    maya, tom = a_participant(campaign, "maya"), a_participant(campaign, "tom")
    film = SocialAccount.objects.create(
        influencer=maya.influencer, network="youtube", account_type="youtube_channel", handle="f"
    )
    Participant.objects.create(campaign=campaign, account=film, fee=50)
    order = an_order(campaign, maya)
    Order.objects.create(request=order.request, campaign=campaign, account=tom, state_at=timezone.now())  # fmt: skip
    delete_influencer(maya.influencer, actor=None)
    assert OrderRequest.objects.get().description == "Two recipes"
    kept = Participant.objects.get(fee=50).account
    assert (kept.network, kept.creator, kept.handle[:7]) == ("youtube", None, "erased-")
    assert Participant.objects.count() == 2


@pytest.mark.usefixtures("_in_oak")
def test_what_was_said_on_a_kept_order_and_the_permission_to_advertise_go() -> None:
    campaign = a_campaign()
    account = a_participant(campaign, "maya.bakes")
    post = reported(campaign, account, "7301", state=OrderState.FULFILLED)
    assert post.order is not None
    OrderReply.objects.create(order=post.order, kind="question", text="Which cake?")
    Review.objects.create(campaign=campaign, order=post.order)
    SparkPermission.objects.create(post=post, days=30)
    delete_influencer(account.influencer, actor=None)
    assert Order.objects.get().state == OrderState.FULFILLED
    for model in (OrderReply, Review, SparkPermission):
        assert not model._default_manager.exists()


@pytest.mark.usefixtures("_in_oak")
@pytest.mark.parametrize(
    ("others", "said"),
    [({}, "Ask [deleted], [deleted]"), ({"name": "Maya Li", "email": "m@x.com"}, "Ask Maya Li, m@x.com")],
)  # fmt: skip
def test_a_name_or_an_address_that_somebody_else_has_stays_in_texts(
    others: dict[str, str], said: str
) -> None:
    maya = Influencer.objects.create(name="Maya Li", email="m@x.com")
    tom = Influencer.objects.create(**{"name": "Tom", **others})
    note = Note.objects.create(influencer=tom, text="Ask Maya Li, m@x.com")
    delete_influencer(maya, actor=None)
    run_all()
    note.refresh_from_db()
    assert note.text == said


@pytest.mark.usefixtures("_in_oak")
def test_a_short_name_is_a_word_like_others_and_nothing_is_searched_for_it() -> None:
    deleted = delete_influencer(Influencer.objects.create(name="May"), actor=None)
    assert deleted.searches == []


@pytest.mark.usefixtures("_in_oak")
def test_whoever_is_gone_already_is_deleted_once() -> None:
    maya = Influencer.objects.create(name="Maya Li")
    again = Influencer.objects.get()
    delete_influencer(maya, actor=None)
    assert delete_influencer(again, actor=None) == Deleted({}, 0, [], [])
