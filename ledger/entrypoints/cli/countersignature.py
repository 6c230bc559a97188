"""`send-ledger countersignature`: a trust or council stands behind a ledger's beginning."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from ledger.application.desk import Desk
from ledger.bootstrap.cards import school_card
from ledger.bootstrap.countersigning import (
    BodyKey,
    add,
    check_to_sign,
    demand_key_of,
    make_request,
    prepare,
    sign,
)
from ledger.bootstrap.home import system_clock, system_entropy
from ledger.bootstrap.machine_keys import root_actor
from ledger.bootstrap.session import Acting, Session
from ledger.bundles.card import fingerprint, read_card
from ledger.entrypoints.cli.acting import acting, seal_recorded
from ledger.entrypoints.cli.command import (
    Setting,
    ledger_command,
    ledger_group,
    say,
)
from ledger.entrypoints.cli.common_options import WITHOUT_HOME
from ledger.entrypoints.cli.parameters import NewFile
from ledger.entrypoints.cli.passphrases import ask_passphrase, read_passphrase_file
from ledger.errors import InputRefused, UsageError, after_recording
from ledger.formats.card import Card
from ledger.formats.countersigning import (
    CountersignerRequest,
    read_request,
    read_to_sign,
    write_request,
    write_to_sign,
)
from ledger.seal.private_files import read_private, write_private
from ledger.values.person_name import PersonName

_NEW_FILE, _RENEWED_FILE = NewFile(), NewFile(replace=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_CARD = click.option(
    "--card", "card_file", type=_FILE, required=True, help="The school's card, as it sent it."
)

_NOT_WRITTEN = (
    "Their key is registered, but the file to be signed could not be written.",
    "Make room or name another place, then repeat it without the root key.",
)


@ledger_group(name="countersignature")
def command() -> None:
    """Let a trust or council countersign the beginning of this ledger.

    In four steps, by e-mail: the trust or council makes a key for this one
    school (request); the school registers it with its root key (prepare); they
    look at the twelve words and sign (sign); the school takes it in (add). Or in
    one sitting: request, then prepare with --sign-here.

    \b
    Examples:
      send-ledger countersignature request --card school.card --name "Example Trust"
        --key trust.json --out request.json
      send-ledger countersignature prepare request.json --root-key /stick/root.json
        --out to-sign.json --as head
    """


@ledger_command(command, "request", takes=WITHOUT_HOME)
@_CARD
@click.option("--name", required=True, help="The trust or council, as it calls itself.")
@click.option("--key", "key_file", type=_NEW_FILE, required=True, help="Where the new key goes.")
@click.option("--out", type=_NEW_FILE, required=True, help="Where the request to the school goes.")
@click.option("--new-passphrase-file", type=_FILE, help="The new key's passphrase.")
def request_command(
    setting: Setting,
    card_file: Path,
    *,
    name: str,
    key_file: Path,
    out: Path,
    new_passphrase_file: Path | None,
) -> None:
    """At the trust or council: make a key for one school, and ask to be known there.

    Needs no home, only the school's card. The key stays with the trust or
    council, under its own passphrase, and serves this one school. To undo,
    delete both files.

    \b
    Examples:
      send-ledger countersignature request --card school.card --name "Example Trust"
        --key trust.json --out request.json
      send-ledger countersignature request --card school.card --name "Wiltshire Council"
        --key /stick/our-school.json --out /stick/request.json
    """
    card = read_card(card_file.read_bytes())
    passphrase = _passphrase(new_passphrase_file, "New passphrase for this key", confirm=True)
    made = make_request(card, str(PersonName.parse(name)), passphrase, system_entropy)
    write_private(key_file, made.key_document)
    try:
        write_private(out, write_request(made.request))
    except BaseException:
        key_file.unlink()
        raise
    say(
        setting,
        f"{_school(card)}\nKeep {key_file} and its passphrase; send {out} to the school.",
        {"key": str(key_file), "request": str(out), "fingerprint": fingerprint(card)},
    )


@ledger_command(command, "prepare")
@click.argument("file", type=_FILE)
@click.option("--root-key", type=_FILE, help="The root key; not needed for a key that is known.")
@click.option("--root-passphrase-file", type=_FILE)
@click.option("--out", type=_RENEWED_FILE, help="Where the file to be signed goes.")
@click.option("--sign-here", type=_FILE, help="The trust's or council's key: sign and add at once.")
@click.option("--key-passphrase-file", type=_FILE, help="Its passphrase, with --sign-here.")
def prepare_command(
    setting: Setting,
    file: Path,
    *,
    root_key: Path | None,
    root_passphrase_file: Path | None,
    out: Path | None,
    sign_here: Path | None,
    key_passphrase_file: Path | None,
) -> None:
    """At the school: register the body's key, and write what it is to sign.

    First make sure by telephone that the request is theirs: the key that it
    names is printed. What is written stays good until keys or roles change;
    then prepare it again, without the root key. To undo, revoke the key:
    send-ledger staff revoke-key KEY.

    \b
    Examples:
      send-ledger countersignature prepare request.json --root-key /stick/root.json
        --out to-sign.json --as head
      send-ledger countersignature prepare request.json --root-key /stick/root.json
        --sign-here /stick/trust.json --as head
    """
    if (out is None) == (sign_here is None):
        raise UsageError(
            "It is not said how it will be signed.",
            "They sign on their own computer, or here beside you.",
            remedy="Add --out FILE to send it, or --sign-here KEY where they sit beside you.",
        )
    request = read_request(file.read_bytes())

    with acting(setting) as at_work:
        card = read_card(school_card(at_work.view))
        body = _body_here(card, request, sign_here, key_passphrase_file) if sign_here else None
        root = partial(_open_root, at_work.session, root_key, root_passphrase_file)
        to_sign = prepare(at_work.session, request, root)
        if body is not None:
            signed = sign(card, to_sign, body, system_clock(), system_entropy)
            _take_in(setting, at_work, signed)
            return
    if out is not None:
        with after_recording(*_NOT_WRITTEN):
            write_private(out, write_to_sign(to_sign), replace=True)
    say(
        setting,
        f"Registered: {to_sign.name}\n  with key {to_sign.kid}\nSend {out} to them; they sign it "
        "with send-ledger countersignature sign. Record nothing between their signing and "
        "send-ledger countersignature add.",
        {"name": to_sign.name, "key": to_sign.kid, "to_sign": str(out)},
    )


def _open_root(session: Session, root_key: Path | None, passphrase_file: Path | None) -> Desk:
    if root_key is None:
        raise UsageError(
            "A trust's or council's key is registered with the root key.",
            "It outranks everybody at the school.",
            remedy="Add --root-key FILE, from the stick in the safe.",
        )
    document = read_private(root_key)
    passphrase = _passphrase(passphrase_file, "Passphrase of the root key")
    return session.as_actor(root_actor(session.home, document, passphrase), "root key")


def _body_here(
    card: Card, request: CountersignerRequest, key: Path, passphrase_file: Path | None
) -> BodyKey:
    """Have the body, beside us, open its key, before that is registered."""
    click.echo(f"To be countersigned by {request.name}:\n{_school(card)}\n{_MEANING}", err=True)
    passphrase = _passphrase(passphrase_file, f"Passphrase of {request.name}")
    body = BodyKey(read_private(key), passphrase)
    demand_key_of(request, body)
    return body


@ledger_command(command, "sign", takes=WITHOUT_HOME | {"passphrase"})
@click.argument("file", type=_FILE)
@_CARD
@click.option("--key", "key_file", type=_FILE, required=True, help="The key made for this school.")
@click.option("--fingerprint", "spoken", help="The twelve words as the school read them out.")
@click.option("--out", type=_RENEWED_FILE, required=True, help="Where the signed file goes.")
def sign_command(
    setting: Setting, file: Path, *, card_file: Path, key_file: Path, spoken: str | None, out: Path
) -> None:
    """At the trust or council: see what is countersigned, and sign it.

    Without --fingerprint it only shows whose ledger it is and the words to
    compare, and signs nothing. To undo before it is sent, delete the file.

    \b
    Examples:
      send-ledger countersignature sign to-sign.json --card school.card --key trust.json
        --out signed.jwt
      send-ledger countersignature sign to-sign.json --card school.card --key trust.json
        --fingerprint "apple …" --out signed.jwt
    """
    card, to_sign = read_card(card_file.read_bytes()), read_to_sign(file.read_bytes())
    check_to_sign(card, to_sign)
    words = fingerprint(card)
    shown = {"name": card.name, "urn": card.urn.text, "fingerprint": words, "as": to_sign.name}
    if spoken is None:
        say(
            setting,
            f"To be countersigned by {to_sign.name}, that this is the ledger of:\n"
            f"{_school(card)}\n{_MEANING}\n"
            "Telephone the school on a number you know, and let them read the words out from "
            "send-ledger school card. Then repeat with --fingerprint.",
            {**shown, "signed": False},
        )
        return
    if spoken.lower().split() != words.split():
        raise InputRefused(
            "The words do not fit this school's card; nothing was signed.",
            "The card is not the one the school wrote, or a word was misheard.",
            "Ask them to read the words again from their own screen.",
            kind="fingerprint-mismatch",
        )
    body = BodyKey(read_private(key_file), setting.passphrase(to_sign.name))
    write_private(out, sign(card, to_sign, body, system_clock(), system_entropy), replace=True)
    say(setting, f"Signed: {out}. Send it to the school now.", {**shown, "signed": True})


_MEANING = (
    "Your signature says that you know this school, and that its ledger begins with the "
    "statement that these words name. It says nothing about what is recorded in it."
)


@ledger_command(command, "add")
@click.argument("file", type=_FILE)
def add_command(setting: Setting, file: Path) -> None:
    """At the school: take the countersignature into the ledger, if it still fits.

    Where something was recorded meanwhile it is refused, and nothing is
    recorded: let them sign again. An entry cannot be taken back out; if their
    key turns out not to be theirs, revoke it from that entry on, with
    send-ledger staff revoke-key: the ledger is then called self-rooted again.

    \b
    Examples:
      send-ledger countersignature add signed.jwt --as head
      send-ledger countersignature add signed.jwt --as senco --json
    """
    with acting(setting) as at_work:
        _take_in(setting, at_work, file.read_bytes())


def _take_in(setting: Setting, at_work: Acting, signed: bytes) -> None:
    index = add(at_work.session, signed)
    seal_recorded(at_work.session)
    say(
        setting,
        f"The beginning of this ledger is countersigned (entry {index}). Proofs, bundles and "
        "receipts made from now on say so.",
        {"entry": index},
    )


def _school(card: Card) -> str:
    return f"{card.name} (URN {card.urn})\n  {fingerprint(card)}"


def _passphrase(file: Path | None, label: str, *, confirm: bool = False) -> str:
    return read_passphrase_file(file) if file else ask_passphrase(label, confirm=confirm)
