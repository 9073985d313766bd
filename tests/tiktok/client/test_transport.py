"""The wire when it misbehaves: garbage, half answers, time-outs, redirects, and secrets kept."""

import json
import traceback

import pytest
import requests

from tiktok.client import Call, Client, TtcmMarketplace, errors, types, webhooks
from tiktok.client.ask import Ask
from tiktok.client.reader import Row
from tiktok.client.transport import LARGEST_ANSWER_BYTES

STATUS = "/tcm/creator/status/get/"
GOOD = {"code": 0, "data": {"onboarding_status": []}}


def envelope(code, message="No.", request_id="R9"):
    return {"json": {"code": code, "message": message, "request_id": request_id, "data": {}}}


def ask(market):
    return market.membership(["ann"])


@pytest.mark.parametrize(
    "raw",
    [
        {"body": "<html>wait</html>", "content_type": "text/html"},
        {"body": ""},
        {"body": '{"code": 0, "data": {"onboarding_st'},
        {"body": "null"},
        {"body": "[]"},
        {"body": '{"data": {}}'},
        {"body": '{"code": "zero"}'},
        {"body": '{"code": 0, "data": [1]}'},
        {"body": '{"code": 0, "data": "later"}'},
        {"body": b"\xff\xfe{}"},
        {"body": "[" * 100_000},
        {"body": '{"code": 0, "data": NaN}'},
        {"body": "x", "status": 302, "headers": {"Location": "https://elsewhere.example/"}},
        {"body": "x", "status": 401},
        {"body": "x", "status": 403},
        {"body": "x", "status": 404},
    ],
)
def test_an_answer_that_is_not_an_envelope_is_garbled_and_nothing_else(
    client, market, answers, raw
):
    client._max_attempts = 1
    answers(STATUS, **raw)
    with pytest.raises(errors.GarbledAnswerError) as caught:
        ask(market)
    assert caught.value.endpoint == STATUS


def test_an_answer_that_never_ends_is_given_up(client, market, answers):
    client._max_attempts = 1
    answers(STATUS, body=b" " * (LARGEST_ANSWER_BYTES + 1))
    with pytest.raises(errors.GarbledAnswerError, match="too big"):
        ask(market)


def test_an_answer_that_drips_is_given_up(answers):
    ticks = iter(range(0, 100_000, 50))
    with Client(app_id="1", secret="s", max_attempts=1, monotonic=lambda: next(ticks)) as client:
        answers(STATUS, json=GOOD)
        market = TtcmMarketplace(client, account_id="1", access_token="t")
        with pytest.raises(errors.UnreachableError, match="slowly"):
            ask(market)


@pytest.mark.parametrize(
    ("failure", "words", "sent"),
    [
        (requests.ConnectTimeout(), "no connection in time", False),
        (requests.ReadTimeout(), "no answer in time", True),
        (requests.ConnectionError("NewConnectionError"), "connection refused", False),
        (requests.ConnectionError("reset"), "connection lost", True),
        (requests.exceptions.ChunkedEncodingError(), "connection lost", True),
    ],
)
def test_no_answer_is_unreachable_and_says_whether_the_call_went_out(
    client, market, answers, failure, words, sent
):
    client._max_attempts = 1
    answers(STATUS, body=failure)
    with pytest.raises(errors.UnreachableError, match=words) as caught:
        ask(market)
    assert caught.value.outcome_unknown is sent
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("status", "cls"), [(500, "Temporary"), (502, "Temporary"), (503, "Temporary")]
)
def test_a_gateways_failure_is_temporary(client, market, answers, status, cls):
    client._max_attempts = 1
    answers(STATUS, body="<html>", status=status)
    with pytest.raises(getattr(errors, f"{cls}Error"), match=f"HTTP {status}"):
        ask(market)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("1e9", 86_400.0), ("soon", None), ("nan", None), ("-1", None)],
)
def test_too_many_requests_at_the_gateway_obeys_a_sane_retry_after(
    client, market, answers, header, seconds
):
    client._max_attempts = 1
    answers(STATUS, body="", status=429, headers={"Retry-After": header})
    with pytest.raises(errors.RateLimitedError) as caught:
        ask(market)
    assert caught.value.retry_after == seconds
    assert caught.value.window is None


def test_the_envelopes_code_counts_before_the_http_status(client, market, answers):
    answers(STATUS, status=500, **envelope(40102))
    with pytest.raises(errors.AccessTokenExpiredError):
        ask(market)
    client._max_attempts = 1
    answers(STATUS, status=500, **envelope(99999))
    with pytest.raises(errors.TemporaryError):
        ask(market)
    answers(STATUS, **envelope(99999))
    with pytest.raises(errors.UnexpectedCodeError):
        ask(market)
    answers(STATUS, status=502, **envelope(0))
    with pytest.raises(errors.TemporaryError):
        ask(market)


