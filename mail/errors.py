"""The errors of a mail before it is sent. Each is a sentence a page may show."""


class MailProblem(Exception):
    """Base: `str()` is safe to show and says what to do."""


class AddressBounced(MailProblem):
    def __init__(self, address: str) -> None:
        super().__init__(
            f"E-mail to {address} came back: the mailbox does not exist. Correct the address and try again."
        )


class AddressUnsubscribed(MailProblem):
    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} has unsubscribed from your e-mail. Write to the person yourself."
        )


class AddressComplained(MailProblem):
    def __init__(self, address: str) -> None:
        super().__init__(f"{address} marked your e-mail as spam. Write to the person yourself.")


class NotToBeSentAgain(MailProblem):
    def __init__(self) -> None:
        super().__init__("Only an e-mail that failed and still has its text can be sent again.")
