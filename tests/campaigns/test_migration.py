"""Plan, cut-over with its approval, and its exact reversal, for one organization beside another."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from campaigns.errors import PostMayComeBack
from campaigns.models import Campaign, MigrationPlan, Post
from campaigns.policies.migration import account_outcome, summary_of
from campaigns.queries.migration import planned_accounts
from campaigns.services.legacy import planning
from campaigns.services.legacy.cutting_over import (
    ask_for_approval,
    cut_over,
    rehearse,
    reverse_cut_over,
    set_rules,
    start_reversal,
    withdraw_cut_over,
)
from campaigns.services.legacy.planning import check_plan, make_plan
from campaigns.services.posts import add_post_by_hand
from crm.models import SocialAccount
from jobs.models import Work
from jobs.services.jobs import WHOLE_KIND, begin_at_once
from tenancy.models import Event, User
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, a_post, a_video, an_account
from tests.factories.legacy import bring_in
from tests.factories.legacy import cut_over as plan_and_cut_over
from tiktok.client import types
from tiktok.enums import MarketplaceStatus, Source
from tiktok.errors import MigrationRefused, PlanOutdated
from tiktok.models import Creator, LegacyMigration, LegacyProfile, Video
from tiktok.queries import is_released
from tiktok.services.creators.profiles import keep_profile
from tiktok.services.legacy.purging import PurgePaused, run_purge, start_purge
from tiktok.services.legacy.receipts import LegacyRowsLeft

pytestmark = pytest.mark.django_db

EXPORT = """handle,followers,video_id,caption,posted_at,collected_at,views,likes,comments,shares
ann.b,1.5K,7499446218112634119,One #spring,2025-05-01 12:00:00,2025-05-02 00:00:00,10K,100,5,1
ann.b,1.6K,7499446218112634120,Two,2025-05-03 12:00:00,2025-05-04 00:00:00,20K,200,,2
tom_t,900,7499446218112634121,Three,2025-05-02 12:00:00,2025-05-02 13:00:00,5,1,0,0
"""
STATUSES = {"ann.b": MarketplaceStatus.IN, "tom_t": MarketplaceStatus.NOT_IN}


@pytest.fixture
def imported(oak, tmp_path: Path):
    """Oak in scope, with two accounts and three posts of the old source."""
    with organization_scope(oak):
        bring_in(tmp_path, EXPORT)
        for handle, status in STATUSES.items():
            Creator.objects.filter(handle=handle).update(marketplace_status=status)
        yield oak


@pytest.fixture
def olga(db: None) -> User:
    return User.objects.create_user("olga@oak.example", name="Olga")


@pytest.fixture
def pete(db: None) -> User:
    return User.objects.create_user("pete@oak.example", name="Pete")


def account(handle: str) -> SocialAccount:
    return SocialAccount.objects.get(handle=handle)


# --- plan --------------------------------------------------------------------------------------------------------
def test_a_plan_says_what_would_happen_and_changes_nothing(imported, olga) -> None:
    plan = make_plan(actor=olga)

    assert plan.facts["accounts"] == {
        "authenticated": [],
        "marketplace": [account("ann.b").pk],
        "unsupported": [account("tom_t").pk],
        "unknown": [],
        "not_checked": [],
    }
    assert (plan.accounts(), plan.tracked, plan.lost, plan.posts) == (2, 1, 1, 3)
    assert plan.facts["campaigns"] == {str(Campaign.objects.get().pk): 3}
    rows = {line["name"]: line["rows"] for line in plan.lines if line["rows"]}
    assert rows == {
        "post_links": 3,
        "video_snapshots": 3,
        "creator_snapshots": 3,
        "videos": 3,
        "creator_profiles": 2,
    }
    assert all(bool(line["bytes"]) == bool(line["rows"]) for line in plan.lines)
    assert plan.facts["kept_posts"] == 3
    assert (plan.summary["campaigns"], plan.summary["kept_posts"]) == (1, 3)
    lost = planned_accounts(plan, "unsupported", "unknown", "not_checked")
    assert list(lost) == [account("tom_t").pk]
    assert str(plan) == f"Plan {plan.digest[:12]}"
    assert (Post.objects.filter(hidden_at=None).count(), is_released()) == (3, False)
    said = Event.objects.get(verb="legacy.planned")
    assert (said.actor, said.detail) == (olga, {"accounts": 2, "posts": 3})


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("invalid", "unknown"), ("unknown", "not_checked"), ("invited", "unsupported")],
)
def test_each_account_that_is_lost_has_its_outcome(imported, status, outcome) -> None:
    Creator.objects.filter(handle="tom_t").update(marketplace_status=status)
    plan = make_plan(actor=None)
    assert (plan.accounts(outcome), plan.tracked) == (1, 1)


def test_an_authenticated_account_is_kept_whether_in_the_marketplace_or_not() -> None:
    found = [account_outcome(status, is_authenticated=True) for status in MarketplaceStatus]
    assert set(found) == {"authenticated"}


def test_a_plan_is_never_changed(imported) -> None:
    plan = make_plan(actor=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        MigrationPlan.objects.filter(pk=plan.pk).update(facts={})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM campaigns_migrationplan")


@pytest.mark.parametrize("forged_part", ["facts", "summary"])
def test_a_plan_whose_facts_are_not_those_of_its_hash_is_refused(imported, forged_part) -> None:
    """A summary that says something else on the page than the facts do is no better."""
    plan = make_plan(actor=None)
    parts = {"facts": plan.facts, "summary": plan.summary}
    parts[forged_part] = parts[forged_part] | {"kept_posts": 0}
    forged = MigrationPlan.objects.create(**parts, digest=plan.digest)
    with pytest.raises(MigrationRefused, match="its hash is another"):
        cut_over(forged, actor=None)
    assert not is_released()


def _ann_leaves() -> None:
    Creator.objects.filter(handle="ann.b").update(marketplace_status=MarketplaceStatus.NOT_IN)


def _somebody_is_added() -> None:
    an_account("zoe")


def _tom_goes() -> None:
    Post.objects.filter(account=account("tom_t")).delete()
    account("tom_t").delete()


def _a_post_goes() -> None:
    Post.objects.order_by("pk")[0].delete()


def _another_campaign_has_one() -> None:
    video = Video.objects.order_by("pk").first()
    a_post(a_campaign("Summer"), video, origin="legacy", published_since=None)


def _a_video_goes() -> None:
    video = Video.objects.order_by("pk")[0]
    Post.objects.filter(video=video).update(video=None)
    video.delete()


def _a_type_changes() -> None:
    SocialAccount.objects.filter(handle="ann.b").update(account_type="tiktok_creator")


def _a_post_is_another() -> None:
    post = Post.objects.order_by("pk")[0]
    post.delete()
    post.pk, post.network_post_id = None, "7499446218112634999"
    post.save()


def _a_video_is_another() -> None:
    video = Video.objects.order_by("pk")[0]
    Post.objects.filter(video=video).update(video=None)
    video.delete()
    Post.objects.filter(video=None).update(
        video=a_video(account("ann.b"), "7499446218112634998", source=Source.LEGACY)
    )


def _a_reading_is_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tiktok_videosnapshot SET bucket_at = bucket_at - interval '1 hour' WHERE video_views = 5"
        )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            _a_post_is_another,
            [
                "Spring: other posts than planned would be hidden, as many as planned.",
                "Captions and numbers of campaign posts, whose id and URL stay: other rows than planned would be deleted, as many as planned.",
                "Other posts than planned would keep id and address.",
            ],
        ),
        (
            _a_video_is_another,
            [
                "Posts: captions, images, latest numbers: other rows than planned would be deleted, as many as planned."
            ],
        ),
        (
            _a_reading_is_another,
            [
                "Numbers of posts over time: other rows than planned would be deleted, as many as planned."
            ],
        ),
        (_ann_leaves, ["@ann.b was “Kept, not authenticated” and is “Unsupported” now."]),
        (_somebody_is_added, ["@zoe is new: Kept, not authenticated."]),
        (
            _a_post_goes,
            [
                "Spring: 3 posts would have been hidden, now 2.",
                "Captions and numbers of campaign posts, whose id and URL stay: 3 rows were planned, now there are 2.",
                "3 posts would have kept id and address, now 2.",
            ],
        ),
        (
            _another_campaign_has_one,
            [
                "Summer: 0 posts would have been hidden, now 1.",
                "Captions and numbers of campaign posts, whose id and URL stay: 3 rows were planned, now there are 4.",
                "3 posts would have kept id and address, now 4.",
            ],
        ),
        (
            _a_video_goes,
            [
                "Captions and numbers of campaign posts, whose id and URL stay: 3 rows were planned, now there are 2.",
                "Posts: captions, images, latest numbers: 3 rows were planned, now there are 2.",
            ],
        ),
        (_a_type_changes, ["Other accounts than planned are of the old type."]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_cut_over_is_refused_on_a_plan_that_no_longer_holds_and_names_what_changed(
    imported, change, said
) -> None:
    plan = make_plan(actor=None)
    change()
    with pytest.raises(PlanOutdated) as refused:
        cut_over(plan, actor=None)
    assert list(refused.value.changes) == said
    assert str(refused.value).startswith("Nothing was changed: the plan no longer holds.")
    assert (is_released(), Post.objects.exclude(hidden_at=None).count()) == (False, 0)


def test_a_plan_from_before_rows_were_told_apart_is_made_again(imported) -> None:
    facts = make_plan(actor=None).facts
    del facts["kept_ids"]
    old = MigrationPlan.objects.create(
        facts=facts, summary=summary_of(facts), digest=planning.digest_of(facts)
    )
    with pytest.raises(PlanOutdated, match=r"did not tell one row from another\. Make the plan"):
        cut_over(old, actor=None)


def test_an_account_that_is_gone_is_named(imported) -> None:
    plan, gone = make_plan(actor=None), account("tom_t").pk
    _tom_goes()
    with pytest.raises(PlanOutdated) as refused:
        check_plan(plan)
    assert refused.value.changes[0] == f"Account {gone} is gone."


def test_many_changes_are_counted(imported) -> None:
    plan = make_plan(actor=None)
    for number in range(5):
        an_account(f"new{number}")
    with pytest.raises(
        PlanOutdated, match=r"@new2 is new: .*\. And 2 more changes\. Make the plan"
    ):
        check_plan(plan)


def test_a_table_that_the_purge_no_longer_takes_is_a_change(imported, monkeypatch) -> None:
    plan = make_plan(actor=None)
    monkeypatch.setattr(planning, "purgers", list)
    with pytest.raises(
        PlanOutdated, match=r"Numbers of posts over time: 3 rows were planned, now there are 0"
    ):
        check_plan(plan)


def test_nothing_is_planned_without_old_data_or_after_the_cut_over(oak, elm, imported) -> None:
    with (
        organization_scope(elm),
        pytest.raises(MigrationRefused, match="no data of the old source"),
    ):
        make_plan(actor=None)
    with (
        organization_scope(elm),
        pytest.raises(MigrationRefused, match="no data of the old source"),
    ):
        reverse_cut_over(actor=None)
    plan = make_plan(actor=None)
    cut_over(plan, actor=None)
    with pytest.raises(MigrationRefused, match="cut over already"):
        make_plan(actor=None)
    with pytest.raises(MigrationRefused, match="cut over already"):
        cut_over(plan, actor=None)


# --- approval ----------------------------------------------------------------------------------------------------
def test_a_second_person_approves_where_the_organization_wants_it(imported, olga, pete) -> None:
    set_rules(needs_approval=True, purge_wait_hours=0, actor=olga)
    plan = make_plan(actor=olga)
    with pytest.raises(MigrationRefused, match="has to approve"):
        cut_over(plan, actor=olga)

    ask_for_approval(plan, actor=olga)
    ask_for_approval(plan, actor=pete)  # again is harmless: it stays hers
    with pytest.raises(MigrationRefused, match="somebody else approves"):
        cut_over(plan, actor=olga)
    assert cut_over(make_plan(actor=pete), actor=pete) == 3  # the same facts, so the same plan

    migration = LegacyMigration.objects.get()
    assert (migration.asked_at, migration.asked_by, migration.plan_digest) == (
        None,
        None,
        plan.digest,
    )
    with pytest.raises(MigrationRefused, match="cut over already"):
        ask_for_approval(plan, actor=olga)
    with pytest.raises(MigrationRefused, match="cut over already"):
        set_rules(needs_approval=True, purge_wait_hours=0, actor=olga)
    said = Event.objects.filter(verb__in=["legacy.rules_set", "legacy.cut_over_asked"]).order_by(
        "pk"
    )
    assert list(said.values_list("verb", "detail")) == [
        ("legacy.rules_set", {"needs_approval": True, "purge_wait_hours": 0}),
        ("legacy.cut_over_asked", {"plan": plan.pk}),
    ]


def test_an_approval_is_of_the_plan_that_it_was_asked_for(imported, olga, pete) -> None:
    set_rules(needs_approval=True, purge_wait_hours=0, actor=olga)
    ask_for_approval(make_plan(actor=olga), actor=olga)
    _ann_leaves()
    other = make_plan(actor=olga)
    with pytest.raises(MigrationRefused, match="another plan"):
        cut_over(other, actor=pete)
    withdraw_cut_over(actor=olga)
    with pytest.raises(MigrationRefused, match="Nobody waits"):
        withdraw_cut_over(actor=olga)
    ask_for_approval(other, actor=olga)
    assert cut_over(other, actor=None) == 3  # operations, at the command
    assert Event.objects.get(verb="legacy.cut_over_withdrawn").actor == olga


def test_only_operations_let_a_cut_over_go_without_a_second_person(imported, olga) -> None:
    set_rules(needs_approval=True, purge_wait_hours=24, actor=olga)
    with pytest.raises(MigrationRefused, match="Only operations"):
        set_rules(needs_approval=False, purge_wait_hours=24, actor=olga)
    set_rules(needs_approval=False, purge_wait_hours=24, actor=None, is_ops=True)
    assert LegacyMigration.objects.get().needs_approval is False


# --- cut-over and reversal ---------------------------------------------------------------------------------------
def state() -> dict[str, object]:
    """Everything that a cut-over may change, as it is now."""
    skipped = {"tiktok_creator_id", "marketplace_checked_at"}
    names = [f.name for f in Creator._meta.concrete_fields if f.name not in skipped]
    return {
        "posts": list(Post.objects.order_by("pk").values()),
        "types": list(SocialAccount.objects.order_by("pk").values_list("pk", "account_type")),
        "profiles": list(Creator.objects.order_by("pk").values(*names)),
        "videos": list(Video.objects.filter(source=Source.LEGACY).order_by("pk").values()),
        "is_released": is_released(),
    }


def _tiktok_tells(creator: Creator) -> None:
    """TikTok's own profile takes the place of the old one, as it does within minutes of a cut-over."""
    profile = types.Profile(
        handle=creator.handle,
        display_name="Ann at TikTok",
        followers_count=7,
        likes_count=8,
        videos_count=9,
        bio="New",
    )
    keep_profile(creator, profile, Source.PUBLIC, through=None)


