"""`send-ledger log`: sealing, time stamps, cosignatures, proofs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from ledger.application.time_stamp_client import post_query
from ledger.bootstrap.machine_keys import RENEWABLE, Renewal, renew_machine_key, root_actor
from ledger.bootstrap.sealing import (
    cosign_checkpoint,
    keep_cosignature,
    keep_time_stamp,
    prove_continuation,
    prove_entry,
    to_stamp,
)
from ledger.bootstrap.session import machine_session
from ledger.entrypoints.cli.acting import acting, seal_recorded
from ledger.entrypoints.cli.command import (
    Setting,
    ledger_command,
    ledger_group,
    read_text_file,
    say,
)
from ledger.entrypoints.cli.common_options import HOME
from ledger.entrypoints.cli.parameters import GivenPath, NewFile
from ledger.entrypoints.cli.passphrases import read_root_key
from ledger.errors import UsageError
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.signed_note import SignedNote, VerifierKey
from ledger.seal.private_files import write_private
from ledger.values.counting import counted

_FILE = GivenPath(folders=False)
_NEW_FILE = NewFile()
_NAMED_FILE = click.Path(path_type=Path)


@ledger_group(name="log")
def command() -> None:
    """Seal the ledger, have it time-stamped and cosigned, prove an entry.

    \b
    Examples:
      send-ledger log checkpoint --home /schools/ours
      send-ledger log prove 42 --out entry-42.tlog-proof --home /schools/ours
    """


@ledger_command(command, "checkpoint", takes=HOME)
@click.option("--out", type=_NEW_FILE, help="Also write the signed checkpoint to this file.")
@click.option(
    "--consistency", type=_NEW_FILE, help="Also write the proof that it continues earlier ones."
)
def checkpoint(setting: Setting, *, out: Path | None, consistency: Path | None) -> None:
    """Seal everything recorded so far; needs nobody's passphrase.

    Logs a head for each changed record and signs a checkpoint. Run it daily.
    Another school cosigns it with log witness, which takes both files.

    \b
    Examples:
      send-ledger log checkpoint --home /schools/ours
      send-ledger log checkpoint --out today.checkpoint --consistency today.consistency
    """
    home = setting.home()
    with machine_session(home) as session:
        note = session.seal()
    if out is not None:
        write_private(out, note)
    if consistency is not None:
        write_private(consistency, prove_continuation(home))
    head = Checkpoint.parse(SignedNote.parse(note).text)
    say(
        setting,
        f"Sealed: {counted(head.size, 'entry')}.",
        {"size": head.size, "origin": head.origin, "checkpoint": note.decode("utf-8")},
    )


@ledger_command(command, "renew-key")
@click.argument("purpose", type=click.Choice(RENEWABLE))
@click.option("--root-key", type=_FILE, required=True, help="The root key, from the stick.")
@click.option("--root-passphrase-file", type=_FILE, help="Its passphrase; else asked for.")
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
        seal_recorded(at_work.session)
    say(setting, f"The {purpose} key is renewed; the old one is revoked.", {"key": kid})


@ledger_command(command, "prove", takes=HOME)
@click.argument("entry", type=int)
@click.option("--out", type=_NEW_FILE, help="Write the proof to this file.")
def prove(setting: Setting, entry: int, *, out: Path | None) -> None:
    """Prove that an entry is in the log, in C2SP tlog-proof form; only reads.

    \b
    Examples:
      send-ledger log prove 42 --home /schools/ours
      send-ledger log prove 42 --out entry-42.tlog-proof
    """
    size, proof = prove_entry(setting.home(), entry)
    if out is not None:
        write_private(out, proof)
    say(
        setting,
        f"Written: {out}" if out else proof.decode("utf-8").rstrip("\n"),
        {"entry": entry, "size": size, "proof": proof.decode("utf-8")},
    )


@ledger_command(command, "witness")
@click.argument("file", type=_FILE)
@click.option("--consistency", type=_FILE, help="Their proof that it continues the last one.")
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
    proofs = None if consistency is None else consistency.read_bytes()
    with acting(setting) as at_work:
        line = cosign_checkpoint(at_work.session, note, proofs)
    if out is not None:
        write_private(out, line.encode("utf-8"))
    say(setting, line.rstrip("\n"), {"cosignature": line})


@ledger_command(command, "cosigned", takes=HOME)
@click.argument("file", type=_FILE)
@click.option("--by", "cosigner", required=True, help="Their key: see school partners --json.")
def cosigned(setting: Setting, file: Path, *, cosigner: str) -> None:
    """Keep a cosignature that another school made of your checkpoint.

    \b
    Examples:
      send-ledger log cosigned theirs.cosignature --by "send-ledger/v1/…/witness+…"
      send-ledger log cosigned theirs.cosignature --by "$(cat their.vkey)" --json
    """
    line = read_text_file(file)
    with machine_session(setting.home()) as session:
        size = keep_cosignature(session, line, VerifierKey.parse(cosigner))
        seal_recorded(session)
    say(setting, f"Kept: the checkpoint of {counted(size, 'entry')} is cosigned.", {"size": size})


@ledger_command(command, "timestamp", takes=HOME)
@click.option("--tsa", help="Address of a time-stamp authority, http or https.")
@click.option("--query", type=_NAMED_FILE, help="Without network: write, or name, the query file.")
@click.option("--response", type=_FILE, help="Without network: the authority's answer.")
@click.option("--roots", type=_FILE, help="A new authority's root certificates (PEM), to keep.")
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
    with machine_session(home) as session:
        asked = to_stamp(home)
        if tsa is not None:
            answer = post_query(tsa, asked.query)
        elif query is not None and response is not None:
            asked, answer = replace(asked, query=query.read_bytes()), response.read_bytes()
        elif query is not None:
            write_private(query, asked.query)
            words = f"Written: {query}. Seal nothing until the answer is back."
            say(setting, words, {"size": asked.size})
            return
        else:
            raise UsageError(
                "Nothing to do.",
                "It is not said how the time-stamp authority is reached.",
                remedy="Give --tsa URL or --query FILE.",
            )
        keep_time_stamp(session, asked, answer, None if roots is None else roots.read_bytes())
    words = f"Time-stamped: the checkpoint of {asked.size} entries."
    say(setting, words, {"size": asked.size})
