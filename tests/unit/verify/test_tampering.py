"""Each class of alteration is caught, and called by its name at its place."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger.aggregates.aggregate import EntryCorrected
from ledger.errors import NotAuthorised
from ledger.formats import kinds
from ledger.formats.disclosure_names import BASE_FIELDS
from ledger.formats.encoding import b64url
from ledger.formats.statement import Anchor, StreamPlace
from ledger.seal.content_keys import wrap_data_key
from ledger.seal.ed25519 import SigningKey, jwk, prove_possession
from ledger.verify.held import Held
from tests.support.ledger_builder import (
    BUILT_SIZE,
    FIRST_SEALED,
    FOUNDING,
    BuiltLedger,
    build_ledger,
    drawn,
    new_ledger,
)
from tests.support.tampering import (
    counting,
    cut_tail,
    editing,
    editing_keys,
    forging,
    rebuild_tree,
    resign_checkpoints,
    set_statement,
    statement_at,
    statements,
    unlocked_again,
)
from tests.unit.verify.conftest import CONSENT, Verify, found

if TYPE_CHECKING:
    from pathlib import Path

    from ledger.verify.findings import Report

FIRST_PUPIL = FOUNDING
"""Log index of the first pupil's first entry."""
LAST = BUILT_SIZE - 1


def altered(report: Report, code: str, index: int | None = None) -> bool:
    return report.exit_code == 10 and (code, index) in found(report)


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_an_untouched_home_is_intact(built: BuiltLedger, verify: Verify) -> None:
    report = verify(built)
    assert (report.result, report.exit_code, report.findings) == ("intact", 0, ())
    assert report.counts["contents_opened"] == FOUNDING + 16
    assert report.size == LAST + 1


@pytest.mark.parametrize("part", [40, 900, 8 * 1900, -40])
def test_one_flipped_bit_of_a_statement_is_caught(
    built: BuiltLedger, verify: Verify, part: int
) -> None:
    jwt = statement_at(built.path, FIRST_PUPIL).jwt
    with editing(built.path) as connection:
        set_statement(connection, FIRST_PUPIL, flipped(jwt, part % (8 * len(jwt))))
    report = verify(built, envelope_only=True)
    assert report.exit_code == 10
    assert FIRST_PUPIL in {one.index for one in report.findings}
    assert {("tree-state", None), ("fork", None)} <= found(report)


def test_one_flipped_bit_of_contents_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        (data,) = connection.execute(
            "SELECT ciphertext FROM contents WHERE rowid = ?", (FIRST_PUPIL + 1,)
        ).fetchone()
        connection.execute(
            "UPDATE contents SET ciphertext = ? WHERE rowid = ?",
            (flipped(data, 5000), FIRST_PUPIL + 1),
        )
    assert found(verify(built)) == {("content-altered", FIRST_PUPIL)}
    assert verify(built, envelope_only=True).exit_code == 0


def test_contents_swapped_within_a_record_are_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        rows = dict(connection.execute("SELECT rowid, ciphertext FROM contents").fetchall())
        first, second = FIRST_PUPIL + 1, FIRST_PUPIL + 2
        for row, data in ((first, rows[second]), (second, rows[first])):
            connection.execute("UPDATE contents SET ciphertext = ? WHERE rowid = ?", (data, row))
    expected = {("content-altered", FIRST_PUPIL), ("content-altered", FIRST_PUPIL + 1)}
    assert found(verify(built)) == expected


def test_missing_contents_are_caught_even_without_a_key(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("DELETE FROM contents WHERE rowid = ?", (FIRST_PUPIL + 1,))
    expected = {("contents-missing", FIRST_PUPIL)}
    assert found(verify(built)) == expected
    assert found(verify(built, data_key=None, envelope_only=True)) == expected


def test_contents_where_none_belong_are_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        bare = next(n for n, one in enumerate(statements(connection)) if one.kind == "anchor")
        connection.execute("INSERT INTO contents VALUES (?, x'00')", (bare + 1,))
    assert found(verify(built)) == {("contents-unexpected", bare)}


def test_contents_beyond_the_log_are_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("INSERT INTO contents VALUES (99, x'00')")
    assert found(verify(built)) == {("stray-row", None)}


def test_an_entry_before_the_first_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("INSERT INTO entries VALUES (0, ?, 1, x'00')", (bytes(16),))
    assert found(verify(built)) == {("stray-row", None), ("index-altered", None)}


def test_an_entry_removed_from_the_middle_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        for table in ("entries", "contents"):
            connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (FIRST_PUPIL + 1,))  # noqa: S608  the names above
        rebuild_tree(connection)
    report = verify(built)
    assert altered(report, "entry-missing", FIRST_PUPIL)
    assert altered(report, "chain-broken", FIRST_PUPIL + 1)
    assert altered(report, "shorter-than-mark")


