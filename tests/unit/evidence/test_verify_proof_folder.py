"""A proof folder verified: what is sound, what is altered, and what is only incomplete."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.aggregate import EntryCorrected
from ledger.errors import MalformedInput, NotFound
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.sd_jwt import read_sd_jwt, write_sd_jwt
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.checkpoints import cosign, sign_checkpoint
from ledger.seal.ed25519 import SigningKey
from ledger.seal.pem import spki_pem
from ledger.seal.proofs import LogProver
from ledger.values.dates import parse_instant
from ledger.verify.proof_folder import examine_proof_folder, verify_proof_folder
from ledger.verify.proof_time import COSIGNED
from tests.support.ledger_builder import drawn, new_ledger
from tests.unit.evidence.proof_ledgers import (
    cheating,
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    resum,
    seal,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ledger.verify.findings import Report
    from tests.support.ledger_builder import BuiltLedger
    from tests.unit.evidence.conftest import Proved

Folder = dict[str, bytes]
WORDS_ONLY = {"README.txt", "verify.sh"}


def verified(proved: Proved, files: Folder) -> Report:
    return verify_proof_folder(files, proved.policy)


def places(data: bytes, seed: str) -> list[int]:
    """Give the first, the last and a random place of a file."""
    chance = random.Random(seed)  # noqa: S311  a fair sample, not a secret
    return [0, len(data) - 1, chance.randrange(len(data))]


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_a_sound_folder_is_intact_against_an_outside_policy(proved: Proved) -> None:
    report = verified(proved, proved.files)
    assert (report.result, report.exit_code) == ("intact", 0)
    assert report.codes == {"self-rooted": 1}
    assert report.subject == "proof folder"


def test_without_an_outside_policy_it_is_self_asserted(proved: Proved) -> None:
    report = verify_proof_folder(proved.files, None)
    assert report.exit_code == 11
    assert set(report.codes) == {"self-asserted", "self-rooted"}


def test_a_flipped_byte_in_any_file_is_an_alteration(proved: Proved) -> None:
    for name, data in proved.files.items():
        for place in places(data, name):
            report = verified(proved, {**proved.files, name: flipped(data, place)})
            assert report.result == "altered", (name, place)


def test_a_flipped_byte_is_found_even_where_the_checksums_were_rewritten(proved: Proved) -> None:
    for name in proved.files.keys() - WORDS_ONLY - {"SHA256SUMS"}:
        data = proved.files[name]
        for place in places(data, f"resummed {name}"):
            report = verified(proved, resum({**proved.files, name: flipped(data, place)}))
            assert report.result == "altered", (name, place)


def test_any_byte_of_the_checkpoint_matters(proved: Proved) -> None:
    data = proved.files["checkpoint"]
    for place in range(0, len(data), 3):
        files = {**proved.files, "checkpoint": flipped(data, place)}
        assert verified(proved, resum(files)).result == "altered", place


def test_a_missing_file_is_an_alteration(proved: Proved) -> None:
    for name in proved.files.keys() - {"anchor/checkpoint.cosigned"}:
        files = {other: data for other, data in proved.files.items() if other != name}
        assert verified(proved, files).result == "altered", name


@pytest.mark.parametrize("name", ["notes.txt", "authority/0099.sd-jwt", "stream/0002.sd-jwt"])
def test_a_file_too_many_is_an_alteration(proved: Proved, name: str) -> None:
    data = proved.files["statement.sd-jwt"]
    assert verified(proved, {**proved.files, name: data}).result == "altered"
    assert verified(proved, resum({**proved.files, name: data})).result == "altered"


def test_a_field_of_another_entry_is_found(proved: Proved) -> None:
    other = read_sd_jwt(
        prove(proved.built, index_of(proved.built, proved.first))["statement.sd-jwt"]
    )
    own = read_sd_jwt(proved.files["statement.sd-jwt"])
    mixed = write_sd_jwt(own.statement.jwt, other.disclosures)
    report = verified(proved, resum({**proved.files, "statement.sd-jwt": mixed}))
    assert "unsigned-disclosure" in report.codes


def test_a_folder_stripped_of_what_it_says_is_not_fully_verified(proved: Proved) -> None:
    bare = write_sd_jwt(read_sd_jwt(proved.files["statement.sd-jwt"]).statement.jwt, [])
    report = verified(proved, resum({**proved.files, "statement.sd-jwt": bare}))
    assert report.exit_code == 11
    assert "unverifiable" in report.codes


def test_a_stream_that_withholds_what_happened_proves_nothing(proved: Proved) -> None:
    bare = write_sd_jwt(read_sd_jwt(proved.files["stream/0001.sd-jwt"]).statement.jwt, [])
    report = verified(proved, resum({**proved.files, "stream/0001.sd-jwt": bare}))
    assert report.codes["stream-incomplete"] == 1


def test_a_stream_cut_before_its_head_is_found(tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home")
    given = consent(built, built.pupil(1))
    built.withdraw_consent(given)
    seal(built)
    files = prove(built, index_of(built, given), in_force=True)
    cut = {name: data for name, data in files.items() if not name.startswith("stream/0002")}
    report = verify_proof_folder(resum(cut), outside_policy(built))
    assert "head-wrong" in report.codes


def test_an_authority_stream_cut_before_a_withdrawal_is_found(tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home")
    built.withdraw("teacher", "teacher", 0, by="head")
    given = consent(built, built.pupil(1))
    seal(built)
    files = prove(built, index_of(built, given))
    last = max(name for name in files if name.startswith("authority/0"))[:14]
    cut = {name: data for name, data in files.items() if not name.startswith(last)}
    assert "head-wrong" in verify_proof_folder(resum(cut), outside_policy(built)).codes


def test_an_authority_head_from_before_the_entry_is_found(tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home")
    seal(built)
    given = consent(built, built.pupil(1))
    seal(built)
    files = prove(built, index_of(built, given))
    with built.reading_file() as reader:
        early = next(one for one in reader.stream(built.heads_stream))
    proof = TlogProof.parse(files["statement.tlog-proof"])
    swapped = {**files, "authority/head.sd-jwt": early.statement + b"~"}
    swapped["authority/head.tlog-proof"] = _proof_of(built, early.index, proof)
    report = verify_proof_folder(resum(swapped), outside_policy(built))
    assert "authority-cut" in report.codes


def test_a_head_that_the_real_log_key_signed_over_other_entries_is_found(proved: Proved) -> None:
    key = proved.built.signing["log"]
    size = TlogProof.parse(proved.files["statement.tlog-proof"]).checkpoint.size
    other = Checkpoint(origin=proved.built.origin, size=size, root=drawn("another root"))
    note = sign_checkpoint(other, key.sign, key.public)
    files = {**proved.files, "checkpoint": note}
    del files[COSIGNED]
    assert verified(proved, resum(files)).result == "altered"


def test_a_log_that_the_policy_does_not_name_is_not_verified_but_still_checked(
    proved: Proved, tmp_path: Path
) -> None:
    other = outside_policy(new_ledger(tmp_path / "home", "second"))
    other["genesis.sha256"] = proved.policy["genesis.sha256"]
    report = verify_proof_folder(proved.files, other)
    assert report.exit_code == 11
    assert "no-known-signature" in report.codes
    forged = {**proved.files, "statement.sd-jwt": proved.files["stream/head.sd-jwt"]}
    assert verify_proof_folder(resum(forged), other).result == "altered"


def test_a_log_that_begins_otherwise_is_found(proved: Proved) -> None:
    policy = {**proved.policy, "genesis.sha256": b"0" * 64 + b"  genesis\n"}
    assert "other-genesis" in verify_proof_folder(proved.files, policy).codes


def test_a_policy_that_names_no_first_statement_is_incomplete(proved: Proved) -> None:
    policy = {"policy.txt": proved.policy["policy.txt"]}
    assert verify_proof_folder(proved.files, policy).exit_code == 11


def test_an_outside_policy_that_cannot_be_read_is_the_readers_problem(proved: Proved) -> None:
    with pytest.raises(NotFound):
        verify_proof_folder(proved.files, {})
    with pytest.raises(MalformedInput):
        verify_proof_folder(proved.files, {"policy.txt": b"nonsense\n"})


def test_fewer_cosigners_than_asked_for_is_incomplete(proved: Proved) -> None:
    witness = proved.built.log_vkey
    stranger = SigningKey(drawn("a stranger"))
    key = type(witness)(name="stranger.example/witness", type=4, public=stranger.public)
    policy = {**proved.policy, "policy.txt": policy_txt(proved.built, key, "council")}
    report = verify_proof_folder(proved.files, policy)
    assert set(report.codes) == {"quorum-unmet", "unanchored", "self-rooted"}
    assert report.exit_code == 11
    assert "cosignatures by keys that the policy does not list" in report.not_checked


def test_a_folder_that_nobody_else_sealed_is_unanchored(tmp_path: Path) -> None:
    built = new_ledger(tmp_path / "home")
    given = consent(built, built.pupil(1))
    seal(built)
    report = verify_proof_folder(prove(built, index_of(built, given)), outside_policy(built))
    assert set(report.codes) == {"unanchored", "self-rooted"}
    assert report.exit_code == 11


def test_an_earlier_seal_that_the_entry_does_not_quote_is_found(proved: Proved) -> None:
    note = proved.files["anchor/checkpoint"]
    key = SigningKey(drawn("cosigner council"))
    line = cosign(note, "council.example/witness", key.sign, key.public, 1)
    files = {**proved.files, "anchor/checkpoint.cosigned": note + line.encode()}
    assert "anchor-wrong" in verified(proved, resum(files)).codes


def test_without_the_earlier_checkpoint_the_lower_bound_is_missing(proved: Proved) -> None:
    files = {name: data for name, data in proved.files.items() if not name.startswith("anchor/")}
    report = verified(proved, resum(files))
    assert (report.exit_code, set(report.codes)) == (11, {"proof-missing", "self-rooted"})


def test_a_key_file_of_nobody_in_the_log_is_found(proved: Proved) -> None:
    stranger = SigningKey(drawn("a stranger"))
    files = {**proved.files, f"keys/{stranger.kid}.pem": spki_pem(stranger.public)}
    assert "bad-key-file" in verified(proved, resum(files)).codes


def test_the_bracket_is_between_the_two_seals(proved: Proved) -> None:
    examined = examine_proof_folder(proved.files, proved.policy)
    bracket = examined.bracket
    assert bracket.after is not None
    assert bracket.before is not None
    assert examined.statement is not None
    recorded = parse_instant(examined.statement.statement.recorded_at)
    assert bracket.after < recorded < bracket.before
    assert {one.how for one in (*bracket.below, *bracket.above)} == {"cosignature"}


def test_a_seal_from_the_future_is_not_believed(proved: Proved) -> None:
    early = datetime(2026, 3, 1, tzinfo=UTC)
    report = verify_proof_folder(proved.files, proved.policy, early)
    assert report.exit_code == 11
    assert "unverifiable" in report.codes
    late = datetime(2026, 3, 4, tzinfo=UTC)
    assert verify_proof_folder(proved.files, proved.policy, late).exit_code == 0


def test_a_role_that_may_not_sign_that_type_is_found(tmp_path: Path) -> None:
    built, everybody = new_ledger(tmp_path / "home"), frozenset({"senco", "teacher"})
    with pytest.MonkeyPatch.context() as patch:
        permitted = "ledger.recorder.event_store.roles_that_may_sign"
        patch.setattr(permitted, lambda _type, _day: everybody)
        given = consent(built, built.pupil(1), signer="teacher")
    seal(built)
    files = _unchecked(lambda: prove(built, index_of(built, given)))
    assert "type-not-permitted" in verify_proof_folder(files, outside_policy(built)).codes


def _unchecked(build: Callable[[], Folder]) -> Folder:
    """Build a folder that no honest program would give away."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ledger.evidence.proof_folder._demand_sound", lambda _examined: None)
        return build()


