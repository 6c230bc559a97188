"""What a new home has to know of those that it continues: gathered, and held together.

An old home is only read.  The newest head of its log may be one that it no
longer reaches itself: this computer's mark, or what somebody else holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ledger.application.founding import Predecessor
from ledger.bootstrap.held_elsewhere import note_held
from ledger.bootstrap.home import Home
from ledger.errors import AlterationFound, InputRefused, KeyUnavailable, LedgerError, RuleRefused
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.signed_note import ED25519, SignedNote, VerifierKey
from ledger.seal.authority import Authority, read_authority
from ledger.seal.checkpoints import open_checkpoint
from ledger.seal.key_file import PersonKeys, open_key_file
from ledger.seal.succession import agree
from ledger.verify.grown_tree import GrownTree
from ledger.verify.succession import grown_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuing:
    """What a person says of the homes that a new one continues.

    Attributes:
        homes: the old homes, or backups of them.
        last_seen: receipts, proofs and checkpoints of their logs that others hold.
        grounds: why a new ledger is begun.
        root_keys: document and passphrase of each old root key that is at hand.
    """

    homes: Sequence[Path]
    last_seen: Sequence[Path]
    grounds: str
    root_keys: Sequence[tuple[bytes, str]]


@dataclass(frozen=True, slots=True)
class _Note:
    what: str
    data: bytes

    @property
    def origin(self) -> str:
        return Checkpoint.parse(SignedNote.parse(self.data).text).origin


@dataclass(frozen=True, slots=True)
class _Seen:
    size: int
    root: bytes
    where: str


def predecessors(asked: Continuing, state_folder: Path) -> tuple[Predecessor, ...]:
    """Gather what a new ledger says of those that it continues.

    Args:
        asked: see `Continuing`.
        state_folder: where this computer keeps high-water marks.

    Raises:
        AlterationFound: an old home's entries do not give its own head.
        InputRefused: a file is of another log, or not signed by this one.
        RuleRefused: kind `other-history`: an old home contradicts what was seen.
        KeyUnavailable: kind `wrong-root-key`.
    """
    homes = [Home.open(path, state_folder) for path in asked.homes]
    notes = [_Note(*note_held(path, None)) for path in asked.last_seen]
    keys = [open_key_file(*one) for one in asked.root_keys]
    if {one.origin for one in notes} - {origin_of(home.lid) for home in homes}:
        raise InputRefused(
            "A file is about another ledger than those continued; no home was made.",
            "It would tell nothing about the homes that are named.",
            remedy="Look at its first line, or at which home is named with --continues.",
            kind="other-ledger",
        )
    if {one.lid for one in keys} - {home.lid for home in homes}:
        raise _wrong_root_key()
    return tuple(_predecessor(home, asked.grounds, notes, keys) for home in homes)


def _predecessor(
    old: Home, grounds: str, notes: Sequence[_Note], keys: Sequence[PersonKeys]
) -> Predecessor:
    origin = origin_of(old.lid)
    with old.reading() as reader:
        tree, authority = grown_tree(reader), read_authority(reader)
        root = tree.root_at(tree.size)[0]
        if (tree.size, root) != (reader.size, reader.root):
            raise AlterationFound(
                "The old home is damaged; no home was made.",
                "Its entries do not give its own head.",
                "Run send-ledger verify on it, and name its newest intact backup.",
                kind="tree-state",
            )
        seen = [_Seen(tree.size, root, "the old home itself"), *_marked(old)]
        # Its own checkpoints may reach further than what is left of its entries.
        stored = [_Note("checkpoint in the old home", note) for _, note in reader.checkpoints()]
        genesis = hashlib.sha256(reader.entry(0).statement).digest()
    held = [_Note(f"{one.what} held elsewhere", one.data) for one in notes if one.origin == origin]
    seen += [_opened(one, _log_keys(origin, authority)) for one in (*stored[-1:], *held)]
    newest = max(seen, key=lambda one: one.size)
    _demand_one_history(tree, seen, newest)
    agreeing = [_root_key(authority, one) for one in keys if one.lid == old.lid]
    return Predecessor(
        origin=origin,
        size=newest.size,
        root=newest.root,
        kept_size=tree.size,
        kept_root=root,
        seen_in=newest.where,
        genesis=genesis,
        grounds=grounds,
        agree=partial(agree, agreeing[0].signing) if agreeing else None,
    )


def _marked(old: Home) -> list[_Seen]:
    mark = old.mark.read()
    return [] if mark is None else [_Seen(mark.size, mark.root, "this computer's high-water mark")]


def _log_keys(origin: str, authority: Authority) -> list[VerifierKey]:
    return [
        VerifierKey(name=origin, type=ED25519, public=key.public)
        for key in authority.keys.values()
        if any(one.role == "log" for one in authority.roles.get(key.person, []))
    ]


def _opened(note: _Note, log_keys: Sequence[VerifierKey]) -> _Seen:
    try:
        head = open_checkpoint(note.data, log_keys).checkpoint
    except LedgerError as error:
        raise InputRefused(
            f"A {note.what} is not signed by the old log; no home was made.",
            error.what,
            "Leave it out, or ask whoever holds it for another copy.",
            kind="not-its-checkpoint",
        ) from error
    return _Seen(head.size, head.root, f"a {note.what}")


def _demand_one_history(tree: GrownTree, seen: Sequence[_Seen], newest: _Seen) -> None:
    for one in seen:
        if one.size <= tree.size:
            same = tree.root_at(one.size)[0] == one.root
        else:
            same = one.size < newest.size or one.root == newest.root
        if not same:
            raise RuleRefused(
                "The old home is not the ledger that was seen; no home was made.",
                f"With {one.size} entries it had another root hash, by {one.where}.",
                "Name the newest intact backup of the true one; keep this one as evidence.",
                kind="other-history",
            )


def _root_key(authority: Authority, keys: PersonKeys) -> PersonKeys:
    known = authority.keys.get(keys.signing.kid)
    roles = [] if known is None else authority.roles.get(known.person, [])
    if known is None or known.revoked is not None or all(one.role != "root" for one in roles):
        raise _wrong_root_key()
    return keys


def _wrong_root_key() -> KeyUnavailable:
    return KeyUnavailable(
        "That is no root key of a ledger that is continued.",
        "It was made for another ledger.",
        remedy="Look for the stick that was made with the old home, or leave it out.",
        kind="wrong-root-key",
    )
