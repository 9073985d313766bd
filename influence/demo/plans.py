"""The plans of the agency's campaigns: goals with their numbers, money, markets, briefs; and what is agreed with whom."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from campaigns.enums import Goal, ParticipantState
from campaigns.models import Campaign
from campaigns.services.campaigns import Plan, update_campaign
from campaigns.services.participants import Change, change_participants
from tenancy.models import User

BAKING = (
    "<div>Bake with the <strong>seeded loaf</strong>, your way.</div><h3>What we need to see</h3>"
    "<ul><li>The crumb within the first three seconds</li><li>That it rises overnight, in your own words</li></ul>"
    "<h3>Please mind</h3><ul><li>Mark it as a paid partnership.</li><li>No other bread in the picture.</li></ul>"
)
PLANS = {
    "Alpine layers": Plan(
        goal=Goal.CONTENT,
        planned={"posts": "6", "creators": "6", "cost_per_post": "900", "views": "400000"},
        currency="EUR",
        budget=Decimal(6000),
        client_fee=Decimal(8400),
        audience="Hikers and climbers of 25 to 45",
        markets=["DE", "NO", "KR"],
        brief="The new shell outdoors, in weather. No studio.",
    ),
    "Seeded loaf": Plan(
        goal=Goal.AWARENESS,
        planned={
            "views": "1600000", "reach": "1100000", "completion_rate": "0.2", "cost_per_mille": "10", "posts": "12",
        },
        currency="EUR",
        budget=Decimal(12000),
        client_fee=Decimal(15500),
        audience="People of 20 to 40 who bake at home",
        keywords=["#seededloaf", "@oakmill"],
        markets=["DE", "AT", "IT", "FR"],
        brief=BAKING,
    ),
    "Night shift": Plan(
        goal=Goal.CONVERSION,
        planned={"engagements": "60000", "engagement_rate": "0.06", "cost_per_engagement": "0.12"},
        currency="EUR",
        budget=Decimal(5000),
        client_fee=Decimal(6200),
        audience="Night workers and students with headphones",
        markets=["GB", "PL"],
        brief="One video at night with the headphones; say where you are.",
    ),
    "Winter swim": Plan(
        goal=Goal.MARKET_ENTRY,
        planned={"reach": "500000", "views": "800000", "creators": "8"},
        currency="EUR",
        budget=Decimal(9000),
        audience="Cold-water swimmers in the north",
        markets=["DK", "SE", "NO"],
    ),
}  # fmt: skip
WITHOUT_ORDER = {
    "ana.arte": (ParticipantState.DECLINED,),
    "noor.haddad": (ParticipantState.BRIEFED, ParticipantState.AGREED),
}


def plan_campaigns(actor: User) -> None:
    """Give the campaigns their plans, and those who take part a fee and a due date. Whoever has an order follows its state."""
    for campaign in Campaign.objects.filter(name__in=PLANS, goal=""):
        facts = {
            name: getattr(campaign, name)
            for name in ("client", "name", "starts_on", "ends_on", "state")
        }
        update_campaign(campaign, **facts, plan=PLANS[campaign.name], actor=actor)
        ordered = set(campaign.orders.values_list("account", flat=True))
        rows = campaign.participants.select_related("account").order_by("pk")
        for place, row in enumerate(rows):
            due_on = min(campaign.starts_on + timedelta(days=90 + 3 * place), campaign.ends_on)
            fee = Decimal(380 + 90 * (place * 7 % 11))
            change_participants(campaign, [row.pk], Change(fee=fee, due_on=due_on), actor=actor)
            for state in (
                () if row.account_id in ordered else WITHOUT_ORDER.get(row.account.handle, ())
            ):
                change_participants(campaign, [row.pk], Change(state=state), actor=actor)
