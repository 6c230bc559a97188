"""A genesis countersigned: who lifts “self-rooted”, in a home and in what leaves it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from ledger.bundles.container import encrypt, pack
from ledger.bundles.receipt import open_receipt_file
from ledger.errors import NotAuthorised
from ledger.formats.encoding import b64url
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.verify.bundle import verify_bundle
from ledger.verify.home import verify_ledger
from ledger.verify.proof_folder import examine_proof_folder, verify_proof_folder
from ledger.verify.receipt import verify_receipt
from ledger.verify.saved_state import SavedState
from tests.support.countersigning import BODY, admit, countersign
from tests.support.ledger_builder import BuiltLedger, build_ledger, new_ledger
from tests.support.tampering import forging, statement_at
from tests.support.two_schools import School, answer, new_school, send, sender_with_pupil
from tests.unit.evidence.proof_ledgers import consent, index_of, outside_policy, prove, seal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ledger.verify.findings import Report

PARTS = ("authority/countersignature.sd-jwt", "authority/countersignature.tlog-proof")


@pytest.fixture
def built(tmp_path: Path) -> Iterator[BuiltLedger]:
    made = new_ledger(tmp_path / "home")
    yield made
    made.close()


def verified(built: BuiltLedger, **changes: Any) -> Report:
    asked: dict[str, Any] = {
        "mark": built.mark,
        "now": built.now,
        "data_key": built.keys.data_key,
    }
    return verify_ledger(built.home, **(asked | changes))


def roots(report: Report) -> dict[str, str]:
    """Give what a report says of the log's beginning: code → words."""
    told = {one.code: one.words for one in report.notes}
    return {code: told[code] for code in ("self-rooted", "countersigned") if code in told}


def test_a_ledger_whose_genesis_nobody_countersigned_is_called_self_rooted(
    built: BuiltLedger,
) -> None:
    assert roots(verified(built)).keys() == {"self-rooted"}


def test_the_responsible_bodys_word_lifts_it_and_is_named(built: BuiltLedger) -> None:
    admit(built)
    assert roots(verified(built)).keys() == {"self-rooted"}  # to be admitted is not to sign
    countersign(built)
    words = roots(verified(built))
    assert words.keys() == {"countersigned"}
    kid = built.signing["trust"].kid
    assert f"countersigned by “{BODY}” with key {kid};" in words["countersigned"]
    assert "you must learn from the body itself" in words["countersigned"]
    closed = roots(verified(built, data_key=None, envelope_only=True))
    assert "a body whose name is not shown" in closed["countersigned"]


@pytest.mark.parametrize("signer", ["head", "senco", "teacher"])
def test_no_word_of_the_school_itself_lifts_it(built: BuiltLedger, signer: str) -> None:
    built.open_stream(UUID(bytes=built.persons[signer]), "school")
    countersign(built, signer, role=signer)
    report = verified(built)
    assert report.result == "intact"
    assert roots(report).keys() == {"self-rooted"}


def test_a_bodys_word_about_something_else_does_not_lift_it(built: BuiltLedger) -> None:
    admit(built)
    countersign(built, of=bytes(32))
    assert roots(verified(built)).keys() == {"self-rooted"}


def test_a_body_without_the_role_is_refused_and_found(built: BuiltLedger) -> None:
    built.register("trust", by="root")
    built.open_stream(UUID(bytes=built.persons["trust"]), "school")
    with pytest.raises(NotAuthorised):
        countersign(built)
    of = b64url(hashlib.sha256(statement_at(built.path, 0).jwt).digest())
    with forging(built) as forger:
        forger.append(
            built.signing["trust"],
            kind="countersignature",
            role="responsible-body",
            stream=built.persons["trust"],
            further={"of": of},
        )
    report = verified(built, envelope_only=True)
    assert "role-not-held" in report.codes
    assert roots(report).keys() == {"self-rooted"}


@pytest.mark.parametrize("taken", ["key", "role"])
def test_a_key_or_role_taken_back_from_before_it_makes_it_self_rooted_again(
    built: BuiltLedger, taken: str
) -> None:
    admit(built)
    index = countersign(built)
    before = verified(built).saved
    assert before is not None
    state = SavedState.from_bytes(before)
    if taken == "key":
        built.revoke("trust", index, by="head")
    else:
        built.withdraw("trust", "responsible-body", index, by="root")
    for since in (state, None):
        report = verified(built, since=since)
        assert roots(report).keys() == {"self-rooted"}
        assert "disputed" in report.codes


def test_a_key_revoked_later_leaves_what_it_countersigned(built: BuiltLedger) -> None:
    admit(built)
    index = countersign(built)
    built.revoke("trust", index + 1, by="head")
    assert roots(verified(built)).keys() == {"countersigned"}


