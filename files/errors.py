"""The reasons to refuse a file."""


class FileRefused(Exception):
    """A file was not stored. The message is a sentence for the person who sent it."""
