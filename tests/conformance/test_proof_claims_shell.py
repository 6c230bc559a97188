"""“Given” and “in force” are different claims: script and product tell them apart alike.

Each folder is checked by both, and what they say that it claims is compared word for word.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.consent import Consent, ConsentRefused, FamilyAct
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.verify.proof_folder import verify_proof_folder
from tests.support.ledger_builder import BuiltLedger, new_ledger
from tests.support.programs import needs
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    resum,
    seal,
)
from tests.unit.evidence.stamped_proofs import Folder, Shell, link_programs

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.verify.findings import Report

pytestmark = needs("bash", "openssl")
LONG = date(2999, 12, 31)
NO_EVIDENCE = FamilyAct("none", None, None, None)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Folder], Folder]:
    """A folder for each way in which a consent can stand, and a policy from outside."""
    built = new_ledger(tmp_path_factory.mktemp("claims") / "home")
    pupil = built.pupil(1)
    records = {
        "standing": consent(built, pupil),
        "until": consent(built, pupil, expires_on=LONG),
        "ended": consent(built, pupil, days_ago=5, expires_on=date(2026, 3, 1)),
        "passed": consent(built, pupil, expires_on=date(2026, 4, 1)),
        "withdrawn": consent(built, pupil),
        "without evidence": consent(built, pupil, act=NO_EVIDENCE),
        "refused": _refused(built, pupil),
        "taken back": consent(built, pupil),
        "not withdrawn after all": consent(built, pupil),
    }
    built.withdraw_consent(records["withdrawn"])
    built.withdraw_consent(records["not withdrawn after all"])
    _correct(built, records["taken back"], 1)
    _correct(built, records["not withdrawn after all"], 2)
    seal(built)
    witness = built.add_cosignature()
    more: dict[str, Any] = {"in_force": True, "policy_txt": policy_txt(built, witness, "council")}
    folders = {name: prove(built, index_of(built, one), **more) for name, one in records.items()}
    built.close()
    return folders, outside_policy(built, witness, "council")


def _refused(built: BuiltLedger, pupil: Any) -> Consent:
    record = Consent(built.open_stream(built.stream(), "general"))
    like = consent(built, pupil, act=NO_EVIDENCE).given
    assert like is not None
    names = set(ConsentRefused.__dataclass_fields__) & set(like.__dataclass_fields__)
    entry = built.entry(subject=pupil.subject)
    own = {name: getattr(like, name) for name in names}
    facts = {name: own[name] for name in own if name in ConsentRefused.__annotations__}
    record.record(ConsentRefused, entry, **facts)
    built.save("senco", record)
    return record


def _correct(built: BuiltLedger, record: Consent, seq: int) -> None:
    with built.reading_file() as reader:
        jwt = reader.place(record.id.bytes, seq).statement
    wrong = read_sd_jwt(jwt + b"~").statement.hash
    subject = record.given.subject if record.given else None
    entry = built.entry(subject=subject)
    record.correct(entry, seq=seq, statement=wrong, reason="A mistake.", then=False)
    built.save("senco", record)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return link_programs(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def shell(programs: Path, tmp_path: Path) -> Shell:
    return Shell(programs, tmp_path / "at the reader's")


def both(shell: Shell, files: Folder, policy: Folder) -> Report:
    """Let both check a folder; demand one exit code, and one claim, word for word."""
    done = shell.check(files, policy)
    assert done.stderr == ""
    report = verify_proof_folder(files, policy, datetime.now(UTC))
    assert done.returncode == report.exit_code, (done.stdout, report.words())
    shown = done.stdout.partition("What this proof claims:")[2].partition("\n\n")[0].split()
    told = report.words().partition("What this proof claims:")[2].partition("\n\n")[0].split()
    assert shown == told
    return report


def without_stream(files: Folder) -> Folder:
    return resum({name: data for name, data in files.items() if not name.startswith("stream/")})


def stripped(files: Folder, name: str, *fields: str) -> Folder:
    """Leave fields of one entry out of a folder, as whoever holds it can."""
    shown = read_sd_jwt(files[name])
    kept = [one for one in shown.disclosures if one.name not in fields]
    return {**files, name: write_sd_jwt(shown.statement.jwt, kept)}


@pytest.mark.parametrize(
    ("name", "standing", "words"),
    [
        ("standing", "in-force", "without a last day, and not withdrawn by then."),
        ("without evidence", "in-force", "the school recorded that consent was given, stated"),
        ("until", "in-force", "up to and including 2999-12-31, and not withdrawn by then."),
        ("passed", "in-force", "That day HAS PASSED"),
        ("ended", "ended", "up to and including 2026-03-01."),
        ("withdrawn", "withdrawn", "by entry 2, stated 2026-03-03."),
        ("refused", "refused", "the school recorded that, by entry 1, stated 2026-03-03."),
        ("taken back", "taken-back", "the answer was corrected"),
        ("not withdrawn after all", "in-force", "not withdrawn by then"),
    ],
)
def test_d_cons_11_both_say_how_a_whole_record_stood(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell, name: str, standing: str, words: str
) -> None:
    folders, policy = shelf
    report = both(shell, folders[name], policy)
    assert report.exit_code == 0
    claim = report.claim
    assert claim is not None
    assert claim.standing == standing
    assert words in claim.words
    assert f"head {claim.head} of the log, of 2026-03-03" in claim.words
    assert claim.steps[0].event in {"consent.given.v1", "consent.refused.v1"}


@pytest.mark.parametrize("name", ["standing", "withdrawn", "passed"])
def test_d_cons_11_without_its_record_an_entry_is_only_said_to_have_been_made(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell, name: str
) -> None:
    folders, policy = shelf
    report = both(shell, without_stream(folders[name]), policy)
    assert report.exit_code == 0
    assert report.claim is not None
    assert report.claim.standing == "not-shown"
    assert "whether it was withdrawn or corrected since is not shown" in report.claim.words
    assert "In force" not in report.words()
    assert ("HAS PASSED" in report.claim.words) == (name == "passed")


def test_d_cons_11_without_evidence_of_the_familys_act_both_say_that_the_school_recorded_it(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell
) -> None:
    folders, policy = shelf
    alone = both(shell, without_stream(folders["without evidence"]), policy)
    assert alone.claim is not None
    assert alone.claim.words.startswith("The school recorded that consent was given, stated 2026")


def test_d_cons_11_a_last_day_that_is_held_back_leaves_open_how_it_stood(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell
) -> None:
    folders, policy = shelf
    bare = stripped(folders["ended"], "stream/0001.sd-jwt", "expires_on")
    bare = resum(stripped(bare, "statement.sd-jwt", "expires_on"))
    report = both(shell, bare, policy)
    assert report.claim is not None
    assert report.claim.standing == "unclear"
    alone = both(shell, without_stream(bare), policy)
    assert alone.claim is not None
    assert "Whether it has a last day is withheld." in alone.claim.words


def test_d_cons_11_a_correction_that_hides_what_it_corrects_leaves_open_how_it_stood(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell
) -> None:
    folders, policy = shelf
    files = folders["not withdrawn after all"]
    bare = resum(stripped(files, "stream/0003.sd-jwt", "corrects_seq", "corrects_hash"))
    report = both(shell, bare, policy)
    assert report.claim is not None
    assert report.claim.standing == "unclear"
    half = resum(stripped(files, "stream/0003.sd-jwt", "corrects_hash"))
    assert both(shell, half, policy).exit_code == 10


def test_of_an_altered_folder_nothing_is_claimed(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell
) -> None:
    folders, policy = shelf
    files = {**folders["standing"], "README.txt": b"In force, believe me.\n"}
    report = both(shell, files, policy)
    assert (report.exit_code, report.claim) == (10, None)


def test_both_say_that_the_readme_is_no_evidence(
    shelf: tuple[dict[str, Folder], Folder], shell: Shell
) -> None:
    folders, policy = shelf
    files = resum({**folders["withdrawn"], "README.txt": b"In force, believe me.\n"})
    report = both(shell, files, policy)
    assert report.exit_code == 0
    assert any("README.txt" in one and "not evidence" in one for one in report.not_checked)
    assert "not evidence" in shell.check(files, policy).stdout
