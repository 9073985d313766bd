"""An influencer's timeline: what was recorded about them and what hangs on them, and mail to them, newest first."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from crm.models import Influencer, Tagging
from crm.queries.timeline import KINDS, PAGE, influencer_timeline, kind_of
from crm.services.collections.lists import add_to_list, create_list, delete_list, remove_from_list
from crm.services.collections.tags import create_tag, delete_tag, tag_influencers, untag_influencers
from crm.services.influencers import archive_influencers, edit_influencer, restore_influencers
from crm.services.notes import write_note
from mail.models import Message
from tenancy.enums import Role, Verb
from tenancy.models import Event, EventText, Organization, User
from tenancy.services.events import record
from tenancy.services.organizations import add_member
from tests.crm.conftest import queries_in
from tests.factories.campaigns import a_campaign, a_participant, a_post, a_video, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.personas import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def at(influencer: Influencer, rest: str = "") -> str:
    return f"/o/oak/influencers/{influencer.pk}/timeline/{rest}"


def text(client: Client, url: str) -> str:
    return " ".join(client.get(url).content.decode().split())


def a_mail(to: str, subject: str, **fields: object) -> Message:
    return Message.objects.create(
        template="x",
        intent=subject,
        recipient=to,
        subject=subject,
        message_id=f"<{subject}@x.example>",
        **fields,
    )


def titles(influencer: Influencer, **how: str) -> list[str]:
    return [entry.title for entry in influencer_timeline(influencer, **how).entries]


def test_it_holds_what_was_said_of_them_their_accounts_and_creators_and_of_nobody_else() -> None:
    account, other = TikTokAccountFactory.create(), TikTokAccountFactory.create()
    influencer = account.influencer
    edit_influencer(influencer, actor=None, name="Maya B.")
    record(Verb.ACCOUNT_ADDED, account, actor=None, influencer=influencer.pk)
    record(Verb.CREATOR_ASKED_TO_JOIN, account.creator, actor=None)
    for foreign in (other, other.creator, other.influencer):
        record(Verb.CREATOR_RENAMED, foreign, actor=None)

    assert titles(influencer) == [
        Verb.CREATOR_ASKED_TO_JOIN.label,
        Verb.ACCOUNT_ADDED.label,
        Verb.INFLUENCER_EDITED.label,
    ]


def test_orders_and_posts_of_their_accounts_stand_in_it() -> None:
    campaign = a_campaign()
    account, other = a_participant(campaign, "maya"), a_participant(campaign, "tom")
    for each in (account, other):
        order = an_order(campaign, each)
        record(Verb.ORDER_MARKED_SENT, order, actor=None)
        post = a_post(campaign, a_video(each, f"1{each.pk}"))
        record(Verb.POST_ADDED_BY_HAND, post, actor=None)
    assert titles(account.influencer, kind="posts") == [Verb.POST_ADDED_BY_HAND.label]
    assert Verb.ORDER_MARKED_SENT.label in titles(account.influencer, kind="orders")
    assert titles(account.influencer).count(Verb.ORDER_MARKED_SENT.label) == 1


def test_mail_to_their_addresses_stands_between_the_events() -> None:
    person = User.objects.create_user("maya@example.com", "secret")
    influencer = InfluencerFactory.create(email="new@example.com", person=person)
    record(Verb.INFLUENCER_EDITED, influencer, actor=None)
    soon = timezone.now() + timedelta(minutes=1)
    a_mail("maya@example.com", "Hello", created_at=soon, state="bounced", reason="No mailbox.")
    a_mail("new@example.com", "Earlier", created_at=soon - timedelta(days=1))
    a_mail("tom@example.com", "Not theirs")

    entries = influencer_timeline(influencer).entries
    assert [(entry.title, entry.label, entry.notes) for entry in entries] == [
        ("E-mail bounced", "Hello", ("No mailbox.",)),
        (Verb.INFLUENCER_EDITED.label, "", ()),
        ("E-mail queued", "Earlier", ()),
    ]
    assert entries[0].tone == "is-failed"
    assert titles(influencer, kind="mail") == ["E-mail bounced", "E-mail queued"]
    assert titles(InfluencerFactory.create(email="")) == []


def test_every_verb_is_of_a_kind_that_can_be_chosen() -> None:
    assert {kind_of(verb) for verb in Verb.values} == set(KINDS) - {""}
    influencer = InfluencerFactory.create()
    record(Verb.TASK_DONE, influencer, actor=None)
    record(Verb.INFLUENCER_TAGGED, influencer, actor=None)
    assert titles(influencer, kind="tasks") == [Verb.TASK_DONE.label]
    assert titles(influencer, kind="tags") == [Verb.INFLUENCER_TAGGED.label]
    assert titles(influencer, kind="notes") == []
    assert len(titles(influencer, kind="no such kind")) == 2


def test_consents_and_answers_about_them_are_a_kind_of_their_own() -> None:
    account = TikTokAccountFactory.create()
    maya = account.influencer
    for verb, about in (
        (Verb.CONNECTION_CONNECTED, account.creator),
        (Verb.CONSENT_WITHDRAWN, account.creator),
        (Verb.PUBLISHING_ALLOWED, account.creator),
        (Verb.CONNECT_DECLINED, maya),
        (Verb.CONNECT_STOPPED, maya),
        (Verb.INFLUENCER_EDITED, maya),
    ):
        record(verb, about, actor=None)
    assert titles(maya, kind="consents") == [
        Verb.CONNECT_STOPPED.label,
        Verb.CONNECT_DECLINED.label,
        Verb.PUBLISHING_ALLOWED.label,
        Verb.CONSENT_WITHDRAWN.label,
        Verb.CONNECTION_CONNECTED.label,
    ]
    assert titles(maya, kind="changes") == [Verb.INFLUENCER_EDITED.label]


def test_it_is_filtered_by_who_did_it(oak: Organization, viewer: Client) -> None:
    ada, bea = (make_person(name, "x") for name in ("ada", "bea"))
    add_member(oak, ada, role=Role.MANAGER, actor=None)
    maya = InfluencerFactory.create(email="maya@example.com", person=make_person("maya", "x"))
    for verb, actor in (
        (Verb.INFLUENCER_EDITED, ada),
        (Verb.NOTE_WRITTEN, bea),
        (Verb.CONSENT_RENEWED, maya.person),
        (Verb.CONNECT_DECLINED, None),
        (Verb.INFLUENCER_IMPORTED, None),
    ):
        record(verb, maya, actor=actor)
    a_mail("maya@example.com", "Hello", created_at=timezone.now() + timedelta(minutes=1))
    imported, declined = Verb.INFLUENCER_IMPORTED.label, Verb.CONNECT_DECLINED.label
    assert titles(maya, by=str(ada.pk)) == [Verb.INFLUENCER_EDITED.label]
    assert titles(maya, by=str(bea.pk), kind="notes") == [Verb.NOTE_WRITTEN.label]
    assert titles(maya, by="creator") == [declined, Verb.CONSENT_RENEWED.label]
    assert titles(maya, by="influence") == ["E-mail queued", imported]
    assert len(titles(maya)) == 6
    nobody_signs_in = InfluencerFactory.create(email="", person=None)
    record(Verb.CONNECT_DECLINED, nobody_signs_in, actor=None)
    record(Verb.INFLUENCER_IMPORTED, nobody_signs_in, actor=None)
    assert titles(nobody_signs_in, by="creator") == [declined]

    page = text(viewer, at(maya, f"?kind=notes&by={ada.pk}"))
    assert "No matches." in page
    assert f'<option value="{ada.pk}" selected>' in page
    assert '<option value="creator" >The creator</option>' in page
    assert f"?kind=mail&by={ada.pk}" in page
    assert "A former member" not in page
    assert f'value="{bea.pk}" selected>A former member<' in text(viewer, at(maya, f"?by={bea.pk}"))
    assert '<option value="" selected>Everybody</option>' in text(viewer, at(maya, "?by=nobody"))


def test_earlier_entries_of_one_person_follow_and_offer_no_undo_of_what_others_changed_since(
    viewer: Client,
) -> None:
    ada, bea = (make_person(name, "x") for name in ("ada", "bea"))
    maya, food = InfluencerFactory.create(email=""), create_tag("Food", actor=None)
    for _ in range(PAGE):
        record(Verb.TASK_CREATED, maya, actor=ada)
    tag_influencers(food, [maya], actor=ada)
    untag_influencers(food, [maya], actor=bea)
    tag_influencers(food, [maya], actor=bea)
    first = influencer_timeline(maya, by=str(ada.pk))
    assert [entry.title for entry in first.entries if entry.undo] == []
    link = re.search(r'hx-get="([^"]+cursor=[^"]+)"', text(viewer, at(maya, f"?by={ada.pk}")))
    assert link is not None
    rest = viewer.get(link[1].replace("&amp;", "&"), headers={"HX-Request": "true"})
    assert rest.content.decode().count("<strong>") == 1


def test_earlier_entries_follow_page_by_page_even_of_one_moment(viewer: Client) -> None:
    influencer = InfluencerFactory.create(email="maya@example.com")
    for number in range(PAGE + 5):
        record(Verb.TASK_CREATED, influencer, actor=None, texts={"task": f"{number}"})
    moment = Event.objects.latest("pk").at
    for number in range(PAGE):
        a_mail("maya@example.com", f"Mail {number}", created_at=moment)
    seen, cursor = [], ""
    for _ in range(3):
        page = influencer_timeline(influencer, cursor=cursor)
        seen += [(entry.stream, entry.pk) for entry in page.entries]
        cursor = page.earlier or ""
    assert len(set(seen)) == len(seen) == 2 * PAGE + 5
    assert cursor == ""
    assert titles(influencer, cursor="altered") == titles(influencer)

    link = re.search(r'hx-get="([^"]+cursor=[^"]+)"', text(viewer, at(influencer)))
    assert link is not None
    url = link[1].replace("&amp;", "&")
    part = viewer.get(url, headers={"HX-Request": "true"}).content.decode()
    assert part.strip().startswith("<li")
    assert "<html" in viewer.get(url).content.decode()


def test_the_page_says_what_happened_by_whom_and_still_does_once_the_texts_are_gone(
    viewer: Client,
) -> None:
    influencer = InfluencerFactory.create(name="Maya")
    ada = make_person("ada", "x")
    edit_influencer(influencer, actor=ada, email="m@example.com", country="GB")
    write_note(influencer, "Prefers short briefs.", author=ada)
    url = at(influencer)

    page = text(viewer, url)
    assert "<strong>Details edited</strong>" in page
    assert "by <bdi>ada x</bdi>" in page
    assert '<p class="note" dir="auto">Fields: country, email</p>' in page
    assert '<p class="note" dir="auto">Prefers short briefs.</p>' in page

    EventText.objects.all().delete()
    page = text(viewer, url)
    assert "<strong>Details edited</strong>" in page
    assert "Fields:" not in page


def test_a_long_timeline_costs_what_a_short_one_does(viewer: Client) -> None:
    influencer = InfluencerFactory.create(email="maya@example.com")
    record(Verb.INFLUENCER_EDITED, influencer, actor=make_person("one", "x"))
    one = queries_in(viewer, at(influencer))
    for number in range(5):
        record(Verb.INFLUENCER_EDITED, influencer, actor=make_person(str(number), "x"))
        a_mail("maya@example.com", f"Mail {number}")
    assert queries_in(viewer, at(influencer)) == one <= 14


# --- undo --------------------------------------------------------------------------------------------------------
def undos(influencer: Influencer) -> dict[str, str]:
    """The act that undoes each entry that offers one, by the entry's title."""
    entries = influencer_timeline(influencer).entries
    return {entry.title: entry.undo.act for entry in entries if entry.undo}


