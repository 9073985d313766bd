"""The four pieces of news that travel upward, a question to whom knows the person, and a step that may be refused. Sent inside
the organization's scope and transaction, with `creator=`; the question and the step with `person=`."""

from django.dispatch import Signal

setting_out = Signal()  # for TikTok's consent page; whoever knows why not raises ConnectRefused
connected = Signal()
disconnected = Signal()
named = Signal()  # the account shows another name than before
renamed = Signal()  # with `earlier=`, the handle TikTok knew the account by before
language_asked = (
    Signal()
)  # answered by the code of the language that the organization knows; may be empty
