"""What an error report may carry to Sentry."""

from influence.error_reports import without_query


def test_a_report_carries_the_address_without_its_query() -> None:
    event = {
        "request": {
            "url": "https://x.example/oauth/tiktok/?code=secret",
            "query_string": "code=secret",
        }
    }
    assert without_query(event, {}) == {"request": {"url": "https://x.example/oauth/tiktok/"}}


def test_a_report_from_a_worker_has_no_request_to_clean() -> None:
    assert without_query({"message": "x"}, {}) == {"message": "x"}