def test_the_policy_claim_must_fit_the_folder(proved: Proved, tmp_path: Path) -> None:
    other = policy_txt(new_ledger(tmp_path / "home", "second"))
    files = resum({**proved.files, "policy/policy.txt": other})
    assert "claims-wrong" in verified(proved, files).codes
    digest = hashlib.sha256(b"another").hexdigest().encode() + b"  genesis\n"
    files = resum({**proved.files, "policy/genesis.sha256": digest})
    assert "claims-wrong" in verified(proved, files).codes


def _proof_of(built: BuiltLedger, index: int, like: TlogProof) -> bytes:
    with built.reading_file() as reader:
        hashes = LogProver(reader).inclusion(index, like.checkpoint.size)
    return TlogProof(
        index=index, hashes=tuple(hashes), checkpoint_note=like.checkpoint_note
    ).to_bytes()


def test_a_whole_record_that_corrects_what_is_not_there_is_found(tmp_path: Path) -> None:
    built = new_ledger(tmp_path)
    given = consent(built, built.pupil(1))
    facts = {"corrects_hash": bytes(32), "grounds": "x", "replaced_by_seq": None}
    subject = given.given.subject if given.given else None
    given.record(EntryCorrected, built.entry(subject=subject), corrects_seq=7, **facts)
    built.save("senco", given)
    seal(built)
    with cheating():
        files = prove(built, index_of(built, given), in_force=True)
        alone = prove(built, index_of(built, given, 2))
    report = verify_proof_folder(files, outside_policy(built))
    assert (report.result, report.codes["correction-wrong"]) == ("altered", 1)
    built.close()
    # Where its record does not come with it, nobody can tell.
    assert "correction-wrong" not in verify_proof_folder(alone, outside_policy(built)).codes
