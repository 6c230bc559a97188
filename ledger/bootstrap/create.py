"""Making a new home: keys, files, genesis, the first headteacher."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.application.founding import (
    NewKey,
    Predecessor,
    SchoolFacts,
    found_ledger,
    register_school,
)
from ledger.bootstrap.home import Clock, Entropy, Home
from ledger.bootstrap.places import demand_outside, demand_safe_place
from ledger.bootstrap.session import open_session
from ledger.bundles.container import new_identity
from ledger.errors import UsageError
from ledger.formats import bech32
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import b64url
from ledger.formats.home_file import (
    NAMES_KEY_BYTES,
    STREAM_NAMES,
    HomeFile,
    PersonLocator,
    check_handle,
    name_mac,
    write_locators,
)
from ledger.recorder.access_log import create_access_log
from ledger.recorder.content_key_store import ContentKeyStore
from ledger.recorder.datastore import LedgerDatastore, create_ledger_file
from ledger.recorder.ledger_recorder import LedgerRecorder
from ledger.seal.actor import Actor
from ledger.seal.content_keys import ReadingKey
from ledger.seal.ed25519 import SigningKey, prove_possession
from ledger.seal.key_file import (
    PersonKeys,
    create_key_file,
    create_person_keys,
    machine_key_file,
)
from ledger.seal.private_files import make_private_folder, write_private
from ledger.seal.recovery import sheet_lines
from ledger.statute.signing import classes_readable_by

MACHINES = ("log", "system", "cosigner", "access")
CLASSES = ("school", "general", "protected_address", "my_story", "transport")


def _keep_no_sheet(_origin: str, _lines: Sequence[str]) -> None:
    """Leave the recovery sheet to whoever made the home."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHome:
    """What a new home is made from.

    Attributes:
        path: a folder that does not exist yet, or is empty.
        facts: the school.
        head_name: the first headteacher.
        head_handle: what they type after --as.
        head_passphrase: theirs.
        root_key_path: where the offline root key's file goes: a stick.
        root_passphrase: its own.
        keep_sheet: keeps the recovery sheet, given the log's origin and the
            lines; where it fails, no home is made.
        predecessors: the ledgers that this one continues; see `ledger.bootstrap.succession`.
    """

    path: Path
    facts: SchoolFacts
    head_name: str
    head_handle: str
    head_passphrase: str
    root_key_path: Path
    root_passphrase: str
    keep_sheet: Callable[[str, Sequence[str]], None] = _keep_no_sheet
    predecessors: Sequence[Predecessor] = ()


@dataclass(frozen=True, slots=True)
class MadeHome:
    """A new home, and the recovery sheet to print: it opens contents, and signs nothing."""

    home: Home
    recovery_lines: list[str]


def create_home(request: NewHome, state_folder: Path, clock: Clock, entropy: Entropy) -> MadeHome:
    """Make a home, whole or not at all.

    Raises:
        UsageError: the folder is not empty.
        StorageFailed: it cannot be written.
        InputRefused: a passphrase is too short.
    """
    folder = request.path
    check_handle(request.head_handle)
    demand_safe_place(folder)
    demand_outside(folder, request.root_key_path, "The root key")
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            "The folder is not empty; no home was made.",
            "Other files would be taken for the home's own.",
            remedy="Name a folder that does not exist yet.",
            kind="folder-not-empty",
        )
    file = HomeFile(
        entropy(16), {name: entropy(16) for name in STREAM_NAMES}, entropy(NAMES_KEY_BYTES)
    )
    home = Home(folder, file, state_folder, clock, entropy)
    root = create_person_keys(file.lid, entropy(16), entropy)
    head = create_person_keys(file.lid, entropy(16), entropy)
    recovery = ReadingKey(entropy(32))
    root_document = create_key_file(root, request.root_passphrase, entropy)
    head_document = create_key_file(head, request.head_passphrase, entropy)
    lines = sheet_lines(recovery.secret_bytes())
    with _whole_or_gone(folder):
        make_private_folder(folder)
        machines = _write_files(home, request, head, head_document)
        _found(home, request, root=root, head=head, machines=machines, recovery=recovery)
        write_private(request.root_key_path, root_document)
        try:
            request.keep_sheet(origin_of(file.lid), lines)
            # Last, because it is what makes a folder a home.
            write_private(folder / "home.json", file.to_bytes())
        except BaseException:
            request.root_key_path.unlink()
            raise
    return MadeHome(home, lines)


