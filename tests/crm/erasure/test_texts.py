"""The words that are taken out of an organization's texts when somebody is deleted, and those that stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone

from campaigns.models import Campaign
from crm.enums import Network
from crm.models import Influencer, List, Note, SocialAccount, Tag
from crm.services.erasure import texts
from crm.services.erasure.texts import GONE, Sought
from crm.services.influencers import delete_influencer
from jobs.enums import JobState
from jobs.models import Job, Work
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.crm.erasure.test_influencers import run_all
from tests.factories.campaigns import a_campaign
from tests.factories.crm import TikTokAccountFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
INSTAGRAM = {"network": Network.INSTAGRAM, "account_type": "instagram"}


@pytest.fixture
def _in_oak(oak: Organization) -> Iterator[None]:
    with organization_scope(oak):
        yield


def after_deleting(maya: Influencer, text: str) -> str:
    """A note about somebody else, as it stands when the search for this influencer is over."""
    note = Note.objects.create(influencer=Influencer.objects.create(name="Tom"), text=text)
    delete_influencer(maya, actor=None)
    run_all()
    note.refresh_from_db()
    return note.text


def on_tiktok(handle: str, **fields: str) -> Influencer:
    maya = Influencer.objects.create(**{"name": "Maya", **fields})
    TikTokAccountFactory.create(
        influencer=maya,
        creator__handle=handle,
        creator__display_name=fields.get("display_name", ""),
    )
    return maya


@pytest.mark.parametrize(
    ("handle", "text", "said"),
    [
        ("maya.bakes", "@Maya.Bakes, (@maya.bakes). @maya.bakes", f"{GONE}, ({GONE}). {GONE}"),
        ("maya.bakes", "https://www.tiktok.com/@maya.bakes/video/7", f"https://www.tiktok.com/{GONE}/video/7"),
        ("maya.bakes", "tiktok.com/%40maya.bakes", f"tiktok.com/{GONE}"),
        ("maya.bakes", "@maya.bakes.more maya.bakes x@maya.bakes", "@maya.bakes.more maya.bakes x@maya.bakes"),
        ("gmail.com", "leo@gmail.com", "leo@gmail.com"),
        ("gmail.com", "leo.@gmail.com", "leo.@gmail.com"),
        ("video", "https://www.tiktok.com/@leo/video/7", "https://www.tiktok.com/@leo/video/7"),
        ("17", "Meet @17:00 in 17", "Meet @17:00 in 17"),
        ("17", "tiktok.com/@17", f"tiktok.com/{GONE}"),
    ],
)  # fmt: skip
def test_a_handle_is_a_mention_or_the_address_of_a_profile(
    handle: str, text: str, said: str
) -> None:
    assert after_deleting(on_tiktok(handle), text) == said


@pytest.mark.parametrize(
    ("handle", "text", "said"),
    [
        ("maya", "instagram.com/maya/ instagram.com/stories/maya", f"instagram.com/{GONE}/ instagram.com/stories/{GONE}"),
        ("maya", "tiktok.com/@maya", "tiktok.com/@maya"),
        ("reel", "https://instagram.com/reel/abc", "https://instagram.com/reel/abc"),
        ("share", "https://instagram.com/share/abc", "https://instagram.com/share/abc"),
    ],
)  # fmt: skip
def test_only_addresses_of_the_account_s_own_network_lead_to_it(
    handle: str, text: str, said: str
) -> None:
    maya = Influencer.objects.create(name="Maya")
    SocialAccount.objects.create(influencer=maya, handle=handle, **INSTAGRAM)
    assert after_deleting(maya, text) == said


def test_a_handle_that_somebody_else_has_elsewhere_is_no_mention_of_one_of_them() -> None:
    lea = Influencer.objects.create(name="Lea")
    SocialAccount.objects.create(influencer=lea, handle="bakes", **INSTAGRAM)
    text = "@bakes tiktok.com/@bakes instagram.com/bakes"
    assert after_deleting(on_tiktok("bakes"), text) == (
        f"@bakes tiktok.com/{GONE} instagram.com/bakes"
    )


def test_a_handle_that_is_a_word_of_the_organization_is_no_mention() -> None:
    a_campaign(client="North Wind")
    assert after_deleting(on_tiktok("northwind"), "@northwind") == "@northwind"


@pytest.mark.parametrize(
    ("fields", "text", "said"),
    [
        ({"name": "Maya Li"}, "Ask MAYA LI.", f"Ask {GONE}."),
        ({"name": "Maya Li", "display_name": "Maya Bakes"}, "Maya Bakes", GONE),
        ({"name": "Maya Li", "display_name": "Black Friday"}, "Black Friday", "Black Friday"),
        ({"name": "Summer"}, "Summer", "Summer"),
        ({"name": "Top 10"}, "Our Top 10", "Our Top 10"),
        ({"name": GONE}, "[deleted]", "[deleted]"),
        ({"name": "Is deleted"}, "It is deleted", "It is deleted"),
        ({"name": "Sean O'Connor"}, "Sean O&#x27;Connor, Sean O&#39;Connor, Sean O'Connor", f"{GONE}, {GONE}, {GONE}"),
        ({"name": "Tom & Jerry"}, "Tom &amp; Jerry, Tom & Jerry", f"{GONE}, {GONE}"),
        ({"name": 'Ann "Pie" Lee'}, r'{"to": "Ann \"Pie\" Lee"}', f'{{"to": "{GONE}"}}'),
        ({"name": "Zoë Li"}, r'{"to": "Zo\u00eb Li"}', f'{{"to": "{GONE}"}}'),
        ({"name": "M", "email": "m@x.com"}, "m@x.com, om@x.com, o.m@x.com, m@x.com.au", f"{GONE}, om@x.com, o.m@x.com, m@x.com.au"),
        ({"name": "M", "phone": "+4917012345"}, "Call +4917012345", f"Call {GONE}"),
        ({"name": "M", "phone": "2026"}, "In 2026", "In 2026"),
        ({"name": "M", "phone": "by mail only"}, "by mail only", "by mail only"),
    ],
)  # fmt: skip
def test_a_name_an_address_and_a_number_go_where_they_mean_one_person(
    fields: dict[str, str], text: str, said: str
) -> None:
    assert after_deleting(on_tiktok("maya.bakes", **fields), text) == said


@pytest.mark.parametrize("taken", ["campaign", "client", "tag", "organization"])
def test_a_name_in_the_organization_s_own_vocabulary_stays(oak: Organization, taken: str) -> None:
    if taken == "organization":
        Organization.objects.filter(pk=oak.pk).update(name="Black Friday Ltd")
    elif taken == "tag":
        Tag.objects.create(name="black friday 2026")
    else:
        a_campaign(**{"name" if taken == "campaign" else "client": "Black Friday"})
    assert after_deleting(Influencer.objects.create(name="Black Friday"), "Black Friday") == (
        "Black Friday"
    )


def test_values_of_json_go_and_keys_technical_columns_and_broken_marks_stay() -> None:
    maya = on_tiktok("maya.bakes", name=": true")
    Influencer.objects.filter(pk=maya.pk).update(name='Maya ": true', language="en")
    params = {
        "maya.bakes": {"handle": "maya.bakes"},
        "said": ['Maya ": true', True, None, 7, "@maya.bakes"],
        "other": "maya.bakes",
    }
    job = Job.objects.create(kind="@maya.bakes", params=params, finished_at=timezone.now())
    token = a_campaign(token="@maya.bakes")
    maya.refresh_from_db()
    after_deleting(maya, "")
    job.refresh_from_db()
    gone = f"[deleted {job.pk}]"  # two jobs with the same wish may not be there
    assert job.params == {
        "maya.bakes": {"handle": gone},
        "said": [gone, True, None, 7, gone],
        "other": "maya.bakes",
    }
    assert job.kind == "@maya.bakes"
    assert Campaign.objects.get(pk=token.pk).token == "@maya.bakes"


def test_a_text_that_must_be_the_only_one_gets_its_number_and_none_is_longer_than_it_may_be() -> (
    None
):
    lists = [List.objects.create(name=f"Of {name}") for name in ("@maya.bakes", "tiktok.com/@maya.bakes")]  # fmt: skip
    campaign = a_campaign(keywords=[f"{'x' * 40} @may"[-40:]])
    after_deleting(on_tiktok("maya.bakes"), "")
    for row, said in zip(lists, ("", "tiktok.com/"), strict=True):
        row.refresh_from_db()
        assert row.name == f"Of {said}[deleted {row.pk}]"
    most = Campaign._meta.get_field("keywords").base_field.max_length or 0
    campaign.keywords = [("x" * most + " @may")[-most:]]
    campaign.save()
    after_deleting(on_tiktok("may"), "")
    campaign.refresh_from_db()
    assert len(campaign.keywords[0]) == most


def test_large_tables_are_read_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "SLICE", 2)
    tom = Influencer.objects.create(name="Tom")
    notes = [Note.objects.create(influencer=tom, text=f"{n} Maya Li") for n in range(5)]
    maya = Influencer.objects.create(name="Maya Li")
    [search] = delete_influencer(maya, actor=None).searches
    run_all()
    search.refresh_from_db()
    assert (search.state, search.params) == (JobState.DONE, {})
    assert search.outcome == [{"key": "texts", "count": 5, "links": []}]
    assert [Note.objects.get(pk=note.pk).text for note in notes] == [
        f"{n} {GONE}" for n in range(5)
    ]


def test_what_is_written_meanwhile_is_found_by_the_next_reading() -> None:
    maya, tom = Influencer.objects.create(name="Maya Li"), Influencer.objects.create(name="Tom")
    [search] = delete_influencer(maya, actor=None).searches
    note = Note.objects.create(influencer=tom, text="Maya Li")
    tables = len(texts.searched())
    Job.objects.filter(pk=search.pk).update(cursor=[1, 0, 0, 0])
    run_all()
    search.refresh_from_db()
    note.refresh_from_db()
    assert (search.state, search.done_count, note.text) == (JobState.DONE, 2 * tables, GONE)
    assert search.cursor[0] == 2
    assert not Work.objects.filter(kind="job", subject_id=search.pk).exists()


def test_nobody_is_found_by_nothing() -> None:
    assert not Sought([], [], [])
    assert Sought(["m@x.com"], [], [])
    maya = Influencer.objects.create(name="Maya Li")
    assert delete_influencer(maya, actor=None, was_known=False).searches == []
