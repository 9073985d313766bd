"""Rotation of the keys that seal tokens: every row that an older key sealed is sealed anew with the newest."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from tenancy.models import Organization, SingleSignOn
from tenancy.scope import organization_scope
from tiktok.models import Connection, MarketplaceAccount
from tiktok.sealing import keys, seal, unseal


@dataclass
class Rotation:
    """How many rows were sealed anew."""

    connections: int = 0
    marketplace_accounts: int = 0
    single_sign_ons: int = 0


def rotate_token_keys() -> Rotation:
    """Seal all tokens with the first key of TOKEN_KEYS. Row by row, under the row's lock; readers never wait for more
    than one row, and it may be stopped and run again. Afterwards older keys can leave TOKEN_KEYS."""
    newest = f"{next(iter(keys()))}."
    done = Rotation()
    older = Connection.objects.exclude(sealed_access_token="").exclude(
        sealed_access_token__startswith=newest
    )
    for primary_key in older.values_list("pk", flat=True).iterator():
        done.connections += _reseal_connection(primary_key, newest)
    for organization in Organization.objects.order_by("pk"):
        with organization_scope(organization):
            stale = MarketplaceAccount.objects.exclude(sealed_token="").exclude(
                sealed_token__startswith=newest
            )
            for account in stale:
                done.marketplace_accounts += _reseal_account(account.pk, newest)
            older_secrets = SingleSignOn.objects.exclude(sealed_secret="").exclude(
                sealed_secret__startswith=newest
            )
            for provider in older_secrets:
                done.single_sign_ons += _reseal_secret(provider.pk, newest)
    return done


@transaction.atomic
def _reseal_connection(primary_key: int, newest: str) -> bool:
    row = Connection.objects.select_for_update().get(pk=primary_key)
    if not row.sealed_access_token or row.sealed_access_token.startswith(newest):
        return False
    row.seal_tokens(row.open_access_token(), row.open_refresh_token())
    row.save(update_fields=["sealed_access_token", "sealed_refresh_token"])
    return True


@transaction.atomic
def _reseal_account(primary_key: int, newest: str) -> bool:
    row = MarketplaceAccount.objects.select_for_update().get(pk=primary_key)
    if not row.sealed_token or row.sealed_token.startswith(newest):
        return False
    row.set_token(row.open_token())
    row.save(update_fields=["sealed_token"])
    return True


@transaction.atomic
def _reseal_secret(primary_key: int, newest: str) -> bool:
    row = SingleSignOn.objects.select_for_update().get(pk=primary_key)
    if not row.sealed_secret or row.sealed_secret.startswith(newest):
        return False
    row.sealed_secret = seal(unseal(row.sealed_secret, row.seal_context), row.seal_context)
    row.save(update_fields=["sealed_secret"])
    return True
