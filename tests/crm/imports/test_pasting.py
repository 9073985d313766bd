"""Many accounts are pasted at once: looked up line by line, the good ones added, and the rest invited or asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.enums import ImportStage, Network
from crm.errors import TableRefused
from crm.models import AwaitedAccount, BulkAction, Import, ImportRow, Influencer, SocialAccount
from crm.policies import account_address
from crm.queries.pasted import RESULT
from crm.services.accounts import add_other_account
from crm.services.bulk.kinds import bulk_kind
from crm.services.bulk.runs import begin_action
from crm.services.imports.expiry import FORGET
from crm.services.imports.pasting import MOST_LINES, keep_without_account, paste_accounts
from crm.services.imports.runs import begin_import, discard_import, repeat_lookup, roll_back
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from mail.models import Message
from tenancy.enums import Role
from tenancy.models import Membership as Member
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.crm.imports.conftest import finish, fresh, previewed
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.sandbox_process import Sandbox
from tests.submitting import fresh as sent_now
from tests.working import pump
from tiktok.client.types import Profile
from tiktok.enums import AccountState, MarketplaceStatus, Source
from tiktok.models import Creator, CreatorMembership, MarketplaceAccount
from tiktok.services.creators.membership import Membership
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
    """A paste of which TikTok has said what it knows."""
    parent = paste_accounts(text, usual, actor=actor)
    finish()
    return fresh(parent)


def added(text: str, actor: User) -> Import:
    """A paste whose good lines are added."""
    parent = pasted(text, actor)
    begin_import(parent, actor=actor)
    finish()
    return fresh(parent)


def page_of(parent: Import) -> str:
    return f"/o/oak/influencers/import/{parent.pk}/"


def results(parent: Import) -> dict[int, str]:
    rows = ImportRow.objects.filter(parent=parent).annotate(result=RESULT)
    return {row.line: row.result for row in rows}


def calls(tiktok: Sandbox) -> int:
    """How often membership was asked for."""
    stats = tiktok.read("stats")["calls"]
    return sum(count for path, count in stats.items() if "status/get" in path)


@pytest.fixture
def away(settings: Any) -> Callable[[bool], None]:
    """Take TikTok away, and bring it back."""
    there = settings.TIKTOK_BASE_URL

    def put(is_away: bool) -> None:
        settings.TIKTOK_BASE_URL = "http://127.0.0.1:9" if is_away else there
        Work.objects.filter(kind="job").update(due_at=timezone.now())

    return put


# --- looked up before anything is written ---
def test_each_line_says_what_tiktok_knows_before_anything_is_written(
    manager: Client, oak: Organization, tiktok: Sandbox
) -> None:
    here = TikTokAccountFactory.create(influencer__name="Old friend", creator__handle="oldie")
    answer = manager.post(
        PASTE, {**sent_now(), "accounts": f"{LINES}@Oldie\n", "network": "tiktok"}
    )
    parent = Import.objects.get()
    assert answer["Location"] == page_of(parent)
    assert "Reading the accounts" in body(manager.get(page_of(parent)))
    finish()
    assert results(parent) == {
        1: "in", 2: "outside", 4: "elsewhere", 5: "error", 6: "twice", 7: "nobody", 8: "here",
    }  # fmt: skip
    page = body(manager.get(page_of(parent)))
    for shown in (
        "Import of 7 pasted accounts",
        'In the marketplace <span class="muted">1</span>',
        'Not known to TikTok <span class="muted">1</span>',
        'Other network <span class="muted">1</span>',
        "This YouTube link does not name the account.",
        "The same account as in line 1",
        f'<a href="/o/oak/influencers/{here.influencer_id}/">Old friend</a>',
        "2 accounts will be added",
        "nothing is written yet",
        "1 not in the marketplace",
    ):
        assert shown in page, shown
    assert not Influencer.objects.exclude(pk=here.influencer_id).exists()
    assert not Creator.objects.exclude(handle="oldie").exists()
    assert not AwaitedAccount.objects.exists()


def test_the_lines_are_narrowed_to_one_result(manager: Client, ada: User, tiktok: Sandbox) -> None:
    parent = pasted(LINES, ada)
    page = body(manager.get(f"{page_of(parent)}?result=outside"))
    assert ("@tom_trails" in page, "@nosuch" in page) == (True, False)
    assert "No line has this result." in body(manager.get(f"{page_of(parent)}?result=here"))
    assert "@nosuch" in body(manager.get(f"{page_of(parent)}?result=all"))


def test_a_paste_that_is_sent_twice_is_one_import(manager: Client, oak: Organization) -> None:
    sent = {**sent_now(), "accounts": "@maya.bakes", "network": "tiktok"}
    first, second = (manager.post(PASTE, sent)["Location"] for _ in range(2))
    assert (first, Import.objects.count()) == (second, 1)
    assert Import.objects.get().name == "1 pasted account"


def test_a_handle_alone_is_of_the_chosen_network(ada: User) -> None:
    parent = pasted("@maya\nx.com/tom\n", ada, Network.TWITCH)
    values = [row.values for row in parent.rows.order_by("number")]
    assert values == [{"account.twitch": "maya"}, {"account.x": "tom"}]
    assert parent.lookup_job is None


def test_what_would_break_a_table_is_read_like_any_other_line(ada: User, tiktok: Sandbox) -> None:
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
    answer = manager.post(PASTE, {**sent_now(), "accounts": " \n ", "network": "tiktok"})
    assert answer.status_code == 422
    assert "Paste at least one account." in body(answer)
    answer = manager.post(PASTE, {**sent_now(), "accounts": many, "network": "tiktok"})
    assert "Paste at most 1,000 at once" in body(answer)
    assert "@name999" in body(answer)
    assert not Import.objects.exists()
    parent = pasted(many.rpartition("\n")[0], ada, Network.INSTAGRAM)
    assert (parent.name, parent.counts) == ("1,000 pasted accounts", {"new": 1_000})


def test_the_page_costs_no_query_for_each_line(manager: Client, ada: User, tiktok: Sandbox) -> None:
    small = pasted("@tom_trails\n", ada)
    for n in range(30):
        TikTokAccountFactory.create(creator__handle=f"here{n}")
    large = pasted(
        "\n".join([*(f"@here{n}" for n in range(30)), *(f"@new{n}" for n in range(15))]), ada
    )
    assert queries_in(manager, page_of(large)) <= 12
    assert queries_in(manager, page_of(large)) <= queries_in(manager, page_of(small)) + 1


def test_twenty_are_looked_up_in_each_call(ada: User, tiktok: Sandbox) -> None:
    tiktok.control("stats")
    parent = pasted("\n".join(f"@nosuch{n}" for n in range(45)), ada)
    assert calls(tiktok) == 3
    assert parent.lookup_job
    assert parent.lookup_job.done_count == 45


def test_the_page_shows_how_far_the_lookup_is_and_asks_for_news(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = paste_accounts("\n".join(f"@nosuch{n}" for n in range(45)), Network.TIKTOK, actor=ada)
    while not fresh(parent).lookup_job or not fresh(parent).lookup_job.done_count:
        pump(Lane.BULK, calls=1)
    page = body(manager.get(page_of(parent)))
    assert "20 of 45 · 20 in each call to TikTok" in page
    assert 'id="import" data-live-eager data-live="' in page
    assert "Being looked up" in page
    assert "foot-bar" not in page
    seen = page.partition('data-live="')[2].partition('"')[0]
    assert manager.get(page_of(parent), headers={"X-Seen": seen}).status_code == 204
    with pytest.raises(TableRefused, match="still being looked up"):
        begin_import(fresh(parent), actor=ada)
    with pytest.raises(TableRefused, match="being looked up already"):
        repeat_lookup(parent, actor=ada)
    finish()
    assert manager.get(page_of(parent), headers={"X-Seen": seen}).status_code == 200
    assert "data-live=" not in body(manager.get(page_of(parent))).partition('id="import"')[2][:80]


def test_markets_differ_and_the_line_names_those_that_it_is_in(
    manager: Client, ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = MarketplaceAccount.objects.get()
    second = MarketplaceAccount.objects.create(
        name="Oak abroad", tiktok_account_id="91", country="DE", sealed_token="x"
    )
    status = MarketplaceStatus
    said = {
        "abroad": Membership({first: status.NOT_IN, second: status.IN}),
        "nowhere": Membership({first: status.NOT_IN, second: status.INVALID}),
        "unsure": Membership({first: status.NOT_IN}, is_whole=False),
    }
    monkeypatch.setattr("crm.services.imports.lookups.read_memberships", lambda handles: said)
    parent = pasted("@abroad\n@nowhere\n@unsure\n", ada)
    assert results(parent) == {1: "in", 2: "outside", 3: "open"}
    page = body(manager.get(page_of(parent)))
    assert page.count("In the market of") == 1
    assert "In the market of Oak abroad" in page
    assert "In none of your markets, as far as TikTok has told" in page
    begin_import(parent, actor=ada)
    finish()
    creator = SocialAccount.objects.get().creator
    assert creator
    memberships = CreatorMembership.objects.filter(creator=creator)
    assert dict(memberships.values_list("account", "status")) == {
        first.pk: "not_in", second.pk: "in",
    }  # fmt: skip


# --- slow, down, refused, stopped, killed ---
def test_while_tiktok_is_away_the_page_says_when_it_goes_on(
    manager: Client, ada: User, tiktok: Sandbox, away: Callable[[bool], None]
) -> None:
    away(True)
    parent = pasted("@maya.bakes\n", ada)
    page = body(manager.get(page_of(parent)))
    assert "TikTok does not answer now, or its limit of requests is reached." in page
    assert "Nothing is lost: the lookup goes on by itself" in page
    assert results(parent) == {1: "open"}
    away(False)
    finish()
    assert results(parent) == {1: "in"}
    assert not Influencer.objects.exists()


def test_a_lookup_that_is_stopped_leaves_the_rest_open_and_goes_on_later(
    manager: Client, ada: User, tiktok: Sandbox, away: Callable[[bool], None]
) -> None:
    away(True)
    parent = pasted("@maya.bakes\n@tom_trails\n", ada)
    manager.post(f"{page_of(parent)}cancel/")
    assert "Stopping…" in body(manager.get(page_of(parent)))
    finish()
    page = body(manager.get(page_of(parent)))
    assert "2 accounts are not looked up yet." in page
    assert "The lookup was stopped." in page
    assert "Nothing can be added" in page
    away(False)
    seen = fresh(parent)
    manager.post(f"{page_of(parent)}look-up/")
    finish()
    assert results(parent) == {1: "in", 2: "outside"}
    with pytest.raises(TableRefused, match="Since you saw the preview"):
        begin_import(seen, actor=ada)
    assert not Influencer.objects.exists()


def test_without_a_marketplace_account_the_page_says_what_to_do(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    MarketplaceAccount.objects.update(state=AccountState.DISCONNECTED)
    parent = pasted("@maya.bakes\n", ada)
    page = body(manager.get(page_of(parent)))
    assert "1 account is not looked up yet." in page
    assert "No TikTok marketplace account is connected." in page
    assert "Go on looking up" in page


def test_accounts_without_an_answer_are_looked_up_again(
    manager: Client, ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("crm.services.imports.lookups.read_memberships", lambda handles: {})
        parent = pasted("@maya.bakes\n", ada)
    assert "TikTok has said nothing about it." in body(manager.get(page_of(parent)))
    assert manager.post(f"{page_of(parent)}look-up/").status_code == 302
    finish()
    assert results(parent) == {1: "in"}
    first = Import.objects.get().lookup_job_id
    manager.post(f"{page_of(parent)}look-up/")
    assert Import.objects.get().lookup_job_id == first


def test_accounts_that_are_looked_up_late_are_added_late(
    manager: Client, ada: User, tiktok: Sandbox, away: Callable[[bool], None]
) -> None:
    away(True)
    parent = pasted("@maya.bakes\ninstagram.com/noor\n", ada)
    manager.post(f"{page_of(parent)}cancel/")
    finish()
    begin_import(fresh(parent), actor=ada)
    finish()
    assert SocialAccount.objects.get().handle == "noor"
    away(False)
    manager.post(f"{page_of(parent)}look-up/")
    finish()
    page = body(manager.get(page_of(parent)))
    assert "1 account added." in page
    assert "1 account will be added" in page
    version = Import.objects.get().version
    manager.post(f"{page_of(parent)}begin/", {"version": version})
    finish()
    assert set(SocialAccount.objects.values_list("handle", flat=True)) == {"noor", "maya.bakes"}
    assert "will be added" not in body(manager.get(page_of(parent)))


def test_a_worker_that_dies_asks_again_and_doubles_nothing(
    ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = paste_accounts(LINES, Network.TIKTOK, actor=ada)

    def die(times: int) -> None:
        for _ in range(times):
            with monkeypatch.context() as patch:
                patch.setattr(
                    "jobs.services.jobs._commit_slice", lambda *_: (_ for _ in ()).throw(SystemExit)
                )
                with pytest.raises(SystemExit):
                    pump(Lane.BULK)
            Work.objects.filter(kind="job").update(lease_until=timezone.now())
            pump(Lane.BULK)
        finish()

    die(3)
    assert Counter(results(parent).values())["open"] == 0
    begin_import(fresh(parent), actor=ada)
    die(2)
    assert Influencer.objects.count() == 2
    assert SocialAccount.objects.count() == 2


def test_a_preview_that_failed_offers_to_paste_again(manager: Client, ada: User) -> None:
    parent = pasted("instagram.com/maya", ada)
    Job.objects.update(state=JobState.FAILED, problem="Something went wrong on our side.")
    page = body(manager.get(page_of(parent)))
    assert "The accounts could not be read" in page
    assert "Paste them again" in page


def test_nothing_is_looked_up_of_a_file_that_is_not_imported_or_while_accounts_are_read(
    ada: User,
) -> None:
    with pytest.raises(TableRefused, match=r"Nothing can be looked up now\."):
        repeat_lookup(previewed("TikTok\n@maya.bakes\n", ada), actor=ada)
    with pytest.raises(TableRefused, match=r"Nothing can be looked up now\."):
        repeat_lookup(paste_accounts("@maya.bakes", Network.TIKTOK, actor=ada), actor=ada)


# --- adding the good ---
def test_those_in_the_marketplace_are_added_and_nobody_else_is(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added(LINES, ada)
    accounts = SocialAccount.objects.values_list("network", "handle")
    assert set(accounts) == {("tiktok", "maya.bakes"), ("instagram", "noor")}
    assert set(Influencer.objects.values_list("name", flat=True)) == {"maya.bakes", "noor"}
    assert not AwaitedAccount.objects.exists()
    page = body(manager.get(page_of(parent)))
    for shown in ("2 accounts added.", "Added: <a", "1 not in the marketplace", "@nosuch"):
        assert shown in page, shown
    assert (parent.file, parent.imported_at is not None) == (None, True)


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


def test_an_account_goes_to_whom_its_address_names(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    maya = InfluencerFactory.create(name="Maya Ferrand", email="maya@example.com")
    noor = TikTokAccountFactory.create(creator__handle="noor_x").influencer
    parent = pasted("@maya.bakes maya@example.com\n@noor_x noor@example.com\n", ada)
    assert results(parent) == {1: "in", 2: "here"}
    page = body(manager.get(page_of(parent)))
    assert f'Will be added to <a href="/o/oak/influencers/{maya.pk}/">' in page
    assert "noor@example.com" in page
    assert "· 1 creator updated" in page
    begin_import(parent, actor=ada)
    finish()
    assert SocialAccount.objects.get(handle="maya.bakes").influencer == maya
    noor.refresh_from_db()
    assert noor.email == "noor@example.com"
    assert "1 creator updated." in body(manager.get(page_of(parent)))


def test_only_an_address_may_be_new(manager: Client, ada: User, tiktok: Sandbox) -> None:
    noor = TikTokAccountFactory.create(creator__handle="noor_x").influencer
    parent = pasted("@noor_x noor@example.com\n", ada)
    assert "Update 1 creator" in body(manager.get(page_of(parent)))
    begin_import(parent, actor=ada)
    finish()
    noor.refresh_from_db()
    assert noor.email == "noor@example.com"


def test_what_somebody_added_since_is_here_already(ada: User, tiktok: Sandbox) -> None:
    parent = pasted("@maya.bakes\ninstagram.com/noor\n@tom_trails\n", ada)
    maya = TikTokAccountFactory.create(creator__handle="maya.bakes").influencer
    noor = InfluencerFactory.create()
    add_other_account(account_address("instagram.com/noor"), actor=ada, influencer=noor)
    TikTokAccountFactory.create(creator__handle="tom_trails")
    begin_import(parent, actor=ada)
    finish()
    assert results(parent) == {1: "here", 2: "here", 3: "outside"}
    keep_without_account(parent, mailed=False, actor=ada)
    assert results(parent)[3] == "here"
    assert Influencer.objects.count() == 3
    assert {maya.pk, noor.pk} <= set(parent.rows.values_list("influencer", flat=True))


def test_an_address_that_somebody_has_since_is_not_added_twice(ada: User, tiktok: Sandbox) -> None:
    parent = pasted("@maya.bakes maya@example.com\n@tom_trails tom@example.com\n", ada)
    InfluencerFactory.create(name="Maya", email="maya@example.com")
    InfluencerFactory.create(name="Tom", email="tom@example.com")
    begin_import(parent, actor=ada)
    finish()
    keep_without_account(fresh(parent), mailed=False, actor=ada)
    assert results(parent) == {1: "error", 2: "error"}
    assert Influencer.objects.count() == 2
    assert not SocialAccount.objects.exists()


def test_an_account_that_tiktok_has_renamed_is_here_already(ada: User, tiktok: Sandbox) -> None:
    added("@maya.bakes\n", ada)
    refresh_profile(Creator.objects.get())
    Creator.objects.update(handle="old.name", marketplace_status="not_in")
    SocialAccount.objects.update(handle="old.name")
    parent = added("@maya.bakes\n", ada)
    assert results(parent) == {1: "here"}
    assert SocialAccount.objects.get().handle == "maya.bakes"


def test_the_same_lines_again_change_nothing(ada: User, tiktok: Sandbox) -> None:
    added(LINES, ada)
    before = set(Influencer.objects.values_list("pk", flat=True))
    again = added(LINES, ada)
    assert again.written in ({}, {"new": 0, "update": 0})
    assert set(Influencer.objects.values_list("pk", flat=True)) == before


def test_a_paste_is_rolled_back_as_a_whole(manager: Client, ada: User, tiktok: Sandbox) -> None:
    parent = added(LINES, ada)
    keep_without_account(parent, mailed=False, actor=ada)
    assert Influencer.objects.count() == 3
    roll_back(parent, actor=ada)
    finish()
    assert not Influencer.objects.exists()
    assert not SocialAccount.objects.exists()
    assert "The import is rolled back." in body(manager.get(page_of(parent)))
    with pytest.raises(TableRefused, match="Nobody can be invited or asked from here now"):
        keep_without_account(parent, mailed=False, actor=ada)


def test_what_a_roll_back_keeps_of_a_paste_is_said(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added("@maya.bakes\n", ada)
    Influencer.objects.get().notes.create(text="Spoke to her", author=ada)
    roll_back(parent, actor=ada)
    finish()
    assert Influencer.objects.count() == 1
    assert "Taken back" in body(manager.get(page_of(parent)))


# --- forgotten ---
def test_a_paste_that_is_discarded_leaves_nothing(ada: User, tiktok: Sandbox) -> None:
    discard_import(pasted("@maya.bakes", ada))
    assert not Import.objects.exists()
    assert not Influencer.objects.exists()


def test_lines_about_nobody_who_is_here_are_forgotten_within_a_day(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = added(LINES, ada)
    forgetting = Work.objects.filter(kind=FORGET, subject_id=parent.pk)
    assert forgetting.get().due_at < timezone.now() + timedelta(hours=21)
    Import.objects.update(stage=ImportStage.IMPORT)
    Job.objects.filter(pk=parent.job_id).update(state=JobState.RUNNING)
    forgetting.update(due_at=timezone.now())
    finish()
    assert 2 in results(parent)  # it is being written
    Job.objects.filter(pk=parent.job_id).update(state=JobState.DONE)
    forgetting.update(due_at=timezone.now())
    finish()
    assert results(parent) == {1: "in", 4: "elsewhere", 5: "error", 6: "twice"}
    assert forgetting.get().due_at > timezone.now() + timedelta(days=29)
    ImportRow.objects.all().delete()
    assert "forgotten within a day" in body(manager.get(page_of(parent)))
    Import.objects.update(imported_at=timezone.now() - timedelta(days=31))
    forgetting.update(due_at=timezone.now())
    finish()
    assert not Import.objects.exists()


# --- the ways out ---
def way_out(client: Client, parent: Import, way: str) -> Any:
    return client.post(f"{page_of(parent)}way-out/", {"way": way})


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
    parent = pasted("@tom_trails\n@maya.bakes\n@nosuch\n", ada)
    assert "Invite 1 to the marketplace" in body(manager.get(page_of(parent)))
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
    assert Influencer.objects.get().name == "tom_trails"
    page = body(manager.get(page_of(parent)))
    for shown in ("0 accounts added.", "1 kept without an account.", "Add 1 account"):
        assert shown in page, shown
    manager.post(f"{page_of(parent)}begin/", {"version": Import.objects.get().version})
    finish()
    assert SocialAccount.objects.get().handle == "maya.bakes"


def test_who_is_awaited_already_is_asked_about_again_and_kept_as_they_are(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    keep_without_account(pasted("@tom_trails\n", ada), mailed=False, actor=ada)
    tom = Influencer.objects.get()
    parent = pasted("@tom_trails\n", ada)
    assert results(parent) == {1: "outside"}
    assert "without an account" in body(manager.get(page_of(parent)))
    way_out(manager, parent, "invite")
    assert BulkAction.objects.get().ids == [tom.pk]
    assert Influencer.objects.get() == tom


def test_the_next_are_those_who_were_not_asked_yet(
    manager: Client, ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm.queries.imports.MOST_AT_ONCE", 1)
    parent = pasted("@tom_trails\n@noa.winter\n", ada)
    asked = []
    for _ in range(3):
        way_out(manager, parent, "invite")
        asked += done("invite", ada).ids
    first, second = (row.influencer_id for row in parent.rows.order_by("number"))
    assert asked == [first, second, first]


def test_who_is_invited_and_joins_is_added_to_the_same_influencer(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = pasted("@tom_trails\n", ada)
    way_out(manager, parent, "invite")
    tom = Influencer.objects.get()
    done("invite", ada)
    tiktok.control("creator", handle="tom_trails", membership="IN")
    manager.post("/o/oak/influencers/add/", {"handle": "@tom_trails"})
    assert SocialAccount.objects.get().influencer == tom


def test_the_rest_is_asked_to_connect_where_an_address_is_known(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    tiktok.control("creator", handle="outsider", membership="NOT_IN")
    parent = pasted("@tom_trails tom@example.com\n@outsider\n", ada)
    page = body(manager.get(page_of(parent)))
    assert "Ask 1 to connect" in page
    assert way_out(manager, parent, "ask").status_code == 302
    assert Influencer.objects.get().email == "tom@example.com"
    assert done("ask", ada).counts["done"] == 1
    assert Message.objects.get().recipient == "tom@example.com"
    awaited = AwaitedAccount.objects.get()
    assert (awaited.handle, awaited.status) == ("tom_trails", "not_in")


def test_where_no_line_has_an_address_the_page_says_how_to_ask(
    manager: Client, ada: User, tiktok: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = pasted("@tom_trails\n", ada)
    page = body(manager.get(page_of(parent)))
    assert "No line has an e-mail address, which is needed to ask somebody to connect:" in page
    assert "to connect</button>" not in page
    monkeypatch.setattr("crm.views.imports.lines.invites_by_mail", lambda: True)
    page = body(manager.get(page_of(parent)))
    assert "to ask somebody to connect or to invite them:" in page
    assert 'value="invite"' not in page
    monkeypatch.setattr("crm.views.imports.acts.invites_by_mail", lambda: True)
    answer = manager.post(f"{page_of(parent)}way-out/", {"way": "invite"}, follow=True)
    assert "Nobody is left to invite or ask." in body(answer)
    assert not Influencer.objects.exists()
    page = body(manager.get(page_of(pasted("@tom_trails tom@example.com\n", ada))))
    assert "Invite 1 by e-mail" in page


def test_one_of_the_rest_is_invited_or_asked_from_its_line(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = pasted("@tom_trails\n", ada)
    page = body(manager.get(page_of(parent)))
    assert 'aria-label="Invite or ask @tom_trails"' in page
    answer = manager.post("/o/oak/influencers/add/", {"handle": "tom_trails", "influencer": ""})
    assert "@tom_trails is not in TikTok's Creator Marketplace" in body(answer)


def test_tiktok_that_refuses_leaves_no_creator_behind(
    manager: Client, ada: User, tiktok: Sandbox, settings: Any
) -> None:
    parent = pasted("@tom_trails\n", ada)
    settings.TIKTOK_BASE_URL = "http://127.0.0.1:9"
    way_out(manager, parent, "invite")
    assert done("invite", ada).counts == {}
    assert not Creator.objects.exists()


def test_where_nobody_is_left_the_page_says_so(manager: Client, ada: User, tiktok: Sandbox) -> None:
    parent = pasted("@maya.bakes\n", ada)
    answer = manager.post(f"{page_of(parent)}way-out/", {"way": "ask"}, follow=True)
    assert "Nobody is left to invite or ask." in body(answer)
    assert way_out(manager, parent, "archive").status_code == 404
    assert not BulkAction.objects.exists()
    assert Import.objects.get().stage == ImportStage.PREVIEW


def test_nobody_is_invited_while_accounts_are_added(
    manager: Client, ada: User, tiktok: Sandbox
) -> None:
    parent = pasted("@tom_trails\n@maya.bakes\n", ada)
    begin_import(parent, actor=ada)
    answer = manager.post(f"{page_of(parent)}way-out/", {"way": "invite"}, follow=True)
    assert "Nobody can be invited or asked from here now." in body(answer)
    assert not BulkAction.objects.exists()


# --- who may ---
def test_neither_a_viewer_nor_somebody_limited_to_groups_pastes(
    oak: Organization, viewer: Client, ada: User
) -> None:
    parent = pasted("instagram.com/maya\n", ada)
    person = User.objects.create_user("limited@oak.example")
    Member.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    limited = Client()
    limited.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    for client in (viewer, limited):
        assert client.get(PASTE).status_code == 403
        assert (
            client.post(PASTE, {**sent_now(), "accounts": "@x1", "network": "tiktok"}).status_code
            == 403
        )
        hidden = 403 if client is viewer else 404  # somebody else's import is not there for them
        assert way_out(client, parent, "ask").status_code == hidden
        again = client.post(f"/o/oak/influencers/import/{parent.pk}/look-up/")
        assert again.status_code == hidden
        assert "Add many" not in body(client.get("/o/oak/influencers/"))
    assert Import.objects.count() == 1


def test_who_is_limited_to_groups_meanwhile_looks_up_and_adds_nothing_more(
    oak: Organization, ada: User, tiktok: Sandbox
) -> None:
    hidden = TikTokAccountFactory.create(
        creator__handle="hidden.one", influencer__email="maya@example.com"
    ).influencer
    begun = pasted("instagram.com/noor\n", ada)
    begin_import(begun, actor=ada)
    asked = paste_accounts("@hidden.one\n@maya.bakes maya@example.com\n", Network.TIKTOK, actor=ada)
    Member.objects.filter(user=ada).update(is_limited=True)
    tiktok.control("stats")
    finish()
    assert calls(tiktok) == 0
    for parent in (asked, begun):
        job = fresh(parent).job
        assert job
        assert (job.state, job.problem) == (
            JobState.FAILED,
            "The person who started it may no longer do this. What is done was kept.",
        )
    assert list(Influencer.objects.all()) == [hidden]
    client = Client()
    client.force_login(ada, backend="allauth.account.auth_backends.AuthenticationBackend")
    for parent in (asked, begun):
        assert client.get(page_of(parent)).status_code == 403
        assert client.post(f"{page_of(parent)}begin/", {"version": 1}).status_code == 403


def test_a_paste_of_another_organization_is_not_there(
    elm: Organization, manager: Client, ada: User
) -> None:
    with organization_scope(elm):
        other = InfluencerFactory.create()
        parent = paste_accounts("@maya\n", Network.TIKTOK, actor=ada)
    assert way_out(manager, parent, "ask").status_code == 404
    assert manager.post(f"/o/oak/influencers/import/{parent.pk}/look-up/").status_code == 404
    assert other.pk