def test_a_reversal_makes_everything_as_it_was_before_the_cut_over(imported) -> None:
    hidden_before = Post.objects.order_by("pk").first()
    Post.objects.filter(pk=hidden_before.pk).update(hidden_at=timezone.now() - timedelta(days=9))
    newer = an_account("zoe")  # added by staff before the release: of the new type already
    before = state()
    assert plan_and_cut_over() == 2
    assert Post.objects.filter(hidden_at=None).count() == 0
    assert set(SocialAccount.objects.values_list("account_type", flat=True)) == {"tiktok_creator"}
    _tiktok_tells(Creator.objects.get(handle="ann.b"))
    assert Creator.objects.get(handle="ann.b").follower_count == 7
    assert state() != before

    assert reverse_cut_over(actor=None) == 2

    assert state() == before
    newer.refresh_from_db()
    assert newer.account_type == "tiktok_creator"
    assert not LegacyProfile.objects.exists()
    migration = LegacyMigration.objects.get()
    assert (migration.cut_over_at, migration.purge_from, migration.plan_digest) == (None, None, "")
    assert Event.objects.filter(verb="legacy.reversed").count() == 1
    with pytest.raises(MigrationRefused, match="nothing to reverse"):
        reverse_cut_over(actor=None)
    assert plan_and_cut_over() == 2  # and it can be done again


