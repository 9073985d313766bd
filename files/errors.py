"""The reasons to refuse a file."""


class FileRefused(Exception):
    """A file was not stored. The message is a sentence for the person who sent it."""


class NoRoom(FileRefused):
    """The storage could not take a file: it is full, or away."""

    def __init__(self) -> None:
        super().__init__("This file could not be kept at the moment. Send it again later.")