def test_the_newest_entries_removed_are_caught_by_the_mark(
    built: BuiltLedger, verify: Verify
) -> None:
    cut_tail(built.path, LAST)
    assert found(verify(built)) == {("shorter-than-mark", None)}


def test_the_newest_entries_removed_with_the_mark_are_betrayed_by_what_is_held_elsewhere(
    built: BuiltLedger, verify: Verify
) -> None:
    head = Held(
        description="the receipt of Hilltop School",
        origin=built.origin,
        size=built.mark.size,
        root=built.mark.root,
    )
    assert verify(built, mark=None, against=[head]).result == "intact"
    cut_tail(built.path, LAST - 5)
    alone = verify(built, mark=None)
    assert (alone.result, found(alone)) == ("unanchored", {("unanchored", None)})
    assert found(verify(built, mark=None, against=[head])) == {("shorter-than-held", None)}


def test_a_log_shorter_than_its_own_checkpoint_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    with editing(built.path) as connection:
        connection.execute("DELETE FROM entries WHERE rowid > 30")
        connection.execute("DELETE FROM contents WHERE rowid > 30")
        rebuild_tree(connection)
    assert altered(verify(built, mark=None), "shorter-than-checkpoint")


def test_an_entry_rewritten_by_its_own_signer_with_the_tree_rebuilt_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    with forging(built) as forger:
        forger.rewrite(LAST, built.signing["senco"], recorded_at=built.now + timedelta(minutes=5))
    assert found(verify(built)) == {("fork", None)}


def test_an_entry_rewritten_and_the_log_signed_again_with_its_real_key_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    built.seal()
    held = Held(
        description="the checkpoint of the council",
        origin=built.origin,
        size=built.mark.size,
        root=built.mark.root,
    )
    with forging(built) as forger:
        forger.rewrite(LAST, built.signing["senco"], recorded_at=built.now - timedelta(minutes=1))
        resign_checkpoints(forger.connection, built)
    report = verify(built, mark=None, against=[held])
    assert altered(report, "fork")
    # The stream head that names the entry would have to be signed anew, too: by another key.
    assert {code for code, _index in found(report)} == {"fork", "head-wrong"}


def test_an_entry_rewritten_under_a_checkpoint_is_caught_by_the_checkpoint_alone(
    built: BuiltLedger, verify: Verify
) -> None:
    with forging(built) as forger:
        known = statements(forger.connection)
        head = max(n for n, one in enumerate(known) if one.kind == kinds.STREAM_HEAD)
        forger.rewrite(head, built.signing["system"], digests=known[FIRST_PUPIL].digests)
    assert found(verify(built, mark=None)) == {("fork", None), ("unanchored", None)}


def test_an_entry_rewritten_by_a_stranger_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        forger.rewrite(LAST, SigningKey(drawn("stranger")))
    assert altered(verify(built), "unknown-key", LAST)


def test_a_signature_by_another_key_than_the_named_one_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    jwt = statement_at(built.path, LAST).jwt
    other = built.signing["head"].sign(jwt.rpartition(b".")[0])
    with editing(built.path) as connection:
        set_statement(connection, LAST, jwt.rpartition(b".")[0] + b"." + b64url(other).encode())
        rebuild_tree(connection)
    assert altered(verify(built), "bad-signature", LAST)


def test_a_changed_tree_head_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("UPDATE tree SET root = ?", (bytes(32),))
    assert found(verify(built)) == {("tree-state", None)}
    with editing(built.path) as connection:
        rebuild_tree(connection)
        connection.execute("UPDATE tree SET frontier = zeroblob(length(frontier))")
    assert found(verify(built)) == {("tree-state", None)}


def test_a_missing_tree_head_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("DELETE FROM tree")
    assert verify(built).exit_code == 10


def test_a_view_in_place_of_a_table_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("ALTER TABLE contents RENAME TO hidden")
        connection.execute("CREATE VIEW contents AS SELECT rowid, ciphertext FROM hidden")
    assert found(verify(built)) == {("schema-altered", None)}


def test_a_planted_trigger_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute(
            "CREATE TRIGGER quiet AFTER INSERT ON commands BEGIN DELETE FROM tokens; END"
        )
    assert found(verify(built)) == {("schema-altered", None)}


