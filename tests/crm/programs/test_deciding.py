"""Applications in the queue of staff: checked, voted on, noted and decided, one by one and many at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from crm.enums import Decision, FieldKind
from crm.errors import NotDecidable, ProgramFull
from crm.models import (
    AccessEntry,
    Application,
    Contract,
    CustomValue,
    Duplicate,
    Influencer,
    Program,
    SocialAccount,
    Tagging,
)
from crm.services.access import recording
from crm.services.collections.tags import create_tag
from crm.services.documents.contracts import create_contract
from crm.services.groups import create_group
from crm.services.merging.finding import find_duplicates
from crm.services.programs.deciding import decide
from files.models import File
from files.services.storing import store_made
from jobs.enums import Lane
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.crm.conftest import queries_in
from tests.factories.crm import InfluencerFactory
from tests.factories.programs import a_program, a_question, an_application
from tests.mailing import sent_mail
from tests.submitting import fresh
from tests.working import pump
from tiktok.models import Creator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_scope")]


@pytest.fixture
def program(oak: Organization) -> Iterator[Program]:
    with organization_scope(oak):
        yield a_program(least_followers=5000)


def page(program: Program) -> str:
    return f"/o/oak/programs/{program.pk}/"


def act(application: Application, what: str) -> str:
    return f"/o/oak/applications/{application.pk}/{what}/"


def read(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def subjects() -> list[str]:
    return [message.subject for message in sent_mail()]


# --- the queue ---------------------------------------------------------------------------------------------------
def test_the_queue_shows_who_applies_and_how_far_they_fit(program, manager: Client) -> None:
    an_application(program)
    an_application(program, "sara.snackt", followers=3880)
    an_application(program, "draft", state="started", submitted_at=None)
    seen = read(manager, page(program))
    for text in ("Mira.Bakes", "@mira.bakes", "18,420", "Non-TTCM", "Met", "Not met"):
        assert text in seen, text
    assert "Draft" not in seen


def test_the_queue_is_filtered_by_state_and_searched(program, manager: Client) -> None:
    an_application(program)
    an_application(program, "sara.snackt", state="declined", decided_at=timezone.now())
    for query, found in (
        ("?state=declined", "Sara.Snackt"),
        ("?q=mira", "Mira.Bakes"),
        ("?q=@sara", "Sara.Snackt"),
    ):
        other = {"Sara.Snackt": "Mira.Bakes", "Mira.Bakes": "Sara.Snackt"}[found]
        seen = read(manager, page(program) + query)
        assert (found in seen, other in seen) == (True, False), query
    assert "No matches" in read(manager, f"{page(program)}?q=nobody")
    assert "All" in read(manager, f"{page(program)}?state=nonsense&application=x")


def test_an_empty_queue_says_where_to_send_people(program, manager: Client) -> None:
    seen = read(manager, page(program))
    assert "No applications yet" in seen
    assert "/apply/oak/spring-bakers/" in seen


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"is_open": False}, "Closed: the page says"),
        ({"closes_on": "2020-01-31"}, "Over: applications were possible until 31 Jan 2020."),
        ({"capacity": 1}, "Full: all places are taken."),
    ],
)
def test_the_queue_says_whether_the_program_takes_applications(
    program, manager: Client, columns: dict[str, Any], said: str
) -> None:
    an_application(program, state="accepted")
    Program.objects.update(**columns)
    assert said in read(manager, page(program))


def test_the_application_stands_beside_the_queue_with_audience_and_answers(
    program, manager: Client, viewer: Client
) -> None:
    fields = {
        "What?": (a_question("What?"), "Rye"),
        "Team": (a_question("Team", FieldKind.CHOICE, options=["Two"]), "Three"),
        "Many": (a_question("Many", FieldKind.MULTI_CHOICE, options=["A"]), ["B"]),
        "None": (a_question("None"), ""),
    }
    wide = a_program(
        *(field for field, _ in fields.values()),
        key="wide", least_followers=5000, countries=["DE", "AT"], least_views=300, file_question="Photo",
    )  # fmt: skip
    application = an_application(
        wide,
        answers={str(field.pk): value for field, value in fields.values()},
        addresses=["instagram.com/mira"],
        agreed_text="You are 18.",
        file=_a_file(),
    )
    Creator.objects.update(
        audience_countries=[{"name": "DE", "fraction": 0.64}, {"name": "AT", "fraction": 0.17}],
        insights_fetched_at=timezone.now(),
    )
    one = f"{page(wide)}?application={application.pk}"
    seen = read(manager, one)
    for text in (
        "Authenticated", "18,420 followers", "81", "Average views not known", "Rye", "Three", "B", "instagram.com/mira",
        "kitchen.png", "You are 18.", "Germany" if "Germany" in seen else "DE",
    ):  # fmt: skip
        assert text in seen, text
    assert manager.get(act(application, "file")).status_code == 200
    for form in ("Vote for", "Add note", "Ask back"):
        assert (form in seen, form in read(viewer, one)) == (True, False)


def _a_file() -> File:
    from io import BytesIO

    file = store_made("application_file", "kitchen.png", "image/png", BytesIO(b"picture"))
    file.save(force_insert=True)
    return file


def test_a_file_that_is_not_there_is_not_found(program, manager: Client) -> None:
    assert manager.get(act(an_application(program), "file")).status_code == 404


def test_an_account_that_is_gone_leaves_the_requirements_unknown(program, manager: Client) -> None:
    application = an_application(program)
    SocialAccount.objects.all().delete()
    seen = read(manager, f"{page(program)}?application={application.pk}")
    assert "Not connected" in seen
    assert "The TikTok account is not connected any more." in seen


def test_a_queue_costs_the_same_at_one_and_at_three(program, manager: Client) -> None:
    first = an_application(program)
    plain, beside = page(program), f"{page(program)}?application={first.pk}"
    one = [queries_in(manager, url) for url in (plain, beside)]
    for handle in ("sara.snackt", "tim.testet"):
        an_application(program, handle)
    assert [queries_in(manager, url) for url in (plain, beside)] == one


# --- votes and notes ---------------------------------------------------------------------------------------------
def test_the_last_vote_of_a_member_counts(program, manager: Client) -> None:
    application = an_application(program)
    one = f"{page(program)}?application={application.pk}"
    for vote, said in (
        ("for", "1 for, 0 against"),
        ("against", "0 for, 1 against"),
        ("none", "0 for, 0"),
    ):
        manager.post(act(application, "vote"), {"vote": vote})
        assert said in read(manager, one)
    assert Event.objects.filter(verb="application.voted").count() == 3


def test_a_note_is_kept_once(program, manager: Client) -> None:
    application = an_application(program)
    sent = {"text": "Warm voice.", **fresh()}
    for _ in range(2):
        manager.post(act(application, "note"), sent)
    assert [note.text for note in application.notes.all()] == ["Warm voice."]
    assert Event.objects.filter(verb="application.noted").count() == 1
    refused = manager.post(act(application, "note"), {"text": "", **fresh()})
    assert refused.status_code == 422
    assert "Write the note first." in refused.content.decode()


# --- deciding ----------------------------------------------------------------------------------------------------
def test_accepting_takes_them_in_with_everything(oak, manager: Client) -> None:
    field, gone = a_question("What?"), a_question("Team", FieldKind.CHOICE, options=["Two"])
    empty = a_question("None")
    group, tag = create_group("Bread", "bread", actor=None), create_tag("Baker", actor=None)
    program = a_program(
        field, gone, empty, group=group, tag=tag, contract_title="Terms", contract_text="Two films."
    )
    application = an_application(
        program,
        name="Mira Bauer",
        answers={str(field.pk): "Rye", str(gone.pk): "Three"},
        addresses=["https://www.instagram.com/mira.bakes/"],
    )
    answer = manager.post(
        act(application, "decide"), {"decision": "accept", "said": "x"}, follow=True
    )
    assert "The applicant is in your roster and was told." in answer.content.decode()

    influencer = Influencer.objects.get()
    assert (influencer.name, influencer.archived_at, influencer.group) == (
        "Mira Bauer",
        None,
        group,
    )
    assert [value.text for value in CustomValue.objects.all()] == ["Rye"]
    assert [tagging.tag for tagging in Tagging.objects.all()] == [tag]
    assert sorted(SocialAccount.objects.values_list("network", flat=True)) == [
        "instagram",
        "tiktok",
    ]
    contract = Contract.objects.get()
    assert (contract.title, contract.state, contract.text) == ("Terms", "sent", "Two films.")
    application.refresh_from_db()
    assert (application.state, application.is_new, application.said) == ("accepted", False, "")
    (mail,) = sent_mail()
    assert mail.subject == "You are accepted: Spring bakers"
    assert "A contract for you is on your page." in mail.body
    assert Event.objects.filter(verb="application.accepted").count() == 1


def test_whoever_was_known_keeps_their_name_and_has_the_contract_already(owner: User) -> None:
    group = create_group("Bread", "bread", actor=None)
    program = a_program(group=group, contract_title="Terms", contract_text="Two films.")
    application = an_application(program, name="Mira Bauer")
    Application.objects.update(is_new=False)
    Influencer.objects.update(archived_at=None, group=None, name="Mira B.")
    create_contract(Influencer.objects.get(), "Terms", text="One film.", actor=owner)
    decide(application, Decision.ACCEPT, actor=owner)
    influencer = Influencer.objects.get()
    assert (influencer.name, influencer.group) == ("Mira B.", group)
    assert Contract.objects.get().text == "One film."


def test_somebody_like_a_known_creator_is_offered_for_merge(program, manager: Client) -> None:
    InfluencerFactory.create(name="Mira Bauer")
    application = an_application(program, name="Mira Bauer")
    manager.post(act(application, "decide"), {"decision": "accept"})
    pump(Lane.BULK)
    assert Duplicate.objects.filter(state="open").count() == 1
    assert "1 possible duplicate" in read(manager, f"{page(program)}?application={application.pk}")


def test_no_more_are_accepted_than_there_are_places(program, manager: Client, owner: User) -> None:
    Program.objects.update(capacity=1)
    first, second = an_application(program), an_application(program, "sara.snackt")
    decide(first, Decision.ACCEPT, actor=owner)
    with pytest.raises(ProgramFull):
        decide(second, Decision.ACCEPT, actor=owner)
    answer = manager.post(act(second, "decide"), {"decision": "accept"}, follow=True)
    assert "All places of this program are taken." in answer.content.decode()
    assert Influencer.objects.exclude(archived_at=None).count() == 1


def test_who_has_no_account_left_is_not_accepted(program, owner: User) -> None:
    application = an_application(program)
    Application.objects.update(influencer=None)
    with pytest.raises(NotDecidable):
        decide(application, Decision.ACCEPT, actor=owner)


def test_a_question_goes_to_the_applicant(program, manager: Client) -> None:
    application = an_application(program)
    empty = manager.post(act(application, "decide"), {"decision": "ask_back", "said": ""})
    assert empty.status_code == 422
    assert "Write what you would like to know." in empty.content.decode()
    manager.post(act(application, "decide"), {"decision": "ask_back", "said": "Which oven?"})
    application.refresh_from_db()
    assert (application.state, application.said) == ("asked_back", "Which oven?")
    assert "Which oven?" in sent_mail()[-1].body
    assert Event.objects.filter(verb="application.asked_back").exists()


def test_declining_is_told_and_taken_back(program, manager: Client) -> None:
    application = an_application(program)
    said = manager.post(
        act(application, "decide"), {"decision": "decline", "said": "Sorry."}, follow=True
    )
    assert "the data goes in 30 days" in said.content.decode()
    assert "Sorry." in sent_mail()[-1].body
    assert Event.objects.filter(verb="application.declined").exists()
    assert "Take declining back" in read(manager, f"{page(program)}?application={application.pk}")
    manager.post(act(application, "reopen"))
    application.refresh_from_db()
    assert (application.state, application.decided_at, application.said) == ("submitted", None, "")
    again = manager.post(act(application, "reopen"), follow=True)
    assert "This application is decided already" in again.content.decode()
    assert Event.objects.filter(verb="application.reopened").count() == 1


def test_what_is_decided_is_not_decided_again(program, owner: User) -> None:
    application = an_application(program)
    decide(application, Decision.DECLINE, actor=owner)
    with pytest.raises(NotDecidable):
        decide(application, Decision.ACCEPT, actor=owner)


def test_mail_is_in_the_language_of_the_applicant_else_of_the_program(program, owner: User) -> None:
    chosen = an_application(program, "tom.trails")
    User.objects.filter(pk=chosen.person_id).update(language="pt")
    kept = an_application(program, "sara.snackt")
    Influencer.objects.filter(pk__in=[chosen.influencer_id, kept.influencer_id]).update(
        language="es"
    )
    Program.objects.update(language="de")
    for application in (chosen, kept, an_application(program)):
        decide(application, Decision.DECLINE, actor=owner)
    assert subjects() == [
        "A sua inscrição para Spring bakers",
        "Tu solicitud para Spring bakers",
        "Deine Bewerbung für Spring bakers",
    ]


def test_a_viewer_decides_nothing(program, viewer: Client) -> None:
    application = an_application(program)
    for what in ("decide", "reopen", "vote", "note"):
        assert viewer.post(act(application, what)).status_code == 403
    assert viewer.post(f"{page(program)}decide/").status_code == 403


# --- many --------------------------------------------------------------------------------------------------------
def test_many_are_decided_by_a_job(program, manager: Client) -> None:
    Program.objects.update(capacity=21)
    made = [an_application(program, f"mira.{n}") for n in range(22)]
    other = an_application(a_program(key="other"), "sara.snackt")
    picked = [each.pk for each in made] + [other.pk]
    manager.post(f"{page(program)}decide/", {"decision": "accept", "pick": picked}, follow=True)
    while pump(Lane.BULK):
        pass
    states = Application.objects.filter(pk__in=picked).values_list("state", flat=True)
    assert sorted(states) == ["accepted"] * 21 + ["submitted"] * 2
    from jobs.models import Job

    job = Job.objects.get()
    assert {row["key"]: row["count"] for row in job.outcome} == {"accept": 21, "unchanged": 1}


def test_a_few_are_decided_at_once(program, manager: Client) -> None:
    made = [an_application(program), an_application(program, "sara.snackt")]
    answer = manager.post(
        f"{page(program)}decide/",
        {"decision": "decline", "pick": [each.pk for each in made]},
        follow=True,
    )
    assert "2 of 2 applications decided." in answer.content.decode()
    again = manager.post(
        f"{page(program)}decide/", {"decision": "accept", "pick": [made[0].pk]}, follow=True
    )
    assert "0 of 1 applications decided. The others were decided already" in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"decision": "accept"}, "Select the applications first."),
        ({"decision": "ask_back", "pick": "own"}, "Write what you would like to know"),
    ],
)
def test_without_a_selection_or_a_question_nothing_is_done(
    program, manager: Client, sent: dict[str, Any], said: str
) -> None:
    application = an_application(program)
    given = {**sent, **({"pick": [application.pk, "x"]} if "pick" in sent else {})}
    address = f"{page(program)}decide/?state=submitted&q=mira&application={application.pk}"
    answer = manager.post(address, {"said": " ", **given})
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    page_of_it = answer.context
    assert (page_of_it["asked"].state, page_of_it["asked"].search) == ("submitted", "mira")
    assert page_of_it["application"] == application
    application.refresh_from_db()
    assert application.state == "submitted"


def test_a_refused_selection_keeps_its_ticks_and_words(program, manager: Client) -> None:
    made = [an_application(program, f"mira.{n}") for n in range(3)]
    picked = [each.pk for each in made[:2]]
    refused = manager.post(f"{page(program)}decide/", {"decision": "ask_back", "pick": picked})
    ticked = re.findall(r'name="pick" value="(\d+)" checked', refused.content.decode())
    assert sorted(map(int, ticked)) == picked
    words = {"decision": "decline", "said": "Not this time"}
    assert ">Not this time</textarea>" in read_back(manager, program, words)
    gone_on = manager.get(f"{page(program)}decide/?state=submitted")
    assert gone_on["Location"] == f"{page(program)}?state=submitted"


def read_back(client: Client, program: Program, sent: dict[str, Any]) -> str:
    return client.post(f"{page(program)}decide/", sent).content.decode()


def test_whoever_reads_an_application_stands_in_the_access_log(
    program, manager: Client, django_capture_on_commit_callbacks, monkeypatch
) -> None:
    monkeypatch.setattr(recording, "_noted", set())
    application = an_application(program, file=_a_file())
    other = an_application(program, "sara.snackt", file=_a_file())
    Application.objects.filter(pk=other.pk).update(influencer=None)
    for url in (page(program), f"{page(program)}?application={other.pk}", act(other, "file")):
        with django_capture_on_commit_callbacks(execute=True):
            assert manager.get(url).status_code == 200
    assert not AccessEntry.objects.exists()
    for url in (f"{page(program)}?application={application.pk}", act(application, "file")):
        recording._noted.clear()
        AccessEntry.objects.all().delete()
        with django_capture_on_commit_callbacks(execute=True):
            assert manager.get(url).status_code == 200
        entry = AccessEntry.objects.get()
        assert (entry.kind, entry.role) == ("profile", "manager")
        assert entry.influencer == application.influencer


@pytest.mark.parametrize("handle", ["x", "a_very_long_handle_of_twenty9"])
def test_another_account_without_an_address_is_one_on_instagram(
    program, owner: User, handle: str
) -> None:
    application = an_application(program, addresses=[handle, f"@{handle}2", "youtube.com/@mira"])
    decide(application, Decision.ACCEPT, actor=owner)
    found = SocialAccount.objects.exclude(network="tiktok").order_by("pk")
    assert list(found.values_list("network", "handle")) == [
        ("instagram", handle), ("instagram", f"{handle}2"), ("youtube", "mira"),
    ]  # fmt: skip


def test_duplicates_are_looked_for(program, owner: User) -> None:
    """An applicant is archived, and nobody's double: only who is accepted is compared."""
    InfluencerFactory.create(name="Mira Bauer")
    application = an_application(program, name="Mira Bauer")
    find_duplicates([application.influencer_id])
    assert not Duplicate.objects.exists()
