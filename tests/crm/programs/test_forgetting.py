"""Applications that go by rule, with everything that came with them."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone

from crm.enums import Decision
from crm.errors import NotDecidable
from crm.models import (
    Application,
    ApplicationNote,
    ApplicationVote,
    Import,
    ImportRow,
    Influencer,
    InfluencerMail,
    SocialAccount,
)
from crm.queries.exports import Wish
from crm.services.erasure.people import ask_erasure
from crm.services.erasure.texts import SEARCH
from crm.services.exports.runs import start_export
from crm.services.influencers import archive_influencers, restore_influencers
from crm.services.programs.applying import begin, withdraw
from crm.services.programs.deciding import decide, vote, write_note
from crm.services.programs.forgetting import FORGET
from files.models import File
from files.services.storing import store_made
from jobs.models import Job, Work
from mail.models import Message
from tenancy.models import Event, Organization, User
from tests.crm.erasure.test_people import erase_all
from tests.factories.programs import a_program, an_application
from tests.mailing import sent_mail
from tests.working import pump_kind
from tiktok.models import Consent, Creator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


def after(time_machine_days: int) -> None:
    """Let the time of what was decided or saved lie so many days back, and the work be due."""
    since = timezone.now() - timedelta(days=time_machine_days)
    Application.objects.exclude(decided_at=None).update(decided_at=since)
    Application.objects.update(saved_at=since)
    Work.objects.filter(kind=FORGET).update(due_at=timezone.now())
    pump_kind(FORGET)


def declined(owner: User) -> Application:
    """An application with all that may hang on one, declined."""
    file = store_made("application_file", "kitchen.png", "image/png", BytesIO(b"picture"))
    file.save(force_insert=True)
    application = an_application(a_program(), answers={"1": "Rye"}, file=file)
    vote(application, is_for=True, actor=owner)
    write_note(application, "Warm voice.", actor=owner)
    decide(application, Decision.DECLINE, said="Sorry.", actor=owner)
    sent_mail()
    return application


def test_what_is_declined_stays_thirty_days_and_then_goes_with_everything(owner: User) -> None:
    declined(owner)
    after(29)
    assert Application.objects.count() == 1
    assert Work.objects.get(kind=FORGET).due_at > timezone.now() + timedelta(hours=23)

    after(30)
    for model in (
        Application, ApplicationNote, ApplicationVote, Influencer, SocialAccount, InfluencerMail, File, Message,
    ):  # fmt: skip
        assert not model.objects.exists(), model
    assert not Consent.objects.filter(withdrawn_at=None).exists()
    assert (
        not Creator.objects.exclude(audience_countries=[]).exclude(audience_countries=None).exists()
    )
    assert Event.objects.filter(verb="application.expired").count() == 1
    assert not Work.objects.filter(kind=FORGET).exists()


def test_a_draft_that_is_not_sent_goes_thirty_days_after_it_was_saved(owner: User) -> None:
    person = User.objects.create_user("mira@creators.example")
    begin(a_program(), person)
    after(29)
    assert Application.objects.count() == 1
    after(30)
    assert Application.objects.count() == 0


@pytest.mark.parametrize("state", ["submitted", "accepted"])
def test_what_is_to_be_decided_or_accepted_stays(state: str) -> None:
    application = an_application(a_program(), state=state)
    from crm.services.programs.forgetting import forget_later

    forget_later(application)
    after(400)
    assert Application.objects.count() == 1
    assert not Work.objects.filter(kind=FORGET).exists()


def test_a_question_that_nobody_answers_goes_thirty_days_after_it_was_asked(owner: User) -> None:
    decide(an_application(a_program()), Decision.ASK_BACK, said="Which oven?", actor=owner)
    after(29)
    assert Application.objects.count() == 1
    after(30)
    assert (Application.objects.count(), Influencer.objects.count()) == (0, 0)


@pytest.mark.parametrize("is_archived_again", [False, True])
def test_whoever_was_taken_in_from_the_archive_stays_when_they_withdraw(
    owner: User, is_archived_again: bool
) -> None:
    application = an_application(a_program())
    restore_influencers([Influencer.objects.get()], actor=owner)
    if is_archived_again:
        archive_influencers([Influencer.objects.get()], actor=owner)
    application.refresh_from_db()
    withdraw(application)
    assert (Application.objects.count(), Influencer.objects.count()) == (0, 1)


def test_whoever_was_merged_into_a_known_one_and_put_away_stays(owner: User) -> None:
    application = an_application(a_program())
    Influencer.objects.update(archived_at=None)  # as a merge leaves them
    archive_influencers([Influencer.objects.get()], actor=owner)
    application.refresh_from_db()
    withdraw(application)
    assert Influencer.objects.count() == 1


def an_export(owner: User, **wish: Any) -> File:
    """A finished export of this wish."""
    job = start_export(Wish(**wish), total=1, actor=owner, sees_money=True)
    file = store_made("influencer_export", "influencers.csv", "text/csv", BytesIO(b"Name"))
    file.save(force_insert=True)
    Job.objects.filter(pk=job.pk).update(cursor={"file": file.pk})
    return file


def test_an_applicant_who_goes_takes_only_exports_with_them_in_which_they_may_stand(
    owner: User,
) -> None:
    plain = an_export(owner)
    an_export(owner, filters=("archived:yes",))
    an_export(owner, ids=(7,))
    withdraw(an_application(a_program()))
    assert not Influencer.objects.exists()
    assert list(File.objects.all()) == [plain]


def test_whoever_an_import_names_takes_its_file_and_all_exports_with_them(owner: User) -> None:
    an_export(owner)
    application = an_application(a_program())
    known = store_made("influencer_import", "roster.csv", "text/csv", BytesIO(b"Name"))
    known.save(force_insert=True)
    parent = Import.objects.create(name="roster.csv", file=known)
    ImportRow.objects.create(
        parent=parent, number=1, fate="update", influencer=application.influencer
    )
    withdraw(application)
    assert not File.objects.exists()


def test_whoever_was_known_before_stays(owner: User) -> None:
    declined(owner)
    Application.objects.update(is_new=False)
    after(30)
    assert (Application.objects.count(), Influencer.objects.count()) == (0, 1)
    assert Consent.objects.filter(withdrawn_at=None).exists()


def test_whoever_was_taken_in_meanwhile_stays(owner: User) -> None:
    declined(owner)
    Influencer.objects.update(archived_at=None)
    after(30)
    assert Influencer.objects.count() == 1


def test_whoever_applies_for_something_else_stays_until_that_is_decided(owner: User) -> None:
    first = declined(owner)
    other = a_program(key="autumn")
    begin(other, first.person)
    Application.objects.filter(program=other).update(state="submitted", submitted_at=timezone.now())
    after(30)
    assert (Application.objects.count(), Influencer.objects.count()) == (1, 1)


def test_what_is_gone_already_is_no_error(owner: User) -> None:
    application = declined(owner)
    withdraw(application)
    withdraw(application)
    Work.objects.filter(kind=FORGET).update(due_at=timezone.now())
    pump_kind(FORGET)
    assert Event.objects.filter(verb="application.withdrawn").count() == 1


def test_whoever_erases_their_data_leaves_no_application(oak: Organization, owner: User) -> None:
    sent = declined(owner)
    begun = User.objects.create_user("only.begun@creators.example")
    begin(a_program(key="autumn"), begun)
    for person in (sent.person, begun):
        erase_all(ask_erasure(person, language="en"))
        assert not User.objects.filter(pk=person.pk).exists()
    for model in (Application, ApplicationNote, ApplicationVote, Influencer, File):
        assert not model.objects.exists(), model


def test_whoever_asks_for_erasure_can_be_accepted_no_more_and_no_text_is_searched(
    oak: Organization, owner: User
) -> None:
    application = an_application(a_program())
    influencer = application.influencer
    assert influencer is not None
    Influencer.objects.filter(pk=influencer.pk).update(name="Black Friday")
    receipt = ask_erasure(application.person, language="en")
    assert not Application.objects.exists()
    with pytest.raises(NotDecidable):
        decide(application, Decision.ACCEPT, actor=owner)
    assert receipt.texts == {"applicants": [influencer.pk]}
    assert erase_all(receipt).texts == {}
    assert not Influencer.objects.exists()
    assert not Job.objects.filter(kind=SEARCH).exists()


def test_an_applicant_who_goes_starts_no_search_of_texts(owner: User) -> None:
    application = declined(owner)
    Influencer.objects.update(name="Black Friday")
    withdraw(application)
    assert not Influencer.objects.exists()
    assert not Job.objects.filter(kind=SEARCH).exists()


def test_of_whoever_was_accepted_texts_are_searched(owner: User) -> None:
    application = an_application(a_program())
    decide(application, Decision.ACCEPT, actor=owner)
    receipt = erase_all(ask_erasure(application.person, language="en"))
    assert (receipt.texts, Job.objects.filter(kind=SEARCH).count()) == ({}, 1)