def test_a_role_abused_with_a_real_key_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["teacher"], CONSENT, role="teacher")
    assert found(verify(built)) == {("type-not-permitted", index)}


def test_a_role_claimed_that_is_not_held_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["teacher"], CONSENT, role="senco")
    assert found(verify(built, envelope_only=True)) == {("role-not-held", index)}


def test_a_kind_that_the_role_may_not_sign_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(
            built.signing["senco"],
            kind=kinds.ANCHOR,
            stream=built.streams.anchors,
            further={"size": 1, "root": b64url(bytes(32)), "tokens": []},
        )
    assert found(verify(built)) == {("kind-not-permitted", index)}


def test_an_event_hidden_under_another_kind_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(
            built.signing["senco"],
            CONSENT,
            kind=kinds.COUNTERSIGNATURE,
            further={"of": b64url(bytes(32))},
        )
    assert found(verify(built)) == {("event-kind-wrong", index)}


def test_fields_taken_out_of_the_contents_are_caught(built: BuiltLedger, verify: Verify) -> None:
    fewer = {name: value for name, value in CONSENT.items() if name != "late_reason"}
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], fewer)
    assert found(verify(built)) == {("fields-missing", index)}


def test_a_field_put_into_the_contents_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT | {"further": "x"})
    assert found(verify(built)) == {("fields-missing", index)}


def test_contents_that_do_not_say_what_they_are_are_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], {"by_type": "x"})
    assert found(verify(built)) == {("no-event", index)}


def test_a_type_from_a_later_version_is_not_understood_but_no_alteration(
    built: BuiltLedger, verify: Verify
) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT | {"event": "timetable.made.v1"})
    report = verify(built)
    assert (report.result, report.codes["not-understood"]) == ("intact", 1)
    assert ("not-understood", index) in {(one.code, one.index) for one in report.notes}
    assert "what entries of a kind not known here say" in report.not_checked


def test_a_type_from_a_later_version_is_held_against_the_rows_that_speak_of_it(
    built: BuiltLedger, verify: Verify
) -> None:
    later = CONSENT | {"event": "consent.reconsidered.v1"}
    with forging(built) as forger:
        index = forger.append(built.signing["teacher"], later, role="teacher")
    assert found(verify(built)) == {("type-not-permitted", index)}


def test_a_correction_by_one_who_may_sign_the_entry_is_intact(
    tmp_path: Path, verify: Verify
) -> None:
    built = new_ledger(tmp_path / "home")
    pupil = built.pupil(1)
    right = statement_at(built.path, FIRST_PUPIL).hash
    pupil.correct(built.entry(), seq=1, statement=right, reason="Misspelt.", then=False)
    built.save("head", pupil)
    assert verify(built).result == "intact"


@pytest.mark.parametrize(
    ("name", "changes", "code"),
    [
        ("teacher", {}, "type-not-permitted"),
        ("head", {"statement": bytes(32)}, "correction-wrong"),
    ],
)
def test_a_correction_that_should_not_be_is_caught(
    tmp_path: Path, verify: Verify, name: str, changes: dict[str, bytes], code: str
) -> None:
    built = new_ledger(tmp_path / "home")
    pupil = built.pupil(1)
    right = statement_at(built.path, FIRST_PUPIL).hash
    statement = changes.get("statement", right)
    pupil.correct(built.entry(), seq=1, statement=statement, reason="Misspelt.", then=False)
    built.save(name, pupil)
    assert found(verify(built)) == {(code, built.mark.size - 1)}
    assert verify(built, envelope_only=True).result == "intact"


def test_a_correction_of_nothing_is_caught(built: BuiltLedger, verify: Verify) -> None:
    shown = {name: CONSENT[name] for name in BASE_FIELDS} | {
        "event": EntryCorrected.TYPE,
        "corrects_seq": 99,
        "corrects_hash": b64url(bytes(32)),
        "replaced_by_seq": None,
        "grounds": "Misspelt.",
    }
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], shown)
    assert found(verify(built)) == {("correction-wrong", index)}


def test_a_revoked_key_is_caught(built: BuiltLedger, verify: Verify) -> None:
    built.revoke("senco", from_index=built.mark.size, by="head")
    with forging(built) as forger:
        stream = statements(forger.connection)[LAST].stream
        index = forger.append(built.signing["senco"], CONSENT, stream=stream)
    assert found(verify(built)) == {("revoked-key", index)}


