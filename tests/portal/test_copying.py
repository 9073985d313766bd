"""A person downloads everything that is held about them: pages to read, the same as JSON, and their files."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.utils import timezone

from crm.models import Application, Document, Influencer, Note
from crm.services.mailings.ties import tie_mail
from crm.services.programs.applying import begin
from files.models import File
from files.services.storing import store_made
from files.store import contents
from jobs.enums import JobState, Lane
from jobs.models import Job, Work
from mail.models import Message
from portal.copying.archive import write_archive
from portal.copying.content import parts_of
from portal.copying.job import COPY, FORGET, KEPT_FOR, latest_copy, start_copy
from portal.copying.purge import CopyPurger
from tenancy.enums import Verb
from tenancy.models import Organization, User
from tenancy.scope import organization_scope, person_scope
from tenancy.services.events import record
from tenancy.services.organizations import let_influencer_in
from tests.connecting import a_person, an_organization
from tests.crm.erasure.test_people import bounced
from tests.factories.programs import a_program
from tests.mail.conftest import queue
from tests.mailing import sent_mail
from tests.personas import build_tenant
from tests.portal.test_dashboard import signed_in, text
from tests.working import pump
from tiktok.models import LegacyMigration
from tiktok.services.legacy.purgers import Taken

pytestmark = pytest.mark.django_db
URL = "/me/data/copy/"


def run_all() -> None:
    while pump(Lane.BULK):
        pass


def archive_of(person: User) -> ZipFile:
    content = io.BytesIO()
    write_archive(person, parts_of(person), content)
    return ZipFile(content)


def downloaded(response: Any) -> ZipFile:
    return ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def test_i_have_a_copy_made_am_told_by_mail_and_download_it(oak, maya) -> None:
    client = signed_in(maya)
    assert "Make a copy" in text(client.get(URL))
    assert client.post(URL).status_code == 302
    client.post(URL)
    with person_scope(maya):
        job = Job.objects.get(kind=COPY)
    assert "Your copy is being made" in text(client.get(URL))
    assert client.get(f"{URL}{job.pk}/").status_code == 404
    run_all()
    page = client.get(URL)
    assert "Your copy is ready" in text(page)
    [mail] = sent_mail()
    assert (mail.to, mail.subject) == (["maya@example.com"], "The copy of your data is ready")
    assert URL in str(mail.body)
    answer = client.get(f"{URL}{job.pk}/")
    assert answer["Content-Disposition"].startswith('attachment; filename="my-data-')
    assert "index.html" in downloaded(answer).namelist()


def test_a_copy_is_not_made_again_on_the_same_day(maya: User) -> None:
    client = signed_in(maya)
    client.post(URL)
    run_all()
    assert "Make a new copy" not in text(client.get(URL))
    client.post(URL)
    with person_scope(maya):
        assert Job.objects.filter(kind=COPY).count() == 1
        Job.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert "Make a new copy" in text(client.get(URL))
    client.post(URL)
    with person_scope(maya):
        assert Job.objects.filter(kind=COPY).count() == 2
    assert "Your copy is being made" in text(client.get(URL))


def test_everything_of_every_organization_is_inside_and_nothing_of_others(oak, maya) -> None:
    elm = an_organization("Elm")
    with organization_scope(oak):
        mine, tom = Influencer.objects.get(person=maya), Influencer.objects.create(name="Tom")
        for influencer, said in ((mine, "Bakes well"), (tom, "Runs well")):
            Note.objects.create(influencer=influencer, text=said)
        file = File(
            kind="influencer_file", name="terms.pdf", content_type="application/pdf", size=3
        )
        contents().save(file.path, ContentFile(b"pdf"))
        file.save()
        Document.objects.create(influencer=mine, file=file)
        lost = File.objects.create(
            kind="influencer_file", name="lost.pdf", content_type="application/pdf", size=3
        )
        Document.objects.create(influencer=mine, file=lost)
    with organization_scope(elm):
        Influencer.objects.create(name="Maya at Elm", person=maya)
        let_influencer_in(elm, maya)
    archive = archive_of(maya)
    everything = {name: archive.read(name).decode(errors="replace") for name in archive.namelist()}
    assert everything[f"oak/files/{file.pk}-terms.pdf"] == "pdf"
    assert not [name for name in everything if "lost.pdf" in name]
    [notes] = [
        name for name in everything if name.startswith("oak/") and name.endswith("-note.json")
    ]
    assert [row["text"] for row in json.loads(everything[notes])] == ["Bakes well"]
    page = everything[notes.replace(".json", ".html")]
    assert "Bakes well" in page
    assert '<th scope="col">Created at</th>' in page
    assert re.search(r">\d+ \w+ \d{4}, \d\d:\d\d UTC</td>", page)
    assert any("Maya at Elm" in page for page in everything.values())
    assert "maya@example.com" in everything["index.html"]
    assert not [name for name, page in everything.items() if "Runs well" in page]


def test_every_table_about_a_person_takes_part_without_secrets_and_colleagues() -> None:
    tenant = build_tenant("oak")
    person = tenant.people["influencer"]
    with person_scope(person):
        Job.objects.all().delete()
    archive = archive_of(person)
    names = " ".join(archive.namelist())
    everything = "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
    for table in ("influencer", "socialaccount", "participant", "order", "post", "contract", "reviewversion", "accessentry", "creator", "video", "consent", "videoreading", "creatorsnapshot", "connection"):  # fmt: skip
        assert f"-{table}.json" in names, table
    assert not [secret for secret in tenant.planted if secret in everything]
    assert f"owner {tenant.canary}" not in everything
    assert "sealed_" not in everything


def test_a_copy_is_kept_for_seven_days_and_for_me_alone(oak: Organization, maya: User) -> None:
    other = User.objects.create_user("tom@example.com")
    with person_scope(maya):
        job = start_copy(maya, language="")
    run_all()
    url = f"{URL}{job.pk}/"
    assert signed_in(other).get(url).status_code == 404
    assert "Make a copy" in text(signed_in(other).get(URL))
    with person_scope(maya):
        Job.objects.update(finished_at=timezone.now() - KEPT_FOR)
    assert signed_in(maya).get(url).status_code == 404
    Work.objects.filter(kind=FORGET).update(due_at=timezone.now() - timedelta(seconds=1))
    run_all()
    with person_scope(maya):
        assert not File.objects.exists()
        assert latest_copy() is None


def test_a_copy_that_failed_says_so(maya: User) -> None:
    with person_scope(maya):
        job = start_copy(maya, language="")
        Job.objects.update(state=JobState.FAILED, finished_at=timezone.now(), actor=None)
    page = text(signed_in(maya).get(URL))
    assert "The copy could not be made." in page
    assert "Make a copy" in page
    with person_scope(maya):
        Job.objects.filter(pk=job.pk).update(state=JobState.WAITING, finished_at=None)
    run_all()
    with person_scope(maya):
        assert Job.objects.get().state == JobState.FAILED


def test_without_its_file_a_copy_is_as_if_never_made(maya: User) -> None:
    with person_scope(maya):
        start_copy(maya, language="")
    run_all()
    with person_scope(maya):
        File.objects.all().delete()
        assert latest_copy() is None


def test_an_address_that_takes_no_mail_has_its_copy_all_the_same(maya, monkeypatch) -> None:
    monkeypatch.setattr("mail.services.outbox.marks.refuse_unwanted", bounced)
    with person_scope(maya):
        start_copy(maya, language="")
    run_all()
    assert "Your copy is ready" in text(signed_in(maya).get(URL))


def test_a_purge_of_the_old_source_takes_the_copies_from_before_the_cut_over(
    oak: Organization, maya: User
) -> None:
    other = a_person("bo@example.com", oak, name="Bo")
    purger = CopyPurger("copies", "", "")
    for person in (maya, other):
        with person_scope(person):
            start_copy(person, language="")
    run_all()
    with organization_scope(oak):
        migration = LegacyMigration.objects.create()
        assert (purger.count(), purger.ids(None).count) == (2, 2)  # as a plan says it
        migration.cut_over_at = timezone.now()
        migration.save()
    with person_scope(other):  # another one, made since
        Job.objects.filter(kind=COPY).update(created_at=timezone.now())
    with organization_scope(oak):
        first = purger.ids(None)
        assert (purger.count(), first.count, first.text) == (1, 1, f"{first.last}\n")
        assert purger.ids(first.last).count == 0
        assert (purger.act(), purger.act(), purger.count()) == (Taken(1), None, 0)
    with person_scope(maya):
        assert latest_copy() is None
    with person_scope(other):
        assert latest_copy() is not None


def test_mail_and_what_happened_are_inside_with_their_texts(oak: Organization, maya: User) -> None:
    with organization_scope(oak):
        mine, tom = Influencer.objects.get(person=maya), Influencer.objects.create(name="Tom")
        for influencer, said in ((mine, "Dear Maya"), (tom, "Dear Tom")):
            mail = queue(f"mail:{influencer.pk}")
            tie_mail(mail, influencer.pk)
            Message.objects.filter(pk=mail.pk).update(subject=said)
            record(Verb.CONNECT_DECLINED, influencer, actor=None, texts={"reason": f"Said {said}"})
    archive = archive_of(maya)
    [mails] = [
        name for name in archive.namelist() if name.startswith("oak/") and "-message.json" in name
    ]
    assert [row["subject"] for row in json.loads(archive.read(mails))] == ["Dear Maya"]
    [events] = [name for name in archive.namelist() if "-event.json" in name]
    happened = json.loads(archive.read(events))
    assert {"what": "influencer.connect_declined", "texts": {"reason": "Said Dear Maya"}}.items() <= happened[-1].items()  # fmt: skip
    assert "Said Dear Tom" not in archive.read(events).decode()
    assert "Said Dear Maya" in archive.read(events.replace(".json", ".html")).decode()


def test_an_application_without_tiktok_and_passkeys_are_inside(oak: Organization) -> None:
    tom = User.objects.create_user("tom@example.com")
    Authenticator.objects.create(
        user=tom, type="webauthn", data={"name": "Blue phone", "credential": {"id": "hidden"}}
    )
    for organization in (oak, an_organization("Elm")):
        let_influencer_in(organization, tom)
    with organization_scope(oak):
        application = begin(a_program(), tom)
        file = store_made("application_file", "kitchen.png", "image/png", io.BytesIO(b"picture"))
        file.save(force_insert=True)
        Application.objects.update(answers={"1": "Rye"}, file=file)
    archive = archive_of(tom)
    names = archive.namelist()
    assert not [name for name in names if name.startswith("elm/")]
    rows = json.loads(archive.read("oak/01-application.json"))
    assert [(row["id"], row["answers"]) for row in rows] == [(application.pk, {"1": "Rye"})]
    assert archive.read(f"oak/files/{file.pk}-kitchen.png") == b"picture"
    [keys] = [name for name in names if name.endswith("-passkey.json")]
    [key] = json.loads(archive.read(keys))
    assert (key["name"], key["kind"]) == ("Blue phone", "webauthn")
    assert "hidden" not in archive.read(keys).decode()


def test_a_long_copy_is_written_piece_by_piece_and_is_the_same(monkeypatch, oak, maya) -> None:
    with organization_scope(oak):
        mine = Influencer.objects.get(person=maya)
        for number in range(5):
            Note.objects.create(influencer=mine, text=f"Note {number}")
    whole = archive_of(maya)
    monkeypatch.setattr("portal.copying.content.ROWS_AT_ONCE", 2)
    pieces = archive_of(maya)
    [notes] = [name for name in whole.namelist() if name.endswith("-note.json")]
    assert [row["text"] for row in json.loads(pieces.read(notes))] == [f"Note {n}" for n in range(5)]  # fmt: skip
    assert pieces.read(notes) == whole.read(notes)
    page = pieces.read(notes.replace(".json", ".html")).decode()
    assert page.count("<tr>") == 6
    assert page.index("<tbody>") < page.index("Note 0") < page.index("</tbody>")
