"""The cockpit of a migration, step by step as an owner walks it, and the pages of operations."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Campaign, MigrationPlan, Post
from campaigns.queries.migration import latest_plan
from campaigns.queries.migration_page import cockpit
from campaigns.services.legacy.cutting_over import (
    ASKED,
    OVERTAKEN,
    ask_for_approval,
    set_rules,
    start_cut_over,
)
from campaigns.services.legacy.planning import make_plan
from crm.models import BulkAction, Influencer
from jobs.enums import Lane
from jobs.models import Job
from jobs.services.jobs import begin_at_once
from tenancy.enums import Role
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.branding import a_member
from tests.factories.campaigns import an_account
from tests.factories.crm import an_authenticated_account
from tests.factories.legacy import TWO_POSTS, bring_in, cut_over
from tests.submitting import submit, version
from tests.working import pump
from tiktok.models import Creator, LegacyMigration, PurgeReceipt
from tiktok.queries import is_released
from tiktok.queries.purging import PURGE
from tiktok.services.legacy.purging import run_purge, start_purge
from ui.paging import keyset_page

pytestmark = pytest.mark.django_db

EXPORT = f"""{TWO_POSTS}zoe,800,7499446218112634122,Four,2025-05-02 12:00:00,2025-05-02 13:00:00,5,1,0,0
"""


@pytest.fixture
def imported(oak, tmp_path: Path):
    """Oak with three accounts: one in the marketplace, one outside with an address, one outside without."""
    with organization_scope(oak):
        bring_in(tmp_path, EXPORT)
        Creator.objects.update(marketplace_status="not_in")
        Creator.objects.filter(handle="ann.b").update(marketplace_status="in")
        Influencer.objects.filter(name="tom_t").update(email="tom@creators.example")
    return oak


def client_of(organization, role: str = "owner", name: str = "olga") -> Client:
    client = Client()
    client.force_login(a_member(organization, Role(role), name))
    return client


@pytest.fixture
def owner(imported) -> Client:
    return client_of(imported)


def at(name: str, *args: str) -> str:
    return reverse(f"migration:{name}", args=["oak", *args])


def shown(client: Client) -> str:
    answer = client.get(at("page"))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def said(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def press(client: Client, name: str, *args: str, **values: object):
    return client.post(at(name, *args), values, follow=True)


def save_rules(client: Client, **rules: str):
    """The form of the rules as it is now, with these."""
    return submit(client, at("page"), rules, to=at("rules"), follow=True)


def opened(client: Client) -> dict[str, str]:
    """The form of the cut-over as it is now, with the short name typed."""
    form = client.get(at("start")).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(act|plan)" value="(\w+)">', form))
    return {**hidden, "typed": "oak"}


def start(client: Client):
    return press(client, "start", **opened(client))


# --- who sees it ---------------------------------------------------------------------------------------------------
def test_only_owners_see_it_and_only_where_there_is_a_migration(imported, elm) -> None:
    assert client_of(imported, "admin", "adam").get(at("page")).status_code == 403
    owner = client_of(imported)
    assert "/settings/migration/" in owner.get("/o/oak/settings/organization/").content.decode()
    other = client_of(elm, "owner", "eva")
    assert other.get(reverse("migration:page", args=["elm"])).status_code == 404
    assert "/settings/migration/" not in other.get("/o/elm/settings/organization/").content.decode()
    assert other.get(at("page")).status_code == 404


# --- plan ----------------------------------------------------------------------------------------------------------
def test_an_owner_makes_a_plan_and_takes_it_away_as_csv_and_json(imported, owner) -> None:
    assert "No plan yet" in shown(owner)
    assert owner.get(at("plan_csv")).status_code == 404
    press(owner, "make_plan")
    page = shown(owner)
    assert '<p class="stat-value">1 <span class="stat-unit">of 3</span></p>' in page
    assert "2 accounts are lost as of now." in page
    rows = list(csv.reader(io.StringIO(owner.get(at("plan_csv")).getvalue().decode("utf-8-sig"))))
    assert ["Campaign", "Spring", "", "Posts hidden", "", "3", "", ""] in rows
    data = json.loads(owner.get(at("plan_json")).content)
    with organization_scope(imported):
        assert data["sha256"] == MigrationPlan.objects.get().digest


def test_a_plan_that_accounts_have_left_behind_says_so(imported, owner) -> None:
    press(owner, "make_plan")
    assert "Accounts have changed" not in shown(owner)
    with organization_scope(imported):
        Creator.objects.filter(handle="zoe").update(marketplace_status="in")
    assert "Accounts have changed since the plan was made." in shown(owner)


def test_accounts_that_tiktok_was_not_asked_about_are_checked(imported, owner, tiktok) -> None:
    with organization_scope(imported):
        Creator.objects.filter(handle="zoe").update(marketplace_status="unknown")
        Creator.objects.filter(handle="tom_t").update(marketplace_status="unknown")
    tiktok.control("creator", handle="zoe", membership="IN")
    press(owner, "make_plan")
    assert "TikTok was not asked about 2 accounts yet." in shown(owner)
    press(owner, "check")
    with organization_scope(imported):
        statuses = dict(Creator.objects.values_list("handle", "marketplace_status"))
    assert statuses["zoe"] == "in"
    assert "TikTok was not asked" not in shown(owner)
    press(owner, "check")  # nobody is left: harmless


# --- before it starts ----------------------------------------------------------------------------------------------
def test_the_count_of_accounts_that_would_be_lost_falls_as_creators_come(imported, owner) -> None:
    press(owner, "make_plan")
    assert "2 accounts are lost as of now." in shown(owner)
    with organization_scope(imported):
        Creator.objects.filter(handle="zoe").update(marketplace_status="in")
    assert "1 account is lost as of now." in shown(owner)
    with organization_scope(imported):
        Creator.objects.update(marketplace_status="in")
    page = shown(owner)
    assert "Every account is kept." in page
    assert 'data-live="' in page  # another owner, or operations, may take the next step


def test_everybody_who_can_be_kept_is_invited_or_asked_by_the_bulk_actions(imported, owner) -> None:
    press(owner, "make_plan")
    page = shown(owner)
    assert "Invite 2 to the marketplace" in page
    assert "Ask 1 to connect" in page
    assert "<span>No e-mail address</span><strong>1</strong>" in page
    with organization_scope(imported):
        tom, zoe = (Influencer.objects.get(name=name).pk for name in ("tom_t", "zoe"))
    for how, ids in (("invite", [tom, zoe]), ("ask", [tom])):
        answer = press(owner, how)
        with organization_scope(imported):
            action = BulkAction.objects.latest("pk")
        assert (action.kind, action.ids) == (how, sorted(ids))
        assert (
            answer.redirect_chain[-1][0] == f"/o/oak/influencers/bulk/{action.pk}/?from=migration"
        )
        assert leads_back(answer)


def leads_back(answer) -> bool:
    """Does the page of a bulk action lead back to that of the migration?"""
    back = f'<a class="back-link" href="{at("page")}">'
    return back in answer.content.decode() and "Migration</a>" in answer.content.decode()


def test_whoever_was_asked_is_not_counted_again(imported, owner) -> None:
    press(owner, "make_plan")
    preview = press(owner, "ask")
    assert '<input type="hidden" name="from" value="migration">' in preview.content.decode()
    with organization_scope(imported):
        action = BulkAction.objects.latest("pk")
    here = f"/o/oak/influencers/bulk/{action.pk}/"
    assert leads_back(owner.post(f"{here}begin/", {"from": "migration"}, follow=True))
    for elsewhere in ("", "?from=nowhere"):
        assert not leads_back(owner.get(f"{here}{elsewhere}"))
    while pump(Lane.BULK):
        pass
    with organization_scope(imported):
        found = cockpit()
        assert found is not None
        assert found.asking.ask == 0
    assert said(press(owner, "ask")) == ["Nobody is left to be asked."]


# --- cut-over ------------------------------------------------------------------------------------------------------
def test_the_short_name_is_typed_for_a_cut_over_and_for_its_reversal(imported, owner) -> None:
    press(owner, "make_plan")
    assert "Type oak to confirm" in owner.get(at("start")).content.decode()
    wrong = owner.post(at("start"), {"typed": "elm"})
    assert wrong.status_code == 422
    assert "This is not “oak”. Nothing was changed." in wrong.content.decode()
    start(owner)
    with organization_scope(imported):
        assert (is_released(), Post.objects.filter(hidden_at=None).count()) == (True, 0)
    page = shown(owner)
    assert "Nothing is deleted yet." in page
    assert '<p class="stat-value">0 <span class="stat-unit">of 2 accounts' in page
    assert owner.post(at("reverse"), {"typed": ""}).status_code == 422
    press(owner, "reverse", typed="oak")
    with organization_scope(imported):
        assert (is_released(), Post.objects.filter(hidden_at=None).count()) == (False, 3)


def test_a_plan_that_no_longer_holds_is_refused_and_the_page_names_what_changed(
    imported, owner
) -> None:
    press(owner, "make_plan")
    with organization_scope(imported):
        Creator.objects.filter(handle="zoe").update(marketplace_status="in")
    answer = start(owner)
    (problem,) = said(answer)
    assert "@zoe was “Unsupported” and is “Kept, not authenticated” now." in problem
    with organization_scope(imported):
        assert not is_released()


def test_a_second_owner_approves_where_the_organization_wants_it(imported, owner) -> None:
    press(owner, "make_plan")
    assert said(save_rules(owner, needs_approval="on", purge_wait_hours="24")) == ["Rules saved."]
    assert said(save_rules(owner, purge_wait_hours="24")) == [
        "Only operations can let a cut-over go without a second person."
    ]
    assert save_rules(owner, purge_wait_hours="25").status_code == 422
    assert "Ask for approval" in shown(owner)
    start(owner)
    assert "The cut-over waits for approval." in shown(owner)
    assert said(start(owner)) == ["You asked for this cut-over: somebody else approves it."]
    second = client_of(imported, "owner", "pete")
    assert "Approve the cut-over" in shown(second)
    press(second, "withdraw")
    start(owner)
    start(second)
    with organization_scope(imported):
        assert is_released()
    assert "The purge can begin" in shown(owner)
    assert "at the earliest" in said(press(owner, "purge", typed="oak"))[0]


def asking_owners(imported, owner: Client) -> tuple[Client, Client]:
    """Two owners of an organization where a second one approves; there is a plan."""
    press(owner, "make_plan")
    save_rules(owner, needs_approval="on", purge_wait_hours="0")
    return owner, client_of(imported, "owner", "pete")


def test_two_owners_who_both_ask_for_approval_have_approved_nothing(imported, owner) -> None:
    first, second = asking_owners(imported, owner)
    forms = opened(first), opened(second)
    assert [form["act"] for form in forms] == ["ask", "ask"]
    for client, form in zip((first, second), forms, strict=True):
        asked = said(press(client, "start", **form))
        assert asked == ["Another owner, or operations, can approve the cut-over now."]
    with organization_scope(imported):
        assert not is_released()
        assert LegacyMigration.objects.get().asked_by.email == "olga@oak.example"
    assert opened(second)["act"] == "approve"
    start(second)
    with organization_scope(imported):
        assert is_released()


def test_a_click_never_means_more_than_its_button_said(imported, owner) -> None:
    press(owner, "make_plan")
    second = client_of(imported, "owner", "pete")
    to_start = opened(second)
    save_rules(owner, needs_approval="on", purge_wait_hours="0")
    start(owner)
    to_approve = opened(second)
    assert said(press(second, "start", **to_start)) == [OVERTAKEN]
    press(owner, "withdraw")
    assert said(press(second, "start", **to_approve)) == [OVERTAKEN]
    press(second, "make_plan")
    start(owner)  # for another plan than the one that was on show
    assert said(press(second, "start", **to_approve)) == [OVERTAKEN]
    with organization_scope(imported):
        assert not is_released()


def test_no_approval_is_asked_for_where_none_is_needed(imported, owner) -> None:
    press(owner, "make_plan")
    form = opened(owner)
    assert form["act"] == "start"
    assert said(press(owner, "start", **form | {"act": "ask"})) == [OVERTAKEN]
    start(owner)
    with organization_scope(imported):
        assert is_released()


def test_a_cut_over_that_was_started_is_no_approval_of_what_is_asked_for_meanwhile(
    imported, owner
) -> None:
    press(owner, "make_plan")
    with organization_scope(imported):
        plan, olga = latest_plan(), User.objects.get(email="olga@oak.example")
        job = start_cut_over(plan, actor=olga, is_approval=False)
        set_rules(needs_approval=True, purge_wait_hours=0, actor=None)
        pete = a_member(imported, Role("owner"), "pete")
        ask_for_approval(plan, actor=pete)
        job = begin_at_once(job)
        assert (job.state, job.problem) == ("failed", OVERTAKEN)
        assert not is_released()


def test_the_rules_stand_while_an_approval_is_waited_for(imported, owner, ops) -> None:
    asking_owners(imported, owner)
    start(owner)
    rules = {"needs_approval": "on", "purge_wait_hours": "24"}
    assert said(save_rules(owner, **rules)) == [ASKED]
    answer = ops.post(OF_OAK, {"step": "without_second"}, follow=True)
    assert said(answer) == [ASKED]
    press(owner, "withdraw")
    assert said(save_rules(owner, **rules)) == ["Rules saved."]


def test_rules_that_somebody_else_has_changed_meanwhile_are_asked_about(imported, owner) -> None:
    press(owner, "make_plan")
    seen = version(owner.get(at("page")))
    save_rules(client_of(imported, "owner", "pete"), needs_approval="on", purge_wait_hours="168")
    given = {"needs_approval": "on", "purge_wait_hours": "24"}
    asked = owner.post(at("rules"), {**given, "version": seen})
    assert asked.status_code == 422
    assert "Somebody else has changed this meanwhile" in asked.content.decode()
    with organization_scope(imported):
        assert LegacyMigration.objects.get().purge_wait_hours == 168
    chosen = {"version": version(asked), "keep_purge_wait_hours": "yours"}
    assert said(press(owner, "rules", **given, **chosen)) == ["Rules saved."]
    with organization_scope(imported):
        migration = LegacyMigration.objects.get()
    assert (migration.needs_approval, migration.purge_wait_hours) == (True, 24)


# --- after it ------------------------------------------------------------------------------------------------------
def test_accounts_are_counted_as_tracked_again_by_themselves(imported, owner) -> None:
    with organization_scope(imported):
        cut_over()
    assert '<p class="stat-value">0 <span class="stat-unit">of 2 accounts' in shown(owner)
    answer = owner.get(at("page"))
    version = answer.context["live"].version
    assert owner.get(at("page"), headers={"X-Seen": version}).status_code == 204
    with organization_scope(imported):
        Creator.objects.filter(handle="zoe").update(marketplace_status="in")
    news = owner.get(at("page"), headers={"X-Seen": version})
    assert news.status_code == 200
    assert '<p class="stat-value">1 <span class="stat-unit">of 2 accounts' in shown(owner)


def test_posts_that_wait_for_an_order_lead_to_a_prefilled_one(imported, owner) -> None:
    with organization_scope(imported):
        cut_over()
        campaign = Campaign.objects.get()
    page = shown(owner)
    assert "Create orders for these creators" in page
    answer = owner.get(f"/o/oak/campaigns/{campaign.pk}/orders/new/?hidden_posts=1")
    with organization_scope(imported):
        accounts = {post.account_id for post in Post.objects.all()}
    assert {int(pk) for pk in answer.context["chosen"]} == accounts


def test_the_purge_is_begun_paused_taken_up_and_ends_with_its_receipt(imported, owner, ops) -> None:
    with organization_scope(imported):
        cut_over()
    assert "This cannot be undone." in owner.get(at("purge")).content.decode()
    press(owner, "purge", typed="oak")
    assert "Progress of the purge" in shown(owner)
    assert said(press(owner, "reverse", typed="oak"))[0].startswith("The purge has begun")
    press(owner, "pause")
    assert "Paused." in shown(owner)
    press(owner, "purge")
    for _ in range(60):
        pump(Lane.BULK)
        with organization_scope(imported):
            LegacyMigration.objects.get()
            jobs_left = not PurgeReceipt.objects.exists()
        if not jobs_left:
            break
        make_jobs_due()
    page = shown(owner)
    assert "Receipt issued" in page
    assert "Rows deleted" in page
    assert 'class="is-done"' in page
    assert f'href="{OF_OAK}receipt/"' in ops.get(OF_OAK).content.decode()


def test_a_purge_that_has_stopped_says_why_and_goes_on(imported, owner, ops) -> None:
    with organization_scope(imported):
        cut_over()
    press(owner, "purge", typed="oak")
    assert "Stopped." not in shown(owner)
    with organization_scope(imported):
        before = cockpit().live.version
        stopped = Job.objects.filter(kind=PURGE, finished_at=None)
        stopped.update(state="failed", problem="The disk is full.", finished_at=timezone.now())
        assert cockpit().live.version != before
        assert cockpit().purge_ends_in is None
    page = shown(owner)
    assert "<strong>Stopped.</strong> The disk is full. Let the purge go on" in page
    assert ">Go on</button>" in page
    assert "Pause after this slice" not in page
    assert "The purge has stopped. The disk is full." in ops.get(OF_OAK).content.decode()
    assert "%, stopped" in " ".join(ops.get("/admin/migration/").content.decode().split())

    assert said(press(owner, "purge")) == ["The purge goes on."]

    assert "Stopped." not in shown(owner)
    assert "Pause after this slice" in shown(owner)
    assert "has stopped" not in ops.get(OF_OAK).content.decode()
    with organization_scope(imported):
        assert Job.objects.filter(kind=PURGE, finished_at=None).count() == 1


def make_jobs_due() -> None:
    from jobs.models import Work

    Work.objects.filter(kind="job").update(due_at="2020-01-01T00:00Z")


def test_the_page_says_how_long_the_purge_still_takes(imported, owner) -> None:
    with organization_scope(imported):
        cut_over()
        found = cockpit()
        assert found is not None
        assert (found.purge_percent, found.purge_ends_in) == (0, None)
        run = start_purge(actor=None)
        found = cockpit()
        assert found is not None
        assert (found.purge_percent, found.purge_ends_in) == (0, None)
        run.counts["last_slice_at"] = (run.started_at + timedelta(seconds=10)).isoformat()
        run.counts["gone"] = {"videos": 1}
        run.save(update_fields=["counts"])
        found = cockpit()
        assert found is not None
        assert found.purge is not None
        left = found.purge.planned - 1
        assert found.purge_ends_in == timedelta(seconds=10 * left)
        assert found.purge_percent == 100 // found.purge.planned


def test_no_page_reads_the_facts_of_a_plan(imported, owner, ops) -> None:
    """Facts name each account, and there may be a million: a page that is asked every two seconds reads the numbers alone."""
    press(owner, "make_plan")
    for is_cut_over in (False, True):
        if is_cut_over:
            start(owner)
        for client, page in ((owner, at("page")), (ops, OF_OAK)):
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page).status_code == 200
            read = [each["sql"].partition(" FROM ")[0] for each in asked]
            assert [sql for sql in read if '"campaigns_migrationplan"."summary"' in sql]
            assert not [sql for sql in read if '"campaigns_migrationplan"."facts"' in sql]


def test_the_cockpit_asks_as_much_for_one_campaign_as_for_three(imported, owner, tmp_path) -> None:
    press(owner, "make_plan")
    before = queries_of(owner)
    for number, name in enumerate(("Summer", "Autumn"), 1):
        rows = EXPORT.replace("74994462181126341", f"7499446218112{number}341")
        with organization_scope(imported):
            bring_in(tmp_path, rows, campaign_name=name)
    press(owner, "make_plan")
    assert queries_of(owner) == before
    with organization_scope(imported):
        assert Campaign.objects.count() == 3
        cut_over()
    assert shown(owner).count("Create orders for these creators") == 3
    assert queries_of(owner) <= 19


# --- each account ---------------------------------------------------------------------------------------------------
def accounts(client: Client, query: str = "") -> tuple[list[str], str]:
    """The handles of a page of accounts, and the page."""
    answer = client.get(f"{at('accounts')}?{query}")
    assert answer.status_code == 200
    page = " ".join(answer.content.decode().split())
    return re.findall(r"<td>@\W?([\w.]+)", page), page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["ann.b", "ida", "kim", "tom_t", "zoe"]),
        ("outcome=marketplace", ["ann.b"]),
        ("outcome=authenticated", ["ida"]),
        ("outcome=not_checked", ["kim"]),
        ("outcome=unsupported", ["tom_t", "zoe"]),
        ("outcome=unknown", []),
        ("outcome=nonsense", ["ann.b", "ida", "kim", "tom_t", "zoe"]),
        ("address=none", ["kim", "zoe"]),
    ],
)
def test_each_account_is_listed_by_its_outcome_or_for_want_of_an_address(
    imported, owner, query, found
) -> None:
    with organization_scope(imported):
        an_authenticated_account(handle="ida")
        kim = an_account("kim")
        Creator.objects.filter(pk=kim.creator_id).update(marketplace_status="unknown")
    handles, page = accounts(owner, query)
    assert handles == found
    assert ("No account is like this." in page) is not found


def test_each_account_says_what_to_do_and_leads_to_its_creator(imported, owner) -> None:
    _, page = accounts(owner)
    with organization_scope(imported):
        tom = Influencer.objects.get(name="tom_t")
    assert f'href="/o/oak/influencers/{tom.pk}/"' in page
    assert "Invite to the marketplace. Ask to connect" in page
    assert "Invite to the marketplace. Add an e-mail address" in page
    press(owner, "make_plan")
    cockpit_page = shown(owner)
    assert f'href="{at("accounts")}"' in cockpit_page
    assert "See 1 without an address" in cockpit_page


def test_accounts_are_paged_and_cost_the_same_queries_however_many_there_are(
    imported, owner, monkeypatch
) -> None:
    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            accounts(owner, query)
        return len(asked)

    accounts(owner)
    assert queries("outcome=marketplace") == queries("") <= 16  # one row, and three
    monkeypatch.setitem(keyset_page.__kwdefaults__, "size", 2)
    first, page = accounts(owner)
    assert first == ["ann.b", "tom_t"]
    cursor = re.search(r'cursor=([^"&]+)', page)
    assert cursor is not None
    assert accounts(owner, f"cursor={cursor[1]}")[0] == ["zoe"]


def test_nobody_but_owners_lists_accounts_and_only_where_there_is_a_migration(
    imported, elm
) -> None:
    assert client_of(imported, "admin", "adam").get(at("accounts")).status_code == 403
    elms = client_of(elm, "owner", "eve")
    assert elms.get(at("accounts").replace("oak", "elm")).status_code == 404


def queries_of(client: Client) -> int:
    shown(client)
    with CaptureQueriesContext(connection) as asked:
        shown(client)
    return len(asked)


def test_nothing_is_paused_before_the_purge(imported, owner) -> None:
    assert said(press(owner, "pause")) == []


# --- operations ----------------------------------------------------------------------------------------------------
@pytest.fixture
def ops(db: None) -> Client:
    client = Client()
    client.force_login(
        User.objects.create_user("ops@influence.example", is_staff=True, is_superuser=True)
    )
    return client


OF_OAK = "/admin/migration/oak/"


def seen(ops: Client) -> str:
    """The plan that the page of operations shows, as its form sends it."""
    return re.search(r'name="plan" value="(\d+)"', ops.get(OF_OAK).content.decode())[1]  # type: ignore[index]  # the form names one


def test_operations_cut_over_by_the_plan_that_they_saw_and_by_no_later_one(imported, ops) -> None:
    ops.post(OF_OAK, {"step": "plan"})
    before = seen(ops)
    with organization_scope(imported):
        make_plan(actor=None)
    for plan in ({"plan": before}, {}):
        stale = ops.post(OF_OAK, {"step": "cut_over", "typed": "oak", **plan}, follow=True)
        assert said(stale)[-1] == OVERTAKEN
    with organization_scope(imported):
        assert not is_released()
    ops.post(OF_OAK, {"step": "cut_over", "typed": "oak", "plan": seen(ops)})
    with organization_scope(imported):
        assert is_released()


def test_operations_page_through_organizations_and_ask_no_more_of_a_page_than_it_shows(
    imported, elm, ops, monkeypatch
) -> None:
    monkeypatch.setattr("influence.ops.migration.PAGE_SIZE", 2)
    for number in range(3):
        organization = Organization.objects.create(name=f"P{number}", slug=f"p{number}")
        with organization_scope(organization):
            LegacyMigration.objects.create()

    def names(address: str) -> tuple[list[str], str, str]:
        page = ops.get(address).content.decode()
        found = re.findall(r'href="/admin/migration/(\w+)/"', page)
        steps = (re.search(rf'rel="{way}" href="([^"]+)"', page) for way in ("prev", "next"))
        back, on = (f"/admin/migration/{step[1]}" if step else "" for step in steps)
        return found, back, on

    first, none, on = names("/admin/migration/")
    assert (first, none) == (["oak", "p0"], "")
    second, back, end = names(on)
    assert (second, end) == (["p1", "p2"], "")
    assert names(back)[0] == first
    with CaptureQueriesContext(connection) as asked:
        ops.get("/admin/migration/")
    with CaptureQueriesContext(connection) as asked_of_second:
        ops.get(on)
    assert max(len(asked), len(asked_of_second)) <= 75


def test_operations_open_the_receipt_of_an_organization_that_they_have_not_chosen(
    imported, ops
) -> None:
    with organization_scope(imported):
        cut_over()
        receipt = run_purge(start_purge(actor=None))
    assert f"{OF_OAK}receipt/" in ops.get(OF_OAK).content.decode()
    page = ops.get(f"{OF_OAK}receipt/").content.decode()
    assert f"<b>{receipt.number}</b>" in page
    assert f"{OF_OAK}receipt.json" in page
    assert ops.get(f"{OF_OAK}receipt.json").json()["number"] == receipt.number
    assert ops.get("/admin/migration/elm/receipt/").status_code == 404
    staff = staff_who_may("view_legacymigration")
    assert staff.get(f"{OF_OAK}receipt/").status_code == 403


def test_operations_are_told_that_a_step_goes_on_by_itself(imported, ops, monkeypatch) -> None:
    monkeypatch.setattr("influence.ops.migration.begin_at_once", lambda job: job)  # it takes long
    answer = ops.post(OF_OAK, {"step": "plan"}, follow=True)
    assert said(answer) == ["Under way. It goes on by itself: look at this page again."]
    assert "Something is under way." in answer.content.decode()


def test_operations_see_all_migrations_and_walk_one(imported, elm, ops) -> None:
    overview = ops.get("/admin/migration/").content.decode()
    assert "Oak" in overview
    assert "Elm" not in overview.partition("<main")[2].partition("Tracked, of")[2]
    assert ops.get("/admin/migration/elm/").status_code == 404
    assert ops.get(f"{OF_OAK}plan.csv").status_code == 404
    ops.post(OF_OAK, {"step": "plan"})
    assert ops.get(f"{OF_OAK}plan.csv").content.startswith(b"\xef\xbb\xbfPart,Name")
    assert ops.post(OF_OAK, {"step": "cut_over", "typed": "elm"}).status_code == 422
    cut = ops.post(OF_OAK, {"step": "cut_over", "typed": "oak", "plan": seen(ops)}, follow=True)
    assert said(cut)[-1].startswith("Cut over: posts and numbers of the old source are hidden.")
    with organization_scope(imported):
        assert is_released()
    ops.post(OF_OAK, {"step": "reverse", "typed": "oak"})
    with organization_scope(imported):
        assert not is_released()


def test_operations_are_told_why_a_step_is_refused(imported, ops, owner) -> None:
    answer = ops.post(OF_OAK, {"step": "cut_over", "typed": "oak"}, follow=True)
    assert said(answer) == ["Make a plan first."]
    ops.post(OF_OAK, {"step": "plan"})
    with organization_scope(imported):
        Creator.objects.filter(handle="zoe").update(marketplace_status="in")
    answer = ops.post(OF_OAK, {"step": "cut_over", "typed": "oak", "plan": seen(ops)}, follow=True)
    assert "@zoe" in said(answer)[-1]
    assert ops.post(OF_OAK, {"step": "nonsense"}).status_code == 404


def test_operations_approve_and_let_an_organization_go_without_a_second_person(
    imported, ops, owner
) -> None:
    press(owner, "make_plan")
    save_rules(owner, needs_approval="on", purge_wait_hours="0")
    start(owner)
    answer = ops.post(OF_OAK, {"step": "withdraw"}, follow=True)
    assert said(answer)[-1] == "The wish for a cut-over is withdrawn. Nothing was changed."
    ops.post(OF_OAK, {"step": "without_second"})
    with organization_scope(imported):
        migration = LegacyMigration.objects.get()
        assert (migration.needs_approval, migration.asked_at) == (False, None)
    save_rules(owner, needs_approval="on", purge_wait_hours="0")
    start(owner)
    stale = ops.post(OF_OAK, {"step": "cut_over", "typed": "oak", "plan": seen(ops)}, follow=True)
    assert said(stale)[-1] == OVERTAKEN
    with organization_scope(imported):
        assert not is_released()
    assert 'value="approve"' in ops.get(OF_OAK).content.decode()
    ops.post(OF_OAK, {"step": "approve", "typed": "oak", "plan": seen(ops)})
    with organization_scope(imported):
        assert is_released()
    ops.post(OF_OAK, {"step": "pause"})  # nothing runs: harmless
    ops.post(OF_OAK, {"step": "purge", "typed": "oak"})
    ops.post(OF_OAK, {"step": "pause"})
    assert "Go on with the purge" in ops.get(OF_OAK).content.decode()


def test_nobody_but_operations_sees_their_pages(owner) -> None:
    assert owner.get("/admin/migration/").status_code in {302, 403}


def staff_who_may(*permissions: str) -> Client:
    """A signed-in person of operations with these permissions alone."""
    staff = User.objects.create_user("staff@influence.example", is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(staff)
    return client


def test_staff_without_the_permission_neither_see_a_migration_nor_take_a_step(imported) -> None:
    staff = staff_who_may()
    assert "/admin/migration/" not in staff.get("/admin/").content.decode()
    for page in ("/admin/migration/", OF_OAK, f"{OF_OAK}plan.csv", "/admin/migration/nobody/"):
        assert staff.get(page).status_code == 403
    for step in ("plan", "cut_over", "withdraw", "without_second", "reverse", "purge", "pause"):
        assert staff.post(OF_OAK, {"step": step, "typed": "oak"}).status_code == 403
    with organization_scope(imported):
        assert not MigrationPlan.objects.exists()


def test_staff_who_may_see_migrations_take_no_step(imported) -> None:
    staff = staff_who_may("view_legacymigration")
    assert "/admin/migration/" in staff.get("/admin/").content.decode()
    assert "Oak" in staff.get("/admin/migration/").content.decode()
    page = staff.get(OF_OAK).content.decode()
    assert 'name="step"' not in page
    assert 'name="typed"' not in page
    for step in ("plan", "cut_over", "nonsense"):
        assert staff.post(OF_OAK, {"step": step, "typed": "elm"}).status_code == 403
    with organization_scope(imported):
        assert not MigrationPlan.objects.exists()


def test_staff_who_may_change_migrations_take_steps(imported) -> None:
    staff = staff_who_may("view_legacymigration", "change_legacymigration")
    page = staff.get(OF_OAK).content.decode()
    assert 'name="step" value="plan"' in page
    assert staff.post(OF_OAK, {"step": "plan"}).status_code == 302
    assert 'name="typed"' in staff.get(OF_OAK).content.decode()
    with organization_scope(imported):
        assert MigrationPlan.objects.exists()
