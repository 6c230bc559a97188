"""SHA256SUMS: every other member, exactly once, rightly."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest

from ledger.bundles.container import SUMS_NAME, check_sha256sums, sha256sums
from ledger.errors import MalformedInput
from tests.support.programs import needs

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"manifest.sd-jwt": b"m", "authority/0001.sd-jwt": b"", "README.txt": b"r\n"}
LINES = {
    name: f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode() for name, data in FILES.items()
}


def test_the_list_is_sorted_and_leaves_itself_out() -> None:
    members = {**FILES, SUMS_NAME: b"whatever"}
    assert sha256sums(members) == b"".join(LINES[name] for name in sorted(FILES))


def test_what_is_written_is_checked() -> None:
    check_sha256sums({**FILES, SUMS_NAME: sha256sums(FILES)})


def test_the_order_of_lines_does_not_matter() -> None:
    backwards = b"".join(LINES[name] for name in sorted(FILES, reverse=True))
    check_sha256sums({**FILES, SUMS_NAME: backwards})


GOOD = b"".join(LINES.values())


@pytest.mark.parametrize(
    ("sums", "kind"),
    [
        (None, "sums-missing"),
        (b"", "sums-incomplete"),
        (LINES["README.txt"] + LINES["manifest.sd-jwt"], "sums-incomplete"),
        (GOOD + GOOD[:64] + b"  other\n", "sums-incomplete"),
        (GOOD + GOOD[:64] + b"  SHA256SUMS\n", "sums-incomplete"),
        (GOOD + LINES["README.txt"], "sums-twice"),
        (GOOD[:-1], "sums-malformed"),
        (GOOD.replace(b"  ", b" *"), "sums-malformed"),
        (GOOD.replace(b"\n", b"\r\n"), "sums-malformed"),
        (GOOD[:64].upper() + GOOD[64:], "sums-malformed"),
        (GOOD + b"\n", "sums-malformed"),
        (b"# comment\n" + GOOD, "sums-malformed"),
        (b"z" + GOOD[1:], "sums-malformed"),
        (LINES["README.txt"][:64] + GOOD[64:], "sums-mismatch"),
    ],
)
def test_any_other_list_is_refused(sums: bytes | None, kind: str) -> None:
    members = FILES if sums is None else {**FILES, SUMS_NAME: sums}
    with pytest.raises(MalformedInput) as caught:
        check_sha256sums(members)
    assert (caught.value.kind, caught.value.exit_code) == (kind, 6)


@needs("sha256sum")
def test_coreutils_checks_the_same_list(tmp_path: Path) -> None:
    for name, data in {**FILES, SUMS_NAME: sha256sums(FILES)}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    subprocess.run(
        ["sha256sum", "--strict", "-c", SUMS_NAME], cwd=tmp_path, check=True, capture_output=True
    )
    written = subprocess.run(
        ["sha256sum", *sorted(FILES)], cwd=tmp_path, check=True, capture_output=True
    ).stdout
    assert written == sha256sums(FILES)
