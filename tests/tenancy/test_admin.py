"""Django's admin for ops: one organization at a time, no secret on any page, every change audited."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from alerts.models import ReadUpTo
from campaigns.models import Campaign, Order, OrderRequest, OrderTemplate, Participant, Post
from crm.models import ConnectInvitation, Influencer, SocialAccount
from files.models import File
from jobs.models import Job, Work
from mail.models import Message
from tenancy.models import (
    Event,
    EventText,
    InfluencerLogin,
    Membership,
    Organization,
    OrganizationModel,
    OwnedModel,
    User,
)
from tenancy.scope import organization_scope
from tenancy.services.organizations import add_member, create_api_key
from tests.working import all_polls
from tiktok.models import (
    ConnectAttempt,
    Connection,
    Consent,
    Creator,
    CreatorMembership,
    FormerHandle,
    LegacyMigration,
    LinkedVideo,
    MarketplaceAccount,
    PublishingConsent,
    PurgeReceipt,
    PurgeRun,
    Video,
)
from tiktok.services.brands.accounts import connect_marketplace_account

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def ops() -> User:
    return User.objects.create_superuser("ops@example.com", name="Ops")


@pytest.fixture
def client(ops) -> Client:
    client = Client()
    client.force_login(ops)
    return client


def furnished(name: str, word: str) -> Organization:
    """An organization with a row of everything; `word` stands in all of its texts."""
    organization = Organization.objects.create(name=name, slug=name.lower())
    person = User.objects.create_user(f"{word}@example.com", name=f"{word} person")
    with organization_scope(organization):
        add_member(organization, person, role="owner", actor=None)
        connect_marketplace_account(
            f"{word} at TikTok", tiktok_account_id=f"{word}1", token=f"brand-{word}", actor=None
        )
        LinkedVideo.objects.create(
            marketplace_account=MarketplaceAccount.objects.get(),
            tiktok_campaign_id=word,
            tiktok_video_id=word,
        )
        creator = Creator.objects.create(handle=f"{word}.bakes", marketplace_status="in")
        CreatorMembership.objects.create(
            creator=creator,
            account=MarketplaceAccount.objects.get(),
            status="in",
            checked_at=LONG_AGO,
        )
        FormerHandle.objects.create(creator=creator, handle=f"{word}.cakes", left_at=LONG_AGO)
        connection = Connection(
            person=person,
            open_id=f"open-{word}",
            handle=creator.handle,
            connected_at=LONG_AGO,
            access_expires_at=LONG_AGO,
            refresh_expires_at=LONG_AGO,
        )
        connection.seal_tokens(f"access-{word}", f"refresh-{word}")
        connection.save()
        Consent.objects.create(
            creator=creator, connection=connection, text_version="1", granted_at=LONG_AGO
        )
        PublishingConsent.objects.create(
            creator=creator, connection=connection, text_version="1", granted_at=LONG_AGO
        )
        ConnectAttempt.objects.create(
            person=person,
            organization=organization,
            state_digest=f"state-{word}",
            session_digest=f"session-{word}",
            expires_at=LONG_AGO,
        )
        influencer = Influencer.objects.create(name=f"{word} baker", person=person)
        account = SocialAccount.objects.create(
            influencer=influencer,
            network="tiktok",
            account_type="tiktok_creator",
            handle=creator.handle,
            creator=creator,
        )
        ConnectInvitation.objects.create(
            influencer=influencer, handle=creator.handle, asked_at=LONG_AGO
        )
        furnish_campaign(word, account, creator)
        LegacyMigration.objects.create()
        run = PurgeRun.objects.create(actor=person, state="done")
        PurgeReceipt.objects.create(run=run, lines=[], rescan={}, digest=f"receipt-{word}")
        furnish_work(word, person)
    Work.objects.create(
        organization=organization, kind="profile", subject_id=creator.pk, due_at=LONG_AGO
    )
    create_api_key(organization, f"{word} key", scopes=["read"], actor=person)
    Authenticator.objects.create(user=person, type="totp", data={"secret": f"totp-{word}"})
    return organization


def furnish_work(word: str, person: User) -> None:
    Job.objects.create(kind="crm.bulk.ask", actor=person, problem=f"{word} failed")
    Message.objects.create(
        template="crm_ask_to_connect",
        intent=word,
        recipient=f"{word}@example.com",
        subject=word,
        html=f"<p>html-{word}</p>",
        text=f"text-{word}",
        message_id=f"<{word}@example.com>",
        reason=f"{word} bounced",
    )
    File.objects.create(kind="organization_logo", name=f"{word}.png", size=1, sha256=word)


def furnish_campaign(word: str, account: SocialAccount, creator: Creator) -> None:
    campaign = Campaign.objects.create(
        name=f"{word} campaign",
        client=word,
        starts_on=date(2026, 1, 1),
        ends_on=date(2026, 2, 1),
    )
    Participant.objects.create(campaign=campaign, account=account)
    OrderTemplate.objects.create(name=word, description=word)
    request = OrderRequest.objects.create(
        campaign=campaign, brand_name=word, description=word, token=f"submission-{word}"
    )
    order = Order.objects.create(
        request=request, campaign=campaign, account=account, state_at=LONG_AGO
    )
    video = Video.objects.create(
        creator=creator,
        tiktok_video_id="7301",
        source="ttcm_public",
        published_at=LONG_AGO,
        url="https://www.tiktok.com/@x/video/7301",
        caption=word,
        counts_source="ttcm_public",
        counts_fetched_at=LONG_AGO,
    )
    ReadUpTo.objects.create()
    Post.objects.create(
        campaign=campaign,
        account=account,
        network="tiktok",
        network_post_id="7301",
        url=video.url,
        video=video,
        origin="order",
        order=order,
    )


@pytest.fixture
def oak() -> Organization:
    return furnished("Oak", "acorn")


@pytest.fixture
def elm() -> Organization:
    return furnished("Elm", "samara")


OURS = (
    "tenancy",
    "files",
    "jobs",
    "mail",
    "tiktok",
    "crm",
    "campaigns",
    "alerts",
    "mfa",
    "account",
    "auth",
    "admin",
)
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
TENANT_MODELS = [model for model in MODELS if issubclass(model, OrganizationModel | OwnedModel)]


def list_page(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def object_page(obj) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def choose(client: Client, organization: Organization | None, **values) -> str:
    response = client.post(
        reverse("admin:choose_organization"),
        {"organization": organization.pk if organization else "", **values},
    )
    assert response.status_code == 302
    return response["Location"]


def test_everything_ops_need_has_a_page() -> None:
    names = {model.__name__ for model in MODELS}
    assert names >= {
        "Organization", "User", "Membership", "ApiKey", "Event", "MarketplaceAccount", "Creator", "Connection",
        "Consent", "Work", "LegacyMigration", "PurgeRun", "PurgeReceipt", "Influencer", "SocialAccount", "Campaign",
        "Order", "Post", "WebhookDelivery", "LinkedVideo", "ServiceIncident", "Job", "Message", "File",
    }  # fmt: skip
    assert {model._meta.app_label for model in MODELS} <= set(OURS)


# --- who gets in -------------------------------------------------------------------------------------------------
def test_a_stranger_is_sent_to_the_sign_in_of_everybody_else() -> None:
    response = Client().get("/admin/")
    assert response["Location"] == "/admin/login/?next=/admin/"
    response = Client().get("/admin/login/?next=/admin/")
    assert response["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_nobody_but_ops_gets_in(oak, model) -> None:
    owner = Client()
    owner.force_login(User.objects.get(email="acorn@example.com"))
    response = owner.get(list_page(model), follow=True)
    assert response.status_code == 403


def test_ops_land_in_the_administration_and_influencers_do_not(client) -> None:
    assert client.get("/")["Location"] == "/admin/"
    influencer = Client()
    influencer.force_login(User.objects.create_user("tom@example.com"))
    assert influencer.get("/")["Location"] == "/me/"


def test_nobody_but_ops_chooses_an_organization(oak) -> None:
    owner = Client()
    owner.force_login(User.objects.get(email="acorn@example.com"))
    owner.post(reverse("admin:choose_organization"), {"organization": oak.pk})
    assert "admin_organization_id" not in owner.session


# --- one organization at a time ----------------------------------------------------------------------------------
@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_without_a_chosen_organization_its_rows_are_an_empty_list_with_a_hint(
    client, oak, model
) -> None:
    for query in ("", "?q=acorn"):
        response = client.get(list_page(model) + query)
        assert response.status_code == 200
        assert "Choose one above to see them" in response.content.decode()
        assert response.context["cl"].result_count == 0
    with organization_scope(oak):
        obj = model.objects.first()
    assert client.get(object_page(obj)).status_code == 302


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_page_loads_for_the_chosen_organization_and_shows_no_other(
    client, oak, elm, model
) -> None:
    choose(client, oak)
    filters = [f"?{name}__exact=x" for name in model_filters(model)]
    for query in ("", "?q=a", *filters):
        response = client.get(list_page(model) + query, follow=True)
        assert response.status_code == 200, (query, response.status_code)
    page = client.get(list_page(model)).content.decode()
    assert "You see the data of Oak." in page
    if model is not User and model is not Organization and model is not Authenticator:
        assert "samara" not in page
    if model in TENANT_MODELS:
        assert client.get(list_page(model)).context["cl"].result_count >= 1
        with organization_scope(elm):
            theirs = model.objects.first()
        assert client.get(object_page(theirs)).status_code == 302
        with organization_scope(oak):
            mine = model.objects.first()
        assert client.get(object_page(mine)).status_code == 200


def model_filters(model) -> list[str]:
    return [name for name in admin.site._registry[model].list_filter if isinstance(name, str)]


def test_choosing_goes_back_to_the_list_and_never_away(client, oak) -> None:
    assert choose(client, oak, next="/admin/crm/influencer/") == "/admin/crm/influencer/"
    assert choose(client, oak, next="https://evil.example/admin/") == "/admin/"
    assert choose(client, oak, next="//evil.example/admin/") == "/admin/"
    assert choose(client, oak, next="/admin/crm/influencer/7/change/") == "/admin/"
    choose(client, None)
    assert "admin_organization_id" not in client.session
    for nobody in ("x", "\u0661", "9" * 5_000):
        answer = client.post(reverse("admin:choose_organization"), {"organization": nobody})
        assert answer.status_code == 302
    assert client.get(reverse("admin:choose_organization")).status_code == 405


# --- secrets -----------------------------------------------------------------------------------------------------
def test_no_secret_stands_on_any_page(client, oak, ops) -> None:
    choose(client, oak)
    with organization_scope(oak):
        account, file = MarketplaceAccount.objects.get(), File.objects.get()
    connection = Connection.objects.get()
    secrets = [
        "html-acorn", "text-acorn", file.key.hex, str(file.key), "brand-acorn", "access-acorn", "refresh-acorn", "state-acorn", "session-acorn", "totp-acorn",
        "submission-acorn", account.sealed_token, connection.sealed_access_token, connection.sealed_refresh_token,
        ops.password,
    ]  # fmt: skip
    for model in MODELS:
        with organization_scope(oak):
            rows = list(model._default_manager.all()[:3])
        pages = [list_page(model), *(object_page(row) for row in rows)]
        for page in pages:
            html = client.get(page, follow=True).content.decode()
            assert [secret for secret in secrets if secret and secret in html] == [], page


def test_a_new_token_is_written_and_never_shown(client, oak) -> None:
    choose(client, oak)
    with organization_scope(oak):
        account = MarketplaceAccount.objects.get()
    fields = {
        "name": "Renamed",
        "tiktok_account_id": account.tiktok_account_id,
        "dialect": "ttcm",
        "state": "connected",
        "state_reason": "",
    }
    client.post(object_page(account), fields)
    with organization_scope(oak):
        account.refresh_from_db()
        assert (account.name, account.open_token()) == ("Renamed", "brand-acorn")
    client.post(object_page(account), {**fields, "new_token": "brand-of-today"})
    with organization_scope(oak):
        account.refresh_from_db()
        assert account.open_token() == "brand-of-today"
        verbs = list(Event.objects.order_by("-pk").values_list("verb", "actor__email")[:2])
    assert verbs == [
        ("marketplace_account.connected", "ops@example.com"),
        ("admin.changed", "ops@example.com"),
    ]
    assert b"brand-of-today" not in client.get(object_page(account)).content
    poll = all_polls().get(kind="marketplace", subject_id=account.pk)
    assert poll.due_at <= timezone.now()


def test_what_tiktok_says_of_an_account_is_shown_and_not_written(client, oak) -> None:
    choose(client, oak)
    with organization_scope(oak):
        account = MarketplaceAccount.objects.get()
        MarketplaceAccount.objects.update(timezone="Europe/Oslo", subscription_id="7470001")
    html = client.get(object_page(account)).content.decode()
    for shown in ("Europe/Oslo", "7470001"):
        assert f'<div class="readonly">{shown}</div>' in html


def test_a_connected_account_needs_its_token(client, oak) -> None:
    choose(client, oak)
    fields = {"name": "Second", "tiktok_account_id": "2", "dialect": "ttcm", "state": "connected"}
    page = client.post(reverse("admin:tiktok_marketplaceaccount_add"), fields)
    assert b"A connected account needs its token." in page.content
    client.post(reverse("admin:tiktok_marketplaceaccount_add"), {**fields, "new_token": "second"})
    with organization_scope(oak):
        assert MarketplaceAccount.objects.get(name="Second").open_token() == "second"


# --- changes -----------------------------------------------------------------------------------------------------
def audited(organization: Organization) -> tuple[str, str, str]:
    with organization_scope(organization):
        event = Event.objects.select_related("actor", "text").order_by("-pk").first()
        return event.verb, event.label, event.actor.email


def test_a_membership_is_given_changed_and_taken_away_on_record(client, oak) -> None:
    other = User.objects.create_user("other@example.com")
    client.post(
        reverse("admin:tenancy_membership_add"),
        {"user": other.pk, "organization": oak.pk, "role": "viewer"},
    )
    membership = Membership.objects.get(user=other)
    assert audited(oak) == ("membership.set", "other@example.com · viewer", "ops@example.com")
    client.post(object_page(membership), {"role": "admin"})
    membership.refresh_from_db()
    assert membership.role == "admin"
    client.post(reverse("admin:tenancy_membership_delete", args=[membership.pk]), {"post": "yes"})
    assert not Membership.objects.filter(user=other).exists()
    assert audited(oak)[0] == "admin.removed"


def test_a_person_is_renamed_on_the_record_of_their_organizations(client, oak) -> None:
    person = User.objects.get(email="acorn@example.com")
    client.post(object_page(person), {"email": "Acorn@Example.com", "name": "N", "is_active": "on"})
    person.refresh_from_db()
    assert (person.email, person.name) == ("acorn@example.com", "N")
    assert audited(oak) == ("admin.changed", "N", "ops@example.com")


def test_a_key_is_revoked_by_the_action(client, oak) -> None:
    key = oak.api_keys.get()
    client.post(
        reverse("admin:tenancy_apikey_changelist"),
        {"action": "revoke", "_selected_action": [key.pk]},
    )
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert audited(oak)[0] == "api_key.revoked"


def test_a_poll_is_made_due_by_the_action(client, oak) -> None:
    poll = all_polls().get()
    all_polls().update(due_at=timezone.now() + timedelta(days=1), stopped_reason="stopped")
    client.post(
        reverse("admin:jobs_work_changelist"),
        {"action": "make_due_now", "_selected_action": [poll.pk]},
    )
    poll.refresh_from_db()
    assert poll.due_at <= timezone.now()
    assert poll.stopped_reason == ""
    assert audited(oak)[0] == "admin.made_due"


def test_the_page_of_a_mail_and_of_a_job_says_why_it_waits_or_was_stopped(client, oak) -> None:
    choose(client, oak)
    with organization_scope(oak):
        rows = {"mail": Message.objects.get(), "job": Job.objects.get()}
    for kind, row in rows.items():
        assert b"Nothing is to be done." in client.get(object_page(row)).content
        work = Work.objects.create(
            organization=oak,
            kind=kind,
            subject_id=row.pk,
            due_at=LONG_AGO,
            postponed_reason="later",
        )
        page = client.get(object_page(row)).content
        assert b"Due 2026-01-01 00:00:00 UTC, postponed: later" in page
        Work.objects.filter(pk=work.pk).update(stopped_reason="Given up after 5 attempts.")
        assert b"Stopped: Given up after 5 attempts." in client.get(object_page(row)).content
        assert b"acorn" in page


def test_a_second_factor_is_taken_away_on_record(client, oak) -> None:
    factor = Authenticator.objects.get()
    client.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"})
    assert not Authenticator.objects.exists()
    assert audited(oak)[0] == "admin.second_factor_removed"


@pytest.mark.parametrize(
    ("model", "verb"),
    [(Membership, "admin.removed"), (Authenticator, "admin.second_factor_removed")],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_taken_away_from_a_list_is_on_record_too(client, oak, model, verb) -> None:
    chosen = [row.pk for row in model.objects.all()]
    answer = client.post(
        list_page(model), {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    )
    assert answer.status_code == 302
    assert not model.objects.exists()
    assert audited(oak)[0] == verb


def test_an_organization_is_renamed_on_its_own_record(client, oak) -> None:
    client.post(object_page(oak), {"name": "Oak & Co"})
    oak.refresh_from_db()
    assert (oak.name, oak.slug) == ("Oak & Co", "oak")
    assert audited(oak) == ("admin.changed", "Oak & Co", "ops@example.com")
    history = client.get(reverse("admin:tenancy_organization_history", args=[oak.pk]))
    assert "ops@example.com (Ops)" in history.content.decode()


def test_a_person_whom_ops_add_has_no_password(client) -> None:
    client.post(reverse("admin:tenancy_user_add"), {"email": "new@example.com", "is_active": "on"})
    assert not User.objects.get(email="new@example.com").has_usable_password()


def test_rows_that_only_say_where_to_look_have_a_readable_name(client, oak) -> None:
    login = InfluencerLogin.objects.create(
        organization=oak, user=User.objects.get(email="acorn@example.com")
    )
    assert "acorn person in Oak" in client.get(object_page(login)).content.decode()
    with organization_scope(oak):
        assert str(EventText.objects.get(event__verb="marketplace_account.connected")) == (
            "acorn at TikTok"
        )


READ_ONLY = [
    model for model in MODELS if model.__name__ in {"Event", "PurgeReceipt", "PurgeRun", "Connection", "Order", "Job", "Message", "File"}
]  # fmt: skip


@pytest.mark.parametrize("model", READ_ONLY, ids=lambda model: model.__name__)
def test_what_is_proof_can_be_read_and_not_changed(client, oak, model) -> None:
    choose(client, oak)
    with organization_scope(oak):
        row = model._default_manager.first()
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    assert client.post(object_page(row), {}).status_code == 403
    assert client.post(reverse(f"admin:{label}_delete", args=[row.pk])).status_code == 403
    assert client.get(reverse(f"admin:{label}_add")).status_code == 403


def test_ops_without_a_permission_neither_revoke_nor_hurry(oak) -> None:
    helper = User.objects.create_user("helper@example.com", is_staff=True)
    client = Client()
    client.force_login(helper)
    assert client.get("/admin/").status_code == 200
    assert client.get(reverse("admin:jobs_work_changelist")).status_code == 403


@pytest.mark.parametrize("model", [Order, SocialAccount, Work], ids=lambda model: model.__name__)
def test_a_list_makes_the_same_queries_for_one_row_and_for_more(client, oak, model) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    choose(client, oak)
    with CaptureQueriesContext(connection) as with_one:
        client.get(list_page(model))
    with organization_scope(oak):
        make_more(oak)
    with CaptureQueriesContext(connection) as with_four:
        client.get(list_page(model))
    assert len(with_one) == len(with_four) <= 8


def make_more(oak) -> None:
    for n in range(3):
        creator = Creator.objects.create(handle=f"more{n}")
        Work.objects.create(organization=oak, kind="videos", subject_id=creator.pk, due_at=LONG_AGO)
        account = SocialAccount.objects.create(
            influencer=Influencer.objects.create(name=f"more {n}"),
            network="tiktok",
            account_type="tiktok_creator",
            handle=creator.handle,
            creator=creator,
        )
        Order.objects.create(
            request=OrderRequest.objects.first(),
            campaign=Campaign.objects.first(),
            account=account,
            state_at=LONG_AGO,
        )
