"""News of the outbox. Receivers run in the transaction of the change and in the scope of the mail's owner."""

from django.dispatch import Signal

# message: a Message that was sent, failed, or of which its provider brought news.
message_settled = Signal()
