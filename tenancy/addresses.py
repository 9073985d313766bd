"""E-mail addresses have one spelling: stored, compared and signed in with by it."""

from __future__ import annotations

from django.utils.encoding import punycode


def one_spelling(email: str) -> str:
    """The address without blanks around it, in lower case, its domain in ASCII (`xn--…`).

    What is no address comes back in lower case: forms refuse it, this function does not.
    """
    name, at, domain = email.strip().lower().rpartition("@")
    if not at:
        return domain
    try:
        return f"{name}@{punycode(domain)}"
    except UnicodeError:  # a label that is empty or too long
        return f"{name}@{domain}"


def domain_of(email: str) -> str:
    """The domain of an address in its one spelling; empty for what is no address."""
    return one_spelling(email).rpartition("@")[2] if "@" in email else ""
