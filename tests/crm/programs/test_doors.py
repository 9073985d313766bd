"""Accounts outside the marketplace come in by their creator's own consent (application, dashboard, invitation), or by the old
data before the cut-over. There is no other door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.urls import reverse

from campaigns.services.legacy.importing import import_legacy_export
from crm.models import Influencer, SocialAccount
from crm.services.accounts import AddOutcome, add_tiktok_account
from tenancy.models import Organization, User
from tenancy.scope import organization_scope
from tests.connecting import a_person, connect
from tests.factories.programs import a_program
from tests.guards.sources import python_files, where
from tests.personas import OURS
from tests.public.test_apply import connect as apply_and_connect
from tests.public.test_apply import signed_in
from tiktok.enums import AccountKind
from tiktok.errors import LegacyClosed
from tiktok.models import Creator, LegacyMigration
from tiktok.queries import kind_of

pytestmark = pytest.mark.django_db
OUTSIDE = "tom_trails"  # known to TikTok, in no marketplace
# The files that make rows of accounts, and why none outside the marketplace comes in there without its creator.
MAKERS = {
    "crm/receivers.py": "the creator has connected it: application, dashboard, invitation",
    "crm/services/accounts.py": "`keep_account`, see below; accounts on other networks",
    "crm/services/bulk/asking.py": "never saved: stands in for an awaited account on a page",
    "crm/services/imports/states/accounts.py": "on other networks alone",
    "campaigns/services/results/keeping.py": "nobody's: what stays of orders whose creator was deleted",
    "campaigns/services/legacy/writing.py": "the old data, before the cut-over",
}
# The callers of `keep_account`: each has asked TikTok whether the account is in the marketplace.
KEEPERS = {
    "crm/services/accounts.py": "`add_tiktok_account`",
    "crm/services/discovery.py": "what TikTok's own search of the marketplace has found",
    "crm/services/imports/lookups.py": "the look-up of an import's handles",
}


def callers(*names: str) -> set[str]:
    """The product's files that call one of these; the invented world makes what history has left behind."""
    return {
        where(path)
        for path in python_files(*OURS)
        if "migrations" not in path.parts and "demo" not in path.parts and _calls(path, names)
    }


def _calls(path: Path, names: tuple[str, ...]) -> bool:
    tree = ast.parse(path.read_text())
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return any(call in names for call in calls)


def test_every_maker_of_accounts_is_known() -> None:
    rows = "SocialAccount.objects"
    made = callers(
        "SocialAccount", f"{rows}.create", f"{rows}.bulk_create", f"{rows}.get_or_create"
    )
    # Of single sign-on: another model of the same name.
    assert made - {"tenancy/services/sign_on_people.py"} == set(MAKERS)
    assert callers("keep_account") == set(KEEPERS)
    for path in set(KEEPERS):
        assert "may_be_added_by_staff" in (Path.cwd() / path).read_text(), path


def test_staff_cannot_add_it(tiktok, oak: Organization) -> None:
    with organization_scope(oak):
        result = add_tiktok_account(OUTSIDE, actor=None)
        assert result.outcome == AddOutcome.NOT_IN_MARKETPLACE
        assert not SocialAccount.objects.exists()


def test_its_creator_brings_it_in_by_the_dashboard(tiktok, oak: Organization) -> None:
    connect(tiktok, a_person("tom@creators.example", oak), oak, OUTSIDE)
    assert kind_here(oak) == AccountKind.AUTHENTICATED_NON_TTCM


def test_its_creator_brings_it_in_by_an_application(tiktok, oak: Organization) -> None:
    with organization_scope(oak):
        a_program()
    apply_and_connect(signed_in(), tiktok, OUTSIDE)
    assert kind_here(oak) == AccountKind.AUTHENTICATED_NON_TTCM


def kind_here(oak: Organization) -> AccountKind:
    with organization_scope(oak):
        assert SocialAccount.objects.get().handle == OUTSIDE
        return kind_of(Creator.objects.get(handle=OUTSIDE))


def test_a_person_whom_nobody_here_knows_or_asked_brings_nothing(tiktok, oak: Organization) -> None:
    stranger = User.objects.create_user("stranger@creators.example")
    client = signed_in(stranger.email)
    assert client.post(reverse("portal:connect", args=["oak"])).status_code == 404
    with organization_scope(oak):
        assert not Influencer.objects.exists()


def test_the_old_data_comes_in_no_more_once_the_organization_has_cut_over(
    oak: Organization, tmp_path: Path
) -> None:
    from django.utils import timezone

    export = tmp_path / "old.csv"
    export.write_text("")
    with organization_scope(oak):
        LegacyMigration.objects.create(cut_over_at=timezone.now())
        with pytest.raises(LegacyClosed):
            import_legacy_export(export, campaign_name="Past", actor=None)
