"""What docs/formats/statement.md says of limits is what the code does."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from ledger.formats.disclosure import (
    MAX_FIELD_BYTES,
    MAX_FIELDS_BYTES,
    MAX_VALUE_DEPTH,
    SALT_BYTES,
)
from ledger.formats.kinds import MAX_INDEX, MAX_RANGES, MAX_TOKENS
from ledger.formats.sd_jwt import MAX_SD_JWT_BYTES
from ledger.formats.statement import MAX_STATEMENT_BYTES

PAGE: Final = Path(__file__).parents[2] / "docs" / "formats" / "statement.md"


def test_the_page_states_the_limits_of_the_code() -> None:
    _, _, rest = PAGE.read_text("utf-8").partition("<!-- limits: begin -->\n")
    table, _, _ = rest.partition("<!-- limits: end -->")
    rows = dict(
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    )
    assert rows["JWT"] == f"{MAX_STATEMENT_BYTES:,} bytes"
    assert rows["file `.sd-jwt`"].startswith(f"{MAX_SD_JWT_BYTES:,} bytes")
    assert rows["`tokens`"] == str(MAX_TOKENS)
    assert rows["`ranges`"].startswith(f"1 to {MAX_RANGES},")
    assert rows["lists and objects in a field's value"].startswith(f"{MAX_VALUE_DEPTH},")
    assert rows["a number in a field's value"] == f"{sys.int_info.default_max_str_digits:,} digits"
    of_fields = rows["a disclosure's JSON array, by a writer"]
    assert f"{MAX_FIELD_BYTES:,} bytes" in of_fields
    assert of_fields.endswith(f"together {MAX_FIELDS_BYTES:,}")
    assert MAX_INDEX == 2**63 - 1
    assert SALT_BYTES == 16
    assert len(rows) == 10
