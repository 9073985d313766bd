"""Applying to a program: its page, the code, TikTok, the questions, and what came of it."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from PIL import Image

from campaigns.models import Order
from crm.enums import ApplicationState, FieldKind
from crm.errors import NotTaken
from crm.models import Application, CustomField, Duplicate, Influencer, Program, SocialAccount
from crm.policies.programs import Check, Fact
from crm.queries import archived_page
from crm.services.groups import create_group, edit_group
from crm.services.influencers import archive_influencers
from crm.services.merging.finding import find_duplicates
from crm.services.programs import applying
from crm.services.programs.programs import set_open
from files.models import File
from mail.services.marks import mark
from public.apply.wording import lines
from tenancy.models import Event, Organization, User
from tenancy.scope import organization_scope
from tests.factories.campaigns import a_campaign, an_order
from tests.factories.crm import InfluencerFactory, TikTokAccountFactory
from tests.factories.programs import a_program, a_question, an_application
from tests.mailing import sent_mail
from tiktok.models import Connection, Consent, MarketplaceAccount
from tiktok.queries.consents import CONSENT_VERSION

pytestmark = pytest.mark.django_db
PAGE, FORM = "/apply/oak/spring-bakers/", "/apply/oak/spring-bakers/form/"
MIRA = "mira@creators.example"
READ = {"text": CONSENT_VERSION}


def a_picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (4, 4)).save(made, "PNG")
    return made.getvalue()


PNG = a_picture()


@pytest.fixture
def fields(oak: Organization) -> dict[str, CustomField]:
    with organization_scope(oak):
        return {
            "bakes": a_question("What do you bake most?", is_required=True),
            "team": a_question("Team", FieldKind.CHOICE, options=["Just me", "Two"]),
            "since": a_question("Since", FieldKind.DATE),
            "oven": a_question("Own oven?", FieldKind.YES_NO),
        }


@pytest.fixture
def program(oak: Organization, fields: dict[str, CustomField]) -> Program:
    with organization_scope(oak):
        return a_program(
            *fields.values(),
            brand="Oakmill",
            least_followers=5000,
            countries=["DE", "AT"],
            least_views=300,
            file_question="Photo of your kitchen",
            consent_text="You are 18 or older.",
        )


def text(response: Any) -> str:
    html = response.content.decode()
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).strip()


def code() -> str:
    found = re.search(r"^ {4}(\d{6})$", sent_mail()[-1].body, re.MULTILINE)
    assert found
    return found[1]


def signed_in(email: str = MIRA) -> Client:
    person, _ = User.objects.get_or_create(email=email, defaults={"name": "Mira"})
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def connect(client: Client, tiktok: Any, handle: str) -> Any:
    there = client.post(FORM, READ)
    assert there.status_code == 302, text(there)
    answer = tiktok.consent(there["Location"], handle)
    return client.get(reverse("tiktok_callback"), answer, follow=True)


def filled(fields: dict[str, CustomField], **other: Any) -> dict[str, Any]:
    given = {
        "name": "Mira Bauer",
        f"custom_{fields['bakes'].pk}": "Rye",
        f"custom_{fields['team'].pk}": "Just me",
        f"custom_{fields['since'].pk}": "2020-01-31",
        f"custom_{fields['oven'].pk}": "yes",
        "accounts": "https://www.instagram.com/mira.bakes/",
        "agree": "on",
        "send": "1",
    }
    return {**given, **other}


def own(oak: Organization) -> Application:
    with organization_scope(oak):
        return Application.objects.select_related("influencer__group", "file").get()


def verbs(oak: Organization) -> list[str]:
    with organization_scope(oak):
        found = [event.verb for event in Event.objects.order_by("pk")]
    return [verb for verb in found if verb.startswith(("application.", "program."))]


# --- the page ----------------------------------------------------------------------------------------------------
def test_the_page_says_what_it_is_about_what_is_needed_and_how_to_apply(program: Program) -> None:
    seen = text(Client().get(PAGE))
    for sentence in (
        "Oak for Oakmill",
        "Spring bakers",
        "We look for bakers.",
        "A TikTok account with 5,000 followers or more",
        "Most of your viewers in Germany or Austria",
        "300 views or more on average",
        "Answer 5 questions",
        "If you are not chosen, your data is deleted 30 days later.",
    ):
        assert sentence in seen, sentence


def test_the_page_is_in_the_language_of_the_program_or_the_readers_choice(
    oak: Organization, program: Program
) -> None:
    with organization_scope(oak):
        Program.objects.update(language="de")
    assert "Was du brauchst" in text(Client().get(PAGE))
    assert "5.000" in text(Client().get(PAGE))
    assert "Deutschland oder Österreich" in text(Client().get(PAGE))
    assert "What you need" in text(Client().get(f"{PAGE}?lang=en"))


def test_search_engines_find_the_page_while_it_takes_applications_and_no_other(
    oak: Organization, program: Program
) -> None:
    page = Client().get(PAGE)
    assert page["X-Robots-Tag"] == "all"
    assert '<meta name="description" content="We look for bakers.">' in page.content.decode()
    assert "noindex" not in page.content.decode()
    client = signed_in()
    assert client.get(FORM)["X-Robots-Tag"] == "noindex, nofollow"
    with organization_scope(oak):
        Program.objects.update(is_open=False)
    assert '<meta name="robots" content="noindex, nofollow">' in Client().get(PAGE).content.decode()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "in Germany, Austria, and Switzerland"),
        ("de", "in: Deutschland, Österreich und Schweiz"),
        ("es", "en Alemania, Austria y Suiza"),
        ("pt", "em Alemanha, Áustria e Suíça"),
        ("ar", "في ألمانيا والنمسا وسويسرا"),
    ],
)
def test_several_countries_are_said_in_every_language(language: str, said: str) -> None:
    check = Check("countries", ("DE", "AT", "CH"), Fact([{"name": "DE", "fraction": 0.11}]))
    with translation.override(language):
        assert said in lines([check])[0].text


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"is_open": False}, "This program takes no applications at the moment."),
        ({"closes_on": "2020-01-31"}, "Applications were possible until 31 January 2020."),
        ({"capacity": 0}, "All places are taken."),
    ],
)
def test_a_program_that_takes_nobody_says_why_and_sends_no_code(
    oak: Organization, program: Program, columns: dict[str, Any], said: str
) -> None:
    with organization_scope(oak):
        Program.objects.update(**columns)
    seen = text(Client().get(PAGE))
    assert said in seen
    assert "Start the application" not in seen
    assert Client().post(FORM, {"email": MIRA})["Location"] == PAGE
    assert signed_in().get(FORM)["Location"] == PAGE
    assert sent_mail() == []
    assert not User.objects.filter(email=MIRA, name="").exists()


def test_places_and_last_day_are_said(oak: Organization, program: Program) -> None:
    with organization_scope(oak):
        an_application(program, state="accepted")
        Program.objects.update(capacity=40, closes_on=timezone.now().date())
    seen = text(Client().get(PAGE))
    assert "39 of 40 places left" in seen
    assert "Apply by" in seen


def test_an_absent_program_and_an_absent_organization_are_not_found(program: Program) -> None:
    for path in ("/apply/oak/autumn/", "/apply/elm/spring-bakers/", "/apply/oak/autumn/form/"):
        assert Client().get(path).status_code == 404


def test_the_program_of_a_group_has_its_words_and_logo(oak: Organization, program: Program) -> None:
    from crm.services.groups import set_group_logo

    assert Client().get(f"{PAGE}logo.png").status_code == 404
    with organization_scope(oak):
        group = create_group("Bread", "bread", actor=None)
        edit_group(group, name="Bread", application_text="Only for bakers.", actor=None)
        set_group_logo(group, SimpleUploadedFile("logo.png", PNG), actor=None)
        Program.objects.update(group=group)
    assert "Only for bakers." in text(Client().get(PAGE))
    assert Client().get(f"{PAGE}logo.png")["Content-Type"] == "image/png"


# --- proof of mail, and against machines -------------------------------------------------------------------------
def test_an_applicant_proves_their_address_by_a_code(program: Program) -> None:
    client = Client()
    asked = client.post(FORM, {"email": MIRA})
    assert asked.status_code == 302
    done = client.post("/accounts/login/code/confirm/", {"code": code(), "next": FORM}, follow=True)
    assert done.request["PATH_INFO"] == FORM
    assert "Step 1 of 2" in text(done)


def test_a_wrong_address_is_refused_in_words(program: Program) -> None:
    answer = Client().post(FORM, {"email": "mira"})
    assert answer.status_code == 422
    assert "Enter it as name@example.com" in text(answer)
    assert 'value="mira"' in answer.content.decode()


def test_who_fills_in_what_nobody_sees_gets_no_code(program: Program) -> None:
    answer = Client().post(FORM, {"email": MIRA, "website": "https://spam.example"})
    assert answer["Location"] == PAGE
    assert (sent_mail(), User.objects.filter(email=MIRA).exists()) == ([], False)


def test_codes_and_pages_are_limited(program: Program, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {
        "apply_page": "1/m/ip", "mail_to_account": "1/h/key",
    }  # fmt: skip
    assert Client().post(FORM, {"email": MIRA}).status_code == 302
    refused = Client().post(FORM, {"email": MIRA})
    assert refused.status_code == 422
    assert "Too many" in text(refused)
    german = Client(headers={"accept-language": "de"})
    assert german.get(PAGE).status_code == 200
    refused = german.get(PAGE)
    assert refused.status_code == 429
    assert "Zu viele Versuche" in text(refused)


def test_without_a_sign_in_the_form_leads_to_the_page(program: Program) -> None:
    assert Client().get(FORM)["Location"] == PAGE


# --- TikTok ------------------------------------------------------------------------------------------------------
def test_connecting_lands_authenticated_with_the_text_that_was_agreed_to(
    tiktok: Any, oak: Organization, program: Program
) -> None:
    client = signed_in()
    seen = text(client.get(FORM))
    assert "What Oak will see" in seen
    assert "Consent text of 2026-12" in seen

    done = connect(client, tiktok, "tom_trails")  # in no marketplace
    assert f'href="{FORM}"' in done.content.decode()
    application = own(oak)
    with organization_scope(oak):
        account = SocialAccount.objects.select_related("creator").get()
        consent = Consent.objects.get()
        assert account.influencer_id == application.influencer_id
        assert account.creator is not None
        assert account.creator.marketplace_status == "not_in"
        assert (consent.text_version, consent.withdrawn_at) == (CONSENT_VERSION, None)
    assert application.is_new
    seen = text(client.get(FORM))
    assert "@tom_trails" in seen
    assert "followers" in seen
    assert "Step 2 of 2" in seen


def test_whoever_is_new_here_stands_in_no_list_before_they_are_accepted(
    tiktok: Any, oak: Organization, program: Program
) -> None:
    with organization_scope(oak):
        group = create_group("Bread", "bread", actor=None)
        Program.objects.update(group=group)
    connect(signed_in(), tiktok, "maya.bakes")
    influencer = own(oak).influencer
    assert influencer is not None
    assert influencer.archived_at is not None
    assert influencer.group == group
    with organization_scope(oak):
        assert archived_page().rows == []
        Application.objects.update(is_new=False)  # as accepting does; they may be put away later
        assert archived_page().rows == [influencer]


def test_whoever_is_known_stays_in_the_lists(
    tiktok: Any, oak: Organization, program: Program
) -> None:
    with organization_scope(oak):
        known = Influencer.objects.create(name="Mira Bauer", email=MIRA)
    connect(signed_in(), tiktok, "maya.bakes")
    application = own(oak)
    assert (application.influencer, application.is_new) == (known, False)
    assert application.influencer is not None
    assert application.influencer.archived_at is None


@pytest.mark.parametrize("is_archived", [False, True])
@pytest.mark.parametrize("is_second", [False, True])
def test_an_account_of_the_roster_stays_in_it_whoever_applies_with_it(
    tiktok: Any, oak: Organization, program: Program, *, is_second: bool, is_archived: bool
) -> None:
    """`is_second`: they are here by an application and connect one more account, which nobody signs in for."""
    tom = None if is_second else User.objects.create_user("tom@creators.example")
    with organization_scope(oak):
        group = create_group("Bread", "bread", actor=None)
        Program.objects.update(group=create_group("Cake", "cake", actor=None))
        known = InfluencerFactory.create(name="Tom", person=tom, group=group)
        if is_archived:
            archive_influencers([known], actor=None)
        account = TikTokAccountFactory.create(influencer=known, creator__handle="maya.bakes")
        order = an_order(a_campaign(), account)
    client = signed_in()
    if is_second:
        connect(client, tiktok, "tom_trails")
        assert own(oak).is_new
        with organization_scope(oak):
            Connection.objects.update(state="expired")
    connect(client, tiktok, "maya.bakes")

    application = own(oak)
    influencer = application.influencer
    assert influencer is not None
    assert (application.is_new, influencer.group) == (False, group)
    assert (influencer.archived_at is None) == (not is_archived)
    with organization_scope(oak):
        find_duplicates([influencer.pk])
        reasons = [pair.reasons for pair in Duplicate.objects.all()]
        assert reasons == (
            [] if is_archived else [["An account of one was connected by the other"]]
        )
    client.post(f"{PAGE}withdraw/")
    with organization_scope(oak):
        assert not Application.objects.exists()
        account.refresh_from_db()
        assert account.influencer == influencer
        assert Influencer.objects.filter(pk=known.pk).exists()
        assert Order.objects.get() == order


def test_an_account_that_another_applicant_had_brought_is_new_here(
    tiktok: Any, oak: Organization, program: Program
) -> None:
    with organization_scope(oak):
        other = an_application(program, "maya.bakes")
        Connection.objects.update(state="expired")
    connect(signed_in(), tiktok, "maya.bakes")
    with organization_scope(oak):
        application = Application.objects.exclude(pk=other.pk).get()
        assert application.is_new
        assert application.influencer is not None
        assert application.influencer.archived_at is not None
        assert not Duplicate.objects.exists()


def test_a_second_application_of_who_is_new_is_new_too(
    tiktok: Any, oak: Organization, program: Program
) -> None:
    client = signed_in()
    connect(client, tiktok, "maya.bakes")
    with organization_scope(oak):
        a_program(key="autumn")
        client.get("/apply/oak/autumn/form/")
        assert list(Application.objects.values_list("is_new", flat=True)) == [True, True]
        Influencer.objects.update(archived_at=None)
        a_program(key="winter")
        client.get("/apply/oak/winter/form/")
        assert Application.objects.latest("pk").is_new is False


def test_another_text_than_the_one_on_the_page_is_not_agreed_to(program: Program) -> None:
    answer = signed_in().post(FORM, {"text": "2025-01"})
    assert answer.status_code == 409
    assert "The text has changed meanwhile." in text(answer)


def test_without_tiktok_at_the_organization_it_says_whom_to_tell(
    oak: Organization, program: Program
) -> None:
    with organization_scope(oak):
        MarketplaceAccount.objects.all().delete()
    answer = signed_in().post(FORM, READ)
    assert answer.status_code == 409
    assert "Oak has not set up TikTok here yet." in text(answer)


def test_nothing_is_sent_without_tiktok(oak: Organization, program: Program, fields) -> None:
    client = signed_in()
    client.get(FORM)
    client.post(FORM, filled(fields))
    assert own(oak).state == ApplicationState.STARTED


# --- filling in --------------------------------------------------------------------------------------------------
@pytest.fixture
def mira(tiktok: Any, program: Program) -> Client:
    """Somebody who has connected TikTok."""
    client = signed_in()
    connect(client, tiktok, "maya.bakes")
    return client


def test_an_application_is_saved_and_gone_on_with(oak, mira: Client, fields) -> None:
    half = {"name": "Mira", f"custom_{fields['team'].pk}": "Two", "save": "1"}
    saved = mira.post(FORM, half, follow=True)
    assert "Saved. You can go on later" in saved.content.decode()
    assert own(oak).answers[str(fields["team"].pk)] == "Two"
    assert 'value="Mira"' in mira.get(FORM).content.decode()
    assert "Go on with your application" in text(mira.get(PAGE))
    assert "application.submitted" not in verbs(oak)


def test_an_application_is_sent_once_with_everything(oak, mira: Client, fields) -> None:
    photo = SimpleUploadedFile("kitchen.png", PNG, "image/png")
    answer = mira.post(FORM, filled(fields, file=photo), follow=True)
    assert "Application sent" in text(answer)
    application = own(oak)
    assert application.state == ApplicationState.SUBMITTED
    assert application.name == "Mira Bauer"
    assert application.answers == {
        str(fields["bakes"].pk): "Rye",
        str(fields["team"].pk): "Just me",
        str(fields["since"].pk): "2020-01-31",
        str(fields["oven"].pk): "yes",
    }
    assert application.addresses == ["https://www.instagram.com/mira.bakes/"]
    assert application.agreed_text == "You are 18 or older."
    assert application.file is not None
    assert application.file.name == "kitchen.png"

    mira.post(FORM, filled(fields, name="Somebody else"))
    assert own(oak).name == "Mira Bauer"
    assert verbs(oak).count("application.submitted") == 1
    (received,) = [m for m in sent_mail() if "is received" in m.subject]
    assert received.to == [MIRA]
    assert FORM in received.body
    assert "See your application" in text(mira.get(PAGE))


def test_another_file_takes_the_place_of_the_first(oak, mira: Client, fields) -> None:
    for name in ("one.png", "two.png"):
        mira.post(FORM, {"name": "M", "save": "1", "file": SimpleUploadedFile(name, PNG)})
    with organization_scope(oak):
        assert [file.name for file in File.objects.all()] == ["two.png"]
    assert "two.png" in text(mira.get(FORM))
    mira.post(FORM, filled(fields))
    assert own(oak).file is not None


def test_what_is_missing_or_wrong_is_said_and_what_was_typed_stays(
    oak, mira: Client, fields
) -> None:
    wrong = filled(
        fields, accounts="https://example.com/\nx", file=SimpleUploadedFile("a.exe", b"MZ")
    )
    wrong[f"custom_{fields['bakes'].pk}"] = ""
    wrong[f"custom_{fields['since'].pk}"] = "yesterday"
    wrong[f"custom_{fields['team'].pk}"] = "Nine"
    del wrong["agree"]
    answer = mira.post(FORM, wrong)
    assert answer.status_code == 422
    seen = text(answer)
    for sentence in (
        "Please answer this.",
        "Enter a date such as 2026-11-29.",
        "Choose from the list.",
        "“https://example.com/” does not name an account.",
        "Please agree, or do not apply.",
    ):
        assert sentence in seen, sentence
    assert "Mira Bauer" in answer.content.decode()
    assert own(oak).state == ApplicationState.STARTED


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("https://www.tiktok.com/@mira", "Your TikTok account is connected above."),
        ("\n".join(f"instagram.com/mira{n}" for n in range(11)), "Name ten at most."),
    ],
)
def test_other_accounts_are_of_other_networks_and_few(
    mira: Client, fields, accounts: str, said: str
) -> None:
    assert said in text(mira.post(FORM, filled(fields, accounts=accounts)))


def test_a_file_of_another_kind_is_refused_in_words(oak, mira: Client, fields) -> None:
    for sent in ({"send": "1"}, {"save": "1"}):
        bad = SimpleUploadedFile("a.exe", b"MZ no picture")
        given = {k: v for k, v in filled(fields).items() if k != "send"}
        answer = mira.post(FORM, {**given, **sent, "file": bad})
        assert answer.status_code == 422
        assert "This file was not taken." in text(answer)
    assert own(oak).state == ApplicationState.STARTED


def test_a_program_that_closed_meanwhile_takes_nothing_and_keeps_it(
    oak, mira: Client, program: Program, fields
) -> None:
    mira.post(FORM, {"name": "Mira", "save": "1"})
    with organization_scope(oak):
        set_open(program, is_open=False, actor=None)
    bad = SimpleUploadedFile("a.exe", b"MZ no picture")
    since = f"custom_{fields['since'].pk}"
    seen = text(mira.post(FORM, filled(fields, file=bad, **{since: "yesterday"})))
    assert "takes no applications at the moment" in seen
    assert "What you have filled in is kept for 30 days." in seen
    application = own(oak)
    assert (application.state, application.name) == (ApplicationState.STARTED, "Mira Bauer")
    assert application.answers[str(fields["bakes"].pk)] == "Rye"
    assert application.addresses == ["https://www.instagram.com/mira.bakes/"]

    mira.post(FORM, filled(fields, name="Mira B.", accounts="https://example.com/"))
    application = own(oak)
    assert application.name == "Mira B."
    assert application.answers[str(fields["since"].pk)] == "2020-01-31"
    assert application.addresses == ["https://www.instagram.com/mira.bakes/"]


def test_what_was_sent_from_another_window_stays(
    oak, mira: Client, fields, monkeypatch: pytest.MonkeyPatch
) -> None:
    from public.apply import views

    real = views.questions_of

    def slow(program: Program) -> list[CustomField]:
        monkeypatch.setattr(views, "questions_of", real)
        mira.post(FORM, filled(fields))
        return real(program)

    monkeypatch.setattr(views, "questions_of", slow)
    mira.post(FORM, filled(fields, name="Late"))
    assert own(oak).name == "Mira Bauer"


def test_a_question_of_the_team_opens_the_form_again(oak, mira: Client, fields) -> None:
    mira.post(FORM, filled(fields))
    with organization_scope(oak):
        Application.objects.update(state="asked_back", said="Which oven?")
        Program.objects.update(is_open=False)
    seen = text(mira.get(FORM))
    assert "Oak asks you something." in seen
    assert "Which oven?" in seen
    mira.post(FORM, filled(fields, name="Mira B."))
    assert own(oak).state == ApplicationState.SUBMITTED
    assert verbs(oak)[-1] == "application.answered"


def test_an_address_that_takes_no_mail_does_not_stop_an_application(
    oak, mira: Client, fields
) -> None:
    with organization_scope(oak):
        mark(MIRA, "bounced_at")
    mira.post(FORM, filled(fields))
    assert own(oak).state == ApplicationState.SUBMITTED
    assert not [m for m in sent_mail() if "is received" in m.subject]


@pytest.mark.parametrize(
    ("state", "said"),
    [("accepted", "You are accepted"), ("declined", "You were not chosen this time")],
)
def test_the_page_says_how_it_was_decided(oak, mira: Client, fields, state: str, said: str) -> None:
    mira.post(FORM, filled(fields))
    with organization_scope(oak):
        Application.objects.update(state=state, decided_at=timezone.now(), said="Thank you")
    seen = text(mira.get(FORM))
    assert said in seen
    assert "Thank you" in seen


# --- withdrawing -------------------------------------------------------------------------------------------------
def test_withdrawing_deletes_everything_at_once(oak, mira: Client, fields) -> None:
    mira.post(FORM, filled(fields, file=SimpleUploadedFile("kitchen.png", PNG)))
    sent_mail()
    assert "Deleted" in text(mira.post(f"{PAGE}withdraw/"))
    with organization_scope(oak):
        for model in (Application, Influencer, SocialAccount, File):
            assert not model.objects.exists(), model
        assert not Consent.objects.filter(withdrawn_at=None).exists()
        from mail.models import Message

        assert not Message.objects.filter(recipient=MIRA, template="crm_application").exists()
    assert Connection.objects.count() == 1  # the person's own, ended on their page
    assert verbs(oak)[-1] == "application.withdrawn"
    assert "Deleted" in text(mira.post(f"{PAGE}withdraw/"))  # twice is once


def test_whoever_was_known_stays_when_they_withdraw(tiktok, oak, program, fields) -> None:
    with organization_scope(oak):
        Influencer.objects.create(name="Mira Bauer", email=MIRA)
    client = signed_in()
    connect(client, tiktok, "maya.bakes")
    client.post(f"{PAGE}withdraw/")
    with organization_scope(oak):
        assert Influencer.objects.get().name == "Mira Bauer"
        assert SocialAccount.objects.exists()
        assert not Application.objects.exists()


def test_an_accepted_application_is_not_withdrawn_here(oak, mira: Client, fields) -> None:
    with organization_scope(oak):
        Application.objects.update(
            state="accepted",
            submitted_at=timezone.now() - timedelta(days=1),
            decided_at=timezone.now(),
        )
    assert mira.post(f"{PAGE}withdraw/")["Location"] == FORM
    assert own(oak).state == ApplicationState.ACCEPTED


def test_who_is_not_signed_in_withdraws_nothing(oak, mira: Client) -> None:
    Client().post(f"{PAGE}withdraw/")
    assert own(oak)


# --- when the connection ends -------------------------------------------------------------------------------------
def test_who_stops_sharing_meanwhile_connects_again_and_loses_no_words(
    oak, mira: Client, fields
) -> None:
    with organization_scope(oak):
        Consent.objects.update(withdrawn_at=timezone.now())
    assert "Step 1 of 2" in text(mira.get(FORM))
    answer = mira.post(FORM, filled(fields))
    assert (answer.status_code, "Step 1 of 2" in text(answer)) == (200, True)
    assert "The text has changed" not in text(answer)
    assert own(oak).name == "Mira Bauer"
    assert own(oak).state == ApplicationState.STARTED


def test_nothing_is_sent_past_the_page_without_an_account(oak, program: Program) -> None:
    person = User.objects.create_user("mira@creators.example")
    with organization_scope(oak):
        application = applying.begin(program, person)
        with pytest.raises(NotTaken):
            applying.submit(application, applying.Given("Mira"), agreed_text="")
