"""Money that influencers are filtered by: amounts of one currency alone, for nobody can compare those of two."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import OuterRef, Q

from crm.enums import Network, PostKind
from crm.models import Rate
from crm.policies.filters import Condition, Field, Values
from crm.queries.fields import NOBODY, Asker, Rows, Rule, between, probe, register_rule

FEW_RATES = 5_000  # found in an index alone
NETWORK, KIND = "Network", "Kind of post"


def register_money_rules() -> None:
    """The rates of influencers."""
    aspects = {NETWORK: dict(Network.choices), KIND: dict(PostKind.choices)}
    shape = Field("rate", "Rate", Values.MONEY, aspects=aspects)
    register_rule(Rule(shape, _rate, _ids_by_rate, few=FEW_RATES, is_money=True))


def _rate(condition: Condition, _: Asker) -> Q:
    rates, aspects = Rate.objects.filter(influencer=OuterRef("pk")), _aspects(condition)
    found = probe(rates.filter(amount_is(condition, "amount", aspects)))
    known = {column: value for column, value in aspects.items() if value}
    return found | ~probe(rates.filter(**known)) if condition.or_unknown else found


def _ids_by_rate(condition: Condition) -> Rows:
    wanted = amount_is(condition, "amount", _aspects(condition))
    rates = Rate.objects.filter(wanted)
    if condition.least or condition.most:
        rates = rates.filter(between("sort_amount", condition.numbers()))  # which is indexed
    return rates.values("influencer")


def _aspects(condition: Condition) -> dict[str, str]:
    return {"network": condition.aspect(NETWORK), "kind": condition.aspect(KIND)}


def amount_is(
    condition: Condition, column: str, aspects: Mapping[str, str] = MappingProxyType({})
) -> Q:
    """The condition on rows of amounts, or of plain numbers. `aspects`: values of their other columns, empty for any."""
    given = {"currency": condition.currency, **aspects}
    known = Q(**{name: value for name, value in given.items() if value})
    if condition.least or condition.most:
        return known & between(column, condition.numbers())
    return known if condition.values else NOBODY
