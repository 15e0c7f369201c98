"""The committed schemas are what their source says, no more and no less."""

from __future__ import annotations

from tools.make_xsd import XSD_FOLDER, schema_files


def test_committed_schemas_are_fresh() -> None:
    committed = {
        path.relative_to(XSD_FOLDER).as_posix(): path.read_bytes() for path in XSD_FOLDER.rglob("*.xsd")
    }
    assert committed == dict(schema_files()), "run: python -m tools.make_xsd"