def test_a_grant_to_oneself_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(
            built.signing["head"],
            kind=kinds.ROLE_GRANTED,
            role="head",
            stream=built.streams.authority,
            further={
                "person": b64url(built.persons["head"]),
                "granted": "senco",
                "from": "2026-01-01",
                "until": None,
            },
        )
    assert altered(verify(built), "self-grant", index)


def test_a_key_registered_without_possession_is_caught(built: BuiltLedger, verify: Verify) -> None:
    person, key = drawn("a new teacher", 16), SigningKey(drawn("a new teacher"))
    with forging(built) as forger:
        index = forger.append(
            built.signing["head"],
            kind=kinds.KEY_REGISTERED,
            role="head",
            stream=built.streams.authority,
            further={
                "person": b64url(person),
                "jwk": jwk(key.public),
                "custody": "passphrase",
                "possession": b64url(prove_possession(key, built.lid, drawn("another", 16))),
            },
        )
    assert altered(verify(built), "unproved-key", index)


def test_an_entry_among_those_about_keys_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT, stream=built.streams.authority)
    assert altered(verify(built), "stream-mixed", index)
    with pytest.raises(NotAuthorised) as refused:
        counting(built)
    assert refused.value.kind == "stream-mixed"


def test_an_authority_quoted_that_is_not_the_newest_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    old = statement_at(built.path, 3)
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT, auth=StreamPlace(old.seq, old.hash))
    assert found(verify(built)) == {("auth-wrong", index)}


def test_a_backdated_entry_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(
            built.signing["senco"], CONSENT, recorded_at=built.now - timedelta(days=1)
        )
    assert found(verify(built)) == {("clock-backwards", index)}


@pytest.mark.parametrize("changes", [{"prev": bytes(32)}, {"seq": 9}])
def test_a_broken_chain_is_caught(
    built: BuiltLedger, verify: Verify, changes: dict[str, Any]
) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT, **changes)
    assert found(verify(built)) == {("chain-broken", index)}


def test_an_entry_signed_for_another_ledger_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT, lid=drawn("another ledger", 16))
    assert altered(verify(built, envelope_only=True), "other-ledger", index)


def test_a_row_under_the_name_of_another_record_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    with editing(built.path) as connection:
        connection.execute(
            "UPDATE entries SET originator_id = ? WHERE rowid = ?", (bytes(16), BUILT_SIZE)
        )
    assert found(verify(built)) == {("row-misplaced", LAST)}


def test_a_quoted_anchor_that_was_never_logged_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    with forging(built) as forger:
        index = forger.append(
            built.signing["senco"], CONSENT, anchor=Anchor(FIRST_SEALED, bytes(32), (bytes(32),))
        )
    assert found(verify(built)) == {("anchor-wrong", index)}


def test_an_older_anchor_is_a_note_and_no_alteration(built: BuiltLedger, verify: Verify) -> None:
    with forging(built) as forger:
        index = forger.append(built.signing["senco"], CONSENT, anchor=None)
    report = verify(built)
    assert report.result == "intact"
    assert ("older-anchor", index) in {(one.code, one.index) for one in report.notes}


@pytest.mark.parametrize("size", [FIRST_SEALED, 99])
def test_an_anchor_over_a_head_that_never_was_is_caught(
    built: BuiltLedger, verify: Verify, size: int
) -> None:
    with forging(built) as forger:
        index = forger.append(
            built.signing["system"],
            kind=kinds.ANCHOR,
            role="system",
            stream=built.streams.anchors,
            further={"size": size, "root": b64url(bytes(32)), "tokens": []},
        )
    assert found(verify(built)) == {("anchor-wrong", index)}


def test_a_stream_head_that_hides_the_newest_entry_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    pupil = statement_at(built.path, FIRST_PUPIL)
    with forging(built) as forger:
        index = forger.append(
            built.signing["system"],
            kind=kinds.STREAM_HEAD,
            role="system",
            stream=built.heads_stream,
            further={
                "head": {"stream": b64url(pupil.stream), "seq": 1, "hash": b64url(pupil.hash)}
            },
        )
    # It stands where a sealing would, and no checkpoint ends with it.
    assert found(verify(built)) == {("head-wrong", index), ("sealing-incomplete", index)}


def test_a_replaced_key_row_is_caught(built: BuiltLedger, verify: Verify) -> None:
    stream = statement_at(built.path, FIRST_PUPIL).stream
    class_key = built.keys.classes["general"].key
    other = wrap_data_key(class_key, bytes(32), lid=built.lid, stream=bytes(16))
    with editing_keys(built) as connection:
        connection.execute("UPDATE key_rows SET wrapped = ? WHERE stream = ?", (other, stream))
    reader = unlocked_again(built)
    assert altered(verify(built, data_key=reader.data_key), "key-row-altered", FIRST_PUPIL)


