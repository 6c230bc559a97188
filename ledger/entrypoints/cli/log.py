"""`send-ledger log`: sealing, time stamps, cosignatures, proofs."""

from __future__ import annotations

from pathlib import Path

import click

from ledger.aggregates.school import School
from ledger.application.log import add_cosignature, add_time_stamp, newest_checkpoint
from ledger.application.time_stamp_client import post_query
from ledger.application.witnessing import CosignerKey, ShownHead, witness_head
from ledger.bootstrap.machine_keys import RENEWABLE, Renewal, renew_machine_key, root_actor
from ledger.bootstrap.session import Session, machine_session
from ledger.entrypoints.cli.acting import acting
from ledger.entrypoints.cli.command import (
    Setting,
    ledger_command,
    ledger_group,
    read_text_file,
    say,
)
from ledger.entrypoints.cli.parameters import GivenPath
from ledger.entrypoints.cli.passphrases import read_root_key
from ledger.errors import AlterationFound, InputRefused, NotFound, UsageError
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import unb64
from ledger.formats.ledger_reader import LedgerReader
from ledger.formats.signed_note import SignedNote, VerifierKey
from ledger.seal.checkpoints import check_cosignatures
from ledger.seal.private_files import write_private
from ledger.seal.proofs import LogProver
from ledger.seal.time_stamps import build_query, check_token, read_roots
from ledger.seal.tlog_proofs import tlog_proof

_FILE = GivenPath(folders=False)
_NEW_FILE = click.Path(path_type=Path)


@ledger_group(name="log")
def command() -> None:
    """Seal the ledger, have it time-stamped and cosigned, prove an entry.

    \b
    Examples:
      send-ledger log checkpoint --home /schools/ours
      send-ledger log prove 42 --out entry-42.tlog-proof --home /schools/ours
    """


@ledger_command(command, "checkpoint")
@click.option("--out", type=_NEW_FILE, help="Also write the signed checkpoint to this file.")
def checkpoint(setting: Setting, *, out: Path | None) -> None:
    """Seal everything recorded so far; needs nobody's passphrase.

    Logs a head for each changed record and signs a checkpoint. Run it daily.

    \b
    Examples:
      send-ledger log checkpoint --home /schools/ours
      send-ledger log checkpoint --out today.checkpoint
    """
    home = setting.home()
    with machine_session(home) as session:
        note = session.seal()
    if out is not None:
        write_private(out, note)
    head = Checkpoint.parse(SignedNote.parse(note).text)
    say(
        setting,
        f"Sealed: {head.size} entries.",
        {"size": head.size, "origin": head.origin, "checkpoint": note.decode("utf-8")},
    )


@ledger_command(command, "renew-key")
@click.argument("purpose", type=click.Choice(RENEWABLE))
@click.option("--root-key", type=_FILE, required=True, help="The root key, from the stick.")
@click.option("--root-passphrase-file", type=_NEW_FILE, help="Its passphrase; else asked for.")
@click.option("--from-entry", type=int, help="From which entry on the old key counts no more.")
@click.option(
    "--because", type=click.Choice(["compromised", "lost", "superseded"]), default="superseded"
)
@click.option("--reason", required=True, help="What happened, in words.")
def renew_key(
    setting: Setting,
    purpose: str,
    *,
    root_key: Path,
    root_passphrase_file: Path | None,
    from_entry: int | None,
    because: str,
    reason: str,
) -> None:
    """Renew one of the ledger's own keys, and revoke the old one.

    It takes the root key. The access key signs who has read what, the system key
    seals. What the old key signed from --from-entry on is disputed.

    \b
    Examples:
      send-ledger log renew-key access --root-key /stick/root.json
        --because compromised --reason "laptop stolen on Friday" --as head
    """
    document, passphrase = read_root_key(root_key, root_passphrase_file)
    renewal = Renewal(purpose=purpose, from_index=from_entry, reason=because, why=reason)
    with acting(setting) as at_work:
        root = root_actor(at_work.session.home, document, passphrase)
        kid = renew_machine_key(at_work.session, root, renewal)
        at_work.session.seal()
    say(setting, f"The {purpose} key is renewed; the old one is revoked.", {"key": kid})


@ledger_command(command, "prove")
@click.argument("entry", type=int)
@click.option("--out", type=_NEW_FILE, help="Write the proof to this file.")
def prove(setting: Setting, entry: int, *, out: Path | None) -> None:
    """Prove that an entry is in the log, in C2SP tlog-proof form; only reads.

    \b
    Examples:
      send-ledger log prove 42 --home /schools/ours
      send-ledger log prove 42 --out entry-42.tlog-proof
    """
    with setting.home().reading() as reader:
        size, note = newest_checkpoint(reader)
        if not 0 <= entry < size:
            raise NotFound(
                f"The newest checkpoint covers entries 0 to {size - 1}, not {entry}.",
                remedy="Look at the number, or run send-ledger log checkpoint first.",
                kind="no-entry",
            )
        proof = tlog_proof(LogProver(reader), entry, note)
    if out is not None:
        write_private(out, proof)
    say(
        setting,
        f"Written: {out}" if out else proof.decode("utf-8").rstrip("\n"),
        {"entry": entry, "size": size, "proof": proof.decode("utf-8")},
    )


