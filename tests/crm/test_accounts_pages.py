"""The four answers to adding an account, as pages and in the dialog."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from crm.models import Influencer, SocialAccount
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.mailing import sent_mail
from tests.sandbox_process import Sandbox
from tiktok.models import Creator

pytestmark = pytest.mark.django_db
ADD = "/o/oak/influencers/add/"
HTMX = {"HX-Request": "true"}


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_added_goes_to_the_profile_with_numbers(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    answer = manager.post(ADD, {"handle": "@Maya.Bakes"}, follow=True)
    with organization_scope(oak):
        influencer = Influencer.objects.get()
    assert answer.redirect_chain == [(f"/o/oak/influencers/{influencer.pk}/", 302)]
    assert "@maya.bakes is added and tracked from now on." in body(answer)
    assert "184.2K" in body(answer)
    assert "Maya Bakes" in body(answer)


def test_the_dialog_sends_the_browser_to_the_profile(manager: Client, tiktok: Sandbox) -> None:
    assert "dialog-panel" in body(manager.get(ADD, headers=HTMX))
    answer = manager.post(ADD, {"handle": "maya.bakes"}, headers=HTMX)
    assert answer["HX-Redirect"].startswith("/o/oak/influencers/")


def test_a_second_click_says_it_is_here_with_a_link(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    manager.post(ADD, {"handle": "maya.bakes"})
    answer = manager.post(ADD, {"handle": "maya.bakes"})
    with organization_scope(oak):
        influencer = Influencer.objects.get()
        assert SocialAccount.objects.count() == 1
    assert "@maya.bakes is here already" in body(answer)
    assert f'href="/o/oak/influencers/{influencer.pk}/">Maya Bakes</a>' in body(answer)


def test_refused_names_both_ways_out_and_each_is_one_click(
    oak: Organization, manager: Client, tiktok: Sandbox
) -> None:
    answer = manager.post(ADD, {"handle": "tom_trails"})
    assert answer.status_code == 422
    page = body(answer)
    assert "@tom_trails is not in TikTok's Creator Marketplace" in page
    assert f'action="{ADD}invite/"' in page
    assert f'action="{ADD}ask/"' in page
    with organization_scope(oak):
        assert not Influencer.objects.exists()

    invited = manager.post(f"{ADD}invite/", {"handle": "tom_trails"}, follow=True)
    assert "@tom_trails is invited to the Creator Marketplace" in body(invited)
    assert "Invited to the marketplace, and not joined yet: @tom_trails" in body(invited)
    again = manager.post(ADD, {"handle": "tom_trails"})
    assert "This account was invited already" in body(again)

    asked = manager.post(
        f"{ADD}ask/", {"handle": "tom_trails", "email": "tom@example.com"}, follow=True
    )
    assert "The link to connect @tom_trails went to tom@example.com." in body(asked)
    assert [message.to for message in sent_mail()] == [["tom@example.com"]]


def test_a_wrong_address_is_kept_and_explained(manager: Client) -> None:
    answer = manager.post(f"{ADD}ask/", {"handle": "tom_trails", "email": "tom@"}, headers=HTMX)
    assert answer.status_code == 422
    assert 'value="tom@"' in body(answer)
    assert "This is not an e-mail address" in body(answer)
    assert sent_mail() == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("nosuch", "TikTok knows no such account: @nosuch."),
        ("maya bakes", "This is not a TikTok handle."),
        ("https://vm.tiktok.com/ZM1/", "A shortened TikTok link does not name the account."),
        ("", "Enter the @name of an account, or its profile&#x27;s address."),
    ],
)
def test_what_is_no_account_is_explained_and_the_input_kept(
    oak: Organization, manager: Client, tiktok: Sandbox, typed: str, sentence: str
) -> None:
    answer = manager.post(ADD, {"handle": typed})
    assert answer.status_code == 422
    assert sentence in body(answer)
    assert f'value="{typed}"' in body(answer) or not typed
    with organization_scope(oak):
        assert not Creator.objects.exists()


def test_an_unreachable_tiktok_saves_nothing_and_keeps_the_input(
    oak: Organization, manager: Client, settings: Any
) -> None:
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    answer = manager.post(ADD, {"handle": "@Maya.Bakes"})
    assert answer.status_code == 422
    assert "TikTok could not be reached, so nothing was saved." in body(answer)
    assert 'value="@Maya.Bakes"' in body(answer)
    answer = manager.post(f"{ADD}invite/", {"handle": "tom_trails"})
    assert "TikTok could not be reached" in body(answer)
    assert 'value="tom_trails"' in body(answer)
    with organization_scope(oak):
        assert not Influencer.objects.exists()
        assert not Creator.objects.exists()


def test_an_account_can_be_added_to_a_chosen_influencer_of_the_same_organization_only(
    oak: Organization, elm: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(elm):
        foreign = InfluencerFactory.create()
    with organization_scope(oak):
        own = InfluencerFactory.create(name="Maya")
    assert manager.get(f"{ADD}?influencer={foreign.pk}").status_code == 404
    assert manager.post(ADD, {"handle": "maya.bakes", "influencer": foreign.pk}).status_code == 404
    assert manager.get(f"{ADD}?influencer=x").status_code == 404
    assert "Add an account of Maya" in body(manager.get(f"{ADD}?influencer={own.pk}"))
    manager.post(ADD, {"handle": "maya.bakes", "influencer": own.pk})
    with organization_scope(oak):
        assert SocialAccount.objects.get().influencer == own


def test_another_organizations_account_is_unknown_here(
    oak: Organization, elm: Organization, manager: Client, tiktok: Sandbox
) -> None:
    with organization_scope(elm):
        TikTokAccountFactory.create(creator__handle="maya.bakes", influencer__name="Canary")
    answer = manager.post(ADD, {"handle": "maya.bakes"}, follow=True)
    assert "is added and tracked" in body(answer)
    assert "Canary" not in body(answer)


def test_markup_in_a_handle_is_text(manager: Client) -> None:
    answer = manager.post(f"{ADD}ask/", {"handle": "<b>x</b>", "email": "a@example.com"})
    assert "<b>x</b>" not in body(answer)