def test_a_partly_good_answer_is_an_answer(market, answers):
    data = {"onboarding_status": [{"handle_name": "ann", "status": "IN"}]}
    answers(STATUS, json={"code": 20001, "message": "partial", "data": data})
    assert ask(market) == {"ann": types.Membership.IN}


@pytest.mark.parametrize(
    ("code", "message", "window", "seconds"),
    [
        (40100, "App reaches the QPS limit", None, 1.0),
        (40100, "Too many requests. Please retry in some time.", "minute", 300.0),
        (40133, "requests from App 1 are temporarily restricted.", "minute", 300.0),
        (40100, "The QPD limit is reached", "day", 43_200.0),
        (40016, "frequency control", None, None),
        (61000, "blocked", None, 3600.0),
    ],
)
def test_a_throttled_call_says_which_budget_and_how_long(
    client, market, answers, code, message, window, seconds
):
    client._max_attempts = 1
    answers(STATUS, **envelope(code, message))
    with pytest.raises(errors.RateLimitedError) as caught:
        ask(market)
    assert (caught.value.window, caught.value.retry_after) == (window, seconds)


def test_a_failed_read_is_repeated_and_each_attempt_is_announced_and_reported(
    client, market, answers, exchanges, naps
):
    announced = []
    client._before_call = announced.append
    answers(STATUS, body=requests.ReadTimeout())
    answers(STATUS, body="oops", status=503)
    answers(STATUS, json={**GOOD, "request_id": "R3"})
    assert ask(market) == {}
    assert announced == [Call("GET", STATUS, "app")] * 3
    assert [(each.attempt, each.status, each.code, each.request_id) for each in exchanges] == [
        (1, None, None, ""),
        (2, 503, None, ""),
        (3, 200, 0, "R3"),
    ]
    assert len(naps) == 2


def test_a_write_with_an_unknown_outcome_is_not_repeated(market, answers, exchanges):
    answers("/tcm/order/create/v2/", method="POST", body=requests.ReadTimeout())
    with pytest.raises(errors.UnreachableError):
        market.create_orders(brand_name="B", description="D", handles=["a"])
    assert len(exchanges) == 1


def test_a_guard_that_raises_stops_the_call_before_the_wire(client, market, exchanges):
    def guard(call):
        raise RuntimeError("inside a transaction")

    client._before_call = guard
    with pytest.raises(RuntimeError, match="transaction"):
        ask(market)
    assert exchanges == []


def test_arrays_travel_as_json_and_absent_parameters_do_not_travel(market, answers, wire):
    answers("/tcm/report/get/v2/", {"insights": []})
    market.order_report(["1", "2"])
    sent = wire.calls[0].request.params
    assert sent["order_ids"] == '["1","2"]'
    assert sent["need_daily_stats"] == "false"
    assert sent["page_size"] == "100"
    assert len(json.loads(sent["metrics"])) == 22
    assert "start_date" not in sent
    assert wire.calls[0].request.headers["Access-Token"] == "brand-t0ken"


def test_cookies_are_not_kept(client, market, answers, wire):
    answers(STATUS, json=GOOD, headers={"Set-Cookie": "a=b"})
    answers(STATUS, json=GOOD)
    ask(market)
    ask(market)
    assert "Cookie" not in wire.calls[1].request.headers


def test_a_netrc_of_the_machine_is_not_sent(tmp_path, monkeypatch, market, answers, wire):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine business-api.tiktok.com login a password b")
    monkeypatch.setenv("NETRC", str(netrc))
    answers(STATUS, json=GOOD)
    ask(market)
    assert "Authorization" not in wire.calls[0].request.headers


@pytest.mark.parametrize(
    "base_url",
    [
        "http://business-api.tiktok.com",
        "ftp://business-api.tiktok.com",
        "https://",
        "https://host/path",
        "https://host?x=1",
        "https://user:pass@host",
        "http://10.0.0.1",
        "business-api.tiktok.com",
    ],
)
def test_a_base_url_that_would_leak_tokens_is_refused(base_url):
    with pytest.raises(ValueError, match=r"base_url|http"):
        Client(base_url=base_url, app_id="1", secret="s")


