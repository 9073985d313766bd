"""Many accounts are pasted at once: previewed line by line, looked up, added, and the rest invited or asked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.enums import ImportFate, Network
from crm.errors import TableRefused
from crm.models import AwaitedAccount, BulkAction, Import, ImportRow, Influencer, SocialAccount
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import begin_action
from crm.services.imports.pasting import MOST_LINES, paste_accounts
from crm.services.imports.runs import begin_import, discard_import, repeat_lookup, roll_back
from jobs.enums import Lane
from jobs.models import Work
from mail.models import Message
from tenancy.enums import Role
from tenancy.models import Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.imports.conftest import finish
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.sandbox_process import Sandbox
from tests.submitting import fresh
from tests.working import pump
from tiktok.client.types import Profile
from tiktok.enums import Source
from tiktok.models import Creator
from tiktok.services.creators.profiles import keep_profile, refresh_profile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_oak")]
PASTE = "/o/oak/influencers/import/paste/"
LINES = """@maya.bakes
tom_trails, tom@example.com

https://www.instagram.com/Noor/?hl=de
https://youtu.be/dQw4w9WgXcQ
https://www.tiktok.com/@Maya.Bakes?lang=en
@nosuch
"""


def body(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def pasted(text: str, actor: User, usual: Network = Network.TIKTOK) -> Import:
    parent = paste_accounts(text, usual, actor=actor)
    finish()
    parent.refresh_from_db()
    return parent


def added(text: str, actor: User) -> Import:
    parent = pasted(text, actor)
    begin_import(parent, actor=actor)
    finish()
    return Import.objects.select_related("job", "lookup_job").get(pk=parent.pk)


def fates(parent: Import) -> dict[int, str]:
    return {row.line: row.fate for row in ImportRow.objects.filter(parent=parent)}


# --- preview ---
def test_the_preview_says_of_each_line_what_was_read(manager: Client, oak: Organization) -> None:
    here = TikTokAccountFactory.create(influencer__name="Old friend", creator__handle="oldie")
    answer = manager.post(PASTE, {**fresh(), "accounts": f"{LINES}@Oldie\n", "network": "tiktok"})
    finish()
    parent = Import.objects.get()
    assert answer["Location"] == f"/o/oak/influencers/import/{parent.pk}/"
    assert fates(parent) == {
        1: ImportFate.NEW, 2: ImportFate.NEW, 4: ImportFate.NEW, 5: ImportFate.ERROR,
        6: ImportFate.DUPLICATE, 7: ImportFate.NEW, 8: ImportFate.UNCHANGED,
    }  # fmt: skip
    page = body(manager.get(answer["Location"]))
    for shown in (
        "Instagram · @noor",
        "TikTok · @maya.bakes",
        "This YouTube link does not name the account.",
        "Twice: the same account as in line 1",
        f'Already here: <a href="/o/oak/influencers/{here.influencer_id}/">',
        "4 accounts will be added or looked up",
    ):
        assert shown in page, shown
    assert "Columns of the file" not in page
    assert not Influencer.objects.exclude(pk=here.influencer_id).exists()


def test_a_paste_that_is_sent_twice_is_one_import(manager: Client, oak: Organization) -> None:
    sent = {**fresh(), "accounts": "@maya.bakes", "network": "tiktok"}
    first, second = (manager.post(PASTE, sent)["Location"] for _ in range(2))
    assert (first, Import.objects.count()) == (second, 1)


def test_a_handle_alone_is_of_the_chosen_network(ada: User) -> None:
    parent = pasted("@maya\nx.com/tom\n", ada, Network.TWITCH)
    values = [row.values for row in parent.rows.order_by("number")]
    assert values == [{"account.twitch": "maya"}, {"account.x": "tom"}]


def test_what_would_break_a_table_is_read_like_any_other_line(ada: User) -> None:
    parent = pasted('"@maya", the baker\n=@tom\n\x00\x07 @noor\t\n' + "x" * 20_000, ada)
    read = [(row.line, row.fate, row.values) for row in parent.rows.order_by("number")]
    assert read == [
        (1, "new", {"account.tiktok": "maya"}),
        (2, "new", {"account.tiktok": "tom"}),
        (3, "new", {"account.tiktok": "noor"}),
        (4, "error", {}),
    ]


def test_no_more_than_a_thousand_lines_are_taken_and_no_fewer_than_one(
    ada: User, manager: Client
) -> None:
    many = "\n".join(f"@name{n}" for n in range(MOST_LINES + 1))
    with pytest.raises(TableRefused, match=r"Paste at least one account\."):
        paste_accounts(" \n ", Network.TIKTOK, actor=ada)
    with pytest.raises(TableRefused, match=r"1,001 accounts\. Paste at most 1,000 at once"):
        paste_accounts(many, Network.TIKTOK, actor=ada)
    answer = manager.post(PASTE, {**fresh(), "accounts": " \n ", "network": "tiktok"})
    assert answer.status_code == 422
    assert "Paste at least one account." in body(answer)
    answer = manager.post(PASTE, {**fresh(), "accounts": many, "network": "tiktok"})
    assert "Paste at most 1,000 at once" in body(answer)
    assert "@name999" in body(answer)
    assert not Import.objects.exists()
    assert pasted(many.rpartition("\n")[0], ada).counts == {"new": 1_000}


def test_the_preview_costs_no_query_for_each_line(manager: Client, ada: User) -> None:
    small = pasted("@one\n", ada)
    for n in range(30):
        TikTokAccountFactory.create(creator__handle=f"here{n}")
    large = pasted(
        "\n".join([*(f"@here{n}" for n in range(30)), *(f"@new{n}" for n in range(15))]), ada
    )
    page = "/o/oak/influencers/import/{}/"
    assert queries_in(manager, page.format(large.pk)) <= 12
    assert (
        queries_in(manager, page.format(large.pk)) <= queries_in(manager, page.format(small.pk)) + 1
    )


# --- looking up and adding ---
def test_those_in_the_marketplace_are_added_and_the_rest_stays_with_what_tiktok_says(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added(LINES, ada)
    accounts = SocialAccount.objects.values_list("network", "handle")
    assert set(accounts) == {("tiktok", "maya.bakes"), ("instagram", "noor")}
    assert {row.line: row.tiktok_status for row in parent.rows.exclude(tiktok_handle="")} == {
        1: "in", 2: "not_in", 7: "invalid",
    }  # fmt: skip
    tom = Influencer.objects.get(email="tom@example.com")
    assert AwaitedAccount.objects.get().influencer == tom
    assert not Influencer.objects.filter(name="nosuch").exists()
    page = body(manager.get(f"/o/oak/influencers/import/{parent.pk}/"))
    for shown in (
        "1 in the marketplace",
        "1 not in the marketplace",
        "@nosuch",
        "not added, line 7",
    ):
        assert shown in page, shown


def test_who_was_pasted_gets_the_name_that_tiktok_shows(ada: User, tiktok: Sandbox) -> None:
    added("@maya.bakes\n", ada)
    maya = Influencer.objects.get()
    assert maya.name == "maya.bakes"
    refresh_profile(Creator.objects.get())
    maya.refresh_from_db()
    assert maya.name == "Maya Bakes"
    maya.name = "Maya"
    maya.save()
    keep_profile(
        Creator.objects.get(),
        Profile(handle="maya.bakes", display_name="M"),
        Source.PUBLIC,
        through=None,
    )
    maya.refresh_from_db()
    assert maya.name == "Maya"


def test_whom_tiktok_does_not_know_stays_with_an_address_or_a_note_of_somebody(
    ada: User, tiktok: Sandbox
) -> None:
    parent = pasted("@nosuch no@example.com\n@nosuch2\n", ada)
    begin_import(parent, actor=ada)
    while not Influencer.objects.filter(name="nosuch2").exists():
        pump(Lane.BULK)
    Influencer.objects.get(name="nosuch2").notes.create(text="Spoke to her", author=ada)
    finish()
    assert set(Influencer.objects.values_list("name", flat=True)) == {"nosuch", "nosuch2"}


def test_twenty_are_looked_up_in_each_call(ada: User, tiktok: Sandbox) -> None:
    tiktok.control("stats")
    added("\n".join(f"@nosuch{n}" for n in range(45)), ada)
    calls = tiktok.read("stats")["calls"]
    assert [n for path, n in calls.items() if "status/get" in path] == [3]


def test_a_worker_that_dies_doubles_nothing(
    ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = pasted(LINES, ada)
    begin_import(parent, actor=ada)
    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(
                "jobs.services.jobs._commit_slice", lambda *_: (_ for _ in ()).throw(SystemExit)
            )
            with pytest.raises(SystemExit):
                pump(Lane.BULK)
        Work.objects.filter(kind="job").update(lease_until=timezone.now())
        pump(Lane.BULK)
    finish()
    assert Influencer.objects.count() == 3
    assert SocialAccount.objects.count() == 2


def test_the_same_lines_again_change_nothing(ada: User, tiktok: Sandbox) -> None:
    added(LINES, ada)
    before = set(Influencer.objects.values_list("pk", flat=True))
    again = added(LINES.replace("@nosuch\n", ""), ada)
    assert again.written in ({}, {"new": 0, "update": 0})
    assert set(Influencer.objects.values_list("pk", flat=True)) == before


def test_while_tiktok_is_away_the_page_says_when_it_goes_on(
    manager: Client, ada: User, tiktok: Sandbox, settings: Any
) -> None:
    there, settings.TIKTOK_BASE_URL = settings.TIKTOK_BASE_URL, "http://127.0.0.1:9"
    parent = added("@maya.bakes\n", ada)
    page = body(manager.get(f"/o/oak/influencers/import/{parent.pk}/"))
    assert "TikTok does not answer now, or its limit of requests is reached." in page
    assert not SocialAccount.objects.exists()
    settings.TIKTOK_BASE_URL = there
    Work.objects.filter(kind="job").update(due_at=timezone.now())
    finish()
    assert SocialAccount.objects.get().handle == "maya.bakes"


def test_accounts_without_an_answer_are_looked_up_again(
    manager: Client, ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("crm.services.imports.kinds.read_memberships", lambda handles: {})
        parent = added("@maya.bakes\n", ada)
    address = f"/o/oak/influencers/import/{parent.pk}/"
    assert "1 without an answer" in body(manager.get(address))
    assert manager.post(f"{address}look-up/").status_code == 302
    finish()
    assert SocialAccount.objects.get().handle == "maya.bakes"
    assert "without an answer" not in body(manager.get(address))
    first = Import.objects.get().lookup_job_id
    manager.post(f"{address}look-up/")
    assert Import.objects.get().lookup_job_id == first


def test_nothing_is_looked_up_before_it_is_written(ada: User) -> None:
    with pytest.raises(TableRefused, match=r"Nothing can be looked up now\."):
        repeat_lookup(pasted("@maya.bakes\n", ada), actor=ada)


def test_a_paste_is_rolled_back_as_a_whole(ada: User, tiktok: Sandbox) -> None:
    roll_back(added(LINES, ada), actor=ada)
    finish()
    assert not Influencer.objects.exists()
    assert not SocialAccount.objects.exists()


# --- the ways out ---
def test_a_paste_that_is_discarded_leaves_nothing(ada: User) -> None:
    discard_import(pasted("@maya.bakes", ada))
    assert not Import.objects.exists()
    assert not Influencer.objects.exists()


def way_out(client: Client, parent: Import, way: str) -> Any:
    return client.post(f"/o/oak/influencers/import/{parent.pk}/way-out/", {"way": way})


def done(way: str, actor: User) -> BulkAction:
    action = BulkAction.objects.latest("pk")
    kind = bulk_kind(way)
    assert kind
    begin_action(action, kind, choice="", name="", total=len(action.ids), actor=actor)
    finish()
    action.refresh_from_db()
    return action


def test_the_rest_is_invited_at_once_after_a_preview(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added("@tom_trails\n@maya.bakes\n@nosuch\n", ada)
    answer = way_out(manager, parent, "invite")
    assert answer.status_code == 302
    assert "will be invited to the Creator Marketplace" in body(manager.get(answer["Location"]))
    assert not Creator.objects.filter(handle="tom_trails").exists()
    assert done("invite", ada).counts == {"done": 1}
    creator = Creator.objects.get(handle="tom_trails")
    assert (creator.marketplace_status, creator.invited_at is not None) == ("invited", True)
    again = way_out(manager, parent, "invite")
    assert "is in the marketplace or invited already" in body(manager.get(again["Location"]))
    tiktok.control("stats")
    done("invite", ada)
    assert not any("invite" in path for path in tiktok.read("stats")["calls"])
    assert Influencer.objects.count() == 2


def test_the_next_are_those_who_were_not_asked_yet(
    manager: Client, ada: User, tiktok: Sandbox, monkeypatch
) -> None:
    monkeypatch.setattr("crm.queries.imports.MOST_AT_ONCE", 1)
    parent = added("@tom_trails\n@noa.winter\n", ada)
    assert "Invite the next 1 to the marketplace" in body(
        manager.get(f"/o/oak/influencers/import/{parent.pk}/")
    )
    asked = []
    for _ in range(3):
        way_out(manager, parent, "invite")
        asked += done("invite", ada).ids
    first, second = (row.influencer_id for row in parent.rows.order_by("number"))
    assert asked == [first, second, first]


def test_who_is_invited_and_joins_is_added_to_the_same_influencer(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added("@tom_trails\n", ada)
    tom = Influencer.objects.get()
    way_out(manager, parent, "invite")
    done("invite", ada)
    tiktok.control("creator", handle="tom_trails", membership="IN")
    manager.post("/o/oak/influencers/add/", {"handle": "@tom_trails"})
    assert SocialAccount.objects.get().influencer == tom


def test_the_rest_is_asked_to_connect_where_an_address_is_known(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added("@tom_trails tom@example.com\n@outsider\n", ada)
    AwaitedAccount.objects.filter(handle="outsider").update(status="not_in")
    ImportRow.objects.filter(tiktok_handle="outsider").update(tiktok_status="not_in")
    answer = way_out(manager, parent, "ask")
    assert answer.status_code == 302
    action = done("ask", ada)
    assert action.counts["done"] == 1
    assert Message.objects.get().recipient == "tom@example.com"


def test_tiktok_that_refuses_leaves_no_creator_behind(
    manager: Client, ada: User, tiktok: Sandbox, settings: Any
) -> None:
    parent = added("@tom_trails\n", ada)
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    way_out(manager, parent, "invite")
    assert done("invite", ada).counts == {}
    assert not Creator.objects.exists()


def test_where_nobody_is_left_the_page_says_so(manager: Client, ada: User, tiktok: Sandbox) -> None:
    parent = added("@maya.bakes\n", ada)
    answer = manager.post(
        f"/o/oak/influencers/import/{parent.pk}/way-out/", {"way": "ask"}, follow=True
    )
    assert "Nobody is left to invite or ask." in body(answer)
    assert way_out(manager, parent, "archive").status_code == 404
    assert not BulkAction.objects.exists()


# --- who may ---
def test_neither_a_viewer_nor_somebody_limited_to_groups_pastes(
    oak: Organization, viewer: Client, ada: User
) -> None:
    parent = pasted("@maya.bakes\n", ada)
    person = User.objects.create_user("limited@oak.example")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    limited = Client()
    limited.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    for client in (viewer, limited):
        assert client.get(PASTE).status_code == 403
        assert (
            client.post(PASTE, {**fresh(), "accounts": "@x1", "network": "tiktok"}).status_code
            == 403
        )
        assert way_out(client, parent, "ask").status_code == 403
        assert client.post(f"/o/oak/influencers/import/{parent.pk}/look-up/").status_code == 403
        assert "Add many" not in body(client.get("/o/oak/influencers/"))
    assert Import.objects.count() == 1


def test_a_paste_of_another_organization_is_not_there(
    elm: Organization, manager: Client, ada: User
) -> None:
    with organization_scope(elm):
        other = InfluencerFactory.create()
        parent = paste_accounts("@maya\n", Network.TIKTOK, actor=ada)
    assert way_out(manager, parent, "ask").status_code == 404
    assert manager.post(f"/o/oak/influencers/import/{parent.pk}/look-up/").status_code == 404
    assert other.pk
