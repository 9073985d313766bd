"""Pages of bulk actions: the selection, the preview in plain numbers, progress, results, undo, and who may."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from crm.models import BulkAction, Influencer, Tag, Tagging
from crm.queries import bulk as queries
from crm.services.bulk import kinds
from crm.services.bulk.kinds import BulkPage, register_page
from crm.services.collections.lists import create_list, delete_list
from crm.services.collections.tags import create_tag, delete_tag, tag_influencers
from jobs.enums import Lane
from jobs.models import Job
from tenancy.enums import Permission, Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.bulk.conftest import finish
from tests.crm.conftest import queries_in
from tests.factories.crm import ConsentFactory, InfluencerFactory, TikTokAccountFactory
from tests.working import pump
from tiktok.enums import MarketplaceStatus
from tiktok.models import LegacyMigration

pytestmark = pytest.mark.django_db
LIST = "/o/oak/influencers/"
BULK = f"{LIST}bulk/"


@pytest.fixture
def people(oak: Organization) -> list[Influencer]:
    with organization_scope(oak):
        return [InfluencerFactory.create(name=name) for name in ("Ann", "Bo", "Cy")]


@pytest.fixture
def food(oak: Organization, people: list[Influencer]) -> Tag:
    with organization_scope(oak):
        tag = create_tag("food", actor=None)
        tag_influencers(tag, people[:1], actor=None)
        return tag


def words(answer: Any) -> str:
    page = re.sub(
        r"<(script|style).*?</\1>|<[^>]+>|[\u2068\u2069]", " ", answer.content.decode(), flags=re.S
    )
    return " ".join(page.split())


def preview(
    client: Client, action: str, people: list[Influencer] | None = None, **more: str
) -> str:
    """The address of the preview of a selection."""
    ids = {"ids": ",".join(str(each.pk) for each in people)} if people else {"all": "yes"}
    answer = client.post(BULK, {"action": action, **ids, **more})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_the_preview_says_in_numbers_what_will_happen_and_writes_nothing(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    here = preview(manager, "tag", people)
    assert "3 creators selected." in words(manager.get(here))
    shown = words(manager.get(f"{here}?choice={food.pk}"))
    assert "2 creators will get the tag." in shown
    assert "1 has the tag already." in shown
    assert "Nothing is written yet." in shown
    with organization_scope(oak):
        assert Tagging.objects.count() == 1
        assert not Job.objects.exists()


def test_a_small_action_is_done_at_once_and_its_toast_offers_to_undo_it(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    here = preview(manager, "tag", people)
    done = manager.post(f"{here}begin/", {"choice": food.pk}, follow=True)
    assert "2 creators got the tag." in words(done)
    assert f'action="{here}undo/"' in done.content.decode()
    assert "Add a tag: food" in words(done)
    assert "All 3 Done 2 Unchanged 1" in words(done)
    assert "can be undone until" in words(done)
    assert done.content.decode().count(f'action="{here}undo/"') == 2

    after = manager.post(f"{here}undo/", follow=True)
    assert "Undone 2" in words(after)
    assert "/undo/" not in after.content.decode()
    with organization_scope(oak):
        assert [row.influencer.name for row in Tagging.objects.all()] == ["Ann"]
    again = manager.post(f"{here}undo/", follow=True)
    assert "This cannot be undone, or is undone already." in words(again)


def test_a_filter_that_was_gone_before_the_click_selects_nobody(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    with organization_scope(oak):
        delete_tag(food, actor=None)
    sent = {"action": "archive", "all": "yes", "query": f"f=tag:{food.pk}"}
    answer = manager.post(BULK, sent, follow=True)
    assert "names something that is not here any more. Select again" in words(answer)
    with organization_scope(oak):
        assert not BulkAction.objects.exists()


def test_results_are_shown_by_state_and_page(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    with organization_scope(oak):
        more = InfluencerFactory.create_batch(60)
    here = preview(manager, "tag", [*people, *more])
    manager.post(f"{here}begin/", {"choice": food.pk})
    unchanged = words(manager.get(f"{here}?state=unchanged"))
    assert "Ann Unchanged Has the tag already." in unchanged
    assert "Bo" not in unchanged.partition("Reason")[2]
    first = manager.get(here).content.decode()
    assert first.count('<th scope="row" ') == 50
    (following,) = re.findall(r'rel="next"\s+href="([^"]+)"', first)
    second = manager.get(following.replace("&amp;", "&")).content.decode()
    assert second.count('<th scope="row" ') == 13
    assert "No results" in words(manager.get(f"{here}?state=refused"))
    activity = manager.get("/o/oak/activity/")
    assert f'<a href="{here}">food</a>' in activity.content.decode()
    assert "Done 63 of 63 1 unchanged 62" in words(activity)


def test_back_a_second_tab_and_a_double_click_are_one_job(
    oak: Organization, manager: Client, people: list[Influencer]
) -> None:
    here = preview(manager, "archive", people)
    assert preview(manager, "archive", people) == here
    for _ in range(2):
        manager.post(f"{here}begin/")
    with organization_scope(oak):
        assert Job.objects.count() == 1
        assert Influencer.objects.exclude(archived_at=None).count() == 3
    assert "Nothing is written yet." not in words(manager.get(here))


def test_all_that_match_are_those_of_the_search_and_filters_of_the_address(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    here = preview(manager, "archive", query=f"?f=tag:{food.pk}&q=an&sort=-name&cursor=x")
    assert "1 creator will be archived." in words(manager.get(here))
    manager.post(f"{here}begin/")
    with organization_scope(oak):
        assert [row.name for row in Influencer.objects.exclude(archived_at=None)] == ["Ann"]


def test_a_filter_that_is_gone_leads_back_to_the_list(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    here = preview(manager, "archive", query=f"?f=tag:{food.pk}")
    with organization_scope(oak):
        delete_tag(food, actor=None)
    for answer in (manager.get(here, follow=True), manager.post(f"{here}begin/", follow=True)):
        assert answer.redirect_chain[-1][0] == LIST
        assert "A filter of the selection names something" in words(answer)


def test_what_cannot_be_chosen_is_said_and_nothing_begins(
    oak: Organization, manager: Client, people: list[Influencer]
) -> None:
    with organization_scope(oak):
        bakers = create_list("Bakers", actor=None)
    here = preview(manager, "list", people)
    nothing = manager.post(f"{here}begin/")
    assert (nothing.status_code, "Choose a list first." in words(nothing)) == (422, True)
    taken = manager.post(f"{here}begin/", {"name": "bakers"})
    assert "There is one named bakers already." in words(taken)
    unseen = manager.post(f"{here}begin/", {"name": "\u200b"})
    assert "Enter a name that can be seen" in words(unseen)
    deleted = bakers.pk
    with organization_scope(oak):
        delete_list(bakers, actor=None)
    gone = manager.get(f"{here}?choice={deleted}")
    assert (gone.status_code, "What was chosen is no longer there" in words(gone)) == (422, True)
    assert manager.post(f"{here}begin/", {"choice": deleted}).status_code == 422
    made = manager.post(f"{here}begin/", {"name": "Cooks"}, follow=True)
    assert "3 creators put on the list." in words(made)


def test_a_large_action_goes_on_as_a_job_whose_page_follows_it_and_can_end_it(
    oak: Organization, manager: Client, people: list[Influencer], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = kinds.bulk_kind("archive")
    assert kind is not None
    monkeypatch.setitem(kind.__dict__, "size", 2)
    here = preview(manager, "archive", people)
    under_way = manager.post(f"{here}begin/", follow=True)
    assert "0 of 3 creators" in words(under_way)
    assert "data-live=" in under_way.content.decode()
    assert "No results yet" in words(under_way)
    version = re.search(r'data-live="([^"]+)"', under_way.content.decode())
    assert version is not None
    assert manager.get(here, headers={"X-Seen": version[1]}).status_code == 204
    pump(Lane.BULK)
    assert "2 of 3 creators" in words(manager.get(here))
    assert "Cancelling. What is done so far stays." in words(
        manager.post(f"{here}cancel/", follow=True)
    )
    finish()
    over = words(manager.get(here))
    assert "Cancelled. What was done so far stays." in over
    assert "All 2 Done 2" in over
    assert "Cancelling" not in words(manager.post(f"{here}cancel/", follow=True))
    manager.post(f"{here}undo/")
    finish()
    assert "Undone 2" in words(manager.get(here))


def test_counting_that_takes_too_long_is_left_to_the_job(
    oak: Organization, manager: Client, people: list[Influencer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "in_time", lambda read: None)
    here = preview(manager, "archive")
    assert "Very many creators are selected." in words(manager.get(here))
    manager.post(f"{here}begin/")
    assert "All 3 Done 3" in words(manager.get(here))


def test_a_selection_of_nobody_or_of_too_many_is_refused(
    manager: Client, people: list[Influencer], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = manager.post(BULK, {"action": "archive", "query": "?q=ann"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"{LIST}?q=ann"
    assert "Select between 1 and 10,000 creators, or all that match, first." in words(answer)
    monkeypatch.setattr("crm.views.bulk.MOST_SELECTED", 2)
    many = manager.post(BULK, {"action": "archive", "ids": [each.pk for each in people]})
    assert many["Location"] == f"{LIST}?"
    assert manager.post(BULK, {"action": "unheard-of", "all": "yes"}).status_code == 404


@pytest.fixture
def _mail_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another app's action with a page of its own, for members who read mail."""
    monkeypatch.setattr(kinds, "_pages", {})
    register_page(BulkPage("mail", "Send mail", "mail", 30, Permission.READ_MAIL, "mail:messages"))


