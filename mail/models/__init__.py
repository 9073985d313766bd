from mail.models.addresses import Address
from mail.models.messages import Message

__all__ = ["Address", "Message"]
