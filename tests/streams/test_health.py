"""What a worker tells of itself over HTTP, asked over a real socket, and what it may not tell."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import urllib.request
from urllib.error import HTTPError, URLError

import pytest
from prometheus_client.parser import text_string_to_metric_families

from store.dispatch import Backlog
from store.progress import Place
from streams.kafka.account import account_for
from streams.kafka.condition import Condition
from streams.kafka.health import health
from streams.kafka.lookout import OutboxAge
from streams.kafka.records import Decided, Handled, Record
from streams.outcome import Outcome
from streams.settings import Settings


def ask(port: int | None, path: str) -> tuple[int, str]:
    """Status and body; status 0 where nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as reply:
            return reply.status, reply.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()
    except URLError:
        return 0, ""


@pytest.fixture
def condition() -> Condition:
    return Condition(time.monotonic)


def settings(silence: float = 30.0) -> Settings:
    return Settings(health_port=0, health_silence_seconds=silence)


@pytest.mark.parametrize(
    "lacking", ["database", "broker", "topic", "assignment", "outbox", "circuit", "relay", "stopping"]
)
def test_not_ready_says_what_is_lacking_and_stays_alive(condition: Condition, lacking: str) -> None:
    condition.have("assignment")
    with health(settings(), condition) as port:
        assert ask(port, "/readyz")[0] == 200
        condition.lack(lacking, "why")
        status, body = ask(port, "/readyz")
        assert (status, json.loads(body)) == (503, {"ok": False, "lacks": {lacking: "why"}})
        assert ask(port, "/livez")[0] == 200
        condition.have(lacking)
        assert ask(port, "/readyz")[0] == 200


def test_a_worker_is_not_ready_before_it_has_partitions(condition: Condition) -> None:
    with health(settings(), condition) as port:
        assert ask(port, "/readyz")[0] == 503
        assert ask(port, "/livez")[0] == 200
        assert ask(port, "/other")[0] == 404


def test_a_stuck_loop_is_not_alive_until_it_turns_again(condition: Condition) -> None:
    stuck, found = threading.Event(), []

    async def turn() -> None:
        condition.beat()
        stuck.wait(10)  # blocks the loop, as a defect would
        condition.beat()

    with health(settings(silence=0.2), condition) as port:
        loop = threading.Thread(target=lambda: asyncio.run(turn()))
        loop.start()
        deadline = time.monotonic() + 5
        while ask(port, "/livez")[0] == 200 and time.monotonic() < deadline:
            time.sleep(0.02)
        found += [ask(port, "/livez"), ask(port, "/readyz")]
        stuck.set()
        loop.join()
        assert ask(port, "/livez")[0] == 200
    assert [status for status, _ in found] == [503, 503]
    assert json.loads(found[0][1])["lacks"]["loop"].startswith("silent for")


def test_no_port_no_server(condition: Condition) -> None:
    with health(Settings(), condition) as port:
        assert port is None


def test_metrics_count_what_was_decided_and_name_nobody(condition: Condition) -> None:
    place = Place("received", 3)
    record = Record(place, 7, "0384|41410001", b"", (), int(time.time() * 1000) - 2000)
    answered = Outcome("f.xml", "ab", "JW323", "41410001", "0384", "1", "answered", lines=5, rejected=2)
    sealed = Outcome("f.xml", "cd", None, None, None, None, "quarantined", reason="not-xml")
    group = [Handled(record, "ab", answered, 0.02), Handled(record, "cd", sealed, 0.01)]
    waits = Handled(record, "ef", None, 0.001)
    account_for(Decided([record], 0, 1, {}, [*group, waits]), 0.04, condition.meters)
    with health(settings(), condition) as port:
        status, text = ask(port, "/metrics")
    assert status == 200
    families = list(text_string_to_metric_families(text))
    found = {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}
    assert found["declastroom_outcomes_total", "JW323", "answered"] == 1
    assert found["declastroom_outcomes_total", "quarantined", "unknown"] == 1
    assert found["declastroom_lines_total", "granted"] == 3
    assert found["declastroom_lines_total", "rejected"] == 2
    assert found["declastroom_quarantine_total", "not-xml"] == 1
    assert found["declastroom_parked_total",] == 1
    assert found["declastroom_decision_seconds_count",] == 3
    assert found["declastroom_group_seconds_count",] == 1
    assert found["declastroom_receive_to_outcome_seconds_bucket", "1.0"] == 0
    assert found["declastroom_receive_to_outcome_seconds_bucket", "5.0"] == 3
    assert found["process_start_time_seconds",] > 0
    labels = {label for family in families for sample in family.samples for label in sample.labels}
    assert labels <= {"type", "outcome", "decision", "reason", "partition", "topic", "le"}
    assert "41410001" not in text


def test_the_age_of_the_outbox_is_that_of_its_oldest_row() -> None:
    age = OutboxAge()
    assert age.see(0, Backlog(0, None, None)) == 0
    assert age.see(10, Backlog(3, 1, 3)) == 0
    assert age.see(20, Backlog(5, 1, 5)) == 10
    assert age.see(30, Backlog(2, 4, 5)) == 10, "rows 4 and 5 were seen first at 20"
    assert age.see(40, Backlog(1, 6, 6)) == 0
    assert age.see(50, Backlog(0, None, None)) == 0
    assert age.see(60, Backlog(1, 7, 7)) == 0


def test_a_record_without_a_time_counts_in_no_latency(condition: Condition) -> None:
    record = Record(Place("received", 0), 1, None, b"", ())
    outcome = Outcome("f.xml", "ab", "JW301", None, None, None, "stored")
    account_for(Decided([record], 0, 0, {}, [Handled(record, "ab", outcome, 0.1)]), 0.1, condition.meters)
    text = condition.meters.text().decode()
    assert "declastroom_receive_to_outcome_seconds_count 0.0" in text
    assert 'declastroom_lines_total{decision="granted"}' not in text
