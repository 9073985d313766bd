"""An import is taken back; what changed since is shown first, and kept."""

from __future__ import annotations

import pytest
from django.test import Client

from campaigns.models import Participant
from crm.errors import TableRefused
from crm.models import AccountReading, Influencer, Note, Removal, SocialAccount, Tag, Tagging
from crm.services.imports.runs import check_import, roll_back
from crm.services.influencers import edit_influencer
from crm.services.notes import delete_note, write_note
from tenancy.enums import Verb
from tenancy.models import Event, Organization, User
from tests.crm.imports.conftest import (
    everybody,
    finish,
    fresh,
    imported,
    previewed,
    rolled_back,
    the_row,
)
from tests.factories.campaigns import a_campaign, an_account
from tiktok.models import Creator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
NEW = "Name,E-mail,City,Tags,Instagram\nMaya,maya@example.com,Graz,food,maya\nOle,ole@example.com,Oslo,,\n"


def test_new_influencers_go_with_all_that_came_with_them(ada) -> None:
    parent = rolled_back(imported(NEW, ada), ada)
    assert parent.job.state == "done"
    assert not Influencer.objects.exists()
    assert not SocialAccount.objects.exists()


def test_a_note_that_was_deleted_again_keeps_nobody(ada) -> None:
    parent = imported(NEW, ada)
    delete_note(write_note(everybody()["Maya"], "Call her", author=ada), actor=ada)
    rolled_back(parent, ada)
    assert not Influencer.objects.exists()
    assert not Removal.objects.exists()


def test_updated_influencers_get_their_earlier_values_back(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name="old"))
    parent = imported(NEW, ada)
    assert everybody()["Maya"].city == "Graz"
    rolled_back(parent, ada)
    said = list(
        Event.objects.filter(object_type="crm.influencer", object_id=maya.pk)
        .order_by("pk")
        .values_list("verb", flat=True)
    )
    assert said == [Verb.INFLUENCER_IMPORT_UPDATED, Verb.INFLUENCER_IMPORT_UNDONE]
    assert Event.objects.filter(verb=Verb.IMPORT_ROLLED_BACK, object_id=parent.pk).count() == 1
    assert everybody().keys() == {"Maya"}
    assert everybody()["Maya"].city == ""
    assert [t.tag.name for t in Tagging.objects.all()] == ["old"]
    assert not SocialAccount.objects.exists()


def test_a_value_that_changed_since_stays_and_is_shown(ada, manager: Client) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    parent = imported("E-mail,City,Phone\nmaya@example.com,Graz,+43 664 1234567\n", ada)
    edit_influencer(Influencer.objects.get(pk=maya.pk), actor=ada, city="Linz")
    check_import(parent, actor=ada)
    finish()
    shown = manager.get(f"/o/oak/influencers/import/{parent.pk}/").content.decode()
    assert "City: Linz" in shown
    assert "City stays, 1 other field returns" in shown
    assert "Ada" in shown
    roll_back(fresh(parent), actor=ada)
    finish()
    maya.refresh_from_db()
    assert (maya.city, maya.phone) == ("Linz", "")
    assert the_row(parent, 2).kept == {"city": "Linz"}


def test_a_tag_added_since_stays_beside_the_ones_before(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    parent = imported("E-mail,Tags\nmaya@example.com,food\n", ada)
    Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name="mine"))
    rolled_back(parent, ada)
    assert [t.tag.name for t in Tagging.objects.all()] == ["mine"]


@pytest.mark.parametrize("what", ["note", "campaign", "edit", "tag", "tiktok", "dashboard"])
def test_a_new_influencer_somebody_has_worked_with_stays(ada, oak: Organization, what: str) -> None:
    parent = imported(NEW, ada)
    maya = everybody()["Maya"]
    if what == "note":
        Note.objects.create(influencer=maya, text="Hi", author=ada)
    elif what == "campaign":
        Participant.objects.create(campaign=a_campaign(), account=maya.accounts.get())
    elif what == "edit":
        edit_influencer(maya, actor=ada, city="Linz")
    elif what == "tiktok":
        SocialAccount.objects.filter(pk=an_account("maya.dances").pk).update(influencer=maya)
        Influencer.objects.filter(name="Maya.Dances").delete()
    elif what == "tag":
        Tagging.objects.create(influencer=maya, tag=Tag.objects.create(name="mine"))
    else:
        maya.person = User.objects.create_user("maya@example.com")
        maya.save()
    rolled_back(parent, ada)
    assert everybody().keys() == {"Maya"}
    assert the_row(parent, 2).kept
    assert everybody()["Maya"].accounts.get(network="instagram").handle == "maya"


def test_numbers_of_accounts_that_were_imported_go(ada) -> None:
    maya = Influencer.objects.create(name="Maya", email="maya@example.com")
    SocialAccount.objects.create(
        influencer=maya, network="instagram", account_type="instagram", handle="maya"
    )
    first = imported("E-mail,Instagram,Instagram followers\nmaya@example.com,maya,1000\n", ada)
    imported("E-mail,Instagram,Instagram followers\nmaya@example.com,maya,2000\n", ada)
    rolled_back(first, ada)
    assert [reading.followers for reading in AccountReading.objects.all()] == [2000]


def test_a_tiktok_account_goes_and_tiktok_is_asked_no_more(ada, tiktok) -> None:
    parent = imported("Name,TikTok\nMaya,@maya.bakes\n", ada)
    assert Creator.objects.filter(handle="maya.bakes").exists()
    rolled_back(parent, ada)
    assert not Creator.objects.filter(handle="maya.bakes").exists()
    assert not Influencer.objects.exists()


def test_a_preview_cannot_be_rolled_back(ada) -> None:
    with pytest.raises(TableRefused):
        roll_back(previewed(NEW, ada), actor=ada)


def test_the_same_file_after_a_roll_back_is_new_again(ada) -> None:
    rolled_back(imported(NEW, ada), ada)
    assert previewed(NEW, ada).counts == {"new": 2}
