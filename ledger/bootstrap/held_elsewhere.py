"""Evidence held outside a home: receipts, proofs, checkpoints, copies of this or another ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ledger.bundles.receipt import open_receipt_file
from ledger.errors import AlterationFound, InputRefused, LedgerError
from ledger.formats.checkpoint import Checkpoint, origin_of
from ledger.formats.ledger_file import FILE_NAME, open_for_reading
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import read_statement
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.authority import read_authority
from ledger.verify.findings import Findings, Report
from ledger.verify.held import Held
from ledger.verify.proof_folder import verify_proof_folder
from ledger.verify.receipt import verify_receipt
from ledger.verify.succession import check_predecessor, grown_tree

ZIP_MAGIC = b"PK\x03\x04"
SQLITE_MAGIC = b"SQLite format 3\x00"
MAX_FOLDER_FILES = 20_000


def held_in(path: Path, policy: Mapping[str, bytes] | None, lid: bytes | None) -> list[Held]:
    """Read what others hold of a ledger: a head, or a ledger that continues it.

    Args:
        path: a receipt, proof folder, proof, checkpoint, home or ledger file.
        policy: the files of a trust policy from outside, or None.
        lid: the ledger that is verified, or None where it has none.

    Returns:
        The heads; none of a ledger that says nothing about this one.

    Raises:
        AlterationFound: the evidence itself is altered.
        InputRefused: it is no such evidence.
    """
    if is_ledger(path):
        return _held_in_ledger(path, lid)
    what, note = note_held(path, policy)
    return [_of_note(f"the {what} {path.name}", note)]


def note_held(path: Path, policy: Mapping[str, bytes] | None) -> tuple[str, bytes]:
    """Read the checkpoint out of a receipt, proof folder, proof or checkpoint file.

    Returns:
        What it came in (`receipt`, `proof` or `checkpoint`), and the signed note.

    Raises:
        AlterationFound: the evidence itself is altered.
        InputRefused: it is no such evidence.
    """
    if path.is_dir():
        files = read_folder(path)
        _demand_sound(verify_proof_folder(files, policy), path)
        return "proof", files["checkpoint"]
    data = path.read_bytes()
    if data.startswith(ZIP_MAGIC):
        report, facts = verify_receipt(open_receipt_file(data), None)
        _demand_sound(report, path)
        if facts is None or facts.sender_checkpoint is None:
            raise InputRefused(
                "The file holds no head of the sender's ledger.",
                "It is a confirmation, not a receipt.",
                "Name the receipt of the same handover, or a proof or checkpoint.",
                kind="no-head",
            )
        return "receipt", facts.sender_checkpoint
    if data.startswith(b"c2sp.org/tlog-proof"):
        return "proof", TlogProof.parse(data).checkpoint_note
    return "checkpoint", data


def is_ledger(path: Path) -> bool:
    """Tell whether a path is a home, or a ledger's database file."""
    if path.is_dir():
        return (path / FILE_NAME).exists()
    with path.open("rb") as stream:
        return stream.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC


def ledger_file(path: Path) -> Path:
    """Give the database file of a home, or the file itself."""
    return path / FILE_NAME if path.is_dir() else path


def claimed_lid(target: Path) -> bytes | None:
    """Give the ledger id that the first entry claims; None where it cannot be read."""
    try:
        with open_for_reading(ledger_file(target)) as connection:
            return read_statement(LedgerReader(connection).entry(0).statement).lid
    except LedgerError:
        return None


def predecessors_among(paths: Iterable[Path], lid: bytes | None) -> list[Path]:
    """Give the copies of other ledgers: those that the verified one may continue."""
    return [
        path
        for path in paths
        if is_ledger(path) and claimed_lid(path) != lid and not _held_in_ledger(path, lid)
    ]


def compare_predecessor(
    target: Path, old: Path, data_key: Callable[[bytes], bytes] | None
) -> Report:
    """Tell whether a copy of an old log is the very one that a ledger continues.

    Args:
        target: home or file of the ledger that continues it.
        old: home or file of the old one.
        data_key: stream id → data key of the new ledger, where a reader's key is open.
    """
    findings = Findings()
    with (
        findings.catching(prefix=f"{old.name}:"),
        open_for_reading(ledger_file(target)) as new_file,
        open_for_reading(ledger_file(old)) as old_file,
    ):
        check_predecessor(findings, LedgerReader(new_file), LedgerReader(old_file), data_key)
    return findings.report("ledger")


def _held_in_ledger(path: Path, lid: bytes | None) -> list[Held]:
    if lid is None:
        return []
    own = origin_of(lid)
    with open_for_reading(ledger_file(path)) as connection:
        reader = LedgerReader(connection)
        other = origin_of(read_statement(reader.entry(0).statement).lid)
        if other == own:
            tree = grown_tree(reader)
            root = tree.root_at(tree.size)[0]
            return [
                Held(description=f"the copy {path.name}", origin=own, size=tree.size, root=root)
            ]
        return [
            Held(
                description=f"{other}, which continues it,",
                origin=own,
                size=one.size,
                root=one.root,
            )
            for one in read_authority(reader).successions
            if one.origin == own
        ]


def read_folder(folder: Path) -> dict[str, bytes]:
    """Read every file below a proof folder: relative name → bytes.

    Raises:
        AlterationFound: kind "unexpected-file": it holds a link, a device, an empty
            folder, or more files than any proof has.
    """
    files: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise _unexpected("A link is")
        if path.is_dir():
            if next(path.iterdir(), None) is None:
                raise _unexpected("An empty folder is")
        elif not path.is_file():
            raise _unexpected("Something that is no file is")
        elif len(files) == MAX_FOLDER_FILES:
            raise _unexpected("More than belongs to any proof is")
        else:
            files[path.relative_to(folder).as_posix()] = path.read_bytes()
    return files


def _unexpected(what: str) -> AlterationFound:
    return AlterationFound(
        f"{what} among the files of the proof.",
        "It belongs to no proof folder.",
        "Ask whoever gave it to you for another copy.",
        kind="unexpected-file",
    )


def _demand_sound(report: Report, path: Path) -> None:
    if report.result == "altered":
        first = report.findings[0].words if report.findings else ""
        raise AlterationFound(
            f"The evidence {path.name} is itself altered.",
            first,
            "Ask whoever holds it for another copy.",
            kind="evidence-altered",
        )


def _of_note(description: str, note: bytes) -> Held:
    head = Checkpoint.parse(SignedNote.parse(note).text)
    return Held(description=description, origin=head.origin, size=head.size, root=head.root)