def test_a_post_that_came_back_by_its_order_stays_with_it_when_the_cut_over_is_reversed(
    imported,
) -> None:
    plan_and_cut_over()
    back = Post.objects.order_by("pk").first()
    Post.objects.filter(pk=back.pk).update(hidden_at=None, origin="order")
    assert reverse_cut_over(actor=None) == 2
    back.refresh_from_db()
    assert (back.hidden_at, back.origin) == (None, "order")


def test_a_hidden_post_is_added_by_hand_once_the_cut_over_can_no_longer_be_reversed(
    imported,
) -> None:
    before = state()["posts"]
    plan_and_cut_over()
    campaign, hidden = Campaign.objects.get(), Post.objects.filter(account__handle="ann.b").first()
    video = a_video(account("ann.b"), hidden.network_post_id)
    with pytest.raises(PostMayComeBack, match="once the purge of the old data has begun"):
        add_post_by_hand(campaign, video, actor=None)
    other = add_post_by_hand(campaign, a_video(account("ann.b"), "1"), actor=None)
    assert reverse_cut_over(actor=None) == 3
    assert [row for row in state()["posts"] if row["id"] != other.pk] == before

    plan_and_cut_over()
    start_purge(actor=None)

    added = add_post_by_hand(campaign, video, actor=None)
    assert (added.pk, added.origin, added.hidden_at) == (hidden.pk, "by_hand", None)