def test_the_latest_change_of_a_tag_a_list_and_the_archive_is_undone_while_it_stands() -> None:
    maya = InfluencerFactory.create()
    food, gone = create_tag("Food", actor=None), create_tag("Gone", actor=None)
    winter = create_list("Winter", actor=None)
    tag_influencers(food, [maya], actor=None)
    tag_influencers(gone, [maya], actor=None)
    delete_tag(gone, actor=None)
    add_to_list(winter, [maya], actor=None)
    archive_influencers([maya], actor=None)
    maya.refresh_from_db()
    assert undos(maya) == {
        "Tag added": "crm:remove_tag",
        "Added to a list": "crm:remove_list",
        "Archived": "crm:restore_influencer",
    }
    untag_influencers(food, [maya], actor=None)
    remove_from_list(winter, [maya], actor=None)
    restore_influencers([maya], actor=None)
    maya.refresh_from_db()
    assert undos(maya) == {"Tag removed": "crm:add_tag", "Removed from a list": "crm:add_list"}
    Tagging.objects.create(tag=food, influencer=maya)
    delete_list(winter, actor=None)
    assert undos(maya) == {}


def test_a_change_is_undone_for_30_days_by_who_may_edit(manager: Client, viewer: Client) -> None:
    maya = InfluencerFactory.create()
    tag_influencers(create_tag("Food", actor=None), [maya], actor=None)
    address = re.search(r'action="([^"]*/tags/[^"]*)"', text(manager, at(maya)))
    assert address is not None
    assert ">Undo<" not in text(viewer, at(maya))
    assert manager.post(address[1]).status_code == 302
    assert not Tagging.objects.exists()
    assert undos(maya) == {"Tag removed": "crm:add_tag"}
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert undos(maya) == {}


def test_an_old_page_offers_no_undo_of_what_was_changed_again_since() -> None:
    maya = InfluencerFactory.create()
    food, kept = create_tag("Food", actor=None), create_tag("Kept", actor=None)
    tag_influencers(food, [maya], actor=None)
    tag_influencers(kept, [maya], actor=None)
    archive_influencers([maya], actor=None)
    for _ in range(PAGE):
        record(Verb.INFLUENCER_EDITED, maya, actor=None)
    untag_influencers(food, [maya], actor=None)
    tag_influencers(food, [maya], actor=None)
    restore_influencers([maya], actor=None)
    archive_influencers([maya], actor=None)
    maya.refresh_from_db()
    first = influencer_timeline(maya)
    assert [e.undo.row for e in first.entries if e.undo] == [None, food.pk]
    old = influencer_timeline(maya, cursor=first.earlier or "")
    undone = [(e.title, e.undo.row) for e in old.entries if e.undo]
    assert undone == [("Tag added", kept.pk)]