def test_a_key_row_with_another_key_is_caught(built: BuiltLedger, verify: Verify) -> None:
    stream = statement_at(built.path, FIRST_PUPIL).stream
    class_key = built.keys.classes["general"].key
    other = wrap_data_key(class_key, bytes(32), lid=built.lid, stream=stream)
    with editing_keys(built) as connection:
        connection.execute("UPDATE key_rows SET wrapped = ? WHERE stream = ?", (other, stream))
    reader = unlocked_again(built)
    assert altered(verify(built, data_key=reader.data_key), "content-altered", FIRST_PUPIL)


def test_a_missing_key_row_is_caught_once_for_its_record(
    built: BuiltLedger, verify: Verify
) -> None:
    stream = statement_at(built.path, FIRST_PUPIL).stream
    with editing_keys(built) as connection:
        connection.execute("DELETE FROM key_rows WHERE stream = ?", (stream,))
    report = verify(built, data_key=unlocked_again(built).data_key)
    assert found(report) == {("key-row-missing", FIRST_PUPIL)}
    assert report.codes["key-row-missing"] == 1


def test_a_checkpoint_that_the_log_did_not_sign_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    with editing(built.path) as connection:
        (note,) = connection.execute("SELECT note FROM checkpoints ORDER BY size").fetchone()
        built.signing["log"] = SigningKey(drawn("stranger"))
        resign_checkpoints(connection, built)
    assert found(verify(built)) == {("checkpoint-not-ours", None)}
    with editing(built.path) as connection:
        connection.execute("UPDATE checkpoints SET note = ?", (flipped(note, 8 * len(note) - 90),))
    assert {code for code, _index in found(verify(built))} & {
        "note-signature-failed",
        "bad-base64",
        "bad-signature-line",
    }


def test_a_removed_checkpoint_is_caught_by_its_cosignature(
    built: BuiltLedger, verify: Verify
) -> None:
    with editing(built.path) as connection:
        connection.execute("DELETE FROM checkpoints WHERE size = ?", (FIRST_SEALED,))
    assert found(verify(built)) == {("checkpoint-missing", None)}


def test_a_checkpoint_moved_to_another_size_is_caught(built: BuiltLedger, verify: Verify) -> None:
    with editing(built.path) as connection:
        connection.execute("UPDATE checkpoints SET size = size - 1 WHERE size > ?", (FIRST_SEALED,))
    report = found(verify(built))
    assert ("checkpoint-misplaced", None) in report
    assert {code for code, _ in report} == {"checkpoint-misplaced", "sealing-incomplete"}


def test_a_cosignature_by_a_known_key_that_does_not_fit_is_caught(
    built: BuiltLedger, verify: Verify
) -> None:
    trusted = built.add_cosignature("trust")
    assert verify(built, cosigners=[trusted]).counts["cosignatures_checked"] == 1
    with editing(built.path) as connection:
        (line,) = connection.execute(
            "SELECT line FROM cosignatures WHERE instr(line, CAST('trust.' AS BLOB))"
        ).fetchone()
        changed = line[:-20] + (b"A" if line[-20:-19] != b"A" else b"B") + line[-19:]
        connection.execute("UPDATE cosignatures SET line = ? WHERE line = ?", (changed, line))
    assert found(verify(built, cosigners=[trusted])) == {("note-signature-failed", None)}


def test_a_stored_time_stamp_that_is_another_is_caught(built: BuiltLedger, verify: Verify) -> None:
    built.seals.add_token(FIRST_SEALED, b"not a time stamp")
    assert verify(built).result == "intact"
    with editing(built.path) as connection:
        connection.execute("UPDATE tokens SET hash = ?", (hashlib.sha256(b"x").digest(),))
    assert found(verify(built)) == {("token-altered", None)}


def test_a_ledger_put_in_the_place_of_another_is_caught(
    built: BuiltLedger, verify: Verify, tmp_path: Any
) -> None:
    other = build_ledger(tmp_path / "other", label="second")
    assert found(verify(other, mark=built.mark)) == {("other-ledger", None)}
    genesis = hashlib.sha256(statement_at(built.path, 0).jwt).digest()
    assert verify(built, genesis=genesis).result == "intact"
    assert found(verify(other, genesis=genesis)) == {("genesis-not-trusted", 0)}