@pytest.mark.parametrize(
    "base_url",
    [
        "https://business-api.tiktok.com",
        "http://127.0.0.1:9",
        "http://localhost:9",
        "http://tiktok:9",
    ],
)
def test_https_and_a_local_sandbox_are_accepted(base_url):
    with Client(base_url=base_url + "/", app_id="1", secret="s") as client:
        assert client.base_url == base_url


def test_secrets_are_in_no_repr(client, market):
    grant = types.Grant("acc-1", "ref-1", 1, 2, "open-1", frozenset({"video.list"}))
    shown = " ".join(
        [
            repr(client),
            repr(market),
            repr(grant),
            str(grant),
            f"{grant}",
            repr(Ask("GET", "/x/", "tok-1", {"secret": "s-1"}, {"auth_code": "c-1"})),
        ]
    )
    for secret in ("app-s3cret", "brand-t0ken", "acc-1", "ref-1", "tok-1", "s-1", "c-1"):
        assert secret not in shown


def test_no_frame_of_a_traceback_shows_what_an_answer_held():
    held = (
        Row({"access_token": "acc-1", "refresh_token": "ref-1", "auth_code": "#c0de"}),
        webhooks.UnknownEntry(9, {"auth_code": "#c0de"}),
    )
    assert [repr(each) for each in held] == [
        "Row('')",
        "UnknownEntry(kind=9)",
    ]


def test_a_secret_is_masked_also_as_an_address_spells_it(client, oauth, answers):
    echo = "bad ?auth_code=cac-x%2A%21 or cac-x*!"
    answers("/tt_user/oauth2/token/", method="POST", **envelope(40110, echo))
    with pytest.raises(errors.AuthCodeError) as caught:
        oauth.exchange_code("cac-x*!", "https://a.example/")
    assert caught.value.message == "bad ?auth_code=*** or ***"


@pytest.mark.parametrize("nothing", [{}, None, [], "", {"ok": True}])
def test_an_answer_that_has_nothing_to_say_may_say_it_in_any_way(creator, answers, nothing):
    answers("/tto/creator/campaign/join/", nothing, method="POST")
    creator.join("https://www.tiktok.com/t/ZSbx0001/")


def test_secrets_that_tiktok_repeats_are_masked_everywhere(
    client, market, oauth, answers, exchanges
):
    client._max_attempts = 1
    seen = []
    for path, call, method in (
        (STATUS, lambda: ask(market), "GET"),
        (
            "/tt_user/oauth2/token/",
            lambda: oauth.exchange_code("c0de-1", "https://a.example/"),
            "POST",
        ),
        ("/tt_user/oauth2/refresh_token/", lambda: oauth.refresh("refr3sh-1"), "POST"),
        ("/tt_user/oauth2/revoke/", lambda: oauth.revoke("acc3ss-1"), "POST"),
    ):
        echo = "bad app-s3cret brand-t0ken c0de-1 refr3sh-1 acc3ss-1"
        answers(path, method=method, **envelope(40002, echo, request_id=echo))
        with pytest.raises(errors.InvalidParameterError) as caught:
            call()
        error = caught.value
        seen.append((str(error), repr(error), error.message, error.args, error.request_id))
        seen.append("".join(traceback.format_exception(error)))
    text = repr(seen) + repr(exchanges)
    assert "app-s3cret" not in text
    own = [repr(seen[n]) for n in (0, 2, 4, 6)]
    for shown, secret in zip(own, ("brand-t0ken", "c0de-1", "refr3sh-1", "acc3ss-1"), strict=True):
        assert secret not in shown


def test_an_unreachable_host_does_not_show_the_address_with_its_secret(client, answers):
    from tiktok.client import account_ids

    client._max_attempts = 1
    failure = requests.ConnectionError("https://x/?secret=app-s3cret")
    answers("/oauth2/tcm/get/", body=failure)
    with pytest.raises(errors.UnreachableError) as caught:
        account_ids(client, "brand-t0ken")
    assert "app-s3cret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("missing", ["access_token", "refresh_token", "open_id", "scope"])
def test_a_grant_with_a_part_missing_is_loud_and_shows_no_token(oauth, answers, missing):
    data = {
        "access_token": "acc-1",
        "refresh_token": "ref-1",
        "expires_in": 86400,
        "refresh_token_expires_in": 31536000,
        "open_id": "o",
        "scope": "a,b",
    }
    del data[missing]
    answers("/tt_user/oauth2/token/", data, method="POST")
    with pytest.raises(errors.GarbledAnswerError) as caught:
        oauth.exchange_code("the-c0de", "https://a.example/")
    assert "acc-1" not in str(caught.value)
    assert missing in str(caught.value)


