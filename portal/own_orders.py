"""A person's orders in all organizations, by what is to be done about them, the contracts that wait for their answer, and the
applications that nobody has decided on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from campaigns.enums import ReviewState
from campaigns.models import Post
from campaigns.queries.order_page import OrderPage, own_order_pages
from campaigns.queries.posts import PostRow, is_visible, post_row, with_post_numbers
from campaigns.services.orders.contact.pages import page_url
from crm.enums import ApplicationState, ContractState
from crm.models import Application, Contract, Influencer
from crm.queries.programs import undecided_applications
from tenancy.models import Organization
from tenancy.viewing import viewed_organization

TO_DO, IN_REVIEW, DONE = "to_do", "in_review", "done"
STAGES = {"checking": IN_REVIEW, "live": DONE, "cancelled": DONE}
LATEST = 5  # of those done, before one asks for all


@dataclass(frozen=True)
class OwnOrder:
    """An order of the person. `url`: its page, as its mail names it."""

    organization: Organization
    page: OrderPage
    url: str

    @property
    def part(self) -> str:
        """To do, in review or done."""
        if self.page.asked or self.page.waiting_draft:
            return TO_DO
        return STAGES.get(self.page.stage, TO_DO)

    @property
    def key(self) -> tuple[date, int]:
        """The order of what is to do: what is due first, then what is without a date, the oldest first."""
        return (self.page.order.due_on or date.max, self.page.order.pk)

    @property
    def facts(self) -> tuple[object, ...]:
        """All that the card shows, for the page that brings itself up to date."""
        order = self.page.order
        drafts = [(draft.pk, draft.state) for draft in self.page.drafts]
        posts = [(post.pk, post.review_state, post.published_since) for post in self.page.posts]
        return (order.pk, order.state, order.due_on, order.page_version, drafts, posts)


@dataclass(frozen=True)
class OwnWork:
    """The orders of the person by part, the contracts that they were sent and have not answered, and their applications: those
    that wait for them (`unfinished`), and those that wait for the organization (`sent`)."""

    to_do: list[OwnOrder]
    in_review: list[OwnOrder]
    done: list[OwnOrder]
    contracts: list[Contract]
    unfinished: list[Application]
    sent: list[Application]

    @property
    def count(self) -> int:
        """The number of things that need the person."""
        return len(self.to_do) + len(self.contracts) + len(self.unfinished)

    @property
    def review_count(self) -> int:
        """The number of things that somebody else looks at."""
        return len(self.in_review) + len(self.sent)

    @property
    def next_due(self) -> date | None:
        """The earliest day by which something is due; not what is late already."""
        left = [own.page.days_left for own in self.to_do]
        days = [each for each in left if each is not None and each >= 0]
        return timezone.now().date() + timedelta(days=min(days)) if days else None

    @property
    def latest(self) -> list[OwnOrder]:
        return self.done[:LATEST]

    @property
    def earlier(self) -> list[OwnOrder]:
        return self.done[LATEST:]

    @property
    def facts(self) -> list[object]:
        every = [*self.to_do, *self.in_review, *self.done]
        applications = [(each.pk, each.state) for each in (*self.unfinished, *self.sent)]
        contracts = [contract.pk for contract in self.contracts]
        return [*(own.facts for own in every), *contracts, *applications]


@dataclass(frozen=True)
class WorkIn:
    """The work that one organization asks of the person."""

    orders: list[OwnOrder]
    contracts: list[Contract]
    applications: list[Application]


def work_in(organization: Organization, influencer: Influencer) -> WorkIn:
    """The orders of the influencer in the organization in scope, the contracts that wait for their answer, and applications."""
    pages = own_order_pages(influencer)
    orders = [OwnOrder(organization, page, page_url(page.order)) for page in pages]
    contracts = own_contracts(influencer).filter(state=ContractState.SENT)
    applications = undecided_applications(influencer)
    if viewed_organization() is not None:  # nobody reads a draft but who writes it
        applications = applications.exclude(state=ApplicationState.STARTED)
    return WorkIn(orders, list(contracts), list(applications))


def own_work(everywhere: Sequence[WorkIn]) -> OwnWork:
    """The same of all organizations, in the order in which the person looks at it."""
    orders = [own for each in everywhere for own in each.orders]
    to_do, in_review = (
        sorted((own for own in orders if own.part == part), key=lambda own: own.key)
        for part in (TO_DO, IN_REVIEW)
    )
    done = [own for own in orders if own.part == DONE]
    done.sort(key=lambda own: own.page.order.state_at, reverse=True)
    contracts = [contract for each in everywhere for contract in each.contracts]
    applications = [each for one in everywhere for each in one.applications]
    sent = [each for each in applications if each.state == ApplicationState.SUBMITTED]
    unfinished = [each for each in applications if each.state != ApplicationState.SUBMITTED]
    return OwnWork(to_do, in_review, done, contracts, unfinished, sent)


def own_contracts(influencer: Influencer) -> models.QuerySet[Contract]:
    """The contracts that the organization in scope has sent this influencer to agree to."""
    rows = Contract.objects.filter(influencer=influencer).exclude(state=ContractState.DRAFT)
    return rows.select_related("file", "organization").order_by("-sent_at", "-pk")


def own_request(influencer: Influencer, pk: int) -> Post | None:
    """A video of this influencer that TikTok asks them to link to an order, with the order."""
    rows = Post.objects.filter(pk=pk, account__influencer=influencer, hidden_at=None)
    asked = rows.filter(review_state=ReviewState.LINK_ASKED, order__isnull=False)
    return asked.select_related("order__request", "account", "video").first()


def own_post(influencer: Influencer, pk: int) -> PostRow | None:
    """A published post of this influencer with its numbers, as the organization in scope sees them."""
    rows = Post.objects.filter(is_visible(), account__influencer=influencer, pk=pk)
    post = with_post_numbers(rows).first()
    return post_row(post) if post else None
