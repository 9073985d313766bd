"""The two pieces of news that travel upward. Sent inside the organization's scope and transaction, with `creator=`."""

from django.dispatch import Signal

connected = Signal()
disconnected = Signal()
