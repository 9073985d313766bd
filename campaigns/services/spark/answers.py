"""TikTok's word on a permission to advertise, kept on its row."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from campaigns.enums import SparkCodeState, SparkState
from campaigns.models import SparkPermission
from tenancy.enums import Verb
from tenancy.services.events import record
from tiktok.services.orders.spark import SparkAuthorization

PROBLEM_LENGTH = 300
STATES = {
    "WAITING": SparkState.WAITING,
    "ACCEPTED": SparkState.ACCEPTED,
    "REJECTED": SparkState.REJECTED,
}
VERBS = {SparkState.ACCEPTED: Verb.SPARK_GIVEN, SparkState.REJECTED: Verb.SPARK_REFUSED}


@transaction.atomic
def keep_answer(permission: SparkPermission, found: SparkAuthorization) -> None:
    """Keep state, code and days, and record what is news. An unknown word of TikTok changes no state."""
    before, was_over = permission.state, permission.code_state in SparkCodeState.over()
    permission.state = STATES.get(found.status, SparkState(permission.state))
    permission.answered_at = found.status_updated_at
    permission.checked_at = timezone.now()
    _keep_code(permission, found)
    permission.save()
    verb = VERBS.get(SparkState(permission.state))
    if verb and permission.state != before and not permission.extends:
        record(verb, permission.post, actor=None)
    if permission.code_state in SparkCodeState.over() and not was_over:
        record(Verb.SPARK_ENDED, permission.post, actor=None)


def _keep_code(permission: SparkPermission, found: SparkAuthorization) -> None:
    permission.code_state = (
        found.auth_code_status if found.auth_code_status in SparkCodeState.values else ""
    )
    permission.starts_at, permission.ends_at = found.auth_code_starts_at, found.auth_code_ends_at
    if not found.auth_code:
        permission.sealed_code = ""
    elif found.auth_code != permission.open_code():
        permission.keep_code(found.auth_code)