def test_once_the_purge_has_begun_nothing_can_be_reversed(imported) -> None:
    plan_and_cut_over()
    start_purge(actor=None)
    with pytest.raises(MigrationRefused, match="can no longer be reversed"):
        reverse_cut_over(actor=None)
    assert (is_released(), Post.objects.filter(hidden_at=None).count()) == (True, 0)


def test_the_purge_takes_the_profiles_that_were_kept_for_a_reversal(imported) -> None:
    plan_and_cut_over()
    assert str(LegacyProfile.objects.get(creator__handle="ann.b")) == "Old profile of @ann.b"
    assert LegacyProfile.objects.get(creator__handle="ann.b").profile["follower_count"] == 1600
    receipt = run_purge(start_purge(actor=None))
    assert not LegacyProfile.objects.exists()
    assert receipt.rescan["tiktok_legacyprofile"] == 0


def test_the_purge_waits_as_long_as_the_organization_wants(imported) -> None:
    set_rules(needs_approval=False, purge_wait_hours=24, actor=None)
    plan_and_cut_over()
    with pytest.raises(MigrationRefused, match="at the earliest"):
        start_purge(actor=None)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1), tick=False):
        assert start_purge(actor=None).pk


def test_a_rehearsal_keeps_nothing(imported) -> None:
    set_rules(needs_approval=True, purge_wait_hours=0, actor=None)
    before, events = state(), Event.objects.count()
    found = rehearse()
    assert (found.hidden, found.visible_again) == (3, 3)
    assert state() == before
    assert (Event.objects.count(), MigrationPlan.objects.count()) == (events, 0)
    assert LegacyMigration.objects.get().needs_approval is True


