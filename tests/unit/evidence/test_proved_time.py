"""`send-ledger verify` says of a proof when it was recorded, as the folder's README has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

import cli
from ledger.evidence.time_words import proved_time
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.values.dates import instant_text
from ledger.verify.proof_folder import examine_proof_folder
from tests.unit.evidence.proof_ledgers import index_of, prove, resum, write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.evidence.conftest import Proved


def verified(folder: Path, files: dict[str, bytes], policy: dict[str, bytes] | None) -> str:
    words = ["verify", str(write_folder(files, folder / "proof"))]
    if policy is not None:
        words += ["--policy", str(write_folder(policy, folder / "policy"))]
    plain = CliRunner().invoke(cli.main, words, env={"SEND_LEDGER_AS": None})
    return plain.stdout


def as_json(folder: Path, files: dict[str, bytes], policy: dict[str, bytes] | None) -> Any:
    words = ["verify", str(write_folder(files, folder / "proof")), "--json"]
    if policy is not None:
        words += ["--policy", str(write_folder(policy, folder / "policy"))]
    said = CliRunner().invoke(cli.main, words, env={"SEND_LEDGER_AS": None})
    return json.loads(said.stdout)["time"]


def flowed(text: str) -> str:
    return " ".join(text.split())


def test_what_is_said_is_what_the_readme_says(proved: Proved, tmp_path: Path) -> None:
    said = flowed(verified(tmp_path, proved.files, proved.policy))
    readme = flowed(proved.files["README.txt"].decode())
    told = readme[readme.index("LATE ENTRY") : readme.index("Seals that were checked")]
    assert "That date is the word of whoever signed." in told
    assert "which nobody could have known before. So it was written in the" in told
    assert f"When: {told.strip()} " in said


def test_the_json_has_both_bounds_beside_the_date_stated(proved: Proved, tmp_path: Path) -> None:
    time = as_json(tmp_path, proved.files, proved.policy)
    bracket = examine_proof_folder(proved.files, proved.policy).bracket
    assert bracket.after is not None
    assert bracket.before is not None
    assert (time["after"], time["before"]) == (
        instant_text(bracket.after),
        instant_text(bracket.before),
    )
    assert time["after"] < time["recorded_at"] < time["before"]
    assert time["stated"] == "2026-02-11"
    assert time["words"].startswith("LATE ENTRY: it was recorded 20 days after")


def test_without_a_policy_from_outside_it_is_the_folder_s_own_word(
    proved: Proved, tmp_path: Path
) -> None:
    assert "by the folder's own word" in as_json(tmp_path, proved.files, None)["words"]
    assert "own word" not in as_json(tmp_path, proved.files, proved.policy)["words"]


def test_an_entry_that_quotes_no_seal_has_no_lower_bound(proved: Proved, tmp_path: Path) -> None:
    policy_txt = proved.files["policy/policy.txt"]
    files = prove(proved.built, index_of(proved.built, proved.first), policy_txt=policy_txt)
    time = as_json(tmp_path, files, proved.policy)
    assert (time["after"], time["before"] is None) == (None, False)


def test_of_an_altered_folder_nothing_is_told(proved: Proved, tmp_path: Path) -> None:
    changed = {**proved.files, "README.txt": b"Recorded last year.\n"}
    assert as_json(tmp_path, changed, proved.policy) is None
    assert "When:" not in verified(tmp_path, changed, proved.policy)


def test_a_date_that_is_withheld_is_said_to_be(proved: Proved) -> None:
    shown = read_sd_jwt(proved.files["statement.sd-jwt"])
    kept = [one for one in shown.disclosures if one.name != "occurred_on"]
    files = {**proved.files, "statement.sd-jwt": write_sd_jwt(shown.statement.jwt, kept)}
    told = proved_time(examine_proof_folder(resum(files), proved.policy))
    assert told is not None
    assert told.stated is None
    assert told.words.startswith("Stated: the date is not shown. Recorded: on 3 March 2026")
