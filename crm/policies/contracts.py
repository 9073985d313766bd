"""How far a contract is agreed, and what may come next."""

from __future__ import annotations

from crm.enums import ContractState

NEXT: dict[str, tuple[ContractState, ...]] = {
    ContractState.DRAFT: (ContractState.SENT,),
    ContractState.SENT: (ContractState.ACCEPTED, ContractState.DECLINED),
}
BADGES = {
    ContractState.DRAFT: "neutral",
    ContractState.SENT: "info",
    ContractState.ACCEPTED: "success",
    ContractState.DECLINED: "danger",
}


def may_become(state: str, wanted: ContractState) -> bool:
    """May a contract in this state be said to have reached the wanted one?"""
    return wanted in NEXT.get(state, ())
