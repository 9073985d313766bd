"""Every address × everybody who may knock × own, foreign and absent ids: nothing of another tenant comes out.

Pages are found in the resolver, so a new page takes part by existing. A page with a parameter nobody has described yet
fails here: say in VALUES which row it names.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest
from django.db import connection, models
from django.test import Client

from crm.models import Influencer
from tenancy.enums import Role
from tenancy.models import OrganizationManager, OwnedManager
from tenancy.policies import ROLE_PERMISSIONS
from tests.guards.addresses import Address, addresses
from tests.personas import Tenant, make_person

ABSENT_ID, ABSENT_SLUG = 2**40, "no-such-organization"
ABSENT_KEYS = {"file_key": uuid.UUID(int=0)}
VALUES: dict[str, Callable[[Tenant], Any]] = {
    "slug": lambda tenant: tenant.organization.slug,
    "brief_pk": lambda tenant: tenant.row("campaigns.BriefFile").pk,
    "comment_pk": lambda tenant: tenant.row("campaigns.ReviewComment").pk,
    "number": lambda tenant: 1,  # of a draft behind a link that was not signed by us
    "review_pk": lambda tenant: tenant.row("campaigns.Review").pk,
    "version": lambda tenant: 1,  # the same
    "version_pk": lambda tenant: tenant.row("campaigns.ReviewVersion").pk,
    "action_pk": lambda tenant: tenant.row("crm.BulkAction").pk,
    "alerts.pk": lambda tenant: tenant.row("alerts.Alert").pk,
    "activity.pk": lambda tenant: tenant.row("jobs.Job").pk,
    "place_pk": lambda tenant: tenant.row("campaigns.PostPlace").pk,
    "campaign_pk": lambda tenant: tenant.row("campaigns.Campaign").pk,
    "campaigns.pk": lambda tenant: tenant.row("campaigns.Campaign").pk,
    "consent_id": lambda tenant: tenant.row("tiktok.Consent").pk,
    "connection_id": lambda tenant: tenant.row("tiktok.Connection").pk,
    "receipt_number": lambda tenant: tenant.row("tiktok.PurgeReceipt").number,
    "address_pk": lambda tenant: tenant.row("mail.Address").pk,
    "account_pk": lambda tenant: tenant.row("crm.SocialAccount").pk,
    "pair_pk": lambda tenant: tenant.row("crm.Duplicate").pk,
    "merge_pk": lambda tenant: tenant.row("crm.Merge").pk,
    "contract_pk": lambda tenant: tenant.row("crm.Contract").pk,
    "creator_id": lambda tenant: tenant.row("tiktok.Creator").pk,
    "api_key_pk": lambda tenant: tenant.row("tenancy.ApiKey").pk,
    "domain_pk": lambda tenant: tenant.row("tenancy.SignOnDomain").pk,
    "document_pk": lambda tenant: tenant.row("crm.Document").pk,
    "field_pk": lambda tenant: tenant.row("crm.CustomField").pk,
    "file_key": lambda tenant: tenant.row("files.File").key,
    "import_pk": lambda tenant: tenant.row("crm.Import").pk,
    "row_number": lambda tenant: tenant.row("crm.ImportRow").number,
    "group_pk": lambda tenant: tenant.row("tenancy.Group").pk,
    "influencers.pk": lambda tenant: tenant.row("crm.Influencer").pk,
    "invitation_pk": lambda tenant: tenant.row("tenancy.Invitation").pk,
    "job_pk": lambda tenant: tenant.row("jobs.Job").pk,
    "key": lambda tenant: "no-mailbox-here",  # `make run` alone has one
    "list_pk": lambda tenant: tenant.row("crm.List").pk,
    "mailing_pk": lambda tenant: tenant.row("crm.Mailing").pk,
    "marketplace_account_id": lambda tenant: tenant.row("tiktok.MarketplaceAccount").pk,
    "membership_pk": lambda tenant: tenant.row("tenancy.Membership").pk,
    "message_pk": lambda tenant: tenant.row("mail.Message").pk,
    "note_pk": lambda tenant: tenant.row("crm.Note").pk,
    "order_pk": lambda tenant: tenant.row("campaigns.Order").pk,
    "orders.pk": lambda tenant: tenant.row("campaigns.Order").pk,
    "application_pk": lambda tenant: tenant.row("crm.Application").pk,
    "passkey_pk": lambda tenant: ABSENT_ID,  # a person's own: tests/portal
    "program_key": lambda tenant: "no-program-here",  # anybody may read one: tests/public
    "program_pk": lambda tenant: tenant.row("crm.Program").pk,
    "post_pk": lambda tenant: tenant.row("campaigns.Post").pk,
    "network-posts.pk": lambda tenant: tenant.row("campaigns.PostPlace").pk,
    "posts.pk": lambda tenant: tenant.row("campaigns.Post").pk,
    "recipient_pk": lambda tenant: tenant.row("crm.MailingRecipient").pk,
    "reply_pk": lambda tenant: tenant.row("campaigns.OrderReply").pk,
    "request_pk": lambda tenant: tenant.row("campaigns.OrderRequest").pk,
    "removal_pk": lambda tenant: tenant.row("crm.Removal").pk,
    "segment_pk": lambda tenant: tenant.row("crm.Segment").pk,
    "social-accounts.pk": lambda tenant: tenant.row("crm.SocialAccount").pk,
    "tag_pk": lambda tenant: tenant.row("crm.Tag").pk,
    "task_pk": lambda tenant: tenant.row("crm.Task").pk,
    "template_pk": lambda tenant: tenant.row("crm.MailTemplate").pk,
    "token": lambda tenant: "not-signed-by-us",  # who holds a signed one is let in: tests/public
    "video_pk": lambda tenant: tenant.row("tiktok.Video").pk,
}
# What the right person may meet at an own address besides a page, a redirect, or "ask by POST".
EXPECTED = {
    "tiktok_callback": {400},  # opened without what TikTok would have sent
    "tiktok_brand_callback": {400},  # the same
    "single_sign_on_callback": {400},  # opened without what a provider would have sent
    "saml_finish": {400},  # the same
    "campaigns:posts_filter": {404},  # no field of a filter is named
    "alerts:follow": {302, 404},  # an alert of its member alone
    "crm:edit_segment": {200, 404},  # a segment of its owner alone
    "campaigns:network_import_page": {404},  # the tenant's import is of influencers
    # The tenant's job is of another kind, and the organization's.
    "crm:added": {404},
    "apply": {404},
    "apply_form": {404},
    "apply_logo": {404},
    "apply_withdraw": {404},
    "crm:export_file": {404},
    "own_job": {404},
    "portal:copy_file": {404},
    "portal:publish": {404},  # the tenant's marketplace does not publish
    "tiktok_connect_finished": {404},
    "tiktok_brand_finished": {404},
}
FINE = {200, 302, 405}
# Answers with the same thing whatever the address names.
SAME_FOR_ALL = {"opened"}  # the picture of a mail


@dataclass
class World:
    oak: Tenant
    elm: Tenant

    def values(self, whose: str) -> dict[str, Any]:
        """own: oak's. foreign: elm's rows below oak's address. abroad: elm's address. absent, nowhere: of neither."""
        oak, elm = ({name: of(t) for name, of in VALUES.items()} for t in (self.oak, self.elm))
        none = {**dict.fromkeys(VALUES, ABSENT_ID), **ABSENT_KEYS}
        return {
            "own": oak,
            "foreign": {**elm, "slug": oak["slug"]},
            "absent": {**none, "slug": oak["slug"]},
            "abroad": elm,
            "nowhere": {**none, "slug": ABSENT_SLUG},
        }[whose]


@dataclass
class Persona:
    """Somebody who knocks, and whose canaries must not come out."""

    world: World
    name: str
    heard: set[str] = field(default_factory=set)  # the audiences whose answers held oak's canary
    led_to: str = ""  # by the last answer

    @cached_property
    def client(self) -> Client:
        client = Client(raise_request_exception=False)
        if self.name.endswith(" key"):
            client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.world.oak.keys[self.name[:-4]]}"
        elif self.name in self.world.oak.people:
            client.force_login(self.world.oak.people[self.name])
        elif self.name != "anonymous":
            client.force_login(make_person(self.name, "nobody", is_staff=self.name == "ops"))
        return client

    @property
    def forbidden(self) -> list[str]:
        is_of_oak = self.name in self.world.oak.people or self.name.endswith(" key")
        return [self.world.elm.canary, *([] if is_of_oak else [self.world.oak.canary])]

    def knock(self, address: Address, whose: str, method: str = "get") -> int:
        """The status of the answer, which holds no foreign canary and is no failure."""
        url = address.url(self.world.values(whose))
        response = getattr(self.client, method)(url)
        body = b"".join(response)
        reported = body + str(dict(response.headers)).encode() + str(response.cookies).encode()
        for canary in self.forbidden:
            assert canary.encode() not in reported, f"{self.name} saw a foreign row: {method} {url}"
        assert response.status_code < 500, f"{self.name}: {method} {url}: {response.status_code}"
        if self.world.oak.canary.encode() in body:
            self.heard.add(address.audience)
        self.led_to = response.headers.get("Location", "")
        return response.status_code


PERSONAS = [
    "anonymous", "stranger", "ops", "influencer", *Role.values, "read key", "write key",
]  # fmt: skip


@pytest.fixture(params=PERSONAS)
def persona(request: pytest.FixtureRequest, world: World) -> Persona:
    return Persona(world, request.param)


def with_parameters() -> Iterator[Address]:
    return (address for address in addresses() if address.parameters)


def test_every_parameter_of_an_address_names_a_row() -> None:
    asked = {name for address in addresses() for name in address.parameters}
    assert asked == set(VALUES)


# Members of nothing: of their pages they learn not even that they are there.
NO_MEMBERS = {"stranger", "ops", "influencer"}
SIGN_IN = "/accounts/login/?next="
# The canary does sing: otherwise its silence would prove nothing.
SINGS_FOR = {"owner": "staff", "influencer": "portal", "read key": "api"}


def door(name: str, address: Address) -> tuple[set[int], int] | None:
    """The answers that somebody must meet at an own address: the statuses of a GET, and of a POST where it may do nothing (else 0)."""
    fine = EXPECTED.get(address.name, FINE)
    if address.audience == "hooks":  # believes nobody who cannot sign
        return {405}, 401
    if name in Role.values and address.audience == "staff":
        may = address.marks.permission in ROLE_PERMISSIONS[name]
        return (fine, 0) if may else ({403}, 403)
    if name in NO_MEMBERS and address.audience == "staff":
        return {404}, 404
    if name == "influencer" and address.audience == "portal":
        return fine, 0
    return None


def test_everybody_meets_at_each_address_what_is_theirs_and_no_row_of_another_organization(
    persona: Persona,
) -> None:
    for address in addresses():
        reported, must = persona.knock(address, "own"), door(persona.name, address)
        if must is not None:
            assert reported in must[0], address
            assert not must[1] or persona.knock(address, "own", "post") == must[1], address
    sings_for = SINGS_FOR.get(persona.name)
    assert sings_for is None or sings_for in persona.heard


@pytest.mark.parametrize("name", ["anonymous", "read key"])
def test_without_a_sign_in_there_is_only_the_way_to_it(world: World, name: str) -> None:
    nobody = Persona(world, name)
    for address in addresses():
        if address.audience in {"staff", "portal"}:
            for method in ("get", "post"):
                reported = nobody.knock(address, "own", method)
                is_led = reported == 302 and nobody.led_to.startswith(SIGN_IN)
                assert reported == 405 or is_led, address


@pytest.mark.parametrize("name", ["owner", "influencer"])
def test_a_fragment_is_kept_apart_as_its_page_is(world: World, name: str) -> None:
    persona = Persona(world, name)
    persona.client.defaults["HTTP_HX_REQUEST"] = "true"
    for address in addresses():
        if address.audience in INSIDE[name]:
            persona.knock(address, "own")
            if address.parameters:
                reported = persona.knock(address, "foreign")
                assert reported == persona.knock(address, "absent"), address


# Who gets through which doors at all; that everybody else is stopped at the door is said below.
INSIDE = {
    "owner": {"staff", "portal", "public"},
    "viewer": {"staff", "portal", "public"},
    "influencer": {"portal", "public"},
    "ops": {"portal", "public", "ops"},
    "read key": {"api", "public"},
}


@pytest.mark.parametrize("name", INSIDE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_foreign_id_answers_as_an_absent_one(world: World, name: str, method: str) -> None:
    persona = Persona(world, name)
    for address in with_parameters():
        if address.audience not in INSIDE[name]:
            continue
        for foreign, absent in (("foreign", "absent"), ("abroad", "nowhere")):
            reported = persona.knock(address, foreign, method)
            assert reported == persona.knock(address, absent, method), f"{address}: {foreign} id"
            is_let_in = reported in {200, 201} and address.name not in SAME_FOR_ALL
            assert not is_let_in or address.parameters == ["slug"], f"{address}: {foreign}"


def test_the_api_is_for_keys_alone(world: World) -> None:
    reported = {name: Persona(world, name) for name in ("anonymous", "owner", "ops", "write key")}
    reader = Persona(world, "read key")
    for address in addresses():
        if address.audience == "api":
            assert reader.knock(address, "own") == 200, address
            assert reader.knock(address, "own", "post") == 403, address
            statuses = {name: persona.knock(address, "own") for name, persona in reported.items()}
            assert statuses == {"anonymous": 401, "owner": 401, "ops": 401, "write key": 403}


def assert_kept_apart(world: World) -> None:
    for name in ("owner", "influencer", "read key"):
        persona = Persona(world, name)
        for address in addresses():
            persona.knock(address, "own")
            if address.parameters:
                reported = persona.knock(address, "foreign")
                assert reported == persona.knock(address, "absent"), f"{name}: {address}"


def test_the_database_alone_keeps_organizations_apart(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for manager in (OrganizationManager, OwnedManager):
        monkeypatch.setattr(manager, "get_queryset", models.Manager.get_queryset)
    assert Influencer.objects.count() == 0
    assert_kept_apart(world)


@pytest.mark.usefixtures("_past_the_policies")
def test_the_code_alone_keeps_organizations_apart(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crm_influencer")
        assert cursor.fetchone() == (4,)
    assert_kept_apart(world)


def test_every_exception_is_an_address() -> None:
    assert set(EXPECTED) <= {address.name for address in addresses()}
    assert "hooks" in {address.audience for address in addresses()}, "an audience with a rule"