@pytest.mark.usefixtures("_mail_page")
def test_an_action_with_a_page_of_its_own_gets_the_selection(
    oak: Organization, manager: Client, people: list[Influencer]
) -> None:
    ids = [people[2].pk, people[0].pk, people[0].pk]
    answer = manager.post(BULK, {"action": "mail", "ids": ids})
    with organization_scope(oak):
        draft = BulkAction.objects.get()
    assert answer["Location"] == f"/o/oak/mail/?selection={draft.pk}"
    assert draft.ids == [people[0].pk, people[2].pk]
    every = manager.post(BULK, {"action": "mail", "all": "yes", "query": "?f=country:DE"})
    assert every["Location"] == "/o/oak/mail/?f=country%3ADE&all=1"
    assert "Send mail" in words(manager.get(LIST))


def test_the_list_offers_actions_to_whoever_may_and_the_export_to_viewers(
    oak: Organization, manager: Client, viewer: Client, people: list[Influencer]
) -> None:
    shown = manager.get(LIST).content.decode()
    assert re.findall(r'name="action"\s+value="(\w+)"', shown)[:2] == ["campaign", "tag"]
    assert shown.count(" data-pick ") == 3
    own = viewer.get(LIST).content.decode()
    assert re.findall(r'name="action"\s+value="(\w+)"', own) == ["export"]
    for key in ("archive", "tag", "mail", "campaign"):
        assert viewer.post(BULK, {"action": key, "all": "yes"}).status_code == 403, key
    chosen = viewer.post(BULK, {"action": "export", "ids": [people[0].pk, people[2].pk]})
    assert "selection=" in chosen["Location"]
    with organization_scope(oak):
        draft = BulkAction.objects.get()
    wish = {"format": "csv", "columns": "visible", "selection": draft.pk}
    answer = viewer.post("/o/oak/influencers/export/", wish)
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]  # a streamed answer
    assert [line.partition(",")[0] for line in lines[1:]] == [people[0].name, people[2].name]


