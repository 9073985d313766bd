"""The cockpit of a migration: how far it is, what becomes of the accounts, and what can still be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from campaigns.enums import AccountOutcome, PostOrigin
from campaigns.models import Campaign, MigrationPlan, Order, Post
from campaigns.policies.migration import JOBS, KEPT, LOST, account_outcome
from campaigns.policies.orders import SETTLED_STATES
from campaigns.queries.counts import account_counter, organization_counts
from campaigns.queries.migration import latest_plan
from crm.enums import ConnectState, Network
from crm.models import ConnectInvitation, SocialAccount
from crm.policies.accounts import INVITE_AGAIN_AFTER, OUTSIDE
from jobs.models import Job
from jobs.queries import running_jobs
from tiktok.enums import LIVE_CONNECTION_STATES, ConnectionState, MarketplaceStatus
from tiktok.models import LegacyMigration
from tiktok.queries.purging import PurgeProgress, purge_progress
from ui.live import Live

CAMPAIGNS_SHOWN = 10


@dataclass(frozen=True)
class Waiting:
    """A campaign whose hidden posts wait for an order: how many, and of how many accounts."""

    campaign: Campaign
    posts: int
    accounts: int


@dataclass(frozen=True)
class AccountLine:
    """The accounts of one outcome: tracked before the cut-over, and after it."""

    outcome: AccountOutcome
    before: int
    after: int


@dataclass(frozen=True)
class Asking:
    """Who can still be kept: influencers to invite to the marketplace, to ask to connect, and those without an address."""

    invite: int
    ask: int
    no_address: int


def has_migration() -> bool:
    """Does the organization leave, or has it left, an old source?"""
    return LegacyMigration.objects.exists()


def lost_accounts() -> QuerySet[SocialAccount]:
    """The TikTok accounts that cannot be tracked, of influencers who are not archived."""
    rows = SocialAccount.objects.filter(network=Network.TIKTOK, creator__isnull=False)
    is_kept = Q(creator__marketplace_status=MarketplaceStatus.IN) | Q(
        creator__grant_state__in=LIVE_CONNECTION_STATES
    )
    return rows.exclude(is_kept).filter(influencer__archived_at=None)


def accounts_to_invite() -> QuerySet[SocialAccount]:
    """Those of the lost who can be invited to the marketplace, the first time or after a week again."""
    again = timezone.now() - INVITE_AGAIN_AFTER
    is_due = Q(creator__invited_at=None) | Q(creator__invited_at__lte=again)
    return lost_accounts().filter(is_due, creator__marketplace_status__in=OUTSIDE)


def _without_address() -> Q:
    return Q(influencer__email="", influencer__person=None)


def accounts_to_ask() -> QuerySet[SocialAccount]:
    """Those of the lost whose influencers have an address, and were not asked to connect yet."""
    asked = ConnectInvitation.objects.filter(influencer=OuterRef("influencer"))
    open_states = set(ConnectState) - {ConnectState.STOPPED, ConnectState.CONNECTED}
    return (
        lost_accounts()
        .exclude(_without_address())
        .filter(~Exists(asked.filter(state__in=open_states)))
    )


def accounts_without_address() -> QuerySet[SocialAccount]:
    """Those of the lost whose influencers have no e-mail address."""
    return lost_accounts().filter(_without_address())


def counts_by_outcome() -> dict[AccountOutcome, int]:
    """How many TikTok accounts have which outcome, by the kept counters."""
    kept, found = organization_counts(), dict.fromkeys(AccountOutcome, 0)
    for status in MarketplaceStatus:
        for grant in ("", *ConnectionState):
            is_authenticated = grant in LIVE_CONNECTION_STATES
            outcome = account_outcome(status, is_authenticated=is_authenticated)
            found[outcome] += kept[account_counter(status, grant)]
    return found


def _waiting_posts() -> QuerySet[Post]:
    open_orders = Order.objects.filter(campaign=OuterRef("campaign"), account=OuterRef("account"))
    hidden = Post.objects.filter(origin=PostOrigin.LEGACY, hidden_at__isnull=False)
    return hidden.filter(~Exists(open_orders.exclude(state__in=SETTLED_STATES)))


def waiting_campaigns() -> list[Waiting]:
    """The campaigns with most hidden posts that wait for an order."""
    rows = _waiting_posts().values("campaign").order_by()
    counted = rows.annotate(posts=Count("pk"), accounts=Count("account", distinct=True))
    found = list(counted.order_by("-posts", "campaign")[:CAMPAIGNS_SHOWN])
    campaigns = Campaign.objects.in_bulk([row["campaign"] for row in found])
    return [Waiting(campaigns[row["campaign"]], row["posts"], row["accounts"]) for row in found]


def accounts_waiting(campaign: Campaign) -> list[int]:
    """The accounts of a campaign whose hidden posts wait for an order."""
    rows = _waiting_posts().filter(campaign=campaign, account__influencer__archived_at=None)
    return list(rows.order_by("account").values_list("account", flat=True).distinct())


@dataclass(frozen=True)
class Cockpit:
    """Everything the page of a migration shows."""

    migration: LegacyMigration
    plan: MigrationPlan | None
    purge: PurgeProgress | None
    counts: dict[AccountOutcome, int]
    job: Job | None

    @property
    def step(self) -> str:
        """The step that is next or under way: plan, cut_over, purge, proof."""
        if self.migration.purged_at:
            return "proof"
        if self.migration.cut_over_at:
            return "purge"
        return "cut_over" if self.plan else "plan"

    @property
    def step_label(self) -> str:
        """The step in words."""
        return {"plan": "Plan", "cut_over": "Cut-over", "purge": "Purge", "proof": "Proof"}[
            self.step
        ]

    @property
    def is_cut_over(self) -> bool:
        return self.migration.cut_over_at is not None

    @property
    def may_be_reversed(self) -> bool:
        """Until the purge begins."""
        return self.is_cut_over and self.purge is None

    @property
    def purge_waits(self) -> bool:
        """Does the organization want the purge to wait still?"""
        starts = self.migration.purge_from
        return starts is not None and timezone.now() < starts

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def tracked(self) -> int:
        return sum(self.counts[each] for each in KEPT)

    @property
    def lost(self) -> int:
        return sum(self.counts[each] for each in LOST)

    @property
    def percent(self) -> int:
        return 100 * self.tracked // max(1, self.total)

    @property
    def not_checked(self) -> int:
        return self.counts[AccountOutcome.NOT_CHECKED]

    @cached_property
    def account_lines(self) -> list[AccountLine]:
        """Before the cut-over both as of now; after it the plan's number and today's."""
        lines = []
        for outcome in AccountOutcome:
            now = self.counts[outcome]
            before = self.plan.accounts(outcome) if self.is_cut_over and self.plan else now
            if before or now or outcome != AccountOutcome.NOT_CHECKED:
                lines.append(AccountLine(outcome, before, now if outcome in KEPT else 0))
        return lines

    @property
    def total_before(self) -> int:
        return sum(line.before for line in self.account_lines)

    @property
    def plan_is_stale(self) -> bool:
        """Have accounts changed since the plan was made? (Rows are compared by the cut-over itself.)"""
        if self.plan is None or self.is_cut_over:
            return False
        return any(self.plan.accounts(each) != self.counts[each] for each in AccountOutcome)

    @cached_property
    def data_lines(self) -> list[dict[str, Any]]:
        """The lines of the plan that take anything, with what is left of them now."""
        gone = {line.name: line for line in self.purge.lines} if self.purge else {}
        lines = [line for line in (self.plan.lines if self.plan else []) if line["rows"]]
        return [{**line, "progress": gone.get(line["name"])} for line in lines]

    @property
    def rows(self) -> int:
        return sum(line["rows"] for line in self.data_lines if not line.get("are_files"))

    @property
    def files(self) -> int:
        return sum(line["rows"] for line in self.data_lines if line.get("are_files"))

    @property
    def size(self) -> int:
        return sum(line["bytes"] for line in self.data_lines)

    @property
    def purge_percent(self) -> int:
        purge = self.purge
        if purge is None:
            return 0
        return 100 if purge.is_done else min(99, 100 * purge.gone // max(1, purge.planned))

    @property
    def purge_ends_in(self) -> timedelta | None:
        """About how long the purge goes on, by its rate so far."""
        purge = self.purge
        if purge is None or not purge.rows_per_second or purge.is_paused:
            return None
        return timedelta(seconds=(purge.planned - purge.gone) / purge.rows_per_second)

    @cached_property
    def again(self) -> int:
        """How many of the accounts that the cut-over lost are tracked again."""
        if self.plan is None:
            return 0
        ids = [pk for each in LOST for pk in self.plan.facts["accounts"][each]]
        lost = SocialAccount.objects.filter(pk__in=ids)
        is_kept = Q(creator__marketplace_status=MarketplaceStatus.IN) | Q(
            creator__grant_state__in=LIVE_CONNECTION_STATES
        )
        return lost.filter(is_kept).count()

    @cached_property
    def asking(self) -> Asking:
        """Influencers, not accounts: one mail goes to each."""
        people = Count("influencer", distinct=True)
        invite, ask, without = (
            rows.aggregate(n=people)["n"]
            for rows in (accounts_to_invite(), accounts_to_ask(), accounts_without_address())
        )
        return Asking(invite, ask, without)

    @cached_property
    def waiting(self) -> list[Waiting]:
        return waiting_campaigns() if self.is_cut_over else []

    @property
    def live(self) -> Live:
        """More is to come while a step is under way, and while accounts can still be kept or come back."""
        is_working = self.job is not None or (self.purge is not None and not self.purge.is_done)
        migration = self.migration
        facts: tuple[object, ...] = (
            self.counts,
            self.again if self.is_cut_over else 0,
            self.asking,
            self.plan.pk if self.plan else 0,
            self.job and (self.job.pk, self.job.done_count),
            [(line.name, line.gone, line.state) for line in self.purge.lines] if self.purge else (),
            self.purge and (self.purge.run.state, self.purge.slices),
            [(each.campaign.pk, each.posts) for each in self.waiting],
            (
                migration.cut_over_at,
                migration.purged_at,
                migration.asked_at,
                migration.needs_approval,
            ),
            self.purge_waits,
        )
        return Live.of(*facts, is_under_way=is_working or self.lost > 0)


def cockpit() -> Cockpit | None:
    """The organization's migration as it is now; None where there is none."""
    migration = LegacyMigration.objects.select_related("asked_by").first()
    if migration is None:
        return None
    plans = MigrationPlan.objects.filter(digest=migration.plan_digest).order_by("pk")
    carried_out = plans.last() if migration.cut_over_at else None
    return Cockpit(
        migration,
        carried_out or latest_plan(),
        purge_progress(),
        counts_by_outcome(),
        running_jobs().filter(kind__in=JOBS).order_by("pk").last(),
    )