@ledger_command(command, "witness")
@click.argument("file", type=_FILE)
@click.option("--consistency", type=_FILE, help="Hash lines proving that it continues the last.")
@click.option("--out", type=_NEW_FILE, help="Write the cosignature line to this file.")
def witness(setting: Setting, file: Path, *, consistency: Path | None, out: Path | None) -> None:
    """Cosign another school's checkpoint, if it continues the last one seen.

    A rewritten log is refused, and the proof of it kept in your own ledger.

    \b
    Examples:
      send-ledger log witness theirs.checkpoint --out ours.cosignature --as senco
      send-ledger log witness theirs.checkpoint --consistency theirs.consistency --as head
    """
    note = file.read_bytes()
    with acting(setting) as at_work:
        school = at_work.desk.load(School, at_work.desk.streams.school)
        shown = ShownHead(
            note=note,
            consistency=_hash_lines(consistency) if consistency else None,
            log_key=_partner_log_key(school, note),
        )
        key = at_work.session.home.machine_key("cosigner")
        line = witness_head(at_work.desk, CosignerKey(key.public, key.sign), shown)
    if out is not None:
        write_private(out, line.encode("utf-8"))
    say(setting, line.rstrip("\n"), {"cosignature": line})


def _hash_lines(path: Path) -> list[bytes]:
    """Read the hash lines of a consistency proof: one per line, any heading before them."""
    lines = read_text_file(path).splitlines()
    return [unb64(line) for line in lines if len(line) == 44]  # noqa: PLR2004  base64 of 32 bytes


def _partner_log_key(school: School, note: bytes) -> VerifierKey:
    origin = Checkpoint.parse(SignedNote.parse(note).text).origin
    partner = school.partners.get(origin)
    if partner is None:
        raise InputRefused(
            "The checkpoint is of a log that is not trusted here.",
            "Its school's card was never checked.",
            "Get the school's card, then send-ledger school trust CARD.",
            kind="unknown-log",
        )
    return VerifierKey.parse(partner.log_key)


@ledger_command(command, "cosigned")
@click.argument("file", type=_FILE)
@click.option("--by", "cosigner", required=True, help="The cosigner's key: its C2SP vkey.")
def cosigned(setting: Setting, file: Path, *, cosigner: str) -> None:
    """Keep a cosignature that another school made of your checkpoint.

    \b
    Examples:
      send-ledger log cosigned theirs.cosignature --by "send-ledger/v1/…/witness+…"
      send-ledger log cosigned theirs.cosignature --by "$(cat their.vkey)" --json
    """
    line = read_text_file(file)
    with machine_session(setting.home()) as session, session.home.reading() as reader:
        size = _cosigned_size(reader, line, VerifierKey.parse(cosigner))
        add_cosignature(session.system_desk(), reader, session.store, size, line)
        session.seal()
    say(setting, f"Kept: the checkpoint of {size} entries is cosigned.", {"size": size})


def _cosigned_size(reader: LedgerReader, line: str, key: VerifierKey) -> int:
    for size, note in reversed(reader.checkpoints()):
        try:
            if check_cosignatures(note + line.encode("utf-8"), [key]):
                return size
        except AlterationFound:
            continue
    raise InputRefused(
        "The cosignature is of none of this ledger's checkpoints, or not by that key.",
        remedy="Ask the other school which checkpoint they cosigned.",
        kind="cosignature-unknown",
    )


@ledger_command(command, "timestamp")
@click.option("--tsa", help="Address of a time-stamp authority, http or https.")
@click.option("--query", type=_NEW_FILE, help="Without network: write, or name, the query file.")
@click.option("--response", type=_FILE, help="Without network: the authority's answer.")
@click.option("--roots", type=_FILE, help="The authority's root certificates (PEM), kept at home.")
def timestamp(
    setting: Setting,
    *,
    tsa: str | None,
    query: Path | None,
    response: Path | None,
    roots: Path | None,
) -> None:
    """Have the newest checkpoint time-stamped (RFC 3161).

    Either --tsa URL, or in two steps on a machine without network: --query FILE
    writes the question; take it to the authority, then --query FILE --response
    FILE brings the answer back.

    \b
    Examples:
      send-ledger log timestamp --tsa https://tsa.example/ --roots tsa-roots.pem
      send-ledger log timestamp --query q.tsq
      send-ledger log timestamp --query q.tsq --response r.tsr --roots tsa-roots.pem
    """
    home = setting.home()
    with machine_session(home) as session, home.reading() as reader:
        size, note = newest_checkpoint(reader)
        if tsa is not None:
            asked = build_query(note, home.entropy)
            answer = post_query(tsa, asked)
        elif query is not None and response is not None:
            asked, answer = query.read_bytes(), response.read_bytes()
        elif query is not None:
            write_private(query, build_query(note, home.entropy))
            say(
                setting, f"Written: {query}. Seal nothing until the answer is back.", {"size": size}
            )
            return
        else:
            raise UsageError("Nothing to do.", remedy="Give --tsa URL or --query FILE.")
        _keep_token(session, reader, (size, note), (asked, answer), roots)
    say(setting, f"Time-stamped: the checkpoint of {size} entries.", {"size": size})


def _keep_token(
    session: Session,
    reader: LedgerReader,
    stamped: tuple[int, bytes],
    exchange: tuple[bytes, bytes],
    roots: Path | None,
) -> None:
    home = session.home
    if roots is not None:
        write_private(home.tsa_roots_path, roots.read_bytes(), replace=True)
    if not home.tsa_roots_path.exists():
        raise UsageError(
            "The authority's root certificates are not known; nothing was kept.",
            "A token is checked before it is kept.",
            "Add --roots FILE with the certificates from the authority's own website.",
            kind="no-tsa-roots",
        )
    certificates = read_roots(home.tsa_roots_path.read_bytes())
    check_token(exchange[1], stamped[1], certificates, exchange[0])
    add_time_stamp(session.system_desk(), reader, session.store, stamped[0], exchange[1])
