"""The mini-verifier refuses each way to misspell a note, a proof or a policy."""

from __future__ import annotations

import base64

import pytest

from tests.golden.fixed import ACTOR, STRANGER
from tests.mini_verifier.encoding import Refused
from tests.mini_verifier.log import (
    COSIGNER_KEY,
    LOG_KEY,
    VKey,
    check_tlog_proof,
    leaf_hash,
    open_note,
    read_checkpoint,
    read_policy,
    read_vkey,
)

ORIGIN = "send-ledger/v1/AAAAAAAAAAAAAAAAAAAAAA"
LOG = VKey(ORIGIN, LOG_KEY, ACTOR.public)
WITNESS = VKey("witness", COSIGNER_KEY, STRANGER.public)
LEAF = b"a.b.c"


def vkey(key: VKey) -> str:
    encoded = base64.b64encode(bytes([key.type]) + key.public).decode()
    return f"{key.name}+{key.id.hex()}+{encoded}"


def line(key: VKey, blob: bytes) -> str:
    return f"— {key.name} {base64.b64encode(key.id + blob).decode()}\n"


def text(size: str = "1", root: bytes = leaf_hash(LEAF), origin: str = ORIGIN) -> str:
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def signed(body: str, key: VKey = LOG) -> str:
    return f"{body}\n{line(key, ACTOR.sign(body.encode()))}"


def cosigned(body: str, time: int) -> str:
    message = f"cosignature/v1\ntime {time}\n{body}".encode()
    blob = time.to_bytes(8, "big") + STRANGER.sign(message)
    return signed(body) + line(WITNESS, blob)


def test_a_sound_checkpoint_opens_with_its_cosignature() -> None:
    checkpoint = read_checkpoint(cosigned(text(), 1772557200).encode(), [LOG, WITNESS])
    assert checkpoint.head == (ORIGIN, 1, leaf_hash(LEAF))
    assert {key.name: time for key, (_, time) in checkpoint.note.signers.items()} == {
        ORIGIN: 0,
        "witness": 1772557200,
    }


def test_a_line_by_an_unknown_key_is_passed_over_and_a_failing_one_by_a_known_is_not() -> None:
    failing = signed(text()) + line(WITNESS, bytes(72))
    assert len(open_note(failing.encode(), [LOG]).signers) == 1
    with pytest.raises(Refused, match="bad-signature"):
        open_note(failing.encode(), [LOG, WITNESS])


NOTES = {
    "no signature": ("malformed-note", text() + "\n"),
    "no empty line": ("malformed-note", signed(text()).replace("\n\n", "\n")),
    "no final newline": ("malformed-note", signed(text()).removesuffix("\n")),
    "a carriage return": ("malformed-note", signed(text()).replace("\n", "\r\n")),
    "a tab in the text": ("malformed-note", signed(text(origin=f"{ORIGIN}\t"))),
    "another dash": ("malformed-note", signed(text()).replace("—", "-")),
    "a signature of four bytes": ("malformed-note", f"{text()}\n{line(LOG, b'')}"),
    "too many signatures": (
        "malformed-note",
        signed(text()) + line(WITNESS, bytes(72)) * 100,
    ),
    "a name with plus": ("malformed-note", signed(text()) + "— a+b AAAAAAA=\n"),
    "base64 with stray bits": ("malformed", signed(text()) + "— a AAAAAAB=\n"),
    "a signature that does not fit": ("bad-signature", f"{text()}\n{line(LOG, bytes(64))}"),
    "a time without end": ("bad-signature", cosigned(text(), 2**63)),
    "no known key": ("unknown-key", f"{text()}\n{line(VKey('x', 1, ACTOR.public), bytes(64))}"),
    "only a witness": (
        "unknown-key",
        cosigned(text(), 1).replace(line(LOG, ACTOR.sign(text().encode())), ""),
    ),
    "the key of a log with another origin": (
        "unknown-key",
        signed(text(origin="send-ledger/v1/BBBBBBBBBBBBBBBBBBBBBA")),
    ),
    "an extension line": ("malformed-checkpoint", signed(text() + "more\n")),
    "two lines": ("malformed-checkpoint", signed(f"{ORIGIN}\n1\n")),
    "a size with leading zero": ("malformed", signed(text("01"))),
    "a negative size": ("malformed", signed(text("-1"))),
    "a size in other digits": ("malformed", signed(text("١"))),
    "a size without end": ("malformed", signed(text(str(2**63)))),
    "a short root": ("malformed", signed(text(root=bytes(31)))),
}


@pytest.mark.parametrize("what", NOTES)
def test_a_note_that_is_no_sound_checkpoint_is_refused(what: str) -> None:
    word, note = NOTES[what]
    with pytest.raises(Refused) as refused:
        read_checkpoint(note.encode(), [LOG, WITNESS])
    assert refused.value.word == word


