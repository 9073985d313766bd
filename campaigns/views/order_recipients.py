"""The creators of a new order as its preview shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.forms import BoundField

from campaigns.forms import AddressesForm, OrderForm
from campaigns.models import Campaign
from campaigns.queries import accounts_with_open_order
from campaigns.queries.order_dates import own_due_dates
from campaigns.services.orders.terms import through_market
from crm.models import SocialAccount
from mail.services.previewing import refusals
from tiktok.enums import MarketplaceStatus
from tiktok.models import MarketplaceAccount
from tiktok.services.brands.abilities import capabilities


@dataclass(frozen=True)
class Recipient:
    """A creator of a new order: the address of the invitation, the field for one where none is known, or why it gets none; and
    the day by which they are to publish."""

    account: SocialAccount
    address: str
    field: BoundField | None
    refusal: str
    has_open_order: bool
    through: MarketplaceAccount | None
    due_on: date | None

    @property
    def is_mailed(self) -> bool:
        return bool(self.address) and not self.refusal

    @property
    def is_unknown(self) -> bool:
        """Has TikTok said that there is no such account?"""
        creator = self.account.creator
        return creator is not None and creator.marketplace_status == MarketplaceStatus.INVALID

    @property
    def is_outside(self) -> bool:
        """Will TikTok likely refuse the order because the creator is in no market, as it said last? TikTok One takes orders for
        the creators in its market, the older dialect for everybody."""
        if self.through is None or capabilities(self.through).has_orders or self.is_unknown:
            return False
        return self.account.creator is None or not self.account.creator.is_in_marketplace

    @property
    def expected(self) -> str:
        """The reason why TikTok will likely refuse the order, in a few words; empty where nothing speaks against it."""
        if self.is_unknown:
            return "Not known to TikTok"
        creator = self.account.creator
        if not self.is_outside:
            return ""
        is_invited = creator is not None and creator.marketplace_status == MarketplaceStatus.INVITED
        return "Invited, not joined yet" if is_invited else "Not in this marketplace"


@dataclass(frozen=True)
class Part:
    """The orders that go through one marketplace account."""

    through: MarketplaceAccount | None
    count: int

    @property
    def has_codes(self) -> bool:
        return capabilities(self.through).has_campaign_codes


def parts_of(recipients: list[Recipient]) -> list[Part]:
    """The new orders by the marketplace account that they go through."""
    counts = Counter(each.through for each in recipients)
    return [Part(through, count) for through, count in counts.items()]


def recipients_of(
    campaign: Campaign, order_form: OrderForm, form: AddressesForm
) -> list[Recipient]:
    """A row for each creator who is chosen."""
    given = order_form.cleaned_data
    accounts, due_on = list(given["accounts"]), given["due_on"]
    own = {} if due_on else own_due_dates(campaign, [each.pk for each in accounts])
    with_order = accounts_with_open_order(campaign, accounts)
    entered = form.addresses
    known = {
        each.influencer_id: each.influencer.mail_address or entered.get(each.influencer_id, "")
        for each in accounts
    }
    unwanted = refusals(known.values(), is_bulk=True)
    markets = through_market(order_form.adds_to, accounts, order_form.wanted_market)
    through = {each.pk: account for account, part in markets.items() for each in part}
    return [
        Recipient(
            account,
            address=known[account.influencer_id],
            field=form[form.name_of(account.influencer)]
            if account.influencer_id in form.influencers
            else None,
            refusal=unwanted.get(known[account.influencer_id], ""),
            has_open_order=account.pk in with_order,
            through=through[account.pk],
            due_on=due_on or own.get(account.pk),
        )
        for account in accounts
    ]