REPORTED = {
    "access_token": "acc-1",
    "refresh_token": "ref-1",
    "expires_in": 86400,
    "refresh_token_expires_in": 31536000,
    "open_id": "o",
    "scope": "a,b",
}
GRANT = types.Grant("acc-1", "ref-1", 86400, 31536000, "o", frozenset({"a", "b"}))


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"scope": ["a", "b"]},
        {"scope": "a b"},
        {"scope": '["a", "b"]'},
        {"expires_in": "86400", "refresh_token_expires_in": 31536000.0},
    ],
)
def test_a_grant_is_read_however_it_is_written(oauth, answers, written):
    answers("/tt_user/oauth2/token/", REPORTED | written, method="POST")
    assert oauth.exchange_code("c", "https://a.example/") == GRANT


def test_an_integer_id_is_an_id(oauth, answers):
    answers("/tt_user/oauth2/token/", REPORTED | {"open_id": 7}, method="POST")
    assert oauth.exchange_code("c", "https://a.example/").open_id == "7"
    answers("/tt_user/token_info/get/", {"creator_id": 7, "scope": ["a"]}, method="POST")
    assert oauth.token_info("acc-1") == types.TokenInfo("7", frozenset({"a"}))


@pytest.mark.parametrize("written", [None, "", "never", -5])
def test_lives_that_are_not_told_are_supposed_short_and_noted(oauth, answers, exchanges, written):
    lives = {"expires_in": written, "refresh_token_expires_in": written}
    answers("/tt_user/oauth2/token/", REPORTED | lives, method="POST")
    grant = oauth.exchange_code("c", "https://a.example/")
    assert (grant.expires_in, grant.refresh_token_expires_in) == (3600, 30 * 86400)
    assert grant.is_refresh_life_supposed
    noted = {note.field for note in exchanges[0].unreadable}
    assert noted == {"expires_in", "refresh_token_expires_in"}
    assert {note.raw for note in exchanges[0].unreadable} == {"***"}


def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one(oauth, answers):
    reported = {name: value for name, value in REPORTED.items() if name != "refresh_token"}
    answers("/tt_user/oauth2/refresh_token/", reported, method="POST")
    assert oauth.refresh("ref-0").refresh_token == "ref-0"


@pytest.mark.parametrize("code", [40012, 40053, 40302, 70001, 71234])
def test_a_write_refused_in_a_code_that_is_not_explained_was_refused(tto, answers, exchanges, code):
    answers("/tto/tcm/campaign/create/", method="POST", **envelope(code, "No."))
    with pytest.raises(errors.TikTokError) as caught:
        tto.create_campaign(campaign_name="N", handles=["a"], brand_name="B")
    assert not caught.value.outcome_unknown
    assert len(exchanges) == 1


def test_an_exchange_tells_what_could_not_be_read_and_asks_alike_by_one_name(
    market, answers, exchanges
):
    row = {"handle_name": "ann", "status": ["brand-t0ken"]}
    for handle in ("ann", "ann", "ben"):
        answers(STATUS, {"onboarding_status": [row]})
        market.membership([handle])
    assert [note.field for note in exchanges[0].unreadable] == ["onboarding_status[].status"]
    assert "t0ken" not in repr(exchanges)
    first, second, other = (exchange.question for exchange in exchanges)
    assert first == second != other


def test_the_code_is_url_decoded_once(oauth, answers, wire):
    data = {
        "access_token": "acc-1",
        "refresh_token": "ref-1",
        "expires_in": 86400,
        "refresh_token_expires_in": 31536000,
        "open_id": "o",
        "scope": "a,b",
    }
    answers("/tt_user/oauth2/token/", data, method="POST")
    assert oauth.exchange_code("ab%2A%2521", "https://a.example/").scopes == {"a", "b"}
    assert json.loads(wire.calls[0].request.body)["auth_code"] == "ab*%21"


def test_the_authorize_address_carries_what_it_was_given(oauth):
    url = oauth.authorize_url(
        redirect_uri="https://a.example/b/", state="x&y", scopes=("video.list", "biz.creator.info")
    )
    assert url == (
        "https://www.tiktok.com/v2/auth/authorize?client_key=739"
        "&scope=video.list%2Cbiz.creator.info&response_type=code"
        "&redirect_uri=https%3A%2F%2Fa.example%2Fb%2F&state=x%26y"
    )


def test_who_agreed_before_is_asked_again_on_request(oauth):
    there = {"redirect_uri": "https://a.example/b/", "state": "s", "scopes": ("video.list",)}
    again = oauth.authorize_url(**there, ask_again=True)
    assert again == oauth.authorize_url(**there) + "&disable_auto_auth=1"