HEAD = "c2sp.org/tlog-proof@v1\n"
PROOFS = {
    "no first line": "index 0\n",
    "another version": "c2sp.org/tlog-proof@v2\nindex 0\n",
    "no index": HEAD,
    "an index with leading zero": f"{HEAD}index 00\n",
    "an index beyond the tree": f"{HEAD}index 1\n",
    "a hash too many": f"{HEAD}index 0\n{base64.b64encode(bytes(32)).decode()}\n",
    "a short hash": f"{HEAD}index 0\n{base64.b64encode(bytes(31)).decode()}\n",
    "extra twice": f"{HEAD}extra AA==\nextra AA==\nindex 0\n",
    "extra after the index": f"{HEAD}index 0\nextra AA==\n",
    "extra that is not base64": f"{HEAD}extra A\nindex 0\n",
}


def test_a_sound_proof_leads_to_its_checkpoint() -> None:
    for head in (f"{HEAD}index 0\n", f"{HEAD}extra AA==\nindex 0\n"):
        index, _ = check_tlog_proof(f"{head}\n{signed(text())}".encode(), LEAF, [LOG])
        assert index == 0


@pytest.mark.parametrize("what", PROOFS)
def test_a_misspelt_proof_is_refused(what: str) -> None:
    with pytest.raises(Refused):
        check_tlog_proof(f"{PROOFS[what]}\n{signed(text())}".encode(), LEAF, [LOG])


def test_a_proof_of_another_leaf_is_refused() -> None:
    with pytest.raises(Refused, match="bad-inclusion"):
        check_tlog_proof(f"{HEAD}index 0\n\n{signed(text())}".encode(), b"a.b.d", [LOG])


LOG_LINE = f"log {vkey(LOG)}\n"
WITNESS_LINE = f"witness one {vkey(WITNESS)}\n"
POLICIES = {
    "no quorum": LOG_LINE,
    "two quorums": f"{LOG_LINE}quorum none\nquorum none\n",
    "a quorum not yet defined": f"quorum one\n{WITNESS_LINE}",
    "an unknown line": f"{LOG_LINE}quorum none\nmirror x\n",
    "a witness key as a log": f"log {vkey(WITNESS)}\nquorum none\n",
    "a log key as a witness": f"witness one {vkey(LOG)}\nquorum one\n",
    "a log twice": f"{LOG_LINE}{LOG_LINE}quorum none\n",
    "a name twice": f"{WITNESS_LINE}group one any one\nquorum one\n",
    "a name that is predefined": f"witness none {vkey(WITNESS)}\nquorum none\n",
    "a group of nobody": f"{WITNESS_LINE}group g 1\nquorum g\n",
    "a group that asks too much": f"{WITNESS_LINE}group g 2 one\nquorum g\n",
    "a group that asks nothing": f"{WITNESS_LINE}group g 0 one\nquorum g\n",
    "a member twice": f"{WITNESS_LINE}group g 2 one one\nquorum g\n",
    "a member of two groups": f"{WITNESS_LINE}group g any one\ngroup h any one\nquorum h\n",
    "a wrong key id": f"log {vkey(LOG).replace(LOG.id.hex(), '00000000')}\nquorum none\n",
    "a control character": f"{LOG_LINE}quorum none\x0b\n",
    "no final newline": f"{LOG_LINE}quorum none",
}


@pytest.mark.parametrize("what", POLICIES)
def test_a_misspelt_policy_is_refused(what: str) -> None:
    with pytest.raises(Refused):
        read_policy(POLICIES[what].encode())


def test_a_quorum_counts_groups_of_groups_and_no_witness_twice() -> None:
    other = VKey("other", COSIGNER_KEY, ACTOR.public)
    policy = read_policy(
        (
            f"# two schools\n\t{LOG_LINE}{WITNESS_LINE}witness two {vkey(other)} https://x.example\n"
            "group both all one two\ngroup g any both\nquorum g\n"
        ).encode()
    )
    assert not policy.met({WITNESS: ("", 0)})
    assert policy.met({WITNESS: ("", 0), other: ("", 0)})


def test_a_post_quantum_key_may_stand_in_a_policy_and_is_passed_over() -> None:
    later = VKey(ORIGIN, 6, bytes(1312))
    policy = read_policy(f"{LOG_LINE}log {vkey(later)}\nquorum none\n".encode())
    note = signed(text()) + line(later, bytes(2428))
    assert read_checkpoint(note.encode(), policy.vkeys).log_keys == {LOG}


def test_the_verifier_key_of_the_specification_is_read() -> None:
    key = read_vkey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    assert (key.name, key.type, len(key.public)) == ("example.com/foo", LOG_KEY, 32)
