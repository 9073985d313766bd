"""One class per meaning of failure, and the table from TikTok's return codes to them.

Errors normally arrive with HTTP 200 and a non-zero ``code`` in the envelope. The messages kept here are
TikTok's own words with every secret of the call masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

Window = Literal["minute", "day"]


class TikTokError(Exception):
    """Base of everything this package raises about a call.

    ``code`` is the envelope's return code (None when no envelope came), ``message`` TikTok's own words
    (secrets masked), ``request_id`` what TikTok's support asks for, ``retry_after`` seconds before a
    repetition can succeed (None when nothing is known), ``endpoint`` the path that was called.
    ``outcome_unknown`` is true when TikTok may have done what was asked: re-read before repeating a write.
    """

    outcome_unknown = False

    def __init__(
        self,
        message: str = "",
        *,
        code: int | None = None,
        request_id: str = "",
        retry_after: float | None = None,
        endpoint: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after
        self.endpoint = endpoint

    def __str__(self) -> str:
        facts = [f"code {self.code}"] if self.code is not None else []
        if self.endpoint:
            facts.append(self.endpoint)
        if self.request_id:
            facts.append(f"request {self.request_id}")
        return f"{self.message} ({', '.join(facts)})" if facts else self.message


class InvalidParameterError(TikTokError):
    """TikTok refuses the request as written: a bug of ours or bad input. Repeating does not help."""


class PermissionDeniedError(TikTokError):
    """The token may not do this with this account, or the app lacks the permission."""


class NotFoundError(TikTokError):
    """The object, for example the handle, does not exist."""


class NotInMarketplaceError(TikTokError):
    """The creator exists but is not in the Creator Marketplace (or not in a country it serves)."""


class AccessTokenExpiredError(TikTokError):
    """Refresh once, then repeat."""


class AccessTokenInvalidError(TikTokError):
    """The access token is unknown or was revoked. Try one refresh, then the grant is dead."""


class RefreshTokenError(TikTokError):
    """The refresh token has expired or is not valid: the creator has to consent again."""


class AuthCodeError(TikTokError):
    """The authorization code was used, has expired or belongs to another redirect: restart the consent."""


class ScopeMissingError(TikTokError):
    """The creator did not grant the scope this call needs."""


class RateLimitedError(TikTokError):
    """Too many calls. ``window`` says which budget was exceeded: ``minute`` closes the app for five
    minutes, ``day`` until 00:00 UTC, None is a burst that passes within seconds."""

    window: Window | None = None


class DuplicateRequestError(TikTokError):
    """TikTok says it has seen this request: it may be done, re-read."""

    outcome_unknown = True


class TemporaryError(TikTokError):
    """TikTok's own trouble or maintenance: repeat later."""

    outcome_unknown = True


class NotReadyError(TikTokError):
    """A task at TikTok is not finished or a write collided; nothing was done. Repeat later."""


class UnreachableError(TikTokError):
    """No answer: refused, cut or timed out."""

    outcome_unknown = True

    def __init__(self, message: str = "", *, sent: bool = True, endpoint: str = "") -> None:
        super().__init__(message, endpoint=endpoint)
        self.outcome_unknown = sent


class GarbledAnswerError(TikTokError):
    """An answer without TikTok's envelope: HTML, cut JSON, too big."""

    outcome_unknown = True


class UnreadableDataError(GarbledAnswerError):
    """TikTok's own envelope around data of which not even the subject can be read: a matter of this subject."""


class EndpointRetiredError(TikTokError):
    """TikTok has switched the endpoint off or blocked it."""


class ConfigurationError(TikTokError):
    """App id, secret or the app's approval at TikTok is wrong."""


class UnexpectedCodeError(TikTokError):
    """A return code this package does not know: a refusal, whatever its reason."""


ERROR_BY_CODE: Mapping[int, type[TikTokError]] = MappingProxyType(
    {
        40000: InvalidParameterError,
        40001: PermissionDeniedError,
        40002: InvalidParameterError,
        40003: PermissionDeniedError,
        40006: InvalidParameterError,
        40007: NotFoundError,
        40008: EndpointRetiredError,
        40009: EndpointRetiredError,
        40010: InvalidParameterError,
        40011: InvalidParameterError,
        40012: InvalidParameterError,
        40016: RateLimitedError,
        40050: DuplicateRequestError,
        40051: EndpointRetiredError,
        40053: InvalidParameterError,
        40061: InvalidParameterError,
        40100: RateLimitedError,
        40101: ConfigurationError,
        40102: AccessTokenExpiredError,
        40103: RefreshTokenError,
        40104: InvalidParameterError,
        40105: AccessTokenInvalidError,
        40106: AuthCodeError,
        40107: RefreshTokenError,
        40108: ConfigurationError,
        40110: AuthCodeError,
        40113: ConfigurationError,
        40117: ConfigurationError,
        40118: ConfigurationError,
        40119: PermissionDeniedError,
        40120: PermissionDeniedError,
        40121: NotInMarketplaceError,
        40122: NotInMarketplaceError,
        40124: ConfigurationError,
        40125: ConfigurationError,
        40130: ScopeMissingError,
        40131: AuthCodeError,
        40132: RateLimitedError,
        40133: RateLimitedError,
        40200: TemporaryError,
        40201: NotReadyError,
        40202: NotReadyError,
        40300: PermissionDeniedError,
        40301: PermissionDeniedError,
        40302: PermissionDeniedError,
        40309: PermissionDeniedError,
        40400: EndpointRetiredError,
        40502: InvalidParameterError,
        40700: InvalidParameterError,
        41000: EndpointRetiredError,
        41001: EndpointRetiredError,
        41002: EndpointRetiredError,
        60001: TemporaryError,
        70001: InvalidParameterError,
        61000: RateLimitedError,
    }
)

_ERROR_BY_RANGE: tuple[tuple[range, type[TikTokError]], ...] = (
    (range(40900, 40917), InvalidParameterError),
    (range(50000, 60000), TemporaryError),
)


def error_class(code: int) -> type[TikTokError]:
    """The class for an envelope's non-zero ``code``; `UnexpectedCodeError` for an unknown one."""
    known = ERROR_BY_CODE.get(code)
    if known is not None:
        return known
    return next((cls for codes, cls in _ERROR_BY_RANGE if code in codes), UnexpectedCodeError)
