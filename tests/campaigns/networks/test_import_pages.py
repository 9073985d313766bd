"""An import of posts stands inside its campaign, and brings the accounts that it misses into it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from campaigns.errors import AccountNotVisible
from campaigns.models import Campaign, Participant, PostPlace
from campaigns.services.networks.imports.accounts import (
    MissingAccount,
    add_missing_account,
    missing_accounts,
)
from crm.enums import Network
from crm.models import Import, Influencer, SocialAccount
from tenancy.enums import Verb
from tenancy.models import Event, Group, Organization, User
from tenancy.scope import groups_scope
from tests.campaigns.networks.test_imports import (
    HEAD,
    OTHER_REEL,
    REEL,
    finish,
)
from tests.campaigns.networks.test_imports import folder as folder  # noqa: PLC0414 -- a fixture
from tests.campaigns.test_campaigns_pages import base, text
from tests.factories.campaigns import a_campaign, a_participant
from tests.factories.networks import a_network_account
from tests.submitting import fresh

pytestmark = pytest.mark.django_db
ROWS = f"{HEAD}\n{REEL},@lena.lifts,Warm up,2026-11-12 09:00,1200,30\n{OTHER_REEL},@nobody.yet,New,2026-11-12 09:00,5,1"


def uploaded(client: Client, campaign: Campaign, rows: str = ROWS) -> Import:
    file = SimpleUploadedFile("posts.csv", rows.encode())
    answer = client.post(f"{base(campaign)}networks/import/", {"file": file, "way": "list", **fresh()})  # fmt: skip
    parent = Import.objects.latest("pk")
    assert answer["Location"] == here(campaign, parent)
    finish()
    parent.refresh_from_db()
    return parent


def here(campaign: Campaign, parent: Import) -> str:
    return f"{base(campaign)}networks/import/{parent.pk}/"


def test_every_step_of_an_import_stands_in_its_campaign(manager: Client, campaign: Campaign) -> None:  # fmt: skip
    a_network_account("lena.lifts", campaign=campaign)
    parent = uploaded(manager, campaign)
    page = text(manager.get(here(campaign, parent)))
    for words in ("All Posts", "Import of posts.csv", "Import 1 row", "Import posts"):
        assert words in page, words
    crm = f"/o/oaks/influencers/import/{parent.pk}/"
    assert manager.get(crm)["Location"] == here(campaign, parent)
    begun = manager.post(f"{crm}begin/", {"version": parent.version})
    assert begun["Location"] == here(campaign, parent)
    finish()
    page = text(manager.get(here(campaign, parent)))
    assert "1 row imported." in page
    assert f'href="{base(campaign)}networks/"' in page


def test_an_import_of_another_campaign_or_of_creators_is_not_there(
    manager: Client, campaign: Campaign
) -> None:
    parent = uploaded(manager, campaign)
    other = a_campaign("Winter")
    assert manager.get(here(other, parent)).status_code == 404
    parent.about = "influencers"
    parent.save()
    assert manager.get(here(campaign, parent)).status_code == 404


def test_a_file_of_which_nothing_would_be_written_says_so(
    manager: Client, campaign: Campaign
) -> None:
    parent = uploaded(manager, campaign)
    page = text(manager.get(here(campaign, parent)))
    assert "There is nothing to import: no row is new or changes anything" in page
    assert "Import 0 rows" not in page
    assert '<button class="btn btn-primary" type="submit" disabled>' in page


def test_a_row_of_posts_is_corrected_and_none_is_merged(
    manager: Client, campaign: Campaign
) -> None:
    a_network_account("lena.lifts", campaign=campaign)
    parent = uploaded(manager, campaign, f"{ROWS.replace('@nobody.yet', '@lena.lift')}\n{REEL},@lena.lifts,Again,,1,1")  # fmt: skip
    page = text(manager.get(here(campaign, parent)))
    row = f"/o/oaks/influencers/import/{parent.pk}/rows/"
    assert f'href="{row}3/"' in page
    assert "The same post as in row 2" in page
    assert "Merge into row" not in page
    columns = enumerate(parent.rows.get(number=3).cells)
    sent = {f"cell-{place}": cell.replace("@lena.lift", "@lena.lifts") for place, cell in columns}
    answer = manager.post(f"{row}3/", sent, follow=True)
    assert answer.redirect_chain[-1][0] == here(campaign, parent)
    assert "Row 3 is corrected." in text(answer)
    finish()
    assert "Import 2 rows" in text(manager.get(here(campaign, parent)))
    refused = manager.post(f"{row}4/merge/", follow=True)
    assert "Only rows about creators can be merged." in text(refused)


def test_a_missing_account_is_added_to_a_creator_of_the_campaign(
    manager: Client, campaign: Campaign
) -> None:
    maya = a_participant(campaign, "maya").influencer
    a_network_account("lena.lifts")
    parent = uploaded(manager, campaign)
    page = text(manager.get(here(campaign, parent)))
    assert "Accounts that are missing" in page
    assert "Instagram · of " in page
    act = f"{here(campaign, parent)}account/"
    added = manager.post(act, {"account": "instagram:lena.lifts"}, follow=True)
    assert "takes part now. The file is looked through again." in text(added)
    finish()
    added = manager.post(act, {"account": "instagram:nobody.yet", "influencer": str(maya.pk)})
    assert added["Location"] == here(campaign, parent)
    finish()
    account = SocialAccount.objects.get(handle="nobody.yet")
    assert (account.influencer, account.network) == (maya, "instagram")
    assert Participant.objects.filter(campaign=campaign, account=account).exists()
    assert Event.objects.filter(verb=Verb.ACCOUNT_ADDED, object_id=account.pk).exists()
    parent.refresh_from_db()
    assert parent.to_write_count == 2
    page = text(manager.get(here(campaign, parent)))
    assert "Accounts that are missing" not in page
    assert "Import 2 rows" in page
    manager.post(f"/o/oaks/influencers/import/{parent.pk}/begin/", {"version": parent.version})
    finish()
    assert PostPlace.objects.filter(campaign=campaign).count() == 2


def test_without_a_creator_a_new_one_is_made(manager: Client, campaign: Campaign) -> None:
    parent = uploaded(manager, campaign)
    manager.post(f"{here(campaign, parent)}account/", {"account": "instagram:nobody.yet"})
    assert Influencer.objects.get(accounts__handle="nobody.yet").name == "nobody.yet"


def test_accounts_that_no_row_names_and_creators_of_other_campaigns_are_not_added(
    manager: Client, campaign: Campaign
) -> None:
    parent = uploaded(manager, campaign)
    stranger = Influencer.objects.create(name="Elsewhere")
    add = f"{here(campaign, parent)}account/"
    for data in ({"account": "instagram:somebody.else"}, {"account": "tiktok:nobody.yet"}, {}):
        answer = manager.post(add, data, follow=True)
        assert "This account is no longer missing in the file." in answer.content.decode()
    of_other = {"account": "instagram:nobody.yet", "influencer": str(stranger.pk)}
    assert manager.post(add, of_other).status_code == 404
    assert not SocialAccount.objects.filter(handle="nobody.yet").exists()


def test_once_a_file_is_being_written_no_account_is_added(
    manager: Client, campaign: Campaign
) -> None:
    parent = uploaded(manager, campaign)
    Import.objects.update(stage="import")
    manager.post(f"{here(campaign, parent)}account/", {"account": "instagram:nobody.yet"})
    assert "This import has begun." in text(manager.get(base(campaign)))
    assert not SocialAccount.objects.filter(handle="nobody.yet").exists()


def test_an_account_of_a_creator_whom_the_member_does_not_see_stays_theirs(
    organization: Organization, manager: Client, campaign: Campaign
) -> None:
    parent = uploaded(manager, campaign)
    group, other = (
        Group.objects.create(name="North", key="n"),
        Group.objects.create(name="South", key="s"),
    )
    hidden = Influencer.objects.create(name="Hidden", group=other)
    SocialAccount.objects.create(influencer=hidden, network="instagram", account_type="instagram", handle="nobody.yet")  # fmt: skip
    actor: Any = User.objects.get(email="manager@example.com")
    wanted = MissingAccount(Network.INSTAGRAM, "nobody.yet")
    with groups_scope([group.pk]):
        assert [each.account for each in missing_accounts(parent) if each.handle == "nobody.yet"] == [None]  # fmt: skip
        with pytest.raises(AccountNotVisible, match="a creator whom you do not see"):
            add_missing_account(campaign, parent, wanted, influencer=None, group_id=group.pk, actor=actor)  # fmt: skip
