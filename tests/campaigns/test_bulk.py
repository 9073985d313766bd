"""Many influencers are added to a campaign at once, and taken out again where nothing hangs on it."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from campaigns.enums import CampaignState
from campaigns.models import Participant
from campaigns.queries.of_influencer import campaigns_to_join
from crm.errors import ChoiceGone
from crm.models import Influencer, SocialAccount
from tenancy.enums import Role, Verb
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member
from tests.crm.bulk.conftest import begun, done, results, undone
from tests.factories.campaigns import a_campaign, a_participant, an_account, an_order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _scope(oak: Organization):
    with organization_scope(oak):
        yield


@pytest.fixture
def ada(oak: Organization) -> User:
    person = User.objects.create_user("ada@example.com")
    add_member(oak, person, role=Role.MANAGER, actor=None)
    return person


def handles() -> list[str]:
    rows = Participant.objects.order_by("account__handle")
    return list(rows.values_list("account__handle", flat=True))


def test_each_takes_part_with_their_main_account_unless_they_do_already(ada: User) -> None:
    campaign = a_campaign()
    small, large = an_account("small", follower_count=10), an_account("large", follower_count=900)
    large.influencer = small.influencer
    large.save()
    SocialAccount.objects.create(
        influencer=small.influencer, network="instagram", account_type="instagram", handle="insta"
    )
    other = Influencer.objects.create(name="Only elsewhere")
    SocialAccount.objects.create(
        influencer=other, network="youtube", account_type="youtube_channel", handle="tube"
    )
    present = a_participant(campaign, "present")
    nobody = Influencer.objects.create(name="Nobody")

    people = [small.influencer, other, present.influencer, nobody]
    action = done("campaign", people, choice=campaign, actor=ada)

    assert handles() == ["large", "present", "tube"]
    assert results(action) == {
        "Small": ("done", ""),
        "Only elsewhere": ("done", ""),
        "Present": ("unchanged", "Takes part already."),
        "Nobody": ("refused", "Has no account."),
    }
    assert Event.objects.filter(verb=Verb.CAMPAIGN_PARTICIPANTS_ADDED).get().detail["count"] == 2


def test_the_preview_counts_who_takes_part_already_and_who_cannot(
    oak: Organization, ada: User
) -> None:
    campaign = a_campaign()
    a_participant(campaign, "present")
    an_account("new")
    Influencer.objects.create(name="Nobody")
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    here = client.post("/o/oak/influencers/bulk/", {"action": "campaign", "all": "yes"})["Location"]
    page = client.get(f"{here}?choice={campaign.pk}").content.decode()
    assert ">Northwind: Autumn</option>" in page
    assert "1 creator will take part with their main account." in " ".join(page.split())
    assert "1 has no account." in page
    assert "1 takes part already." in page


def test_undo_removes_whom_it_has_added_but_nobody_with_an_order(ada: User) -> None:
    campaign = a_campaign()
    free, ordered, gone = (an_account(name) for name in ("free", "ordered", "gone"))
    people = [account.influencer for account in (free, ordered, gone)]
    action = done("campaign", people, choice=campaign, actor=ada)
    an_order(campaign, ordered)
    Participant.objects.filter(account=gone).delete()

    undone(action, actor=ada)

    assert handles() == ["ordered"]
    assert results(action)["Free"] == ("undone", "")
    assert results(action)["Ordered"][0] == results(action)["Gone"][0] == "kept"
    removed = Event.objects.filter(verb=Verb.CAMPAIGN_PARTICIPANTS_REMOVED).get()
    assert (removed.detail["accounts"], removed.actor) == ([free.pk], ada)


def test_undo_of_nobody_says_nothing(ada: User) -> None:
    campaign = a_campaign()
    ordered = an_account("ordered")
    action = done("campaign", [ordered.influencer], choice=campaign, actor=ada)
    an_order(campaign, ordered)
    undone(action, actor=ada)
    assert not Event.objects.filter(verb=Verb.CAMPAIGN_PARTICIPANTS_REMOVED).exists()


def test_campaigns_to_choose_are_the_newest_first_without_archived_ones(
    ada: User, elm: Organization
) -> None:
    a_campaign("Old", starts_on=date(2026, 1, 1))
    a_campaign("New")
    a_campaign("Gone", state=CampaignState.ARCHIVED)
    assert [name for _, name in campaigns_to_join()] == ["Northwind: New", "Northwind: Old"]
    with organization_scope(elm):
        theirs = a_campaign("Elm's")
    with pytest.raises(ChoiceGone):
        begun("campaign", [an_account("x").influencer], choice=theirs, actor=ada)
