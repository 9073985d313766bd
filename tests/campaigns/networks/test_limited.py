"""Members who are limited to groups bring posts of other networks of their own creators, and of nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.errors import HIDDEN_POST, AccountToChoose, OtherAccountOfPost
from campaigns.models import Campaign, NetworkPost, PostPlace
from campaigns.services.networks.imports.subject import start_posts_import
from campaigns.services.networks.posts import PostFacts, add_network_post
from crm.models import Import, SocialAccount
from crm.services.imports.runs import begin_import, start_import
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import groups_scope
from tests.campaigns.conftest import signed_in
from tests.campaigns.networks.test_imports import FILM, HEAD, OTHER_REEL, REEL, again, finish
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.campaigns import a_campaign
from tests.factories.networks import a_network_account, a_network_post
from tests.submitting import fresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    location = tmp_path / "files"
    store = {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": location}}
    settings.STORAGES = {**settings.STORAGES, "files": store}


@pytest.fixture
def campaign(organization: Organization) -> Campaign:
    return a_campaign()


@pytest.fixture
def food(organization: Organization) -> Group:
    return Group.objects.create(name="Food")


@pytest.fixture
def limited(organization: Organization, food: Group) -> Client:
    """A manager who sees the group alone."""
    client = signed_in(organization, Role.MANAGER)
    member = Membership.objects.get(organization=organization, role=Role.MANAGER)
    Membership.objects.filter(pk=member.pk).update(is_limited=True)
    GroupMember.objects.create(group=food, user=member.user)
    return client


@pytest.fixture
def ada(limited: Client) -> User:
    return Membership.objects.get(role=Role.MANAGER).user


@pytest.fixture
def lena(campaign: Campaign, food: Group) -> SocialAccount:
    return a_network_account("lena.lifts", campaign=campaign, group=food)


@pytest.fixture
def rio(campaign: Campaign) -> SocialAccount:
    """Somebody of the campaign whom the member does not see."""
    return a_network_account("rio.runs", campaign=campaign)


def upload(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("posts.csv", "\n".join(lines).encode())


def test_a_limited_member_imports_posts_of_their_creators_and_foreign_rows_are_refused(
    limited: Client, campaign: Campaign, lena: SocialAccount, rio: SocialAccount
) -> None:
    page = limited.get(f"{base(campaign)}networks/")
    assert f"{base(campaign)}networks/import/" in text(page)
    a_network_post(rio, "D9aB_c-2Def")
    file = upload(
        HEAD,
        f"{REEL},@lena.lifts,Mine,2026-11-12 09:00,1200,30",
        f"{FILM.replace('dQw4', 'dQw5')},@rio.runs,Theirs,2026-11-12 09:00,5,1",
        "https://www.instagram.com/p/E1foreign/,@rio.runs,Theirs,2026-11-12 09:00,5,1",
        f"{OTHER_REEL},@lena.lifts,Taken,2026-11-12 09:00,5,1",
        "https://www.instagram.com/p/E2unnamed/,,Unnamed,2026-11-12 09:00,5,1",
    )
    sent = {"file": file, "way": "list", **fresh()}
    answer = limited.post(f"{base(campaign)}networks/import/", sent)
    finish()
    parent = Import.objects.get()
    assert [row.fate for row in parent.rows.order_by("number")] == ["new", *["error"] * 4]
    said = [row.reasons[0][1] for row in parent.rows.order_by("number")[1:5]]
    assert "takes no part in this campaign" in said[0]
    assert "takes no part in this campaign" in said[1]
    assert said[2] == HIDDEN_POST
    assert said[3].startswith("The row does not say whose post this is.")
    shown = text(limited.get(answer["Location"]))
    assert "takes no part in this campaign" in shown
    assert HIDDEN_POST.replace("'", "&#x27;") in shown
    acts = f"/o/oaks/influencers/import/{parent.pk}/"
    limited.post(f"{acts}begin/", {"version": parent.version})
    finish()
    post = NetworkPost.objects.get(account=lena)
    assert (post.caption, post.views) == ("Mine", 1200)
    assert PostPlace.objects.get().account == lena
    left_out = b"".join(limited.get(f"{acts}left-out/").streaming_content)
    assert b"@rio.runs" in left_out


def test_what_somebody_else_has_brought_since_the_preview_is_left_out(
    campaign: Campaign, lena: SocialAccount, rio: SocialAccount, ada: User
) -> None:
    row = f"{REEL},@lena.lifts,Mine,2026-11-12 09:00,1200,30"
    parent = start_posts_import(campaign, upload(HEAD, row), only_finds=False, actor=ada)
    finish()
    a_network_post(rio, "C8xY_z-1Abc")
    begin_import(again(parent), actor=ada)
    finish()
    assert [row.fate for row in parent.rows.all()] == ["error"]
    assert NetworkPost.objects.get().account == rio


def test_imports_of_others_are_absent_for_a_limited_member(
    limited: Client, campaign: Campaign, organization: Organization, lena: SocialAccount
) -> None:
    owner = signed_in(organization, Role.OWNER)
    boss = Membership.objects.get(organization=organization, role=Role.OWNER).user
    row = f"{REEL},@lena.lifts,Mine,2026-11-12 09:00,1200,30"
    theirs = start_posts_import(campaign, upload(HEAD, row), only_finds=False, actor=boss)
    finish()
    at = f"/o/{organization.slug}/influencers/import/{theirs.pk}/"
    assert owner.get(at, follow=True).status_code == 200
    assert limited.get(at).status_code == 404
    assert limited.post(f"{at}begin/", {"version": theirs.version}).status_code == 404
    assert "posts.csv" in text(owner.get(f"{base(campaign)}networks/import/"))
    assert "posts.csv" not in text(limited.get(f"{base(campaign)}networks/import/"))


def test_a_limited_member_imports_no_influencers(
    limited: Client, organization: Organization, ada: User
) -> None:
    """Not even with an import that they began before they were limited: its job ends, its page is closed."""
    parent = start_import(upload("Name", "Ada"), actor=ada)
    finish()
    assert again(parent).is_failed
    at = f"/o/{organization.slug}/influencers/import/{parent.pk}/"
    assert limited.get(at).status_code == 403
    assert limited.get(f"/o/{organization.slug}/influencers/import/").status_code == 403


def test_by_hand_a_limited_member_takes_no_post_of_somebody_else(
    campaign: Campaign, food: Group, lena: SocialAccount, rio: SocialAccount
) -> None:
    a_network_post(rio, "C8xY_z-1Abc")
    with groups_scope([food.pk]):
        with pytest.raises(OtherAccountOfPost, match="you do not see"):
            add_network_post(campaign, REEL, PostFacts(), account=lena, actor=None)
        with pytest.raises(AccountToChoose):
            add_network_post(campaign, OTHER_REEL, PostFacts(), actor=None)
        place = add_network_post(campaign, OTHER_REEL, PostFacts(), account=lena, actor=None)
    assert place.account == lena
