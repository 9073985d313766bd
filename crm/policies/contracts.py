"""How far a contract is agreed, and what may come next."""

from __future__ import annotations

from crm.enums import ContractState

NEXT: dict[str, tuple[ContractState, ...]] = {
    ContractState.DRAFT: (ContractState.SENT,),
    ContractState.SENT: (ContractState.ACCEPTED, ContractState.DECLINED),
}
# One step back, for what was said by mistake.
BEFORE: dict[str, ContractState] = {
    after: ContractState(before) for before, following in NEXT.items() for after in following
}
BADGES = {
    ContractState.DRAFT: "neutral",
    ContractState.SENT: "info",
    ContractState.ACCEPTED: "success",
    ContractState.DECLINED: "danger",
    ContractState.REPLACED: "neutral",
}


def may_become(state: str, wanted: ContractState) -> bool:
    """May a contract in this state be said to have reached the wanted one?"""
    return wanted in NEXT.get(state, ())