def test_until_the_release_nobody_is_asked_or_invited_from_the_list(
    oak: Organization, manager: Client
) -> None:
    assert 'value="ask"' in manager.get(LIST).content.decode()
    with organization_scope(oak):
        LegacyMigration.objects.create()
    shown = manager.get(LIST).content.decode()
    assert ('value="ask"' in shown, 'value="invite"' in shown) == (False, False)
    assert 'value="tag"' in shown


def test_a_person_with_two_accounts_is_selected_once(oak: Organization, manager: Client) -> None:
    with organization_scope(oak):
        ann = TikTokAccountFactory.create().influencer
        TikTokAccountFactory.create(influencer=ann)
    assert manager.get(LIST).content.decode().count(f'value="{ann.pk}"') == 1


def test_a_draft_is_its_persons_own_and_results_are_seen_by_all_who_are_not_limited(
    oak: Organization, signed_in: Callable[[Role], Client], people: list[Influencer]
) -> None:
    ada, zoe = signed_in(Role.MANAGER), signed_in(Role.ADMIN)
    here = preview(ada, "archive", people)
    assert (ada.get(here).status_code, zoe.get(here).status_code) == (200, 404)
    assert zoe.post(f"{here}begin/").status_code == 404
    ada.post(f"{here}begin/")
    assert zoe.get(here).status_code == 200
    limited = limited_member(oak)
    assert limited.get(here).status_code == 404
    assert limited.post(f"{here}undo/").status_code == 404


