"""The four pieces of news that travel upward. Sent inside the organization's scope and transaction, with `creator=`."""

from django.dispatch import Signal

connected = Signal()
disconnected = Signal()
named = Signal()  # the account shows another name than before
renamed = Signal()  # with `earlier=`, the handle TikTok knew the account by before
