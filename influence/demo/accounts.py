"""Accounts come in: added by staff, connected by an influencer."""

from __future__ import annotations

from crm.services.accounts import AddOutcome, add_tiktok_account
from crm.services.connections.asking import ask_handle_to_connect
from influence.demo.browser import Browser
from influence.demo.figures import check
from influence.demo.story import Story
from influence.demo.world import INFLUENCER
from tiktok.enums import AccountKind
from tiktok.models import Creator
from tiktok.queries import account_metrics, kind_of

HANDLES = ("maya.bakes", "rio.runs", "lena.lifts", "tom_trails", "nosuch")
AUDIENCE = {"audience_countries", "audience_genders", "audience_ages"}
SAID = {
    AddOutcome.ADDED: "added, not authenticated, tracked at once",
    AddOutcome.PRESENT: "here already",
    AddOutcome.NOT_IN_MARKETPLACE: "refused: invite it to the marketplace, or ask the influencer to connect",
    AddOutcome.NO_SUCH_ACCOUNT: "TikTok knows no such account",
}


def add_accounts(story: Story) -> None:
    answers = {handle: add_tiktok_account(handle, actor=story.world.owner) for handle in HANDLES}
    for handle, answer in answers.items():
        story.say(f"   @{handle}: {SAID[answer.outcome]}")
    check(
        [answer.outcome for answer in answers.values()]
        == [AddOutcome.ADDED] * 3 + [AddOutcome.NOT_IN_MARKETPLACE, AddOutcome.NO_SUCH_ACCOUNT],
        "a marketplace handle is added, another refused, an invalid one unknown",
    )
    tracked = Creator.objects.get(handle=HANDLES[0])
    check(tracked.follower_count is not None, "an added account is tracked at once")


def connect_influencer(story: Story) -> None:
    handle = "tom_trails"
    ask_handle_to_connect(handle, email=INFLUENCER, actor=story.world.owner)
    browser = Browser(story.site)
    browser.sign_in_by_code(INFLUENCER, story.mails)
    story.say(f"   signed in with the code that was mailed to {INFLUENCER}")
    browser.open(f"/me/organizations/{story.world.organization.slug}/connect/")
    browser.submit()
    check("/v2/auth/authorize" in browser.page.url, "TikTok's consent page opened")
    browser.submit(handle=handle, decision="allow")
    creator = Creator.objects.get(handle=handle)
    kind = kind_of(creator)
    shown = {m.key for m in account_metrics(creator, kind) if m.value is not None}
    check(kind == AccountKind.AUTHENTICATED_NON_TTCM, "the account is authenticated")
    check(shown >= AUDIENCE, "audience data is there")
    story.say(f"   @{handle} is now: {kind.label}; {len(shown)} account metrics, audience included")
