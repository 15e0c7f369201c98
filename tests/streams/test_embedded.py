"""The embedded runtime: groups, order, and delivering what an interrupted run left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rules.facts import Choices
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.registers import save
from streams.embedded import Embedded
from streams.house import House
from streams.settings import Settings
from streams.sources import Source, read_sources
from tests.hostile.base import VALID
from tests.standard.world import fixture_register

DAY = date(2026, 4, 8)


def _messages(count: int) -> Iterator[Source]:
    for number in range(count):
        text = VALID.replace("B900", f"B{number}").replace("D900", f"D{number}")
        yield Source(
            f"{number}.xml", text.replace(">R1<", f">R1-{number}<").replace(">R2<", f">R2-{number}<").encode()
        )


def _runtime(url: str, tmp_path: Path, group: int, out: str = "out") -> Embedded:
    engine = open_store(url)
    with transaction(engine) as connection:
        save(connection, fixture_register().tables, "2026-01-01T00:00:00", 0)
    return Embedded(engine, House(Choices()), Settings(group_messages=group), tmp_path / out)


def _tree(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file() and not p.name.startswith(".")}


def test_the_size_of_a_group_changes_nothing(tmp_path: Path) -> None:
    trees = []
    for group in (1, 7, 100):
        folder = tmp_path / str(group)
        folder.mkdir()
        outcomes = list(
            _runtime(f"sqlite:///{folder / 'store.db'}", folder, group).process(_messages(20), DAY)
        )
        assert [o.outcome for o in outcomes] == ["answered"] * 20
        trees.append(_tree(folder / "out"))
    assert trees[0] == trees[1] == trees[2]


def test_a_run_delivers_what_an_interrupted_run_committed(store_url: str, tmp_path: Path) -> None:
    interrupted = _runtime(store_url, tmp_path, 5, "lost").process(_messages(20), DAY)
    for _ in range(10):
        next(interrupted)
    interrupted.close()
    list(_runtime(store_url, tmp_path, 5).process(iter(()), DAY))
    assert len(list((tmp_path / "out").rglob("answers/*.xml"))) == 10
    rows = (tmp_path / "out" / "0384" / "rejections.jsonl").read_text().splitlines()
    assert len({json.loads(row)["message_sha256"] for row in rows}) == 10
    with trial(open_store(store_url)) as connection:
        assert (
            Inbox(connection).execute("SELECT COUNT(*) FROM message WHERE delivered = 0").fetchone()[0] == 0
        )


def test_a_file_whose_name_is_no_text_is_handled_as_any_other(store_url: str, tmp_path: Path) -> None:
    good, unusable = (tmp_path / os.fsdecode(name) for name in (b"good\xff.xml", b"unusable\xff.xml"))
    good.write_text(VALID, encoding="utf-8")
    unusable.write_bytes(b"junk")
    outcomes = _runtime(store_url, tmp_path, 5).process(read_sources([good, unusable]), DAY)
    assert [o.outcome for o in outcomes] == ["answered", "quarantined"]


def test_a_duplicate_is_delivered_again(store_url: str, tmp_path: Path) -> None:
    list(_runtime(store_url, tmp_path, 5, "first").process(_messages(3), DAY))
    outcomes = list(_runtime(store_url, tmp_path, 5, "second").process(_messages(3), DAY))
    assert [o.outcome for o in outcomes] == ["duplicate"] * 3
    assert _tree(tmp_path / "second") == _tree(tmp_path / "first")


def test_a_defect_sets_one_message_aside_and_the_rest_goes_on(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streams import handle_declaration

    real = handle_declaration.answer

    def broken(declaration, *rest):  # type: ignore[no-untyped-def]
        if declaration.number == "D1":
            raise KeyError(declaration.clients[0].bsn)
        return real(declaration, *rest)

    monkeypatch.setattr(handle_declaration, "answer", broken)
    outcomes = list(_runtime(store_url, tmp_path, 5).process(_messages(3), DAY))
    assert [(o.outcome, o.reason) for o in outcomes] == [
        ("answered", None), ("quarantined", "defect"), ("answered", None),
    ]  # fmt: skip
    notice = (tmp_path / "out" / "notices.jsonl").read_text()
    assert "KeyError" in notice and "999991012" not in notice
