"""The queue of webhooks: each done once, postponed on trouble, given up at last, forgotten after a month."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from billiard.exceptions import SoftTimeLimitExceeded
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from jobs.enums import Lane
from jobs.models import Work
from jobs.services.claims import claim
from jobs.services.kinds import kinds_in
from jobs.tasks import pump as pump_lane
from tenancy.models import User
from tenancy.scope import organization_scope
from tests.signed import VIDEO, delivery, hold, incident, linked, mac, post, post_notice
from tests.working import pump_delivery as pump
from tiktok.models import LinkedVideo, ServiceIncident, WebhookDelivery
from tiktok.queries.deliveries import with_state
from tiktok.services.webhooks import deliveries, events
from tiktok.services.webhooks.deliveries import MOST_ATTEMPTS, forget_old_deliveries
from tiktok.tasks import forget_old_deliveries as forget_task

pytestmark = pytest.mark.django_db
BODY = delivery(14, incident("CREATE"))


def kept() -> WebhookDelivery:
    return with_state(WebhookDelivery.objects.all()).get()


def waiting() -> Any:
    return Work.objects.filter(kind="webhook_delivery")


@pytest.fixture
def broken(monkeypatch) -> pytest.MonkeyPatch:
    """Nothing can be done with what TikTok says, until this is undone."""

    def fail(*_: object) -> str:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(deliveries, "apply_delivery", fail)
    return monkeypatch


def test_a_tick_works_through_what_is_due() -> None:
    for n in range(3):
        post(delivery(14, incident("CREATE", incident_id=str(n))))
    pump_lane("person")
    assert ServiceIncident.objects.count() == 3
    assert not WebhookDelivery.objects.filter(processed_at=None).exists()
    assert not pump()


def test_signed_garbage_is_kept_with_a_note_and_not_tried_again() -> None:
    for body in (b"[", b'{"object": "x"}'):
        assert post(body).status_code == 200
        assert pump()
    post_notice(b"{}")
    assert pump()
    assert not pump()
    for each in WebhookDelivery.objects.all():
        assert each.processed_at is not None
        assert each.problem.startswith("It could not be read: ")


def test_what_failed_is_done_at_the_next_try(broken, caplog) -> None:
    post(BODY)
    assert pump()
    failed = kept()
    assert (failed.processed_at, failed.attempts) == (None, 1)
    assert waiting().get().lease_until is None
    assert failed.problem == "ZeroDivisionError: by zero"
    assert "work.broken" in caplog.text
    assert not pump()  # not yet

    broken.undo()
    waiting().update(due_at=timezone.now())
    assert pump()
    assert (kept().processed_at is None, kept().problem) == (False, "")
    assert ServiceIncident.objects.count() == 1


def test_trouble_puts_a_delivery_off_with_growing_patience_until_it_is_given_up(broken) -> None:
    post(BODY)
    waits = []
    while pump():
        waits.append(round((waiting().get().due_at - timezone.now()).total_seconds() / 60))
        waiting().update(due_at=timezone.now())
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 0]
    assert kept().is_given_up
    assert kept().problem == "ZeroDivisionError: by zero"


def test_celerys_time_limit_is_no_trouble_of_the_delivery(monkeypatch) -> None:
    def late(*_: object) -> None:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(deliveries, "apply_delivery", late)
    post(BODY)
    with pytest.raises(SoftTimeLimitExceeded):
        pump()
    assert (kept().problem, kept().attempts, kept().processed_at) == ("", 0, None)
    monkeypatch.undo()
    assert pump()
    assert kept().processed_at is not None


def test_a_broken_delivery_does_not_stop_the_others(monkeypatch, elm) -> None:
    hold(elm)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(events, "_keep_incident", fail)
    post(BODY)
    post(delivery(10, linked()))
    assert [pump(), pump(), pump()] == [True, True, False]
    with organization_scope(elm):
        assert LinkedVideo.objects.get().tiktok_video_id == VIDEO


def test_a_worker_that_died_leaves_its_delivery_to_others_when_the_lease_is_over() -> None:
    post(BODY)
    claim(kinds_in(Lane.PERSON), calls=1)  # and the worker dies here
    assert not pump()
    waiting().update(lease_until=timezone.now() - timedelta(seconds=1))
    assert pump()
    assert (kept().processed_at is None, ServiceIncident.objects.count()) == (False, 1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_each_delivery_once(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(
        deliveries, "apply_delivery", lambda said, _: seen.append(said.request_id) or ""
    )
    for n in range(30):
        body = b'{"object": 1, "request_id": "%d"}' % n
        post(body, HTTP_X_OPEN_SIGNATURE=mac(body))

    def work() -> None:
        while pump():
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen, key=int) == [str(n) for n in range(30)]


# --- a month later -----------------------------------------------------------------------------------------------
LONG_AGO = timedelta(days=30, minutes=1)


def some(number: int, **values: object) -> None:
    attempts = values.pop("attempts", 0)
    given = {"kind": "subscription", "body": b"{}", **values}
    rows = [WebhookDelivery(digest=f"{time.monotonic_ns()}-{n}", **given) for n in range(number)]
    made = WebhookDelivery.objects.bulk_create(rows)
    if attempts:
        Work.objects.bulk_create(
            Work(
                kind="webhook_delivery",
                subject_id=row.pk,
                due_at=timezone.now(),
                attempts=attempts,
                stopped_reason="Given up.",
            )
            for row in made
        )
    if "received_at" in values:
        keys = [row.pk for row in made]
        WebhookDelivery.objects.filter(pk__in=keys).update(received_at=values["received_at"])


def test_what_was_settled_a_month_ago_goes_in_slices_and_what_waits_stays(monkeypatch) -> None:
    monkeypatch.setattr(deliveries, "DELETED_AT_ONCE", 2)
    then = timezone.now() - LONG_AGO
    some(5, processed_at=then)
    some(1, attempts=MOST_ATTEMPTS, received_at=then, problem="given up")
    some(1, received_at=then, problem="waits")
    some(1, attempts=MOST_ATTEMPTS, problem="given up lately")
    some(1, processed_at=timezone.now() - timedelta(days=29), problem="lately")
    assert forget_old_deliveries() == 2
    forget_task()
    assert set(WebhookDelivery.objects.values_list("problem", flat=True)) == {
        "waits",
        "given up lately",
        "lately",
    }
    assert forget_old_deliveries() == 0


# --- ops ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def ops() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ops@example.com"))
    return client


LIST = "admin:tiktok_webhookdelivery_changelist"


def test_ops_read_what_came_as_text(ops) -> None:
    post(delivery(14, incident("CREATE", incident_title="Slow answers")))
    page = ops.get(reverse("admin:tiktok_webhookdelivery_change", args=[kept().pk]))
    assert "&quot;incident_title&quot;: &quot;Slow answers&quot;" in page.text
    assert ops.post(reverse("admin:tiktok_webhookdelivery_change", args=[kept().pk])).status_code == 403  # fmt: skip
    assert ops.get(reverse(LIST)).status_code == 200


def test_ops_have_what_failed_processed_again_and_what_went_well_left_alone(ops, broken) -> None:
    post(BODY)
    waiting().update(attempts=MOST_ATTEMPTS - 1)
    pump()
    some(1, processed_at=timezone.now())
    assert ">Given up<" in ops.get(reverse(LIST)).text
    broken.undo()

    keys = list(WebhookDelivery.objects.values_list("pk", flat=True))
    answer = ops.post(reverse(LIST), {"action": "do_again", "_selected_action": keys}, follow=True)

    assert "1 deliveries are due now." in answer.text
    assert pump()
    assert not pump()
    assert ServiceIncident.objects.count() == 1
    assert not WebhookDelivery.objects.exclude(problem="").exists()


def test_what_is_processed_again_begins_anew_also_where_only_a_note_was_left(ops, broken) -> None:
    some(1, processed_at=timezone.now(), problem="No organization has connected it.")
    post(BODY)
    waiting().update(attempts=MOST_ATTEMPTS - 1)
    pump()

    keys = list(WebhookDelivery.objects.values_list("pk", flat=True))
    ops.post(reverse(LIST), {"action": "do_again", "_selected_action": keys})

    rows = with_state(WebhookDelivery.objects.all())
    assert [(row.processed_at, row.problem, row.attempts) for row in rows] == [(None, "", 0)] * 2
    assert waiting().filter(stopped_reason="", attempts=0).count() == 2


def test_ops_who_may_only_sync_process_nothing_again(broken) -> None:
    helper = User.objects.create_user("helper@example.com", is_staff=True)
    helper.user_permissions.add(Permission.objects.get(codename="view_webhookdelivery"))
    client = Client()
    client.force_login(helper)
    post(BODY)
    pump()
    client.post(reverse(LIST), {"action": "do_again", "_selected_action": [kept().pk]})
    assert kept().problem == "ZeroDivisionError: by zero"
