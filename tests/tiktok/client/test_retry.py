from hypothesis import given
from hypothesis import strategies as st

from tiktok.client import errors
from tiktok.client.retry import LONGEST_BACKOFF_SECONDS, seconds_before_retry

FAMILY = [
    cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, errors.TikTokError)
]
REPEATABLE = {
    errors.RateLimitedError,
    errors.NotReadyError,
    errors.TemporaryError,
    errors.UnreachableError,
    errors.GarbledAnswerError,
}
spreads = st.floats(0, 1, exclude_max=True)


@given(st.sampled_from(FAMILY), st.integers(1, 20), st.booleans(), st.integers(1, 10), spreads)
def test_a_wait_is_bounded_and_never_granted_past_the_last_attempt(
    cls, attempt, idempotent, max_attempts, spread
):
    delay = seconds_before_retry(
        cls(), attempt, idempotent=idempotent, max_attempts=max_attempts, spread=spread
    )
    if attempt >= max_attempts or cls not in REPEATABLE:
        assert delay is None
    if delay is not None:
        assert 0 < delay <= 1.5 * LONGEST_BACKOFF_SECONDS


@given(st.sampled_from(FAMILY), st.integers(1, 5))
def test_a_write_is_repeated_only_when_tiktok_cannot_have_acted(cls, attempt):
    error = cls()
    delay = seconds_before_retry(error, attempt, idempotent=False, max_attempts=10)
    assert delay is None or not error.outcome_unknown


@given(spreads)
def test_the_back_off_doubles(spread):
    waits = [
        seconds_before_retry(
            errors.TemporaryError(), n, idempotent=True, max_attempts=9, spread=spread
        )
        for n in range(1, 5)
    ]
    assert waits[1:] == [2 * wait for wait in waits[:-1]]


@given(st.floats(0, 10), spreads)
def test_a_short_wish_of_tiktoks_is_obeyed_to_the_letter(wish, spread):
    error = errors.RateLimitedError(retry_after=wish)
    assert seconds_before_retry(error, 1, idempotent=False, spread=spread) == wish


@given(st.floats(10, 1e6, exclude_min=True))
def test_a_long_wish_is_left_to_the_caller(wish):
    assert seconds_before_retry(errors.TemporaryError(retry_after=wish), 1, idempotent=True) is None


def test_a_garbled_answer_is_asked_for_again_once():
    error = errors.GarbledAnswerError()
    assert seconds_before_retry(error, 1, idempotent=True, max_attempts=9) is not None
    assert seconds_before_retry(error, 2, idempotent=True, max_attempts=9) is None


def test_a_refused_connection_may_be_repeated_even_for_a_write():
    error = errors.UnreachableError(sent=False)
    assert seconds_before_retry(error, 1, idempotent=False) == 0.5
