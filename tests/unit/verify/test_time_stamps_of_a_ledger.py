"""Stored time stamps: checked where roots are given, compared with the ledger's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ledger.demo.local_tsa import LocalTimeStampAuthority
from ledger.seal.time_stamps import build_query, read_roots
from ledger.verify.saved_state import SavedState
from tests.support.ledger_builder import FIRST_SEALED, BuiltLedger, Drawing, build_ledger
from tests.support.programs import needs
from tests.support.tampering import editing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.verify.conftest import Verify

pytestmark = needs("openssl")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalTimeStampAuthority:
    made = LocalTimeStampAuthority(tmp_path_factory.mktemp("tsa"))
    made.create()
    return made


@pytest.fixture
def stamped(tmp_path: Path, authority: LocalTimeStampAuthority) -> BuiltLedger:
    """A home whose newest checkpoint is stamped and anchored, its clock being right."""
    built = build_ledger(tmp_path / "home")
    stamp(built, authority, off=timedelta(0))
    return built


def stamp(built: BuiltLedger, authority: LocalTimeStampAuthority, off: timedelta) -> None:
    """Seal when the ledger's clock is off by that much, and stamp at once."""
    built.now = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1) + off
    note = built.seal()
    token = authority.stamp(build_query(note, Drawing("nonce")))
    built.seals.add_token(built.sealed, token)
    built.anchor()


def test_a_stamp_counts_under_a_given_root(
    stamped: BuiltLedger, verify: Verify, authority: LocalTimeStampAuthority
) -> None:
    report = verify(stamped, roots=read_roots(authority.root_pem))
    assert (report.result, report.counts["tokens_checked"]) == ("intact", 1)
    assert "clock-off" not in report.codes
    assert any("revoked" in words for words in report.not_checked)


def test_without_a_root_the_stamp_is_not_checked(stamped: BuiltLedger, verify: Verify) -> None:
    report = verify(stamped)
    assert report.result == "intact"
    assert "tokens_checked" not in report.counts
    assert any("no root certificate" in words for words in report.not_checked)


def test_a_stamp_of_an_unknown_authority_leaves_it_unverified(
    stamped: BuiltLedger, verify: Verify, tmp_path: Path
) -> None:
    other = LocalTimeStampAuthority(tmp_path / "other", "Another")
    other.create()
    report = verify(stamped, roots=read_roots(other.root_pem))
    assert (report.result, set(report.codes)) == (
        "unanchored",
        {"token-root-unknown", "self-rooted", "unsealed"},
    )


def test_a_stamp_over_another_checkpoint_is_caught(
    stamped: BuiltLedger, verify: Verify, authority: LocalTimeStampAuthority
) -> None:
    with editing(stamped.path) as connection:
        connection.execute("UPDATE tokens SET size = ?", (FIRST_SEALED,))
    report = verify(stamped, roots=read_roots(authority.root_pem))
    assert {one.code for one in report.findings} == {"token-imprint"}


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_ledger_clock_that_contradicts_the_stamp_is_noted(
    tmp_path: Path, verify: Verify, authority: LocalTimeStampAuthority, hours: int
) -> None:
    built = build_ledger(tmp_path / "home")
    stamp(built, authority, off=timedelta(hours=hours))
    report = verify(built, roots=read_roots(authority.root_pem))
    assert (report.result, report.codes["clock-off"]) == ("intact", 1)


def test_a_removed_stamp_that_the_log_names_is_found(stamped: BuiltLedger, verify: Verify) -> None:
    with editing(stamped.path) as connection:
        connection.execute("DELETE FROM tokens")
    report = verify(stamped)
    assert (report.result, {one.code for one in report.findings}) == ("altered", {"seal-missing"})


def test_a_stamp_over_an_earlier_checkpoint_is_checked_when_it_comes(
    stamped: BuiltLedger, verify: Verify, authority: LocalTimeStampAuthority
) -> None:
    roots = read_roots(authority.root_pem)
    first = verify(stamped, roots=roots)
    assert first.saved is not None
    state = SavedState.from_bytes(first.saved)
    with stamped.reading_file() as reader:
        note = dict(reader.checkpoints())[stamped.sealed]
    stamped.seals.add_token(stamped.sealed, authority.stamp(build_query(note, Drawing("second"))))
    stamped.anchor(stamped.sealed)
    report = verify(stamped, roots=roots, since=state)
    assert (report.result, report.counts["tokens_checked"]) == ("intact", 2)