def test_a_reversal_that_waited_reverses_no_later_cut_over(imported, olga) -> None:
    plan_and_cut_over()
    stale = start_reversal(LegacyMigration.objects.get(), actor=olga)
    assert Work.objects.get(subject_id=stale.pk).kind == WHOLE_KIND  # nobody does it beside
    reverse_cut_over(actor=None)
    plan_and_cut_over()
    assert begin_at_once(stale).problem.startswith(
        "This reversal was asked for an earlier cut-over."
    )
    assert is_released()
    assert begin_at_once(start_reversal(LegacyMigration.objects.get(), actor=olga)).problem == ""
    assert not is_released()
    assert (
        "nothing to reverse"
        in begin_at_once(start_reversal(LegacyMigration.objects.get(), actor=olga)).problem
    )


# --- command -----------------------------------------------------------------------------------------------------
def run(*arguments: str) -> None:
    call_command("migrate_legacy", "--organization", "oak", *arguments)


def test_the_command_plans_rehearses_cuts_over_and_reverses(imported, capsys) -> None:
    with pytest.raises(CommandError, match="Make a plan first"):
        run("--cut-over")
    run()
    said = capsys.readouterr().out
    assert "           1  accounts: Kept, not authenticated" in said
    assert "           3  campaign posts that will be hidden" in said
    run("--rehearse")
    assert "3 posts hidden in" in capsys.readouterr().out
    run("--cut-over")
    assert "Cut over. 3 posts" in capsys.readouterr().out
    run("--reverse")
    assert "Reversed. 3 posts" in capsys.readouterr().out
    with pytest.raises(CommandError, match="nothing to reverse"):
        run("--reverse")


@pytest.mark.parametrize(
    "problem", [PurgePaused("It is paused."), LegacyRowsLeft("1 row is left.")]
)
def test_the_command_says_why_a_purge_has_ended(imported, monkeypatch, problem) -> None:
    def stop(run: object) -> None:
        raise problem

    run()
    run("--cut-over")
    monkeypatch.setattr("tiktok.services.legacy.purging.purge_slice", stop)
    with pytest.raises(CommandError, match=str(problem)):
        run("--purge")


def test_the_plan_comes_as_csv_and_json(imported, capsys) -> None:
    run("--format", "json")
    data = json.loads(capsys.readouterr().out)
    plan = MigrationPlan.objects.get()
    assert (data["sha256"], data["facts"]) == (plan.digest, plan.facts)
    run("--format", "csv")
    lines = capsys.readouterr().out.removeprefix("\ufeff").splitlines()
    assert lines[:3] == [
        "Part,Name,Creator,Outcome,What to do,Posts,Rows,Bytes",
        'Account,\'@ann.b,ann.b,"Kept, not authenticated",,,,',
        "Account,'@tom_t,tom_t,Unsupported,Invite to the marketplace. Add an e-mail address,,,",
    ]
    assert lines[3] == "Campaign,Spring,,Posts hidden,,3,,"
    assert lines[-1] == "Data,Id and address of campaign posts,,Kept,,,3,"
