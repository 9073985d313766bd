"""A campaign's plan: goal, planned numbers, money, audience, brief; and what is agreed with those who take part."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from campaigns.enums import OrderState
from campaigns.errors import CampaignMoveNotAllowed
from campaigns.models import Campaign, Participant
from campaigns.queries import campaign_with_counts, money_of
from campaigns.services.campaigns import duplicate_campaign, update_campaign
from campaigns.services.orders import transitions
from campaigns.services.orders.cancelling import cancel_order, restore_order
from campaigns.services.participants import follow_order
from tenancy.enums import Verb
from tenancy.models import Event, Group, Organization, User
from tenancy.scope import groups_scope
from tenancy.services.counters import recount
from tests.campaigns.test_campaigns_pages import base, text
from tests.connecting import a_person
from tests.factories.campaigns import a_participant, an_order
from tests.submitting import fresh, submit, version

pytestmark = pytest.mark.django_db
FIELDS: dict[str, Any] = {
    "name": "Autumn", "client": "Northwind", "starts_on": "2026-11-01", "ends_on": "2026-11-30",
    "goal": "awareness", "planned_views": "1600000", "planned_completion_rate": "20.5", "planned_cost_per_mille": "10",
    "currency": "eur", "budget": "12000", "client_fee": "9000.50", "audience": "Women of 25 to 40 who bake",
    "markets": "Germany, at", "keywords": "#loaf\n  seeded   bread \n#loaf", "brief": "One loaf.\n\nTwo loaves.",
}  # fmt: skip


def planned(campaign: Campaign) -> Campaign:
    """The campaign with amounts, two who agreed, one proposed and one who declined."""
    Campaign.objects.filter(pk=campaign.pk).update(
        currency="EUR", budget=12000, client_fee="9000.50", goal="awareness",
        planned={"views": "1600000", "cost_per_mille": "77.77"},
    )  # fmt: skip
    for handle, state, fee in (
        ("maya", "agreed", 400), ("rio", "done", "250.25"), ("lena", "proposed", 100), ("tom", "declined", 999),
    ):  # fmt: skip
        account = a_participant(campaign, handle)
        Participant.objects.filter(account=account).update(state=state, fee=fee)
    campaign.refresh_from_db()
    return campaign


def test_a_campaign_is_made_with_its_whole_plan(manager: Client) -> None:
    owner = User.objects.get(email="manager@example.com")
    made = manager.post(
        "/o/oaks/campaigns/new/", {**FIELDS, "salesperson": str(owner.pk), **fresh()}
    )
    campaign = Campaign.objects.get()
    assert made.status_code == 302
    assert campaign.salesperson == owner
    assert campaign.planned == {
        "views": "1600000",
        "completion_rate": "0.205",
        "cost_per_mille": "10",
    }
    assert (campaign.currency, campaign.budget, campaign.client_fee) == (
        "EUR",
        12000,
        Decimal("9000.50"),
    )
    assert (campaign.markets, campaign.keywords) == (["DE", "AT"], ["#loaf", "seeded bread"])
    assert campaign.brief == "<div>One loaf.<br><br>Two loaves.</div>"


def test_the_settings_show_what_is_stored_and_change_it(
    manager: Client, campaign: Campaign
) -> None:
    page = f"{base(campaign)}settings/"
    changed = submit(manager, page, {**FIELDS, "state": "active"}, to=f"{base(campaign)}edit/")
    assert changed.headers["Location"] == page
    shown = manager.get(page).content.decode()
    for value in ("1600000", "20.5", "EUR", "9000.50", "Germany, Austria"):
        assert f'value="{value}"' in shown, value

    seen = version(manager.get(page))
    Campaign.objects.update(audience="Everybody")
    refused = manager.post(
        f"{base(campaign)}edit/", {**FIELDS, "state": "active", "version": seen, "brief": "Three."}
    )
    assert refused.status_code == 422
    assert "Everybody" in text(refused)
    campaign.refresh_from_db()
    assert "Two loaves." in campaign.brief


def test_a_number_that_the_goal_does_not_ask_for_hinders_nobody_and_stays_as_stored(
    manager: Client, campaign: Campaign
) -> None:
    planned(campaign)
    page = f"{base(campaign)}settings/"
    wrong = {**FIELDS, "state": "draft", "planned_views": "many", "planned_engagements": "heaps"}
    conversion = {**wrong, "goal": "conversion"}
    for given, count in ((wrong, 1), (conversion, 2)):
        refused = submit(manager, page, given, to=f"{base(campaign)}edit/")
        assert refused.status_code == 422
        assert text(refused).count("Enter a number, such as 9500 or 9,500.50.") == count
    saved = submit(
        manager, page, {**wrong, "planned_views": "1,700,000"}, to=f"{base(campaign)}edit/"
    )
    assert saved.status_code == 302
    campaign.refresh_from_db()
    assert campaign.planned["views"] == "1700000"
    assert "engagements" not in campaign.planned


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("budget", "9,50.5", "Enter a number, such as 9500 or 9,500.50."),
        ("currency", "", "Enter the currency of the amounts"),
        ("currency", "E1", "Enter the currency as three letters"),
        ("markets", "Atlantis", "is no country"),
        ("keywords", "\n".join(f"#k{n}" for n in range(51)), "at most 50 keywords"),
        ("budget", "-1", "Budget"),
    ],
)
def test_what_does_not_hold_together_is_refused(
    manager: Client, campaign: Campaign, field: str, value: str, said: str
) -> None:
    page = f"{base(campaign)}settings/"
    answer = submit(
        manager, page, {**FIELDS, "state": "draft", field: value}, to=f"{base(campaign)}edit/"
    )
    assert answer.status_code == 422
    assert said in text(answer)


def test_a_campaign_moves_step_by_step(organization: Organization, campaign: Campaign) -> None:
    ada = User.objects.create_user("ada@oaks.example")
    facts = {
        "client": "N",
        "name": "N",
        "starts_on": campaign.starts_on,
        "ends_on": campaign.ends_on,
    }
    with pytest.raises(CampaignMoveNotAllowed, match="“Draft” cannot become “Completed”"):
        update_campaign(campaign, **facts, state="completed", actor=ada)
    for state in ("active", "completed", "archived", "completed"):
        update_campaign(campaign, **facts, state=state, actor=ada)
    assert campaign.state == "completed"


def test_fees_are_added_up_and_the_margin_is_what_they_leave(campaign: Campaign) -> None:
    money = money_of(campaign_with_counts(planned(campaign).pk))
    assert (money.fees, money.agreed) == (Decimal("750.25"), Decimal("650.25"))
    assert money.margin == Decimal("8250.25")
    before, after = recount()
    assert before == after
    Campaign.objects.update(client_fee=None)
    assert money_of(campaign_with_counts(campaign.pk)).margin is None


def test_whoever_sees_some_groups_sees_the_fees_of_these_and_no_margin(campaign: Campaign) -> None:
    planned(campaign)
    group = Group.objects.create(name="North")
    rio = Participant.objects.get(account__handle="rio").account.influencer
    rio.group = group
    rio.save()
    with groups_scope(frozenset({group.pk})):
        money = money_of(campaign_with_counts(campaign.pk))
    assert (money.fees, money.agreed, money.margin) == (Decimal("250.25"), Decimal("250.25"), None)


def test_orders_of_a_campaign_are_counted_by_state(campaign: Campaign) -> None:
    an_order(campaign, a_participant(campaign, "maya"), state="fulfilled")
    before, after = recount()
    assert before == after
    assert before[campaign.pk, "orders.fulfilled"] == 1


def test_a_viewer_reads_the_plan_and_no_amount(viewer: Client, campaign: Campaign) -> None:
    planned(campaign)
    root = base(campaign)
    for page in ("", "settings/", "influencers/"):
        shown = text(viewer.get(f"{root}{page}"))
        for amount in ("9,000.50", "12,000", "750.25", "400.00", "77.77", "Margin", "Fee"):
            assert amount not in shown, (page, amount)
    assert "1,600,000" in text(viewer.get(f"{root}settings/"))
    assert viewer.post(f"{root}influencers/change/").status_code == 403
    assert viewer.post(f"{root}influencers/change/undo/").status_code == 403
    assert viewer.post(f"{root}duplicate/").status_code == 403


def test_a_manager_sees_fees_and_margin(manager: Client, campaign: Campaign) -> None:
    planned(campaign)
    shown = text(manager.get(f"{base(campaign)}settings/"))
    for amount in ("9,000.50", "750.25", "650.25", "8,250.25"):
        assert amount in shown, amount
    assert "400.00" in text(manager.get(f"{base(campaign)}influencers/"))


def undo_in(answer: Any) -> tuple[str, str]:
    page = answer.content.decode()
    at = page.index('name="terms"')
    action = re.findall(r'action="([^"]+)"', page[:at])[-1]
    found = re.search(r'name="terms" value="([^"]+)"', page)
    assert found
    return action, found[1]


def test_a_participant_is_changed_and_changed_back(manager: Client, campaign: Campaign) -> None:
    planned(campaign)
    lena = Participant.objects.get(account__handle="lena")
    change = f"{base(campaign)}influencers/change/"
    assert 'value="100.00"' in manager.get(f"{change}?ids={lena.pk}").content.decode()
    fields = {"ids": lena.pk, "state": "briefed", "fee": "", "due_on": "2026-11-20"}
    answer = submit(manager, f"{change}?ids={lena.pk}", fields, to=change, follow=True)
    lena.refresh_from_db()
    assert (lena.state, lena.fee, str(lena.due_on)) == ("briefed", None, "2026-11-20")
    event = Event.objects.get(verb=Verb.PARTICIPANT_BRIEFED)
    assert (event.object_id, event.detail) == (lena.account_id, {"campaign": campaign.pk})

    undo, terms = undo_in(answer)
    assert "as before" in text(manager.post(undo, {"terms": terms}, follow=True))
    lena.refresh_from_db()
    assert (lena.state, lena.fee, lena.due_on) == ("proposed", 100, None)
    assert Event.objects.filter(verb=Verb.PARTICIPANT_PROPOSED).count() == 1
    assert "stays as it is" in text(manager.post(undo, {"terms": terms}, follow=True))
    assert manager.post(undo, {"terms": "x"}).status_code == 404


def test_several_are_changed_as_far_as_their_states_allow(
    manager: Client, campaign: Campaign
) -> None:
    planned(campaign)
    rows = {row.account.handle: row for row in campaign.participants.select_related("account")}
    change = f"{base(campaign)}influencers/change/"
    ids = [row.pk for row in rows.values()]
    page = f"{change}?{'&'.join(f'ids={pk}' for pk in ids)}"
    assert "As it is" in text(manager.get(page))
    fields = {"ids": ids, "state": "agreed", "due_on": "2026-11-20"}
    answer = submit(manager, page, fields, to=change, follow=True)
    said = text(answer)
    assert "3 influencers are changed." in said
    assert "1 stays as it was" in said
    states = dict(campaign.participants.values_list("account__handle", "state"))
    assert states == {"maya": "agreed", "rio": "done", "lena": "agreed", "tom": "agreed"}
    assert str(Participant.objects.get(account__handle="maya").fee) == "400.00"
    assert Event.objects.filter(verb=Verb.PARTICIPANT_AGREED).count() == 2
    assert Event.objects.filter(verb=Verb.PARTICIPANT_CHANGED).count() == 1


@pytest.mark.parametrize(
    ("first", "state", "verb"),
    [
        ("briefed", "declined", Verb.PARTICIPANT_DECLINED),
        ("agreed", "posting", Verb.PARTICIPANT_POSTING),
        ("posting", "done", Verb.PARTICIPANT_DONE),
    ],
)
def test_each_move_of_a_participant_is_an_event(
    manager: Client, campaign: Campaign, first: str, state: str, verb: Verb
) -> None:
    account = a_participant(campaign, "maya")
    Participant.objects.update(state=first)
    row = Participant.objects.get()
    change = f"{base(campaign)}influencers/change/"
    fields = {"ids": row.pk, "state": state, "fee": "5"}
    submit(manager, f"{change}?ids={row.pk}", fields, to=change)
    assert Event.objects.get(verb=verb).object_id == account.pk
    assert Participant.objects.get().fee is None, "a fee without a currency says nothing"


def test_nobody_selected_is_said(manager: Client, campaign: Campaign) -> None:
    answer = manager.get(f"{base(campaign)}influencers/change/?ids=0", follow=True)
    assert "Nobody was selected" in text(answer)


def test_a_duplicate_is_a_draft_with_the_plan_and_the_proposed(
    manager: Client, campaign: Campaign
) -> None:
    planned(campaign)
    Campaign.objects.update(state="completed", name="N" * 120)
    Participant.objects.update(due_on="2026-11-20")
    sent = fresh()
    for _ in range(2):
        manager.post(f"{base(campaign)}duplicate/", sent)
    twin = Campaign.objects.exclude(pk=campaign.pk).get()
    assert (twin.state, twin.client_fee, twin.planned) == (
        "draft",
        campaign.client_fee,
        campaign.planned,
    )
    assert twin.name == f"{'N' * 113} (copy)"
    assert {row.state for row in twin.participants.all()} == {"proposed"}
    assert {row.due_on for row in twin.participants.all()} == {None}
    assert sorted(twin.participants.values_list("fee", flat=True)) == [
        100,
        Decimal("250.25"),
        400,
        999,
    ]
    event = Event.objects.get(verb=Verb.CAMPAIGN_CREATED)
    assert event.detail == {"copied_from": campaign.pk}
    assert not twin.orders.exists()


def test_whoever_sees_some_groups_takes_these_along(campaign: Campaign) -> None:
    planned(campaign)
    group = Group.objects.create(name="North")
    with groups_scope(frozenset({group.pk})):
        twin = duplicate_campaign(campaign, actor=User.objects.create_user("a@oaks.example"))
    assert not twin.participants.exists()


@pytest.mark.parametrize(
    ("before", "order", "after"),
    [
        ("proposed", "sent", "briefed"),
        ("declined", "sent", "declined"),
        ("declined", "accepted", "agreed"),
        ("agreed", "opened", "agreed"),
        ("briefed", "posting", "posting"),
        ("posting", "rejected", "posting"),
        ("posting", "fulfilled", "done"),
        ("done", "posting", "done"),
        ("done", "cancelled", "done"),
        ("posting", "cancelled", "posting"),
        ("done", "rejected", "posting"),
    ],
)
def test_a_participant_follows_their_order_and_back_only_when_a_video_is_rejected(
    campaign: Campaign, before: str, order: str, after: str
) -> None:
    account = a_participant(campaign, "maya")
    Participant.objects.update(state=before, fee=7)
    follow_order(an_order(campaign, account, state=order))
    row = Participant.objects.get()
    assert (row.state, row.fee) == (after, 7)
    moved = Event.objects.filter(verb__startswith="participant.", actor=None)
    assert moved.count() == (before != after)


def test_nobody_is_done_while_another_order_is_open(campaign: Campaign) -> None:
    account = a_participant(campaign, "maya")
    an_order(campaign, account, state="sent", tiktok_order_id="1")
    done = an_order(campaign, account, state="in_review", tiktok_order_id="2")
    transitions.move(done, OrderState.FULFILLED, evidence="TikTok has approved it.")
    assert Participant.objects.get().state == "posting"


def test_nobody_is_done_while_another_order_is_rejected(campaign: Campaign) -> None:
    account = a_participant(campaign, "maya")
    rejected = an_order(campaign, account, state="rejected", tiktok_order_id="1")
    done = an_order(campaign, account, state="in_review", tiktok_order_id="2")
    transitions.move(done, OrderState.FULFILLED, evidence="TikTok has approved it.")
    assert Participant.objects.get().state == "posting"
    transitions.move(rejected, OrderState.FULFILLED, evidence="TikTok has approved it.")
    assert Participant.objects.get().state == "done"
    transitions.move(rejected, OrderState.REJECTED, evidence="TikTok rejected it.")
    assert Participant.objects.get().state == "posting"


def test_who_has_done_one_order_is_done_when_the_other_is_cancelled(campaign: Campaign) -> None:
    account, olivia = a_participant(campaign, "maya"), a_person("olivia@example.com")
    first = an_order(campaign, account, state="sent", tiktok_order_id="1")
    second = an_order(campaign, account, state="opened", tiktok_order_id="3")
    done = an_order(campaign, account, state="in_review", tiktok_order_id="2")
    transitions.move(done, OrderState.FULFILLED, evidence="TikTok has approved it.")
    event = cancel_order(first, actor=olivia)
    assert Participant.objects.get().state == "posting"
    cancel_order(second, actor=olivia)
    assert Participant.objects.get().state == "done"
    restore_order(first, event, actor=olivia)
    assert Participant.objects.get().state == "posting"


def test_a_video_that_is_gone_is_to_be_done_again(campaign: Campaign) -> None:
    order = an_order(campaign, a_participant(campaign, "maya"), state="fulfilled")
    Participant.objects.update(state="done")
    transitions.mark_video_gone(order)
    assert Participant.objects.get().state == "posting"


def test_an_order_of_somebody_who_was_removed_moves_nobody(campaign: Campaign) -> None:
    order = an_order(campaign, a_participant(campaign, "maya"), state="sent")
    Participant.objects.all().delete()
    follow_order(order)
    assert not Participant.objects.exists()
