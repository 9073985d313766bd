"""Notes, tasks, files, drafts and segments that were deleted: undone from the message and the timeline, for thirty days."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from crm.enums import ContractState
from crm.errors import ContractSettled, NameTakenSince
from crm.models import Contract, Document, Influencer, Mention, Note, Removal, Segment, Task
from crm.queries.timeline import influencer_timeline
from crm.services.collections.segments import create_segment, delete_segment
from crm.services.documents.contracts import (
    add_version,
    change_state,
    create_contract,
    delete_draft,
    take_state_back,
)
from crm.services.documents.files import add_document, delete_document
from crm.services.influencers import delete_influencer
from crm.services.notes import delete_note, pin_note, write_note
from crm.services.removals.keeping import restore_removed
from crm.services.tasks import create_task, delete_task
from files.models import File
from files.store import contents
from jobs.enums import Lane
from tenancy.enums import Role
from tenancy.models import Group, GroupMember, Membership, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import crm_events, crm_verbs
from tests.crm.merging.conftest import merge
from tests.crm.test_details_pages import undo_button
from tests.factories.crm import InfluencerFactory
from tests.submitting import submit
from tests.working import pump

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"
LIST = "/o/oak/influencers/"


@pytest.fixture
def maya(oak: Organization) -> Influencer:
    with organization_scope(oak):
        return InfluencerFactory.create(name="Maya Ferrand")


def at(influencer: Influencer, rest: str = "") -> str:
    return f"/o/oak/influencers/{influencer.pk}/{rest}"


def upload() -> SimpleUploadedFile:
    return SimpleUploadedFile("brief.pdf", PDF)


def entry(influencer: Influencer, title: str) -> tuple[str, int | None] | None:
    """The act that undoes the latest entry of this title, and its row."""
    found = next(e for e in influencer_timeline(influencer).entries if e.title == title)
    return (found.undo.act, found.undo.row) if found.undo else None


def text(answer: object) -> str:
    page = answer.content.decode()  # type: ignore[attr-defined]
    return re.sub(r"[\u2068\u2069]", "", " ".join(re.sub(r"<[^>]+>", " ", page).split()))


# --- from the pages ----------------------------------------------------------------------------------------------
def test_a_note_a_task_a_file_and_a_draft_come_back_from_the_message(
    oak: Organization, manager: Client, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        note = write_note(maya, "Ask @Olivia Park.", author=owner)
        pin_note(note, is_pinned=True)
        task = create_task(maya, "Call", assignee_id=owner.pk, actor=owner)
        document = add_document(maya, upload(), actor=owner)
        draft = create_contract(maya, "Deal", upload=upload(), actor=owner)
    for url in (
        f"notes/{note.pk}/delete/",
        f"tasks/{task.pk}/delete/",
        f"files/{document.pk}/delete/",
        f"contracts/{draft.pk}/delete/",
    ):
        page = manager.post(at(maya, url), follow=True).content.decode()
        with organization_scope(oak):
            removal = Removal.objects.get()
            counts = [model.objects.count() for model in (Note, Task, Document, Contract)]
            assert sorted(counts) == [0, 1, 1, 1]
        assert undo_button(page) == at(maya, f"removed/{removal.pk}/restore/")
        timeline = manager.get(at(maya, "timeline/")).content.decode()
        assert f'action="{at(maya, f"removed/{removal.pk}/restore/")}"' in timeline
        assert "It is back." in text(manager.post(undo_button(page), follow=True))
        again = manager.post(undo_button(page), follow=True)
        assert "Nothing was undone: it is no longer there." in text(again)
    with organization_scope(oak):
        back = Note.objects.get()
        assert (back.pk, back.text, back.is_pinned, back.created_at) == (
            note.pk,
            note.text,
            True,
            note.created_at,
        )
        assert Mention.objects.get().user == owner
        assert Task.objects.get().assignee == owner
        assert contents().exists(Document.objects.get().file.path)
        assert Contract.objects.get().file == draft.file
        assert File.objects.count() == 2
        assert not Removal.objects.exists()
        restored = [event for event in crm_events() if event.verb.endswith(".restored")]
        assert [(event.verb, event.text.detail) for event in restored] == [
            ("note.restored", {}),
            ("task.restored", {"task": "Call"}),
            ("file.restored", {"file": "brief.pdf"}),
            ("contract.restored", {"contract": "Deal v1"}),
        ]


def test_what_is_kept_of_a_group_is_for_its_members_and_for_who_may_edit(
    oak: Organization, signed_in: Callable[[Role], Client], maya: Influencer, owner: User
) -> None:
    limited, viewer = signed_in(Role.MANAGER), signed_in(Role.VIEWER)
    with organization_scope(oak):
        member = Membership.objects.get(role=Role.MANAGER)
        Membership.objects.filter(pk=member.pk).update(is_limited=True)
        group = Group.objects.create(name="North")
        GroupMember.objects.create(group=group, user=member.user)
        other = InfluencerFactory.create(group=group)
        removal = delete_note(write_note(maya, "x", author=owner), actor=owner)
    assert limited.post(at(maya, f"removed/{removal.pk}/restore/")).status_code == 404
    page = limited.post(at(other, f"removed/{removal.pk}/restore/"), follow=True)
    assert "Nothing was undone: it is no longer there." in text(page)
    assert viewer.post(at(maya, f"removed/{removal.pk}/restore/")).status_code == 403
    with organization_scope(oak):
        assert not Note.objects.exists()


# --- how long, and with whom it goes -----------------------------------------------------------------------------
def test_after_thirty_days_it_is_gone_with_its_content(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        document = add_document(maya, upload(), actor=owner)
        delete_document(document, actor=owner)
        path = File.objects.get().path
        assert entry(maya, "File deleted") == ("crm:restore_removed", Removal.objects.get().pk)
    with time_machine.travel(timezone.now() + timedelta(days=29)):
        pump(Lane.BULK)
        with organization_scope(oak):
            assert Removal.objects.exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        pump(Lane.BULK)
    with organization_scope(oak):
        assert not Removal.objects.exists()
        assert not File.objects.exists()
        assert entry(maya, "File deleted") is None
    assert path


def test_whoever_is_deleted_takes_along_what_was_deleted_of_them(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        noor = InfluencerFactory.create(name="Noor")
        delete_note(write_note(maya, "Canary", author=owner), actor=owner)
        delete_document(add_document(maya, upload(), actor=owner), actor=owner)
        delete_note(write_note(noor, "Hers", author=owner), actor=owner)
        delete_influencer(maya, actor=owner)
        assert [each.influencer for each in Removal.objects.all()] == [noor]
        assert not File.objects.exists()


def test_it_moves_along_when_its_influencer_is_merged(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        noor = InfluencerFactory.create(name="Noor")
        removal = delete_note(write_note(maya, "Ships from Linz", author=owner), actor=owner)
        merge(noor, maya, actor=owner)
        note = restore_removed(removal, actor=owner)
        assert (note.influencer_id, note.text) == (noor.pk, "Ships from Linz")
        assert restore_removed(removal, actor=owner) is None


def test_who_has_left_is_left_out(oak: Organization, maya: Influencer, owner: User) -> None:
    leaver = User.objects.create_user("lee@oak.example", name="Lee")
    with organization_scope(oak):
        note = write_note(maya, "Ask @Olivia Park", author=leaver)
        Mention.objects.create(note=note, user=leaver)
        removal = delete_note(note, actor=owner)
        leaver.delete()
        assert restore_removed(removal, actor=owner).author_id is None
        assert [each.user for each in Mention.objects.all()] == [owner]


# --- contracts ---------------------------------------------------------------------------------------------------
def test_a_draft_whose_number_is_taken_since_stays_deleted(
    oak: Organization, manager: Client, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        first = create_contract(maya, "Deal", text="x", actor=owner)
        second = add_version(first, text="y", actor=owner)
        removal = delete_draft(second, actor=owner)
        add_version(first, text="z", actor=owner)
        with pytest.raises(NameTakenSince):
            restore_removed(removal, actor=owner)
    page = manager.post(at(maya, f"removed/{removal.pk}/restore/"), follow=True)
    assert "There is another one named Deal v2 by now, so nothing was undone." in text(page)
    with organization_scope(oak):
        assert Removal.objects.get() == removal


def test_a_contract_goes_one_step_back_from_its_page_its_message_and_the_timeline(
    oak: Organization, manager: Client, viewer: Client, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        contract = create_contract(maya, "Deal", text="x", actor=owner)
    url = at(maya, f"contracts/{contract.pk}/")
    assert "Back to" not in text(manager.get(url))
    manager.post(f"{url}state/", {"state": "sent"})
    page = manager.post(f"{url}state/", {"state": "declined"}, follow=True)
    assert "Back to sent" in text(page)
    assert undo_button(page.content.decode()) == f"{url}back/"
    with organization_scope(oak):
        assert entry(maya, "State of a contract changed") == (
            "crm:take_contract_back",
            contract.pk,
        )
    assert viewer.post(f"{url}back/", {"state": "declined"}).status_code == 403
    back = manager.post(f"{url}back/", {"state": "declined"}, follow=True)
    assert "Taken back: the contract is sent again." in text(back)
    with organization_scope(oak):
        contract.refresh_from_db()
        assert (contract.state, contract.answered_at) == ("sent", None)
        assert contract.sent_at
        assert entry(maya, "State of a contract changed") is None
    stale = manager.post(f"{url}back/", {"state": "declined"}, follow=True)
    assert "Somebody else has changed this contract" in text(stale)
    manager.post(f"{url}back/", {"state": "sent"})
    assert manager.post(f"{url}back/", {"state": "eaten"}).status_code == 404
    with organization_scope(oak):
        contract.refresh_from_db()
        assert (contract.state, contract.sent_at) == ("draft", None)
        with pytest.raises(ContractSettled):
            take_state_back(contract, ContractState.DRAFT, actor=owner)
        assert crm_events()[-1].detail == {
            "contract": contract.pk,
            "state": "draft",
            "taken_back": True,
        }


def test_a_state_that_is_not_the_contracts_any_more_is_not_offered_back(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        contract = create_contract(maya, "Deal", text="x", actor=owner)
        change_state(contract, ContractState.SENT, actor=owner)
        Contract.objects.update(state=ContractState.ACCEPTED)
        assert entry(maya, "State of a contract changed") is None


# --- segments ----------------------------------------------------------------------------------------------------
def test_a_segment_is_renamed_shared_deleted_and_restored(
    oak: Organization, manager: Client
) -> None:
    me = User.objects.get(email="manager@oak.example")
    with organization_scope(oak):
        segment = create_segment("Food", filters=["country:DE"], sort="", is_shared=False, actor=me)
    here = f"{LIST}segments/{segment.pk}/"
    shown = manager.get(f"{LIST}?f=country:DE&segment={segment.pk}").content.decode()
    assert f'href="{here}edit/"' in shown
    assert manager.post(f"{here}edit/", {"name": "\u200b"}).status_code == 422
    submit(manager, f"{here}edit/", {"name": "Food DE", "is_shared": "on"})
    with organization_scope(oak):
        segment.refresh_from_db()
        assert (segment.name, segment.is_shared) == ("Food DE", True)
    submit(manager, f"{here}edit/", {"name": "Food DE"})
    page = manager.post(f"{here}delete/", follow=True).content.decode()
    with organization_scope(oak):
        assert not Segment.objects.exists()
    assert "It is back." in text(manager.post(undo_button(page), follow=True))
    assert "Nothing was undone" in text(manager.post(undo_button(page), follow=True))
    with organization_scope(oak):
        back = Segment.objects.get()
        assert (back.pk, back.filters, back.is_shared) == (segment.pk, ["country:DE"], False)
        assert crm_verbs()[-4:] == [
            "segment.changed",
            "segment.changed",
            "segment.deleted",
            "segment.restored",
        ]


def test_a_shared_segment_is_changed_by_its_owner_or_an_admin_and_by_nobody_else(
    oak: Organization, signed_in: Callable[[Role], Client], owner: User
) -> None:
    colleague, admin = signed_in(Role.MANAGER), signed_in(Role.ADMIN)
    with organization_scope(oak):
        segment = create_segment(
            "Food", filters=["country:DE"], sort="", is_shared=True, actor=owner
        )
    here = f"{LIST}segments/{segment.pk}/"
    for verb in ("change", "edit", "delete"):
        answer = colleague.post(f"{here}{verb}/", {"f": "country:AT", "name": "x"})
        assert answer.status_code == 403
    page = text(colleague.get(f"{LIST}?f=country:AT&segment={segment.pk}"))
    assert "Save as a segment" in page
    assert "Save changes" not in page
    assert "Delete segment" not in text(colleague.get(f"{LIST}?f=country:DE&segment={segment.pk}"))
    admin.post(f"{here}change/", {"f": "country:AT"})
    page = text(admin.get(f"{LIST}?f=country:AT&segment={segment.pk}"))
    assert "Delete segment" in page
    admin.post(f"{here}delete/")
    with organization_scope(oak):
        removal = Removal.objects.get()
    assert colleague.post(f"{LIST}segments/removed/{removal.pk}/restore/").status_code == 403
    admin.post(f"{LIST}segments/removed/{removal.pk}/restore/")
    with organization_scope(oak):
        assert Segment.objects.get().filters == ["country:AT"]
        Segment.objects.update(is_shared=False)
    assert admin.post(f"{here}delete/").status_code == 404


def test_a_member_limited_to_groups_brings_their_segment_back(
    oak: Organization, manager: Client
) -> None:
    me = User.objects.get(email="manager@oak.example")
    Membership.objects.filter(user=me).update(is_limited=True)
    with organization_scope(oak):
        segment = create_segment("Food", filters=[], sort="", is_shared=False, actor=me)
        pk, removal = segment.pk, delete_segment(segment, actor=me)
    manager.post(f"{LIST}segments/removed/{removal.pk}/restore/")
    with organization_scope(oak):
        assert Segment.objects.get().pk == pk


def test_a_task_of_another_kind_of_removal_is_no_segment(
    oak: Organization, manager: Client, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        removal = delete_task(create_task(maya, "Call", actor=owner), actor=owner)
    page = manager.post(f"{LIST}segments/removed/{removal.pk}/restore/", follow=True)
    assert "Nothing was undone" in text(page)
    with organization_scope(oak):
        assert not Task.objects.exists()


# --- two at once -------------------------------------------------------------------------------------------------
def test_of_two_who_delete_a_file_at_once_both_undo_the_same_and_nothing_takes_its_content_away(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        add_document(maya, upload(), actor=owner)
        first, second = Document.objects.get(), Document.objects.get()
        removal = delete_document(first, actor=owner)
        assert delete_document(second, actor=owner) == removal
        assert crm_verbs().count("file.deleted") == 1
        restore_removed(removal, actor=owner)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        while pump(Lane.BULK):
            pass
    with organization_scope(oak):
        assert contents().exists(Document.objects.get().file.path)


def test_what_is_deleted_is_kept_as_it_is_stored_and_not_as_somebody_has_read_it(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        write_note(maya, "First", author=owner)
        stale = Note.objects.get()
        Note.objects.update(text="Second")
        assert restore_removed(delete_note(stale, actor=owner), actor=owner).text == "Second"


def test_a_draft_that_is_gone_is_neither_sent_nor_taken_back(
    oak: Organization, maya: Influencer, owner: User
) -> None:
    with organization_scope(oak):
        draft = create_contract(maya, "Deal", text="We agree.", actor=owner)
        stale = Contract.objects.get()
        removal = delete_draft(draft, actor=owner)
        with pytest.raises(ContractSettled):
            change_state(stale, ContractState.SENT, actor=owner)
        with pytest.raises(ContractSettled):
            take_state_back(stale, ContractState.SENT, actor=owner)
        assert delete_draft(stale, actor=owner) == removal
        pin_note(Note(pk=1), is_pinned=True)  # a note that is gone is not pinned, and nobody fails