@contextmanager
def _whole_or_gone(folder: Path) -> Iterator[None]:
    """Remove what was written into a folder where the block fails."""
    there_before = folder.exists()
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        if there_before:
            make_private_folder(folder)
        raise


def _write_files(
    home: Home, request: NewHome, head: PersonKeys, head_document: bytes
) -> dict[str, SigningKey]:
    for folder in (home.path / "keys", home.people_folder, home.path / "attachments"):
        make_private_folder(folder)
    machines = {purpose: SigningKey(home.entropy(32)) for purpose in MACHINES}
    for purpose, key in machines.items():
        document = machine_key_file(purpose, key.seed_bytes())
        write_private(home.path / "keys" / f"{purpose}.json", document)
    locator = PersonLocator(
        request.head_handle, head.person, name_mac(home.file.names_key, request.head_name)
    )
    write_private(home.path / "keys" / "people.json", write_locators([locator]))
    write_private(home.people_folder / f"{request.head_handle}.json", head_document)
    create_ledger_file(home.ledger_path)
    create_access_log(home.access_path)
    return machines


def _found(
    home: Home,
    request: NewHome,
    *,
    root: PersonKeys,
    head: PersonKeys,
    machines: dict[str, SigningKey],
    recovery: ReadingKey,
) -> None:
    keys = _key_store(home, head, recovery)
    identity, recipient = new_identity(home.entropy)
    secret = bech32.decode(identity)[1]
    keys.add_stream(home.streams.transport.bytes, "transport", secret)
    keys.add_stream(home.streams.commands.bytes, "school")
    keys.add_stream(home.streams.access.bytes, "school")
    datastore = LedgerDatastore(home.ledger_path)
    LedgerRecorder(datastore).create_table()
    datastore.close()
    session = open_session(home, _actor(root, "root"), "root key", keys)
    try:
        found_ledger(
            session.desk,
            new_key(root, "root key", reading=False),
            [(purpose, _machine_key(home, purpose, key)) for purpose, key in machines.items()],
            new_key(head, request.head_name),
            request.predecessors,
        )
        head_desk = session.as_actor(_actor(head, "head"), request.head_name)
        register_school(head_desk, request.facts, recipient)
        session.seal()
    finally:
        session.close()


def _key_store(home: Home, head: PersonKeys, recovery: ReadingKey) -> ContentKeyStore:
    head_reads = classes_readable_by("head")
    readers = {
        name: [recovery.public, *([head.reading.public] if name in head_reads else [])]
        for name in CLASSES
    }
    return ContentKeyStore.create(home.keys_path, home.lid, home.entropy, readers, head.signing)


def _actor(keys: PersonKeys, role: str) -> Actor:
    return Actor(b64url(keys.person), role, keys.signing.kid, keys.signing.sign)


def new_key(keys: PersonKeys, name: str, *, reading: bool = True) -> NewKey:
    """Describe a person's fresh keys for their registration."""
    return NewKey(
        person=keys.person,
        name=name,
        public=keys.signing.public,
        possession=prove_possession(keys.signing, keys.lid, keys.person),
        custody="passphrase",
        reading=keys.reading.public if reading else None,
    )


def _machine_key(home: Home, purpose: str, key: SigningKey) -> NewKey:
    person = home.entropy(16)
    return NewKey(
        person=person,
        name=purpose,
        public=key.public,
        possession=prove_possession(key, home.lid, person),
        custody="device",
        reading=None,
    )
