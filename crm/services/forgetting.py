"""Forgetting influencers beyond the rows that hang on them: mail to them, files and rows of imports, exports.

Whoever deletes many at once does it inside `forgetting`, which forgets all of them together; one alone is forgotten by
the receivers of its deletion.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from crm.models import Influencer, OtherAddress
from crm.queries.mail import TO_MEMBERS, holders, tied_ids
from crm.queries.programs import known_as_applicants
from crm.services.exports.runs import forget_exports
from crm.services.imports.expiry import forget_corrections, forget_rows_about
from files.models import File
from files.purge import delete_files
from mail.models import Message
from mail.services.forgetting import forget_addresses
from tenancy.scope import groups_scope

_together: ContextVar[frozenset[int]] = ContextVar("forgotten_together", default=frozenset())


def is_forgotten_together(influencer_id: int) -> bool:
    """Does whoever deletes this influencer forget all of them at once?"""
    return influencer_id in _together.get()


@contextmanager
def forgetting(influencer_ids: Collection[int]) -> Iterator[None]:
    """Forget these influencers, whom the caller deletes inside."""
    forget_copies(influencer_ids)
    addresses = _addresses_of(influencer_ids)
    token = _together.set(frozenset(influencer_ids))
    try:
        yield
    finally:
        _together.reset(token)
    forget_unused(addresses)


def forget_copies(influencer_ids: Collection[int]) -> None:
    """Delete the files of imports that speak of these influencers; what a preview has read of the others stays. Rows about
    nobody go if they name them. Of exports nobody knows who stands in them; mere applicants are in those of
    archived ones at most. E-mails go to whatever address they went."""
    delete_files(File.objects.filter(imports__rows__influencer__in=influencer_ids))
    forget_corrections(influencer_ids)
    forget_rows_about(influencer_ids)
    forget_exports(of_archived=known_as_applicants(influencer_ids) == set(influencer_ids))
    with groups_scope(None):
        mails = tied_ids(influencer_ids)
    Message.objects.filter(pk__in=mails).delete()


def forget_unused(addresses: Collection[str]) -> None:
    """Delete the mail to those of these addresses by which no influencer of the organization is reached any more, except
    what a member gets there as a member."""
    unused = set(addresses) - {address for address, _ in holders(addresses)}
    forget_addresses(unused, kept=TO_MEMBERS)


def _addresses_of(influencer_ids: Collection[int]) -> set[str]:
    with groups_scope(None):
        people = Influencer.objects.filter(pk__in=influencer_ids)
        others = OtherAddress.objects.filter(influencer__in=influencer_ids)
        pairs = people.values_list("email", "person__email")
        found = {address for pair in pairs for address in pair if address}
        return found | set(others.values_list("email", flat=True))