def limited_member(oak: Organization) -> Client:
    person = User.objects.create_user("limited@oak.example")
    Membership.objects.create(organization=oak, user=person, role=Role.MANAGER, is_limited=True)
    with organization_scope(oak):
        group, _ = Group.objects.get_or_create(key="food", defaults={"name": "Food"})
        GroupMember.objects.create(group=group, user=person)
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_a_limited_member_acts_on_their_own_and_sees_no_other_in_the_numbers(
    oak: Organization, people: list[Influencer]
) -> None:
    limited = limited_member(oak)
    with organization_scope(oak):
        Influencer.objects.filter(pk=people[0].pk).update(group=Group.objects.get())
    here = preview(limited, "archive")
    assert "1 creator will be archived." in words(limited.get(here))
    assert "1 creator will be archived." in words(limited.get(preview(limited, "archive", people)))
    limited.post(f"{here}begin/")
    with organization_scope(oak):
        assert [row.name for row in Influencer.objects.exclude(archived_at=None)] == ["Ann"]
    assert "All 1 Done 1" in words(limited.get(here))


def test_an_action_of_a_kind_that_is_gone_or_that_ones_role_lacks_is_not_shown(
    oak: Organization, manager: Client, people: list[Influencer], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = preview(manager, "archive", people)
    kind = kinds.bulk_kind("archive")
    assert kind is not None
    monkeypatch.setitem(kind.__dict__, "permission", Permission.MANAGE_KEYS)
    assert manager.get(here).status_code == 403
    assert manager.post(BULK, {"action": "archive", "all": "yes"}).status_code == 403
    with organization_scope(oak):
        BulkAction.objects.update(kind="gone")
    assert manager.get(here).status_code == 404


def test_previews_and_results_cost_few_queries_however_many_are_selected(
    oak: Organization, manager: Client, people: list[Influencer], food: Tag
) -> None:
    here = preview(manager, "tag", people[:1])
    few = queries_in(manager, f"{here}?choice={food.pk}")
    there = preview(manager, "tag", people)
    assert queries_in(manager, f"{there}?choice={food.pk}") == few <= 11
    manager.post(f"{there}begin/", {"choice": food.pk})
    assert queries_in(manager, there) <= 8


def test_the_preview_says_who_cannot_be_asked_or_invited(
    oak: Organization, manager: Client
) -> None:
    out = MarketplaceStatus.NOT_IN
    with organization_scope(oak):
        asked = TikTokAccountFactory.create(influencer__email="ann@example.com")
        TikTokAccountFactory.create(influencer__email="", creator__marketplace_status=out)
        connected = TikTokAccountFactory.create(influencer__email="cy@example.com")
        ConsentFactory.create(creator=connected.creator)
        InfluencerFactory.create(email="nobody@example.com")
        lately = {"creator__invited_at": timezone.now(), "creator__marketplace_status": out}
        TikTokAccountFactory.create(influencer__email="li@example.com", **lately)
    ask = words(manager.get(preview(manager, "ask")))
    assert "2 creators will be asked by e-mail to connect TikTok." in ask
    assert "2 have no TikTok account that is to be connected." in ask
    assert "1 cannot be mailed: no e-mail address is known." in ask
    assert "It cannot be undone." in ask
    invite = words(manager.get(preview(manager, "invite")))
    assert "1 creator will be invited to the Creator Marketplace." in invite
    assert "1 has no TikTok account." in invite
    assert "3 are in the marketplace or invited already." in invite
    here = preview(manager, "ask", [asked.influencer])
    manager.post(f"{here}begin/")
    assert "Under way 0 of 1 creator" in words(manager.get(here))


def test_what_changes_nobody_cannot_be_undone(manager: Client, people: list[Influencer]) -> None:
    here = preview(manager, "restore", people)
    assert "disabled" in manager.get(here).content.decode().partition('form="begin"')[2][:80]
    done = manager.post(f"{here}begin/", follow=True)
    assert "0 creators restored." in words(done)
    assert "undo" not in done.content.decode()


def test_a_failed_count_is_no_failed_page(people: list[Influencer], oak: Organization) -> None:
    def too_slow() -> None:
        raise OperationalError("canceling statement due to statement timeout")

    with organization_scope(oak):
        assert queries.in_time(too_slow) is None


@pytest.mark.parametrize("kind", ["tag", "list"])
@pytest.mark.parametrize("name", ["x" * 200, "\u0958" * 70])  # this letter is written as two
def test_a_new_tag_or_list_has_no_longer_name_than_it_can_hold(
    manager: Client, people: list[Influencer], kind: str, name: str
) -> None:
    url = manager.post(BULK, {"action": kind, "ids": people[0].pk}).url
    answer = manager.post(f"{url}begin/", {"name": name})
    assert answer.status_code == 422
    assert "Enter at most" in words(answer)
