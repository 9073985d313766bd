"""Merging and undoing it restores every row, whatever hung on the influencers."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.models import Influencer
from crm.queries.hanging import relations
from crm.services.merging.undo import undo_merge
from tenancy.scope import organization_scope
from tests.crm.merging.conftest import merge
from tests.crm.merging.worlds import a_pair, an_influencer, fill_pools, hang, snapshot
from tests.personas import Tenant, build_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    tenant = build_tenant("oak")
    with organization_scope(tenant.organization):
        fill_pools()
    return tenant


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32), count=st.integers(2, 4), rows=st.integers(0, 4))
def test_a_merge_undone_restores_every_row(
    seed: int, count: int, rows: int, tenant: Tenant
) -> None:
    random = Random(seed)
    with organization_scope(tenant.organization), transaction.atomic():
        people = [an_influencer(tenant, random) for _ in range(count)]
        third = an_influencer(tenant, random)
        for hanging in relations():
            for person in people:
                for _ in range(random.randint(0, rows)):
                    hang(hanging, person, tenant, random)
        a_pair(people[0], people[1])
        a_pair(people[1], third)
        before = snapshot()

        target, *others = random.sample(people, count)
        merged = merge(target, *others)
        connection.check_constraints()
        assert set(Influencer.objects.filter(pk__in=[p.pk for p in people])) == {target}
        assert snapshot() != before

        undone = undo_merge(merged, actor=None)
        connection.check_constraints()
        assert undone.differences == []
        assert snapshot() == before
        transaction.set_rollback(True)


def test_every_model_that_hangs_on_influencers_takes_part(tenant: Tenant) -> None:
    random, made = Random(1), Counter[str]()
    with organization_scope(tenant.organization):
        person = an_influencer(tenant, random)
        for hanging in relations():
            made[hanging.key] += sum(hang(hanging, person, tenant, random) for _ in range(3))
        target = an_influencer(tenant, random)
        merge(target, person)
    assert {key for key, count in made.items() if not count} == set()
