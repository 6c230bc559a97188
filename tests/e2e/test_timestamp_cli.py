"""`log timestamp` on a machine without network, with authorities run by `openssl ts`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger.demo.local_tsa import LocalTimeStampAuthority
from tests.support.programs import needs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.school_home import SchoolHome

pytestmark = needs("openssl")
STAMP = ("log", "timestamp")


def authority(folder: Path, name: str) -> LocalTimeStampAuthority:
    made = LocalTimeStampAuthority(folder / name, f"The {name} authority")
    made.create()
    return made


def asked(school: SchoolHome, by: LocalTimeStampAuthority) -> tuple[str, ...]:
    """Have the newest checkpoint stamped; give the words that bring the answer back."""
    query, answer = by.folder / "q.tsq", by.folder / "r.tsr"
    query.unlink(missing_ok=True)
    school.ok(*STAMP, "--query", str(query))
    answer.write_bytes(by.stamp(query.read_bytes()))
    return *STAMP, "--query", str(query), "--response", str(answer)


def roots(by: LocalTimeStampAuthority) -> tuple[str, str]:
    return "--roots", str(by.folder / "root.pem")


def verified(school: SchoolHome) -> Any:
    return school.ok("verify", "--envelope")


def test_the_roots_of_a_second_authority_are_kept_beside_those_of_the_first(
    school: SchoolHome, tmp_path: Path
) -> None:
    first, second = authority(tmp_path, "first"), authority(tmp_path, "second")
    school.ok("log", "checkpoint")
    for one in (first, second):
        school.ok(*asked(school, one), *roots(one))
    school.ok("log", "checkpoint")
    school.ok(*asked(school, first))  # its roots are known by now
    assert verified(school)["result"] == "intact"
    kept = school.home.tsa_roots()
    school.ok(*asked(school, first), *roots(first))
    assert school.home.tsa_roots() == kept  # nothing is kept twice


def test_an_answer_or_roots_that_are_refused_leave_the_kept_roots_as_they_are(
    school: SchoolHome, tmp_path: Path
) -> None:
    first, second = authority(tmp_path, "first"), authority(tmp_path, "second")
    school.ok("log", "checkpoint")
    school.refused(2, "no-tsa-roots", *asked(school, first))
    school.refused(11, "token-root-unknown", *asked(school, first), *roots(second))
    school.ok(*asked(school, first), *roots(first))
    kept = school.home.tsa_roots()
    (tmp_path / "no.pem").write_text("no certificate", "utf-8")
    broken = ("--roots", str(tmp_path / "no.pem"))
    school.refused(6, "roots-malformed", *asked(school, first), *broken)
    assert school.home.tsa_roots() == kept


def test_an_answer_that_is_brought_back_twice_is_logged_once(
    school: SchoolHome, tmp_path: Path
) -> None:
    first = authority(tmp_path, "first")
    school.ok("log", "checkpoint")
    words = (*asked(school, first), *roots(first))
    school.ok(*words)
    before = verified(school)["counts"]
    school.ok(*words)
    assert verified(school)["counts"] == before


def test_an_answer_to_another_question_or_cut_off_is_refused(
    school: SchoolHome, tmp_path: Path
) -> None:
    first = authority(tmp_path, "first")
    school.ok("log", "checkpoint")
    words = (*asked(school, first), *roots(first))
    older = (first.folder / "r.tsr").read_bytes()
    asked(school, first)
    (first.folder / "r.tsr").write_bytes(older)
    school.refused(10, "token-nonce", *words)
    (first.folder / "r.tsr").write_bytes(older[:50])
    school.refused(6, "token-malformed", *words)
