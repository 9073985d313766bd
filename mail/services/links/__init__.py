"""Addresses in our mails that a reader follows, or their mail program."""
