"""The four pieces of news that travel upward, and a question to whom knows the person. Sent inside the organization's scope and transaction, with `creator=`; the question
with `person=`."""

from django.dispatch import Signal

connected = Signal()
disconnected = Signal()
named = Signal()  # the account shows another name than before
renamed = Signal()  # with `earlier=`, the handle TikTok knew the account by before
language_asked = (
    Signal()
)  # answered by the code of the language that the organization knows; may be empty
