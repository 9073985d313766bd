"""Plan and cut-over: what becomes of every account, post and row of the old source."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from campaigns.enums import PostOrigin
from campaigns.models import Post
from crm.enums import AccountType
from crm.models import SocialAccount
from tenancy.models import User
from tiktok.enums import AccountKind
from tiktok.models import Creator
from tiktok.policies import account_kind
from tiktok.queries import authenticated
from tiktok.services.legacy.rows import legacy_rows, release_creators


@dataclass(frozen=True)
class MigrationPlan:
    """The effect that the cut-over and the purge would have on the organization in scope."""

    stays_authenticated: int
    stays_not_authenticated: int
    becomes_unsupported: int
    of_unknown_membership: int
    posts_to_hide: int
    rows_to_delete: dict[str, int]


def plan_migration() -> MigrationPlan:
    """Dry run: what would become of every account, row and post. Changes nothing."""
    kinds = [
        account_kind(
            creator.marketplace_status, is_authenticated=creator.is_authenticated, is_released=True
        )
        for creator in Creator.objects.annotate(is_authenticated=authenticated()).only(
            "marketplace_status"
        )
    ]
    authenticated_kinds = {AccountKind.AUTHENTICATED_TTCM, AccountKind.AUTHENTICATED_NON_TTCM}
    return MigrationPlan(
        stays_authenticated=sum(kind in authenticated_kinds for kind in kinds),
        stays_not_authenticated=kinds.count(AccountKind.NOT_AUTHENTICATED_TTCM),
        becomes_unsupported=kinds.count(AccountKind.UNSUPPORTED),
        of_unknown_membership=Creator.objects.filter(marketplace_status="unknown").count(),
        posts_to_hide=Post.objects.filter(origin=PostOrigin.LEGACY, hidden_at=None).count(),
        rows_to_delete=legacy_rows(),
    )


@transaction.atomic
def cut_over(*, actor: User | None) -> int:
    """Everything the organization sees turns to TikTok's own data, in one transaction. Returns the posts hidden."""
    migration = release_creators(actor=actor)
    SocialAccount.objects.filter(account_type=AccountType.TIKTOK).update(
        account_type=AccountType.TIKTOK_CREATOR
    )
    return Post.objects.filter(origin=PostOrigin.LEGACY, hidden_at=None).update(
        hidden_at=migration.cut_over_at
    )