def test_an_incremental_run_says_it_again_with_the_name(tmp_path: Path) -> None:
    built = build_ledger(tmp_path / "home")
    admit(built)
    countersign(built)
    state = verified(built).saved
    assert state is not None
    built.pupil(9)
    report = verified(built, since=SavedState.from_bytes(state))
    assert f"“{BODY}”" in roots(report)["countersigned"]
    built.close()


def test_a_name_is_taken_from_no_other_statement_than_the_one_that_was_judged(
    tmp_path: Path,
) -> None:
    built = build_ledger(tmp_path / "home")
    admit(built)
    countersign(built)
    saved = verified(built).saved
    assert saved is not None
    state = SavedState.from_bytes(saved)
    ((index, kid, _),) = state.countersigned
    other = replace(state, countersigned=((index, kid, b64url(bytes(32))),))
    assert "name is not shown" in roots(verified(built, since=other))["countersigned"]
    built.close()


# --- in a proof folder -------------------------------------------------------


def folder(built: BuiltLedger) -> tuple[dict[str, bytes], dict[str, bytes]]:
    index = index_of(built, consent(built, built.pupil(1)))
    seal(built)
    policy = outside_policy(built, built.add_cosignature(), "council")
    return prove(built, index, policy_txt=policy["policy.txt"]), policy


def test_a_proof_carries_it_and_says_so(built: BuiltLedger) -> None:
    admit(built)
    countersign(built)
    files, policy = folder(built)
    assert set(PARTS) <= files.keys()
    report = verify_proof_folder(files, policy)
    assert (report.result, set(roots(report))) == ("intact", {"countersigned"})
    readme = " ".join(files["README.txt"].decode("utf-8").split())
    assert f"countersigned by “{BODY}”" in readme
    assert "self-rooted" not in readme


def test_a_proof_made_without_one_says_self_rooted(built: BuiltLedger) -> None:
    files, policy = folder(built)
    assert not set(PARTS) & files.keys()
    assert roots(verify_proof_folder(files, policy)).keys() == {"self-rooted"}
    assert "self-rooted" in files["README.txt"].decode("utf-8")


def test_a_disputed_one_is_not_carried(built: BuiltLedger) -> None:
    admit(built)
    built.revoke("trust", countersign(built), by="head")
    files, policy = folder(built)
    assert not set(PARTS) & files.keys()
    assert roots(verify_proof_folder(files, policy)).keys() == {"self-rooted"}


def test_the_countersignature_can_itself_be_proved(built: BuiltLedger) -> None:
    admit(built)
    index = countersign(built)
    seal(built)
    policy = outside_policy(built, built.add_cosignature(), "council")
    files = prove(built, index, policy_txt=policy["policy.txt"])
    examined = examine_proof_folder(files, policy)
    assert examined.report.result == "intact"
    assert roots(examined.report).keys() == {"countersigned"}


# --- in a bundle and a receipt ----------------------------------------------


@pytest.fixture
def schools(tmp_path: Path) -> Iterator[tuple[School, School]]:
    sender, receiver = sender_with_pupil(tmp_path), new_school(tmp_path, "receiver", "Bryn School")
    for one in (sender, receiver):
        admit(one.ledger)
        countersign(one.ledger)
    yield sender, receiver
    sender.ledger.close()
    receiver.ledger.close()


def resummed(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {**files, SUMS_NAME: sha256sums(dict(files))}


def test_a_bundle_and_its_receipt_carry_it_and_say_so(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    members = send(sender, receiver).members
    assert set(PARTS) <= members.keys()
    report, bundle = verify_bundle(members, sender.policy, receiver.origin)
    assert (report.result, set(roots(report))) == ("intact", {"countersigned"})
    assert f"“{BODY}”" in roots(report)["countersigned"]
    assert bundle is not None
    receipt = answer(receiver, bundle, encrypt(pack(members), receiver.card.recipient))
    files = open_receipt_file(receipt)
    assert set(PARTS) <= files.keys()
    said, _ = verify_receipt(files, receiver.policy)
    assert (said.result, set(roots(said))) == ("intact", {"countersigned"})


@pytest.mark.parametrize("left_out", PARTS)
def test_half_of_it_is_an_alteration(schools: tuple[School, School], left_out: str) -> None:
    sender, receiver = schools
    members = send(sender, receiver).members
    del members[left_out]
    report, _ = verify_bundle(resummed(members), sender.policy, receiver.origin)
    assert "missing-file" in report.codes
    assert "countersigned" not in report.codes


def test_another_statement_in_its_place_is_an_alteration(schools: tuple[School, School]) -> None:
    sender, receiver = schools
    members = send(sender, receiver).members
    for part in PARTS:
        members[part] = members[part.replace("countersignature", "0002")]
    report, _ = verify_bundle(resummed(members), sender.policy, receiver.origin)
    assert "countersignature-wrong" in report.codes
    assert "countersigned" not in report.codes
