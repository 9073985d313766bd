"""Moves of campaigns, and the numbers that each goal asks for."""

from __future__ import annotations

from campaigns.enums import CampaignState, Goal, GoalNumber

# The numbers that stand first, by goal; the first of them is the largest on the page.
GOAL_NUMBERS: dict[str, tuple[GoalNumber, ...]] = {
    "": (GoalNumber.VIEWS, GoalNumber.ENGAGEMENTS, GoalNumber.POSTS, GoalNumber.COST_PER_MILLE),
    Goal.AWARENESS: (
        GoalNumber.VIEWS, GoalNumber.REACH, GoalNumber.COMPLETION_RATE, GoalNumber.COST_PER_MILLE,
        GoalNumber.POSTS,
    ),
    Goal.EDUCATION: (
        GoalNumber.COMPLETION_RATE, GoalNumber.PLAY_TIME, GoalNumber.VIEWS, GoalNumber.ENGAGEMENT_RATE,
        GoalNumber.POSTS,
    ),
    Goal.CONVERSION: (
        GoalNumber.ENGAGEMENTS, GoalNumber.ENGAGEMENT_RATE, GoalNumber.COST_PER_ENGAGEMENT, GoalNumber.VIEWS,
    ),
    Goal.CONTENT: (GoalNumber.POSTS, GoalNumber.CREATORS, GoalNumber.COST_PER_POST, GoalNumber.VIEWS),
    Goal.MARKET_ENTRY: (
        GoalNumber.REACH, GoalNumber.VIEWS, GoalNumber.CREATORS, GoalNumber.ENGAGEMENTS, GoalNumber.COST_PER_MILLE,
    ),
}  # fmt: skip
MONEY_NUMBERS = frozenset(
    {GoalNumber.COST_PER_MILLE, GoalNumber.COST_PER_ENGAGEMENT, GoalNumber.COST_PER_POST}
)
RATE_NUMBERS = frozenset({GoalNumber.COMPLETION_RATE, GoalNumber.ENGAGEMENT_RATE})

# From a state to the states that somebody may put a campaign into.
CAMPAIGN_MOVES: dict[str, frozenset[CampaignState]] = {
    CampaignState.DRAFT: frozenset({CampaignState.ACTIVE, CampaignState.ARCHIVED}),
    CampaignState.ACTIVE: frozenset({CampaignState.COMPLETED, CampaignState.ARCHIVED}),
    CampaignState.COMPLETED: frozenset({CampaignState.ACTIVE, CampaignState.ARCHIVED}),
    CampaignState.ARCHIVED: frozenset({CampaignState.ACTIVE, CampaignState.COMPLETED}),
}
