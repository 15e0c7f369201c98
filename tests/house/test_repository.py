"""What may not be in the repository, and how large a file may be."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path
from statistics import median, quantiles

from schemas.numbers import is_bsn
from tests.house.pages import ROOT

_ROOMS = ("schemas", "reference", "contracts", "rules", "processors", "store", "streams", "desk")
_MACHINE = re.compile(r"(?<![\w.$}/-])/(?:work|tmp|root|home)/")
_NINE_DIGITS = re.compile(r"(?<![\w.-])[0-9]{9}(?![\w-])")
_TEST_NUMBERS = range(999900006, 999999991)
_MIGRATIONS = "store/migrations/versions/"  # history: written once, never made nicer
_SYNTHETIC = ("tests/", "desk/synthetic/", "benchmarks/")


@cache
def _texts() -> dict[str, str]:
    """Every text file that is kept, or is about to be, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        names = {name.decode() for name in listed.stdout.split(b"\0") if name}
    else:  # an unpacked archive has no history
        parts = [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()]
        names = {p.as_posix() for p in parts if not any(part.startswith(".") for part in p.parts)}
    texts = {}
    for name in sorted(names):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b"\0"
        if b"\0" not in content:
            texts[name] = content.decode("utf-8", errors="replace")
    return texts


def test_the_search_sees_the_repository() -> None:
    assert {"README.md", "pyproject.toml", "schemas/money.py"} <= _texts().keys()


def test_no_file_names_a_place_on_a_machine() -> None:
    found = {name: found for name, text in _texts().items() if (found := _MACHINE.findall(text))}
    assert found == {}


def test_no_citizen_number_outside_tests_but_the_synthetic_ones() -> None:
    found = {
        name
        for name, text in _texts().items()
        if not name.startswith(_SYNTHETIC)
        for number in _NINE_DIGITS.findall(text)
        if is_bsn(number) and int(number) not in _TEST_NUMBERS and number != "0" * 9
    }
    assert found == set()


def test_the_range_of_test_numbers_is_used_only_where_messages_are_shown() -> None:
    shown = {
        name
        for name, text in _texts().items()
        if not name.startswith((*_SYNTHETIC, "examples/"))
        for number in _NINE_DIGITS.findall(text)
        if int(number) in _TEST_NUMBERS and is_bsn(number)
    }
    assert shown == set()


def test_files_of_the_product_are_small() -> None:
    files = [path for room in _ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "__init__.py"]
    lines = {path.relative_to(ROOT).as_posix(): _lines(path) for path in files}
    lines = {name: count for name, count in lines.items() if not name.startswith(_MIGRATIONS)}
    assert median(lines.values()) < 120
    assert quantiles(lines.values(), n=10)[-1] < 300
    assert {name: count for name, count in lines.items() if count > 500} == {}


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
