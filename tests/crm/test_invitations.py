"""Invitations of an organization on TikTok One, whose API invites nobody: an e-mail with TikTok's own page, tracked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.errors import EmailNeeded, HandleNotReadable
from crm.models import Influencer, InfluencerMail, SocialAccount
from crm.policies import INVITED, NON_TTCM, account_labels, is_invited, may_be_invited
from crm.services.accounts import AddOutcome, add_tiktok_account
from crm.services.invitations import invite_handle, invite_influencer_accounts, invites_by_mail
from jobs.enums import Lane
from mail.errors import AddressBounced
from mail.services.marks import mark, unmark
from tenancy.enums import Role
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.mailing import sent_mail
from tests.sandbox_process import TTO_ACCOUNT_ID, Sandbox
from tests.working import all_polls, pump
from tiktok.enums import AccountKind, MarketplaceStatus, PollKind
from tiktok.models import Creator, CreatorMembership, MarketplaceAccount
from tiktok.queries import connected_accounts
from tiktok.services.creators.membership import refresh_membership

pytestmark = pytest.mark.django_db
PAGE = "https://support.tiktok.com/en/business-and-creator/tiktok-one"


@pytest.fixture(autouse=True)
def _on_tiktok_one(oak: Organization, tiktok: Sandbox) -> None:
    with organization_scope(oak):
        MarketplaceAccount.objects.update(dialect="tto", tiktok_account_id=TTO_ACCOUNT_ID)


def an_account(
    handle: str = "tom_trails", email: str = "tom@example.com", **fields: Any
) -> SocialAccount:
    return TikTokAccountFactory.create(
        creator__handle=handle,
        creator__marketplace_status=MarketplaceStatus.NOT_IN,
        influencer__name=handle.title(),
        influencer__email=email,
        **fields,
    )


# --- the service -------------------------------------------------------------------------------------------------
@pytest.mark.usefixtures("_scope")
def test_the_invitation_is_an_e_mail_with_tiktoks_own_page_and_is_tracked() -> None:
    account = an_account()

    result = invite_influencer_accounts([account], actor=None)

    assert (result.invited, result.rejected, result.by_mail) == (["tom_trails"], {}, True)
    (message,) = sent_mail()
    assert message.to == ["tom@example.com"]
    assert message.subject == "Oak invites @tom_trails to TikTok One"
    assert PAGE in message.body
    assert PAGE in message.alternatives[0][0]
    creator = Creator.objects.get()
    assert creator.marketplace_status == MarketplaceStatus.NOT_IN
    assert creator.invited_at is not None
    poll = all_polls().get(kind=PollKind.MEMBERSHIP)
    assert (poll.subject_id, poll.due_at <= timezone.now() + timedelta(seconds=1)) == (
        creator.pk,
        True,
    )
    assert Event.objects.filter(verb="creator.asked_to_join").count() == 1
    assert InfluencerMail.objects.get().influencer == account.influencer


@pytest.mark.usefixtures("_scope")
def test_who_was_invited_this_week_is_not_mailed_again_and_later_is() -> None:
    account = an_account()
    invite_influencer_accounts([account], actor=None)
    again = SocialAccount.objects.select_related("creator", "influencer").get()
    assert invite_influencer_accounts([again], actor=None).invited == ["tom_trails"]
    assert len(sent_mail()) == 1

    long_ago = timezone.now() - timedelta(days=8)
    later = an_account("rio.runs", "rio@example.com", creator__invited_at=long_ago)
    invite_influencer_accounts([later], actor=None)
    assert [message.to for message in sent_mail()[1:]] == [["rio@example.com"]]
    assert Creator.objects.get(handle="rio.runs").invited_at > long_ago


@pytest.mark.usefixtures("_scope")
def test_of_many_each_gets_an_answer() -> None:
    joined = an_account("maya.bakes", "maya@example.com")
    Creator.objects.filter(handle="maya.bakes").update(marketplace_status=MarketplaceStatus.IN)
    joined.creator.refresh_from_db()
    accounts = [joined, an_account(), an_account("kai.cooks", email="")]

    result = invite_influencer_accounts(accounts, actor=None)

    assert (result.in_marketplace, result.invited) == (["maya.bakes"], ["tom_trails"])
    assert result.rejected == {
        "kai.cooks": "no e-mail address is known. Add one to the creator and invite again."
    }
    assert len(sent_mail()) == 1
    assert Creator.objects.get(handle="kai.cooks").invited_at is None


@pytest.mark.usefixtures("_scope")
def test_an_address_that_bounced_is_not_written_to_and_leaves_nothing() -> None:
    account = an_account()
    address = account.influencer.email
    for bounced in (address, "rio@example.com"):
        mark(bounced, "bounced_at")

    result = invite_influencer_accounts([account], actor=None)
    assert "came back" in result.rejected["tom_trails"]
    assert Creator.objects.get().invited_at is None
    with pytest.raises(AddressBounced):
        invite_handle("rio.runs", actor=None, email="rio@example.com")
    assert Creator.objects.count() == 1

    unmark(address, "bounced_at")
    assert invite_influencer_accounts([account], actor=None).invited == ["tom_trails"]


@pytest.mark.usefixtures("_scope")
def test_of_two_who_invite_the_same_creator_at_once_one_mails_and_it_is_noted_once() -> None:
    an_account()
    seen_by_both = [SocialAccount.objects.select_related("creator").get() for _ in range(2)]
    for account in seen_by_both:
        assert invite_influencer_accounts([account], actor=None).invited == ["tom_trails"]
    assert len(sent_mail()) == 1
    assert Event.objects.filter(verb="creator.asked_to_join").count() == 1


@pytest.mark.usefixtures("_scope")
def test_an_account_of_another_network_is_not_invited() -> None:
    account = SocialAccount.objects.create(
        influencer=InfluencerFactory.create(email="tom@example.com"),
        network="instagram",
        account_type="instagram",
        handle="tom_trails",
    )
    result = invite_influencer_accounts([account], actor=None)
    assert (result.invited, result.rejected, result.in_marketplace) == ([], {}, [])
    assert sent_mail() == []


@pytest.mark.usefixtures("_scope")
def test_a_handle_without_profile_is_invited_at_an_address() -> None:
    with pytest.raises(EmailNeeded):
        invite_handle("@tom_trails", actor=None)
    with pytest.raises(HandleNotReadable):
        invite_handle("no handle", actor=None, email="tom@example.com")
    assert Creator.objects.count() == 0

    assert invite_handle("@Tom_Trails", actor=None, email="tom@example.com").invited == [
        "tom_trails"
    ]
    assert "Hello @tom_trails" in sent_mail()[0].body
    assert not Influencer.objects.exists()
    assert invite_handle("tom_trails", actor=None, email="tom@home.example").by_mail
    assert len(sent_mail()) == 1
    result = add_tiktok_account("tom_trails", actor=None)
    assert (result.outcome, result.is_invited) == (AddOutcome.NOT_IN_MARKETPLACE, True)


@pytest.mark.usefixtures("_scope")
def test_who_joins_is_noticed_by_the_daily_sync(tiktok: Sandbox) -> None:
    invite_influencer_accounts([an_account()], actor=None)
    tiktok.control("creator", handle="tom_trails", membership="IN")

    refresh_membership(Creator.objects.all())

    creator = Creator.objects.get()
    assert creator.is_in_marketplace
    assert not is_invited(creator.marketplace_status, creator.invited_at)
    assert all_polls().filter(kind=PollKind.PROFILE, subject_id=creator.pk).exists()


@pytest.mark.usefixtures("_scope")
def test_without_a_marketplace_account_or_with_an_older_one_nothing_goes_by_mail() -> None:
    assert invites_by_mail()
    MarketplaceAccount.objects.update(dialect="ttcm")
    assert not invites_by_mail()
    MarketplaceAccount.objects.all().delete()
    assert not invites_by_mail()


@pytest.mark.parametrize(
    ("status", "days_ago", "invited", "may"),
    [
        ("not_in", None, False, True),
        ("not_in", 1, True, False),
        ("unknown", 1, True, False),
        ("not_in", 8, True, True),
        ("invited", 8, True, False),
        ("invited", None, True, False),
        ("in", 1, False, False),
        ("invalid", 1, False, False),
        ("invalid", None, False, False),
    ],
)
def test_what_an_invitation_means_for_label_and_button(status, days_ago, invited, may) -> None:
    now = timezone.now()
    at = None if days_ago is None else now - timedelta(days=days_ago)
    labels = account_labels(AccountKind.UNSUPPORTED, status, invited_at=at, needs_reconnect=False)
    assert (INVITED in labels) is is_invited(status, at) is invited
    assert (NON_TTCM in labels) is (status != "in")
    assert may_be_invited(AccountKind.UNSUPPORTED, status, at, now) is may
    assert not may_be_invited(AccountKind.LEGACY, status, at, now)


# --- the pages ---------------------------------------------------------------------------------------------------
def page(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_the_profile_invites_by_mail_and_says_so(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        account = an_account()
    url = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/invite/"
    assert "(<strong>tom@example.com</strong>)" in page(manager.get(url))

    answer = page(manager.post(url, follow=True))

    assert (
        "@tom_trails is invited by e-mail to join TikTok One. We check daily who has joined."
        in answer
    )
    assert "Invited to the marketplace" in answer
    assert "Invite to the marketplace" not in answer
    assert len(sent_mail()) == 1


def test_without_an_address_the_page_says_why_asks_for_one_and_keeps_it(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = an_account(email="")
    url = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/invite/"
    assert "No e-mail address of Tom_Trails is known." in page(manager.get(url))
    answer = manager.post(url)
    assert answer.status_code == 422
    assert "Enter the creator&#x27;s e-mail address" in page(answer)
    assert sent_mail() == []

    manager.post(url, {"email": "tom@example.com"})

    assert sent_mail()[0].to == ["tom@example.com"]
    with organization_scope(oak):
        assert Influencer.objects.get().email == "tom@example.com"
        assert Creator.objects.get().invited_at is not None


def test_an_influencer_who_signs_in_is_invited_where_they_sign_in(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = an_account(influencer__person=User.objects.create_user("tom@home.example"))
        invite_influencer_accounts([account], actor=None)
    assert sent_mail()[0].to == ["tom@home.example"]


def test_a_refused_account_is_invited_at_an_address(
    oak: Organization, signed_in: Callable[[Role], Client]
) -> None:
    manager = signed_in(Role.MANAGER)
    refused = page(manager.post("/o/oak/influencers/add/", {"handle": "tom_trails"}))
    assert "We e-mail the address of TikTok's own page on joining TikTok One." in refused
    assert 'id="id_invite_email"' in refused
    wrong = manager.post("/o/oak/influencers/add/invite/", {"handle": "tom_trails", "email": "tom"})
    assert wrong.status_code == 422
    assert "This is not an e-mail address." in page(wrong)

    answer = manager.post(
        "/o/oak/influencers/add/invite/",
        {"handle": "tom_trails", "email": "tom@example.com"},
        follow=True,
    )

    assert "@tom_trails is invited by e-mail to join TikTok One." in page(answer)
    assert "Invited to the marketplace, and not joined yet: @tom_trails" in page(answer)
    again = page(manager.post("/o/oak/influencers/add/", {"handle": "tom_trails"}))
    assert "This account was invited already." in again


def test_in_bulk_each_creator_has_a_result(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        accounts = [an_account(), an_account("kai.cooks", email="")]
    ids = [account.influencer_id for account in accounts]
    preview = manager.post(
        "/o/oak/influencers/bulk/", {"action": "invite", "ids": ids}, follow=True
    )
    shown = re.sub(r"<[^>]+>|\s+", " ", page(preview))
    assert "1 creator will be invited to the Creator Marketplace" in " ".join(shown.split())
    assert "1 cannot be mailed: no e-mail address is known" in page(preview)
    here = preview.redirect_chain[-1][0]
    manager.post(f"{here}begin/")
    while pump(Lane.BULK):
        pass
    results = " ".join(page(manager.get(here)).split())
    assert results.count("No e-mail address is known. Add one to the creator") == 1
    answer = page(manager.get("/o/oak/influencers/"))
    assert answer.count("· Invited") == 1


def two_markets() -> None:
    for number, country in enumerate(("DE", "FR")):
        MarketplaceAccount.objects.create(
            name=f"Oak {country}", tiktok_account_id=f"9{number}", country=country, sealed_token="x"
        )


def test_where_there_are_several_markets_the_invitation_says_that_they_are_in_none(
    oak: Organization, manager: Client
) -> None:
    with organization_scope(oak):
        account = an_account()
        two_markets()
        accounts = list(connected_accounts())
        creator = account.creator
        assert creator
        row = CreatorMembership.objects.create(
            account=accounts[0],
            creator=creator,
            status=MarketplaceStatus.NOT_IN,
            checked_at=timezone.now(),
        )
    url = f"/o/oak/influencers/{account.influencer_id}/accounts/{account.pk}/invite/"
    said = f"In none of your markets, as far as TikTok has told: {accounts[0]} (not in"
    assert said in page(manager.get(url))
    selection = {"action": "invite", "ids": [account.influencer_id]}
    preview = manager.post("/o/oak/influencers/bulk/", selection, follow=True)
    assert "In none of your markets, as far as TikTok has told: " in page(preview)
    with organization_scope(oak):
        row.status = MarketplaceStatus.IN
        row.save()
    assert "In none of your markets" not in page(manager.get(url))
