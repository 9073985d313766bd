"""An influencer's timeline: what was recorded about them and their accounts, newest first."""

from __future__ import annotations

import pytest

from crm.queries import influencer_timeline
from crm.services.influencers import edit_influencer
from tenancy.enums import Verb
from tenancy.models import EventText
from tenancy.services.events import record
from tests.crm.conftest import queries_in
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.personas import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def test_it_holds_what_was_said_of_them_their_accounts_and_creators_and_of_nobody_else() -> None:
    account, other = TikTokAccountFactory.create(), TikTokAccountFactory.create()
    influencer = account.influencer
    edit_influencer(influencer, actor=None, name="Maya B.")
    record(Verb.ACCOUNT_ADDED, account, actor=None, influencer=influencer.pk)
    record(Verb.CREATOR_ASKED_TO_JOIN, account.creator, actor=None)
    for foreign in (other, other.creator, other.influencer):
        record(Verb.CREATOR_RENAMED, foreign, actor=None)

    assert [event.verb for event in influencer_timeline(influencer)] == [
        Verb.CREATOR_ASKED_TO_JOIN,
        Verb.ACCOUNT_ADDED,
        Verb.INFLUENCER_EDITED,
    ]


def test_the_page_says_what_happened_by_whom_and_still_does_once_the_texts_are_gone(
    viewer,
) -> None:
    influencer = InfluencerFactory.create(name="Maya")
    edit_influencer(influencer, actor=make_person("ada", "x"), email="m@example.com", country="GB")
    url = f"/o/oak/influencers/{influencer.pk}/"

    page = " ".join(viewer.get(url).content.decode().split())
    assert "<strong>Details edited</strong>" in page
    assert "by <bdi>ada x</bdi>" in page
    assert '<p class="note">Fields: country, email</p>' in page

    EventText.objects.all().delete()
    page = " ".join(viewer.get(url).content.decode().split())
    assert "<strong>Details edited</strong>" in page
    assert "Fields:" not in page


def test_a_long_timeline_costs_one_query(viewer) -> None:
    influencer = InfluencerFactory.create()
    url = f"/o/oak/influencers/{influencer.pk}/"
    record(Verb.INFLUENCER_EDITED, influencer, actor=make_person("one", "x"))
    one = queries_in(viewer, url)
    for _ in range(5):
        record(Verb.INFLUENCER_EDITED, influencer, actor=make_person(str(_), "x"))
    assert queries_in(viewer, url) == one
