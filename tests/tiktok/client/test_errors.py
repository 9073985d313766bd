import pytest

from tiktok.client import errors

MEANINGS = {
    errors.InvalidParameterError: (
        *(40000, 40002, 40006, 40010, 40011, 40012, 40053, 40061, 40104, 40502, 40700, 40900),
        *(40916, 70001),
    ),
    errors.PermissionDeniedError: (40001, 40003, 40119, 40120, 40300, 40301, 40302, 40309),
    errors.NotFoundError: (40007,),
    errors.NotInMarketplaceError: (40121, 40122),
    errors.AccessTokenExpiredError: (40102,),
    errors.AccessTokenInvalidError: (40105,),
    errors.RefreshTokenError: (40103, 40107),
    errors.AuthCodeError: (40106, 40110, 40131),
    errors.ScopeMissingError: (40130,),
    errors.RateLimitedError: (40016, 40100, 40132, 40133, 61000),
    errors.DuplicateRequestError: (40050,),
    errors.NotReadyError: (40201, 40202),
    errors.TemporaryError: (40200, 50000, 50001, 50002, 51010, 51999, 52001, 53999, 59999, 60001),
    errors.EndpointRetiredError: (40008, 40009, 40051, 40400, 41000, 41001, 41002),
    errors.ConfigurationError: (40101, 40108, 40113, 40117, 40118, 40124, 40125),
    errors.UnexpectedCodeError: (1, 40917, 61001, 99999, -1),
}


@pytest.mark.parametrize(
    ("code", "meaning"), [(code, cls) for cls, codes in MEANINGS.items() for code in codes]
)
def test_a_return_code_has_one_meaning(code, meaning):
    assert errors.error_class(code) is meaning


def test_every_code_of_the_table_is_covered_above():
    known = {code for codes in MEANINGS.values() for code in codes}
    assert set(errors.ERROR_BY_CODE) <= known


@pytest.mark.parametrize("code", [40012, 40053, 40302, 70001, 40917, 99999])
def test_a_code_that_nobody_explained_is_a_refusal(code):
    assert not errors.error_class(code).outcome_unknown


def test_an_error_reads_as_a_sentence_with_its_evidence():
    error = errors.NotFoundError("No such handle.", code=40007, request_id="R1", endpoint="/x/")
    assert str(error) == "No such handle. (code 40007, /x/, request R1)"
    assert str(errors.UnreachableError("no answer in time")) == "no answer in time"


def test_a_call_that_was_never_sent_did_nothing():
    assert errors.UnreachableError(sent=True).outcome_unknown
    assert not errors.UnreachableError(sent=False).outcome_unknown
