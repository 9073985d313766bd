"""Content review: drafts that creators send, and what the team says to them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from campaigns.enums import DraftState, OrderState
from campaigns.errors import DraftNotTaken, DraftSettled
from campaigns.forms import CommentForm
from campaigns.models import Campaign, Order, Review, ReviewComment, ReviewVersion
from campaigns.queries.reviews import ReviewsAsked, compared, reviews_page
from campaigns.services.order_bulk import start_bulk
from campaigns.services.orders.cancelling import cancel_order, restore_order
from campaigns.services.reviews import comments, drafts
from campaigns.services.reviews.comments import remove_comment, remove_version, write_comment
from campaigns.services.reviews.drafts import (
    Draft,
    ask_for_draft,
    change_due,
    submit_draft,
    take_back,
    why_not_asked,
)
from campaigns.services.reviews.verdicts import approve, ask_for_changes, take_verdict_back
from crm.models import InfluencerMail, Removal
from crm.services.removals.keeping import restore_removed
from files.models import File
from files.store import contents
from jobs.enums import Lane
from jobs.models import Work
from jobs.services.pool import work_off
from jobs.services.queue import make_due
from mail.models import Message
from tenancy.enums import Role, Verb
from tenancy.models import Event, Group, Membership, Organization, User
from tests.campaigns.conftest import signed_in
from tests.factories.campaigns import an_account, an_order
from tests.files.conftest import a_picture
from tests.submitting import fresh, submit, version
from tiktok.enums import PollKind

pytestmark = pytest.mark.django_db
FILM = b"\x00\x00\x00\x18ftypisom" + b"x" * 1000
TODAY = timezone.now().date()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    """A real private folder for contents."""
    place = {"BACKEND": "files.store.PrivateFolder", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "files": place}
    return tmp_path


@pytest.fixture
def order(campaign: Campaign) -> Order:
    return an_order(campaign, an_account("maya.bakes", email="maya@example.com"))


@pytest.fixture
def olivia(organization: Organization, manager: Client) -> User:
    return User.objects.get(email="manager@example.com")


def a_film(content: bytes = FILM) -> Draft:
    return Draft("First cut", "", SimpleUploadedFile("cut.mp4", content))


def verbs() -> list[str]:
    return list(
        Event.objects.filter(verb__startswith="draft.")
        .values_list("verb", flat=True)
        .order_by("pk")
    )


def state(version: ReviewVersion) -> str:
    return Review.objects.get(pk=version.review_id).state


def at(version: ReviewVersion, rest: str = "") -> str:
    return f"/o/oaks/campaigns/{version.review.campaign_id}/review/{version.review_id}/{rest}"


def of(version: ReviewVersion, what: str) -> str:
    return at(version, f"versions/{version.pk}/{what}/")


# --- drafts and their versions ----------------------------------------------------------------------------------------
def test_a_draft_is_kept_version_by_version_and_the_same_once_more_is_none(order: Order) -> None:
    first = submit_draft(order, 1, a_film())
    assert (first.number, first.review.number, state(first)) == (1, 1, "submitted")
    assert submit_draft(order, 1, a_film()) == first
    second = submit_draft(order, 1, a_film(FILM + b"y"))
    assert (second.number, second.review_id) == (2, first.review_id)
    assert submit_draft(order, 1, Draft("Only words")).number == 3
    assert submit_draft(order, 2, Draft("", "https://example.com/v")).review.number == 2
    assert verbs() == [Verb.DRAFT_SUBMITTED] * 4
    assert Event.objects.filter(verb="draft.submitted").first().object_id == order.pk


def test_there_is_a_draft_for_each_video_and_none_of_an_order_that_is_over(order: Order) -> None:
    for number in (0, 2, 3):
        with pytest.raises(DraftNotTaken, match="no such draft"):
            submit_draft(order, number, a_film())
    Order.objects.update(state=OrderState.FULFILLED)
    order.refresh_from_db()
    with pytest.raises(DraftNotTaken, match="no drafts any more"):
        submit_draft(order, 1, a_film())
    assert not File.objects.exists()


def test_a_draft_has_so_many_versions_and_no_more(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_VERSIONS", 1)
    submit_draft(order, 1, Draft("One"))
    with pytest.raises(DraftNotTaken, match="too many"):
        submit_draft(order, 1, Draft("Two"))


def test_an_approved_draft_takes_no_further_version(order: Order, olivia: User) -> None:
    approve(submit_draft(order, 1, Draft("One")), actor=olivia)
    with pytest.raises(DraftNotTaken, match="approved"):
        submit_draft(order, 1, Draft("Two"))


def test_the_creator_takes_back_what_nobody_has_judged_with_its_file(
    order: Order, olivia: User, django_capture_on_commit_callbacks: Any
) -> None:
    first = submit_draft(order, 1, Draft("One"))
    second = submit_draft(order, 1, a_film())
    path = second.file.path
    with django_capture_on_commit_callbacks(execute=True):
        assert take_back(order, 1)
    assert not contents().exists(path)
    assert verbs()[-1] == Verb.DRAFT_TAKEN_BACK
    write_comment(first, "Nice", actor=olivia)
    assert not take_back(order, 1)
    ReviewComment.objects.all().delete()
    approve(first, actor=olivia)
    assert not take_back(order, 1)
    assert not take_back(order, 2)


def test_a_review_without_versions_waits_for_the_first(order: Order) -> None:
    version = submit_draft(order, 1, Draft("One"))
    take_back(order, 1)
    assert state(version) == DraftState.AWAITED


def test_a_review_that_is_gone_follows_nothing(organization: Organization) -> None:
    drafts.follow_versions(0)
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("", None),
        ("12", 12),
        ("0:12", 12),
        ("1:02:03", 3723),
        ("1:75", "minutes"),
        ("99999", "long"),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, second: int | str | None) -> None:
    form = CommentForm({"text": "Nice", "second": text})
    if isinstance(second, str):
        assert second in str(form.errors["second"])
    else:
        assert form.is_valid()
        assert form.cleaned_data["second"] == second


def test_files_go_with_the_campaign(
    order: Order, campaign: Campaign, django_capture_on_commit_callbacks: Any
) -> None:
    path = submit_draft(order, 1, a_film()).file.path
    with django_capture_on_commit_callbacks(execute=True):
        campaign.delete()
    assert not File.objects.exists()
    assert not contents().exists(path)


# --- verdicts ---------------------------------------------------------------------------------------------------------
def test_changes_go_to_the_creator_by_mail_once_with_the_reason_and_the_next_version_answers(
    order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, a_film())
    day = TODAY + timedelta(days=3)
    judged = ask_for_changes(version, "Say the name <b>twice</b>.", due_on=day, actor=olivia)
    assert judged.mail_problem == ""
    with pytest.raises(DraftSettled):
        ask_for_changes(version, "Say the name twice.", due_on=day, actor=olivia)
    message = Message.objects.get()
    assert message.recipient == "maya@example.com"
    assert message.subject == "Your draft for Northwind: please change something"
    assert "Say the name <b>twice</b>." in message.text
    assert "Say the name &lt;b&gt;twice&lt;/b&gt;." in message.html
    assert "/draft/1/" in message.text
    assert InfluencerMail.objects.filter(message=message).count() == 1
    review = Review.objects.get()
    assert (review.state, review.due_on) == ("changes", day)
    version.refresh_from_db()
    assert (version.verdict, version.judged_by) == ("changes", olivia)
    assert submit_draft(order, 1, Draft("Two")).number == 2
    assert state(version) == "submitted"
    assert verbs() == [Verb.DRAFT_SUBMITTED, Verb.DRAFT_CHANGES_ASKED, Verb.DRAFT_SUBMITTED]
    with pytest.raises(DraftSettled):
        approve(version, actor=olivia)


def test_approval_is_told_in_the_creators_language_and_switches_no_tracking_off(
    order: Order, olivia: User
) -> None:
    influencer = order.account.influencer
    influencer.language = "de"
    influencer.save()
    make_due(PollKind.ORDER, order.pk)
    before = list(Work.objects.filter(kind=PollKind.ORDER).values())
    version = submit_draft(order, 1, a_film())
    order.refresh_from_db()
    was = (order.state, order.state_at, order.video_count)
    approve(version, actor=olivia)
    assert list(Work.objects.filter(kind=PollKind.ORDER).values()) == before
    order.refresh_from_db()
    assert (order.state, order.state_at, order.video_count) == was
    assert Message.objects.get().subject == "Dein Entwurf für Northwind ist freigegeben"
    assert verbs()[-1] == Verb.DRAFT_APPROVED


def test_a_verdict_is_undone_with_its_mail_unless_something_came_after_it(
    order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, a_film())
    judged = approve(version, actor=olivia)
    take_verdict_back(version, judged.event, actor=olivia)
    assert not Message.objects.exists()
    assert state(version) == "submitted"
    assert verbs()[-1] == Verb.DRAFT_VERDICT_TAKEN_BACK
    with pytest.raises(DraftSettled):
        take_verdict_back(version, judged.event, actor=olivia)
    again = ask_for_changes(version, "Shorter.", actor=olivia)
    with pytest.raises(DraftSettled):
        take_verdict_back(version, judged.event, actor=olivia)
    submit_draft(order, 1, Draft("Two"))
    with pytest.raises(DraftSettled):
        take_verdict_back(version, again.event, actor=olivia)
    remove_version(version, actor=olivia)
    with pytest.raises(DraftSettled):
        approve(version, actor=olivia)


@pytest.mark.parametrize("judged_by", [approve, ask_for_changes])
def test_undoing_a_verdict_gives_the_due_date_back_unless_somebody_changed_it(
    order: Order, olivia: User, judged_by: Any
) -> None:
    version = submit_draft(order, 1, a_film())
    review, day, later = version.review, TODAY + timedelta(days=2), TODAY + timedelta(days=9)
    change_due(review, day, actor=olivia)
    more = {"reason": "Shorter.", "due_on": later} if judged_by is ask_for_changes else {}
    judged = judged_by(version, **more, actor=olivia)
    review.refresh_from_db()
    assert review.due_on == more.get("due_on")
    take_verdict_back(version, judged.event, actor=olivia)
    review.refresh_from_db()
    assert review.due_on == day
    judged = judged_by(version, **more, actor=olivia)
    change_due(review, later + timedelta(days=1), actor=olivia)
    take_verdict_back(version, judged.event, actor=olivia)
    review.refresh_from_db()
    assert review.due_on == later + timedelta(days=1)


def test_who_has_no_address_or_one_that_bounced_is_told_by_the_team(
    order: Order, olivia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    influencer = order.account.influencer
    influencer.email = ""
    influencer.save()
    judged = approve(submit_draft(order, 1, Draft("One")), actor=olivia)
    assert judged.mail_problem.startswith("No e-mail address is known")
    influencer.email = "maya@example.com"
    influencer.save()
    from mail.models import Address

    Address.objects.create(address="maya@example.com", bounced_at=timezone.now())
    judged = approve(submit_draft(order, 2, Draft("One")), actor=olivia)
    assert judged.mail_problem.endswith("it stands on the page of their order.")
    assert not Message.objects.exists()


def test_a_cancelled_order_closes_its_drafts_until_it_is_restored(
    order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, a_film())
    event = cancel_order(order, actor=olivia)
    version = ReviewVersion.objects.get()
    for act in (
        lambda: approve(version, actor=olivia),
        lambda: write_comment(version, "Nice", actor=olivia),
    ):
        with pytest.raises(DraftSettled):
            act()
    order.refresh_from_db()
    with pytest.raises(DraftNotTaken):
        submit_draft(order, 1, Draft("Two"))
    with pytest.raises(DraftNotTaken):
        ask_for_draft(order, None, actor=olivia)
    restore_order(order, event, actor=olivia)
    approve(ReviewVersion.objects.get(), actor=olivia)


# --- asking -----------------------------------------------------------------------------------------------------------
def test_a_draft_is_asked_for_by_a_day_that_can_be_changed(order: Order, olivia: User) -> None:
    day = TODAY + timedelta(days=3)
    assert ask_for_draft(order, day, actor=olivia) == ""
    review = Review.objects.get()
    assert (review.state, review.due_on, review.is_overdue) == ("awaited", day, False)
    message = Message.objects.get()
    assert message.subject == "Northwind would like to see a draft"
    assert message.is_bulk
    assert ask_for_draft(order, None, actor=olivia) == ""
    review = Review.objects.get()
    assert review.due_on is None
    change_due(review, TODAY - timedelta(days=1), actor=olivia)
    change_due(review, TODAY - timedelta(days=1), actor=olivia)
    assert Review.objects.get().is_overdue
    assert verbs() == [Verb.DRAFT_ASKED, Verb.DRAFT_ASKED, Verb.DRAFT_DUE_CHANGED]
    submit_draft(order, 1, Draft("One"))
    assert not Review.objects.get().is_overdue
    change_due(review, None, actor=olivia)
    submit_draft(order, 2, Draft("Two"))
    assert why_not_asked(order) == "A draft of each of its videos is there already."


def test_many_are_asked_at_once(order: Order, campaign: Campaign, manager: Client) -> None:
    base = f"/o/oaks/campaigns/{campaign.pk}/orders/bulk/"
    preview = manager.get(base, {"ids": order.pk, "do": "draft"}).content.decode()
    assert "Will be asked for a draft" in preview
    answer = manager.post(base, {"ids": order.pk, "do": "draft", "due_on": "never"})
    assert "Enter a date, such as 2026-12-24." in answer.content.decode()
    day = TODAY + timedelta(days=3)
    manager.post(base, {"ids": order.pk, "do": "draft", "due_on": day.isoformat()})
    work_off(Lane.BULK, threads=1, seconds=10)
    assert Review.objects.get().due_on == day


def test_many_are_asked_without_a_day(order: Order, campaign: Campaign, olivia: User) -> None:
    start_bulk(campaign, [order], "draft", actor=olivia)
    work_off(Lane.BULK, threads=1, seconds=10)
    assert Review.objects.get().due_on is None


# --- comments, and what is removed ------------------------------------------------------------------------------------
def test_a_comment_stands_at_a_second_and_comes_back_when_it_is_removed(
    order: Order, olivia: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = submit_draft(order, 1, a_film())
    comment = write_comment(version, "The logo is cut.", 12, actor=olivia)
    event = Event.objects.get(verb=Verb.DRAFT_COMMENTED)
    assert event.detail == {"draft": 1, "version": 1, "second": 12}
    assert event.texts == {"comment": "The logo is cut."}
    removal = remove_comment(comment, actor=olivia)
    assert removal.influencer == order.account.influencer
    assert not ReviewComment.objects.exists()
    restore_removed(removal, actor=olivia)
    assert ReviewComment.objects.get().second == 12
    assert verbs()[-2:] == [Verb.DRAFT_COMMENT_REMOVED, Verb.DRAFT_COMMENT_RESTORED]
    monkeypatch.setattr(comments, "MOST_COMMENTS", 1)
    with pytest.raises(DraftNotTaken):
        write_comment(version, "More", actor=olivia)


def test_a_removed_version_comes_back_with_its_file_and_comments(
    order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, a_film())
    comment = write_comment(version, "Nice", actor=olivia)
    path, pk = version.file.path, version.pk
    alone = remove_comment(write_comment(version, "Alone", actor=olivia), actor=olivia)
    removal = remove_version(version, actor=olivia)
    assert Review.objects.get().state == DraftState.AWAITED
    assert contents().exists(path)
    with pytest.raises(DraftSettled):
        write_comment(ReviewVersion(pk=pk, review=Review.objects.get()), "x", actor=olivia)
    assert restore_removed(alone, actor=olivia) is None
    restore_removed(removal, actor=olivia)
    assert state(version) == "submitted"
    assert ReviewComment.objects.get() == comment
    assert verbs()[-2:] == [Verb.DRAFT_REMOVED, Verb.DRAFT_RESTORED]


# --- pages ------------------------------------------------------------------------------------------------------------
def test_the_list_is_narrowed_by_state_creator_and_due_date(
    campaign: Campaign, order: Order, olivia: User
) -> None:
    rio = an_order(campaign, an_account("rio.runs", email="rio@example.com"))
    lena = an_order(campaign, an_account("lena.lifts", email="lena@example.com"))
    submit_draft(order, 1, a_film())
    ask_for_draft(rio, TODAY - timedelta(days=1), actor=olivia)
    ask_for_changes(submit_draft(lena, 1, Draft("One")), "Shorter.", actor=olivia)

    def listed(**asked: str) -> list[tuple[str, int | None]]:
        rows = reviews_page(campaign, ReviewsAsked.of(asked)).rows
        return [(row.order.account.handle, row.latest) for row in rows]

    assert listed() == [("lena.lifts", 1), ("rio.runs", None), ("maya.bakes", 1)]
    assert listed(state="submitted") == [("maya.bakes", 1)]
    assert listed(state="overdue") == [("rio.runs", None)]
    assert listed(state="nonsense", q="Rio") == [("rio.runs", None)]
    assert listed(state="over") == []
    cancel_order(order, actor=olivia)
    assert listed(state="over") == [("maya.bakes", 1)]
    assert listed(state="submitted") == []
    assert ReviewsAsked.of({"state": "over", "q": "x"}).query == "state=over&q=x"


def test_the_list_asks_the_database_the_same_however_long_it_is(
    viewer: Client, campaign: Campaign, order: Order, django_assert_num_queries: Any
) -> None:
    url = f"/o/oaks/campaigns/{campaign.pk}/review/"
    assert "No draft yet" in viewer.get(url).content.decode()
    submit_draft(order, 1, Draft("One"))
    counts = []
    for number in range(2):
        viewer.get(url)
        with django_assert_num_queries(10, exact=False):
            page = viewer.get(url).content.decode()
        counts.append(page.count("Open<span"))
        more = an_order(campaign, an_account(f"rio{number}", email=f"rio{number}@example.com"))
        submit_draft(more, 1, Draft("One"))
    assert counts == [1, 2]
    assert "No matches" in viewer.get(f"{url}?state=over").content.decode()
    seen = viewer.get(url).content.decode().partition('data-live="')[2].partition('"')[0]
    assert viewer.get(url, headers={"X-Seen": seen}).status_code == 204


def test_a_draft_is_judged_on_its_page(
    manager: Client, viewer: Client, order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, a_film())
    page = viewer.get(at(version)).content.decode()
    assert f'src="{of(version, "file")}"' in page
    assert "First cut" in page
    assert "Approve v1" not in page
    assert "Approve v1" in manager.get(at(version)).content.decode()

    data = {"text": "The logo is cut.", "second": "1:05"}
    assert (
        "Write the moment"
        in manager.post(
            of(version, "comment"), {**fresh(), **data, "second": "soon"}
        ).content.decode()
    )
    sent = {**fresh(), **data}
    for _ in range(2):
        manager.post(of(version, "comment"), sent)
    comment = ReviewComment.objects.get()
    assert (comment.second, comment.author) == (65, olivia)
    page = viewer.get(at(version)).content.decode()
    assert 'data-second="65"' in page
    assert "The logo is cut." in page

    assert manager.post(of(version, "changes"), {"reason": ""}).status_code == 422
    done = manager.post(of(version, "changes"), {"reason": "Shorter."}, follow=True)
    assert "Changes of version 1 are asked for." in done.content.decode()
    again = manager.post(of(version, "approve"), follow=True).content.decode()
    assert "the draft has changed since" in again
    event = Event.objects.get(verb=Verb.DRAFT_CHANGES_ASKED)
    assert manager.post(of(version, "undo"), {"of": "0"}).status_code == 404
    undone = manager.post(of(version, "undo"), {"of": event.pk}, follow=True).content.decode()
    assert "waits for a verdict again" in undone
    undone = manager.post(of(version, "undo"), {"of": event.pk}, follow=True).content.decode()
    assert "the draft has changed since" in undone
    assert (
        "Version 1 is approved."
        in manager.post(of(version, "approve"), follow=True).content.decode()
    )
    seen = viewer.get(at(version)).content.decode().partition('data-live="')[2].partition('"')[0]
    assert viewer.get(at(version), headers={"X-Seen": seen}).status_code == 204


def test_versions_stand_side_by_side_with_what_changed(viewer: Client, order: Order) -> None:
    version = submit_draft(order, 1, Draft("Buy one pan now"))
    submit_draft(order, 1, Draft("Buy two pans now", "https://example.com/cut"))
    page = viewer.get(f"{at(version)}?v=2&beside=1").content.decode()
    assert "<del>one pan</del>" in page
    assert "<ins>two pans</ins>" in page
    assert "https://example.com/cut" in page
    assert "There is a later version" in viewer.get(f"{at(version)}?v=1").content.decode()
    assert [words.text for words in compared("a b", "a b c")] == ["a b", "c"]
    assert [words.text for words in compared("a b", "a")] == ["a", "b"]


def test_what_is_removed_on_the_page_comes_back_by_its_message(
    manager: Client, order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, a_film())
    comment = write_comment(version, "Nice", actor=olivia)
    for url, back in (
        (at(version, f"comments/{comment.pk}/remove/"), ReviewComment),
        (of(version, "remove"), ReviewVersion),
    ):
        manager.post(url)
        assert not back.objects.exists()
        removal = Removal.objects.latest("pk")
        manager.post(at(version, f"restore/{removal.pk}/"))
        assert back.objects.count() == 1
    gone = manager.post(at(version, f"restore/{removal.pk}/"), follow=True).content.decode()
    assert "no longer there" in gone


def test_a_due_date_is_set_on_the_page_and_an_empty_draft_says_that_it_is_awaited(
    manager: Client, order: Order, olivia: User
) -> None:
    ask_for_draft(order, None, actor=olivia)
    review = Review.objects.get()
    url = f"/o/oaks/campaigns/{review.campaign_id}/review/{review.pk}/"
    assert "No version yet" in manager.get(url).content.decode()
    refused = manager.post(f"{url}due/", {"due_on": "x"})
    assert (
        refused.status_code,
        "Enter a date, such as 2026-12-24." in refused.content.decode(),
    ) == (422, True)
    submit(manager, url, {"due_on": TODAY.isoformat()}, to=f"{url}due/")
    assert Review.objects.get().due_on == TODAY
    cancel_order(order, actor=olivia)
    assert "this draft is closed" in manager.get(url).content.decode()
    Order.objects.update(state=OrderState.FULFILLED)
    assert "The order is over" in manager.get(url).content.decode()


def test_a_due_date_that_somebody_else_has_set_meanwhile_is_asked_about(
    manager: Client, order: Order, olivia: User
) -> None:
    draft = submit_draft(order, 1, Draft("One"))
    opened, later = manager.get(at(draft)), TODAY + timedelta(days=3)
    before = state(draft)
    change_due(draft.review, later, actor=olivia)
    for nth, (to, given) in enumerate(
        [(of(draft, "changes"), {"reason": "Shorter."}), (at(draft, "due/"), {})]
    ):
        given |= {"due_on": TODAY.isoformat(), "version": version(opened, nth)}
        asked = manager.post(to, given)
        assert (asked.status_code, "Somebody else" in asked.content.decode()) == (422, True)
    assert (state(draft), Review.objects.get().due_on) == (before, later)
    given |= {"version": version(asked, 1), "keep_due_on": "yours"}
    assert manager.post(at(draft, "due/"), given).status_code == 302
    assert Review.objects.get().due_on == TODAY


def test_a_mail_that_cannot_go_out_is_told_beside_the_verdict(
    manager: Client, order: Order
) -> None:
    influencer = order.account.influencer
    influencer.email = ""
    influencer.save()
    version = submit_draft(order, 1, Draft("One"))
    page = manager.post(of(version, "approve"), follow=True).content.decode()
    assert "No e-mail address is known" in page
    too_many = {**fresh(), "text": "Nice"}
    comments_before = ReviewComment.objects.count()
    manager.post(of(version, "comment"), too_many)
    assert ReviewComment.objects.count() == comments_before + 1


def test_a_comment_on_a_closed_draft_is_refused_with_the_reason(
    manager: Client, order: Order, olivia: User
) -> None:
    version = submit_draft(order, 1, Draft("One"))
    cancel_order(order, actor=olivia)
    page = manager.post(of(version, "comment"), {**fresh(), "text": "Nice"}, follow=True)
    assert "its order is over" in page.content.decode()


@pytest.mark.parametrize("what", ["comment", "approve", "changes", "undo", "remove"])
def test_viewers_judge_nothing(viewer: Client, order: Order, what: str) -> None:
    version = submit_draft(order, 1, Draft("One"))
    assert viewer.post(of(version, what), {"reason": "x", "text": "x"}).status_code == 403
    assert viewer.post(at(version, "due/")).status_code == 403
    assert verbs() == [Verb.DRAFT_SUBMITTED]


# --- files ------------------------------------------------------------------------------------------------------------
def test_members_play_any_part_of_the_film_and_nobody_else_does(
    viewer: Client, order: Order, organization: Organization
) -> None:
    version = submit_draft(order, 1, a_film())
    url = of(version, "file")
    part = viewer.get(url, headers={"range": "bytes=4-11"})
    assert (part.status_code, part.getvalue()) == (206, b"ftypisom")
    assert viewer.get(f"/o/oaks/files/{version.file.key}/").status_code == 404
    assert Client().get(url).status_code == 302
    bare = submit_draft(order, 1, Draft("Words"))
    assert viewer.get(of(bare, "file")).status_code == 404
    picture = submit_draft(order, 1, Draft("", "", SimpleUploadedFile("a.png", a_picture())))
    assert "<img" in viewer.get(at(picture)).content.decode()
    assert picture.shows == "image"
    paper = Draft("", "", SimpleUploadedFile("a.pdf", b"%PDF-1.7 " + b"x" * 50))
    assert submit_draft(order, 1, paper).shows == "other"


def test_a_member_limited_to_groups_sees_drafts_of_theirs_only(
    order: Order, organization: Organization, campaign: Campaign
) -> None:
    version = submit_draft(order, 1, a_film())
    client = signed_in(organization, Role.VIEWER)
    Membership.objects.filter(user__email="viewer@example.com").update(is_limited=True)
    group = Group.objects.create(name="Food", key="food")
    group.members.create(user=User.objects.get(email="viewer@example.com"))
    tab = f"/o/oaks/campaigns/{campaign.pk}/review/"
    assert client.get(at(version)).status_code == 404
    assert client.get(of(version, "file")).status_code == 404
    assert "maya.bakes" not in client.get(tab).content.decode()
    influencer = order.account.influencer
    influencer.group = group
    influencer.save()
    assert client.get(at(version)).status_code == 200
    assert "maya.bakes" in client.get(tab).content.decode()
