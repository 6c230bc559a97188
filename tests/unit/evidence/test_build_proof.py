"""What a proof folder holds, and what it withholds."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ledger.aggregates.consent import FamilyAct
from ledger.errors import AlterationFound, KeyUnavailable, NotFound, Unverifiable
from ledger.evidence.proof_folder import ProofRequest, build_proof
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import b64
from ledger.formats.sd_jwt import read_sd_jwt
from ledger.formats.sha256sums import check_sha256sums
from ledger.formats.signed_note import SignedNote
from ledger.formats.tlog_proof import TlogProof
from ledger.verify.proof_folder import verify_proof_folder
from tests.support.ledger_builder import BuiltLedger, new_ledger
from tests.unit.evidence.proof_ledgers import (
    consent,
    index_of,
    outside_policy,
    policy_txt,
    prove,
    seal,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.evidence.conftest import Proved

SUBJECT = {"event", "occurred_on", "subject_name", "subject_born", "subject_id"}


def shown(files: dict[str, bytes], name: str) -> set[str]:
    return set(read_sd_jwt(files[f"{name}.sd-jwt"]).fields)


@pytest.fixture
def built(tmp_path: Path) -> BuiltLedger:
    return new_ledger(tmp_path / "home")


def test_the_folder_has_the_file_names_of_the_contract(proved: Proved) -> None:
    names = {
        name for name in proved.files if not name.startswith(("authority/0", "keys/", "stream/0"))
    }
    assert names == {
        "README.txt",
        "SHA256SUMS",
        "anchor/checkpoint",
        "anchor/checkpoint.cosigned",
        "authority/head.sd-jwt",
        "authority/head.tlog-proof",
        "checkpoint",
        "checkpoint.cosigned",
        "policy/genesis.sha256",
        "policy/policy.txt",
        "statement.sd-jwt",
        "statement.tlog-proof",
        "stream/head.sd-jwt",
        "stream/head.tlog-proof",
        "verify.sh",
    }
    assert {"authority/0001.sd-jwt", "stream/0001.tlog-proof"} <= proved.files.keys()
    assert {"keys/actor.pem", "keys/log.pem"} <= proved.files.keys()
    check_sha256sums(proved.files)


def test_only_the_chosen_fields_and_the_subject_are_shown(proved: Proved) -> None:
    chosen = {"items", "recipient", "act", "expires_on"}
    assert shown(proved.files, "statement") == SUBJECT | chosen
    assert b"Pat Example" not in b"".join(proved.files.values())


def test_without_a_choice_the_subject_is_still_shown(proved: Proved) -> None:
    files = prove(proved.built, proved.index)
    assert shown(files, "statement") == SUBJECT
    assert not any(name.startswith("stream/") for name in files)


def test_a_field_that_the_entry_lacks_is_refused(proved: Proved) -> None:
    with pytest.raises(NotFound) as refused:
        prove(proved.built, proved.index, fields=["shoe_size"])
    assert refused.value.kind == "no-such-field"


def test_names_of_staff_are_shown_only_where_they_concern_the_entry(proved: Proved) -> None:
    names = {
        read_sd_jwt(data).fields.get("person_name")
        for name, data in proved.files.items()
        if name.startswith("authority/") and name.endswith(".sd-jwt")
    }
    # The SENCO signed, the head appointed her, the root the head; the system logged the heads.
    assert names == {
        None,
        "Senco Example",
        "Head Example",
        "Root Example",
        "System Example",
    }


def test_names_stay_withheld_from_whoever_may_not_read_them(proved: Proved) -> None:
    def data_key(stream: bytes) -> bytes:
        if stream == proved.built.streams.authority:
            raise KeyUnavailable("These contents are not open to you.", kind="contents-unopened")
        return proved.built.keys.data_key(stream)

    with proved.built.reading_file() as reader:
        request = ProofRequest(
            reader=reader,
            data_key=data_key,
            index=proved.index,
            policy_txt=policy_txt(proved.built),
        )
        files = build_proof(request)
    assert b"Senco Example" not in b"".join(files.values())
    assert b"a person whose name is withheld" in files["README.txt"]


def test_every_proof_holds_the_one_checkpoint_with_its_cosignatures(proved: Proved) -> None:
    proofs = [data for name, data in proved.files.items() if name.endswith(".tlog-proof")]
    notes = {TlogProof.parse(data).checkpoint_note for data in proofs}
    assert notes == {proved.files["checkpoint.cosigned"]}


def test_the_stamped_bytes_are_kept_apart_from_later_cosignatures(proved: Proved) -> None:
    with proved.built.reading_file() as reader:
        signed = [note for _, note in reader.checkpoints()]
    assert proved.files["checkpoint"] == signed[1]
    assert proved.files["anchor/checkpoint"] == signed[0]
    assert proved.files["checkpoint.cosigned"].startswith(signed[1])


def test_an_entry_that_quotes_no_anchor_comes_without_one(proved: Proved) -> None:
    claim = proved.files["policy/policy.txt"]
    files = prove(proved.built, index_of(proved.built, proved.first), policy_txt=claim)
    assert not any(name.startswith("anchor/") for name in files)
    assert "How long before, only the school's own clock says." in _flat(files)


def test_a_cosignature_that_came_after_the_anchor_is_no_lower_bound(built: BuiltLedger) -> None:
    pupil = built.pupil(1)
    seal(built)
    built.add_cosignature("council")
    built.anchor()
    given = consent(built, pupil)
    with built.reading_file() as reader:
        first = reader.checkpoints()[0][0]
        late = reader.cosignatures(first)[0].replace("council", "latecom")
    built.seals.add_cosignature(first, late)
    seal(built)
    files = prove(built, index_of(built, given))
    assert files["anchor/checkpoint.cosigned"].count(b"witness") == 1


def test_what_no_checkpoint_covers_is_refused_with_the_remedy(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1))
    with pytest.raises(Unverifiable) as refused:
        prove(built, index_of(built, given))
    assert refused.value.kind == "not-sealed"
    assert "send-ledger log checkpoint" in refused.value.remedy


def test_in_force_is_not_claimed_past_the_newest_logged_head(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1))
    seal(built)
    built.withdraw_consent(given)  # after the seal: a folder up to the head would hide it
    assert "stream/0001.sd-jwt" not in prove(built, index_of(built, given))
    with pytest.raises(Unverifiable):
        prove(built, index_of(built, given), in_force=True)


@pytest.mark.parametrize("authority_first", [False, True])
def test_heads_of_one_save_may_stand_in_either_order(
    built: BuiltLedger, authority_first: bool
) -> None:
    given = consent(built, built.pupil(1))
    seal(built, authority_first=authority_first)
    files = prove(built, index_of(built, given), in_force=True)
    report = verify_proof_folder(files, outside_policy(built))
    assert set(report.codes) == {"unanchored", "self-rooted"}


def test_without_an_authority_head_after_the_entry_there_is_no_proof(built: BuiltLedger) -> None:
    pupil = built.pupil(1)
    seal(built)
    given = consent(built, pupil)
    seal(built, sparing=True)
    with pytest.raises(Unverifiable):
        prove(built, index_of(built, given))


def test_a_withdrawal_shows_in_the_stream_and_in_words(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1))
    built.withdraw_consent(given)
    seal(built)
    files = prove(built, index_of(built, given), in_force=True)
    assert read_sd_jwt(files["stream/0002.sd-jwt"]).fields["event"] == "consent.withdrawn.v1"
    assert shown(files, "stream/0002") == {"event", "occurred_on"}
    assert "WITHDRAWN at head" in _flat(files)


def test_a_standing_consent_is_said_to_stand_with_its_last_day(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1), expires_on=date(2026, 9, 1))
    seal(built)
    files = prove(built, index_of(built, given), in_force=True)
    assert "given, stated 2026-03-03, up to and including 2026-09-01, and not withdrawn" in _flat(
        files
    )
    assert "expires_on" in shown(files, "statement")


def test_a_correction_says_which_entry_it_takes_back(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1))
    with built.reading_file() as reader:
        wrong = read_sd_jwt(reader.place(given.id.bytes, 1).statement + b"~").statement.hash
    subject = given.given.subject if given.given else None
    entry = built.entry(subject=subject)
    given.correct(entry, seq=1, statement=wrong, reason="Another pupil.", then=False)
    built.save("senco", given)
    seal(built)
    files = prove(built, index_of(built, given), in_force=True)
    assert read_sd_jwt(files["stream/0002.sd-jwt"]).fields["corrects_seq"] == 1
    assert "Another pupil." not in _flat(files)
    assert "TAKEN BACK at head" in _flat(files)


def test_d_cons_11_missing_evidence_of_the_familys_act_is_never_withheld(
    built: BuiltLedger,
) -> None:
    given = consent(built, built.pupil(1), act=FamilyAct("none", None, None, None))
    seal(built)
    files = prove(built, index_of(built, given))
    assert "act" in shown(files, "statement")
    assert "The school recorded that consent was given. There is no evidence" in _flat(files)


def test_a_role_withdrawn_later_from_an_earlier_index_is_said(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1))
    seal(built)
    index = index_of(built, given)
    built.withdraw("senco", "senco", index, by="head")
    with pytest.raises(Unverifiable):  # a folder that ends before it would hide the withdrawal
        prove(built, index)
    seal(built)
    files = prove(built, index)
    assert f"DISPUTED: number {index} of the log" in _flat(files)
    report = verify_proof_folder(files, outside_policy(built))
    assert report.codes["disputed"] == 1


def test_the_newest_sealed_checkpoint_is_taken_before_a_newer_bare_one(
    built: BuiltLedger,
) -> None:
    given = consent(built, built.pupil(1))
    cosigned = seal(built)
    built.add_cosignature()
    built.pupil(2)
    bare = seal(built)
    files = prove(built, index_of(built, given))
    assert files["checkpoint"] == cosigned != bare


def test_a_ledger_that_does_not_verify_gives_no_proof(built: BuiltLedger) -> None:
    given = consent(built, built.pupil(1))
    note = seal(built)
    root = b64(Checkpoint.parse(SignedNote.parse(note).text).root).encode()
    forged = note.replace(root, b64(bytes(32)).encode())
    with built.datastore.transaction(commit=True) as cursor:
        cursor.execute("UPDATE checkpoints SET note = ?", (forged,))
    with pytest.raises(AlterationFound, match="No proof was made"):
        prove(built, index_of(built, given))


def test_proving_writes_nothing(proved: Proved) -> None:
    before = proved.built.path.read_bytes()
    prove(proved.built, proved.index, in_force=True)
    assert proved.built.path.read_bytes() == before


def test_the_same_request_gives_the_same_bytes(proved: Proved) -> None:
    assert prove(proved.built, proved.index) == prove(proved.built, proved.index)


def _flat(files: dict[str, bytes]) -> str:
    return " ".join(files["README.txt"].decode("utf-8").split())
