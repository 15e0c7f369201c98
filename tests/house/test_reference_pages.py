"""Reference pages say all there is: every command, setting, file, key and outcome."""

from __future__ import annotations

import re
from typing import get_args

import yaml

from processors.wording import notice_object, rejection_object, signal_object
from reference.texts import signal_texts
from schemas.batch import Batch
from schemas.notice import Notice, Rejection, Signal
from streams.outcome import Outcome, OutcomeName
from streams.settings import Settings
from tests.house.pages import ROOT
from tools.make_command_docs import PAGE, commands, page

_REFERENCE = ROOT / "docs" / "reference"


def _words(name: str) -> set[str]:
    return set(re.findall("`([^`]+)`", (_REFERENCE / name).read_text(encoding="utf-8")))


def test_the_page_of_commands_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.make_command_docs"


def test_every_option_of_every_command_says_what_it_means() -> None:
    silent = [
        f"{name} {parameter.name}" for name, c in commands() for parameter in c.params if not parameter.help
    ]
    assert silent == []


def test_every_command_has_an_example_that_calls_it() -> None:
    assert [name for name, c in commands() if f"Example: {name}" not in " ".join(c.help.split())] == []


def test_every_setting_is_on_its_page_with_its_default() -> None:
    text = (_REFERENCE / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `DECLASTROOM_{name.upper()}` \| (.+?) \|", text, re.MULTILINE)
        assert row is not None, name
        empty = field.default in (None, frozenset())
        told = "none" if empty else f"`{str(field.default).lower()}`"
        assert row[1] == told, name


def test_the_page_of_settings_names_nothing_else() -> None:
    named = {word for word in _words("settings.md") if re.fullmatch("DECLASTROOM_[A-Z_]+", word)}
    settings = {f"DECLASTROOM_{name.upper()}" for name in Settings.model_fields}
    assert named - settings == {"DECLASTROOM_CRASH", "DECLASTROOM_SECRETS_DIR"}


def test_every_key_of_the_lists_is_on_the_page_of_outputs() -> None:
    words = _words("outputs.md")
    rejection = Rejection("", "", "", "", None, "line", None, None, None, (), (), 0, "D", "", None)
    signal = Signal("", "", "", next(iter(signal_texts())), "", None, "", "", "")
    notice = Notice("refused", "structure", "", "", None, None, None, None, None, "")
    for shown in (rejection_object(rejection), signal_object(signal), notice_object(notice)):
        assert set(shown) - words == set()


def test_every_outcome_and_kind_of_signal_is_on_the_page_of_outputs() -> None:
    words = _words("outputs.md")
    assert set(get_args(OutcomeName)) - words == set()
    assert set(signal_texts()) - words == set()
    assert set(Outcome._fields) - {"message_id"} - words == set()


def test_every_view_of_a_batch_is_on_the_page_of_outputs() -> None:
    words = _words("outputs.md")
    views = {name for name, value in vars(Batch).items() if isinstance(value, property)}
    assert views - {"declarations"} <= words and "declarations" in words


def test_publiccode_holds_what_its_standard_asks() -> None:
    said = yaml.safe_load((ROOT / "publiccode.yaml").read_text(encoding="utf-8"))
    assert {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus",
            "softwareType", "description", "legal", "maintenance", "localisation"} <= said.keys()  # fmt: skip
    for text in said["description"].values():
        assert len(text["shortDescription"]) <= 150 <= len(text["longDescription"])
    assert said["legal"]["license"] == "EUPL-1.2"
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text(encoding="utf-8")
