"""`verify.sh`, the product and the mini-verifier take the same statements, and refuse the same.

The script's own functions read each statement, apart from its place in a log; its JSON
is read by each awk that this machine has.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from ledger.errors import LedgerError, MalformedInput
from ledger.formats.encoding import b64url
from ledger.formats.kinds import CLEAR_MEMBERS
from ledger.formats.sd_jwt import MAX_SD_JWT_BYTES, read_sd_jwt
from ledger.verify.event_contents import NotUnderstood, permitted_fields
from tests.golden.field_texts import FAULTY, SOUND, shown, signed_over
from tests.golden.fixed import LID
from tests.golden.vector import FOLDER, read_vector
from tests.mini_verifier.encoding import Refused
from tests.mini_verifier.said import check_type
from tests.mini_verifier.statement import Statement, check_sd_jwt
from tests.support.programs import needs
from tests.unit.evidence.stamped_proofs import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT: Final = Path(__file__).parents[2] / "ledger" / "evidence" / "verify.sh"
AWKS: Final = ("mawk", "gawk", "busybox")
CALLS: Final = f"""
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
origin=send-ledger/v1/{b64url(LID)}
check_proof() {{ REPLY=0; }}
check_type() {{ :; }}
set +f
for one in *.sd-jwt; do
  one=${{one%.sd-jwt}}
  (load "$one") >/dev/null
  printf '%s %s\\n' "$one" $?
done
"""
"""Reads each statement of a folder without asking for its place in a log, or who may sign it."""

pytestmark = needs("bash")


def run_functions(calls: str, folder: Path, awk: str = "awk") -> list[str]:
    """Run the script's functions, apart from its checks, within `folder/files`; give the lines."""
    found = shutil.which(awk)
    if found is None:
        pytest.skip(f"this machine has no {awk}")
    programs = folder / "programs"
    programs.mkdir()
    for name in PROGRAMS:
        if other := found if name == "awk" else shutil.which(name):
            (programs / name).symlink_to(Path(other).resolve())
    functions = SCRIPT.read_text("utf-8").partition("# --- the checks, from the")[0]
    (folder / "part.sh").write_text(functions + calls, encoding="utf-8")
    (folder / "files").mkdir(exist_ok=True)
    done = subprocess.run(
        ["bash", "../part.sh"],
        cwd=folder / "files",
        env={"PATH": str(programs), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


def script_takes(statements: Mapping[str, bytes], folder: Path, awk: str = "awk") -> set[str]:
    """Give the names of the statements that the script takes."""
    files = folder / "files"
    files.mkdir()
    for name, data in statements.items():
        (files / f"{name}.sd-jwt").write_bytes(data)
    codes = dict(line.split() for line in run_functions(CALLS, folder, awk))
    assert codes.keys() == statements.keys()
    assert set(codes.values()) <= {"0", "10"}
    return {name for name, code in codes.items() if code == "0"}


def product_takes(data: bytes) -> bool:
    try:
        read_sd_jwt(data)
    except MalformedInput:
        return False
    return True


def mini_verifier_takes(data: bytes) -> bool:
    try:
        check_sd_jwt(data)
    except Refused:
        return False
    return True


def all_agree(statements: Mapping[str, bytes], folder: Path, awk: str = "awk") -> set[str]:
    """Let all three read, demand that they agree, and give what they take."""
    taken = {name for name, data in statements.items() if product_takes(data)}
    assert {name for name, data in statements.items() if mini_verifier_takes(data)} == taken
    assert script_takes(statements, folder, awk) == taken
    return taken


@pytest.mark.parametrize("awk", AWKS)
def test_every_field_is_taken_or_refused_by_all(tmp_path: Path, awk: str) -> None:
    statements = {name: shown(array) for name, array in {**SOUND, **FAULTY}.items()}
    assert all_agree(statements, tmp_path, awk) == set(SOUND)


def test_every_vector_is_taken_or_refused_by_all(tmp_path: Path) -> None:
    vectors = [read_vector(path) for path in sorted(FOLDER.glob("*.json"))]
    statements = {one.name: one.data.encode() + (b"" if one.is_sd_jwt else b"~") for one in vectors}
    # Whose signature it is, is judged elsewhere.
    sound = {"ok", "other-key", "weak-key", "bad-signature"}
    assert all_agree(statements, tmp_path) == {one.name for one in vectors if one.expect in sound}


def test_a_text_in_another_spelling_is_refused_by_all(tmp_path: Path) -> None:
    text = b64url(b'["' + b"A" * 22 + b'","note","x"]')
    assert len(text) % 4 == 2
    stray = text[:-1] + chr(ord(text[-1]) + 1)
    texts = {"sound": text, "stray": stray, "padded": text + "==", "cut": text[:-1], "dot": "."}
    statements = {name: signed_over(one) for name, one in texts.items()}
    statements |= {"empty": signed_over(""), "twice": signed_over(text) + f"{text}~".encode()}
    assert all_agree(statements, tmp_path) == {"sound"}


def test_a_file_over_the_limit_is_refused_by_all(tmp_path: Path) -> None:
    jwt = signed_over("A").partition(b"~")[0] + b"~"
    room = MAX_SD_JWT_BYTES - len(shown(b'["' + b"A" * 22 + b'","note",""]'))
    sizes = {"most": room * 3 // 4 - 3, "more": room * 3 // 4 + 3}
    statements = {
        name: shown(b'["' + b"A" * 22 + b'","note","' + b"x" * size + b'"]')
        for name, size in sizes.items()
    }
    assert len(statements["most"]) <= MAX_SD_JWT_BYTES < len(statements["more"])
    assert all_agree({**statements, "leaf": jwt}, tmp_path) == {"most", "leaf"}


def may_say(kind: str, role: str, name: str) -> bool:
    """Tell whether the product lets a statement of some kind, by some role, be of a type."""
    try:
        permitted_fields(kind, role, name, "2026-03-03")
    except NotUnderstood:
        return True
    except LedgerError:
        return False
    return True


def mini_lets_say(kind: str, role: str, name: str) -> bool:
    """Tell whether the mini-verifier does."""
    payload = {"role": role}
    try:
        check_type(Statement(b"", kind, "", payload, b""), {"event": name})
    except Refused:
        return False
    return True


def test_a_type_stands_in_a_kind_to_all_or_to_none(tmp_path: Path) -> None:
    names = ["consent.given.v1", "pupil.grew.v1", "log.anchor.v1", "handover.receipt.v9"]
    names += ["handover.strange.v1", "retention.ended.v1", "Capital.v1", "x" * 101, ""]
    roles = ("senco", "system")
    cases = [(kind, role, name) for kind in CLEAR_MEMBERS for role in roles for name in names]
    calls = "\n".join(
        f"at_kind[0]={kind}; at_role[0]={role}; name_fields[x]=$NL'  event: \"{name}\"'\n"
        "(check_type x 0) >/dev/null; echo $?"
        for kind, role, name in cases
    )
    lines = run_functions(calls, tmp_path)
    for case, line in zip(cases, lines, strict=True):
        assert (may_say(*case), mini_lets_say(*case)) == (line == "0", line == "0"), case
    assert {"0", "10"} == set(lines)
