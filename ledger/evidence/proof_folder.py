"""A proof folder built: one entry, what surrounds it, and words for whoever reads it.

Specification: `docs/formats/proof-folder.md`.  Reads the ledger only; asks no clock
and no network.  What is built is verified before it is given away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import AlterationFound, KeyUnavailable, NotFound
from ledger.evidence.proof_choice import ProofChoice, choose_proof
from ledger.evidence.proof_words import ProofFacts, SignedBy, write_readme
from ledger.formats import kinds
from ledger.formats.bundle_layout import COUNTERSIGNATURE
from ledger.formats.sd_jwt import write_sd_jwt
from ledger.formats.sha256sums import SUMS_NAME, sha256sums
from ledger.formats.signed_note import SignedNote
from ledger.formats.statement import Statement, read_statement
from ledger.formats.tlog_proof import TlogProof
from ledger.seal.contents import OpenedEntry, open_entry
from ledger.seal.ed25519 import public_from_jwk, thumbprint
from ledger.seal.pem import spki_pem
from ledger.seal.proofs import LogProver
from ledger.verify.findings import Findings
from ledger.verify.proof_folder import (
    ACTOR_KEY_FILE,
    CLAIMS,
    LOG_KEY_FILE,
    SHOWN_ALWAYS,
    ProofExamination,
    examine_contents,
)
from ledger.verify.proof_time import ANCHOR_FOLDER, CHECKPOINT, COSIGNED
from ledger.verify.trust_policy import (
    GENESIS_NAME,
    POLICY_NAME,
    ROOTS_NAME,
    read_trust_policy,
    write_genesis_hash,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from ledger.formats.ledger_file import StoredEntry
    from ledger.formats.ledger_reader import LedgerReader

README_NAME: Final = "README.txt"
SCRIPT_NAME: Final = "verify.sh"
SHOWN_OF_STREAM: Final = ("event", "occurred_on")
SHOWN_OF_CORRECTION: Final = ("corrects_seq", "corrects_hash", "replaced_by_seq")
"""Without them nobody could tell which entry of the stream a correction takes back."""
SHOWN_OF_AUTHORITY: Final = (*SHOWN_OF_STREAM, "person_name")
SHOWN_OF_SUCCESSION: Final = (
    *SHOWN_OF_STREAM,
    *("kept_size", "kept_root", "lost_first", "lost_last"),
    *("old_genesis", "old_root_signature"),
)
"""Everything but why a new ledger was begun, in words."""
SHOWN_OF_COUNTERSIGNATURE: Final = (*SHOWN_OF_STREAM, "body_name", "school_name", "school_urn")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRequest:
    """What is to be proved, and how much of it is shown.

    Attributes:
        reader: the open ledger.
        data_key: stream id → data key, as `open_entry` takes it.
        index: log index of the entry.
        fields: names of the fields to show; `SHOWN_ALWAYS` are shown in any case.
        in_force: show the whole stream, to claim how it stood at a logged head.
        policy_txt: the school's own claim of `policy.txt`.
        tsa_roots: its claim of `tsa-roots.pem`, or None where it knows none.
        ended: why the consent is not in force today, as the school knows; or "".
    """

    reader: LedgerReader
    data_key: Callable[[bytes], bytes]
    index: int
    fields: Collection[str] = ()
    in_force: bool = False
    policy_txt: bytes
    tsa_roots: bytes | None = None
    ended: str = ""


def build_proof(request: ProofRequest) -> dict[str, bytes]:
    """Build the files of a proof folder.

    Returns:
        Relative name → bytes.

    Raises:
        NotFound: no such entry, or kind "no-such-field".
        Unverifiable: kind "not-sealed": no checkpoint covers it yet.
        KeyUnavailable: the contents are not open to this reader.
        AlterationFound: what the ledger holds does not verify.
        MalformedInput: the policy claimed is malformed.
    """
    choice = choose_proof(request.reader, request.index, in_force=request.in_force)
    builder = _Builder(request, choice, open_entry(choice.statement, request.data_key))
    files = builder.build()
    examined = examine_contents(Findings(), files, None, None)
    _demand_sound(examined)
    files[README_NAME] = write_readme(builder.facts(examined)).encode("utf-8")
    files[SCRIPT_NAME] = resources.files("ledger.evidence").joinpath(SCRIPT_NAME).read_bytes()
    files[SUMS_NAME] = sha256sums(files)
    return dict(sorted(files.items()))


@dataclass
class _Builder:
    request: ProofRequest
    choice: ProofChoice
    opened: OpenedEntry
    files: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def prover(self) -> LogProver:
        """Makes the inclusion proofs, tiles kept."""
        return LogProver(self.request.reader)

    @cached_property
    def statements(self) -> dict[int, Statement]:
        """Every statement of the folder, by log index."""
        choice = self.choice
        stored = [choice.statement, *choice.stream, *choice.authority, choice.authority_head]
        stored += [one for one in (choice.stream_head, choice.countersignature) if one]
        return {one.index: read_statement(one.statement) for one in stored}

    @cached_property
    def keys(self) -> dict[str, Statement]:
        """Thumbprint → the statement that registered the key."""
        registered = [self.statements[one.index] for one in self.choice.authority]
        return {
            thumbprint(public_from_jwk(one.payload["jwk"])): one
            for one in registered
            if one.kind == kinds.KEY_REGISTERED
        }

    @cached_property
    def shown(self) -> frozenset[str]:
        """Names of the fields that the entry shows."""
        fields = self.opened.fields
        if unknown := set(self.request.fields) - fields.keys():
            raise NotFound(
                f"The entry has no field “{min(unknown)}”.",
                f"Its fields are: {', '.join(fields)}.",
                "Choose among them.",
                kind="no-such-field",
            )
        return _to_show(fields, self.request, SHOWN_ALWAYS)

    def build(self) -> dict[str, bytes]:
        """Write everything but the words about it."""
        choice = self.choice
        if {one.kid for one in self.statements.values()} - self.keys.keys():
            raise AlterationFound(
                "An entry is signed with a key that the ledger never registered.",
                "Nobody could be shown whose it is.",
                "See what send-ledger verify says, and restore the newest backup.",
                kind="unknown-key",
            )
        self.files[CHECKPOINT] = choice.note
        self._add_seals("", choice.note, choice.size, None)
        self._add("statement", choice.statement, self.opened, self.shown)
        self._add_stream()
        self._add_authority()
        self._add_anchor()
        self._add_keys()
        self._add_policy()
        return self.files

    def facts(self, examined: ProofExamination) -> ProofFacts:
        """Gather what the README puts into words."""
        statement, fields = self.opened.statement, self.opened.fields
        registered = self.keys[statement.kid]
        return ProofFacts(
            examined=examined,
            fields={name: fields[name] for name in fields if name in self.shown},
            withheld=tuple(name for name in fields if name not in self.shown),
            act_kind=_act_kind(fields),
            signer=SignedBy(
                name=self._name_of(registered),
                role=statement.role,
                custody=registered.payload["custody"],
            ),
            genesis=hashlib.sha256(self.choice.authority[0].statement).hexdigest(),
            files=self.files,
            ended=self.request.ended,
            giver_recorded=fields.get("giver_capacity") != "parental_responsibility"
            or fields.get("giver_stream") is not None,
        )

    def _add(
        self, name: str, entry: StoredEntry, opened: OpenedEntry | None, shown: Collection[str]
    ) -> None:
        """Add one statement with the fields to show, and its proof."""
        disclosed = () if opened is None else opened.disclosures
        self.files[f"{name}.sd-jwt"] = write_sd_jwt(
            entry.statement, [one for one in disclosed if one.name in shown]
        )
        self.files[f"{name}.tlog-proof"] = TlogProof(
            index=entry.index,
            hashes=tuple(self.prover.inclusion(entry.index, self.choice.size)),
            checkpoint_note=self.files.get(COSIGNED, self.choice.note),
        ).to_bytes()

    def _add_stream(self) -> None:
        if self.choice.stream_head is None:
            return
        for entry in self.choice.stream:
            opened = open_entry(entry, self.request.data_key)
            same = entry.index == self.opened.index
            shown = self.shown if same else _to_show(opened.fields, self.request, SHOWN_OF_STREAM)
            self._add(f"stream/{entry.seq:04d}", entry, opened, shown)
        self._add("stream/head", self.choice.stream_head, None, ())

    def _add_authority(self) -> None:
        concerned = self._persons_concerned()
        for entry in self.choice.authority:
            statement = self.statements[entry.index]
            succession = statement.kind == kinds.SUCCESSION
            told = succession or statement.payload.get("person") in concerned
            opened = self._open_authority(entry) if told else None
            shown = SHOWN_OF_SUCCESSION if succession else SHOWN_OF_AUTHORITY
            self._add(f"authority/{entry.seq:04d}", entry, opened, shown)
        self._add("authority/head", self.choice.authority_head, None, ())
        if (one := self.choice.countersignature) is not None:
            self._add(COUNTERSIGNATURE, one, self._open_authority(one), SHOWN_OF_COUNTERSIGNATURE)

    def _open_authority(self, entry: StoredEntry) -> OpenedEntry | None:
        """Open an authority entry; its names are left out where they are not open."""
        try:
            return open_entry(entry, self.request.data_key)
        except KeyUnavailable:
            return None

    def _persons_concerned(self) -> frozenset[str]:
        """Give whose keys were used, who gave them keys and roles, and so on up to the root."""
        signers = [self.statements[one.index] for one in self.choice.stream]
        signers += [self.opened.statement, self.statements[self.choice.authority_head.index]]
        if self.choice.countersignature is not None:
            signers.append(self.statements[self.choice.countersignature.index])
        concerned = {self.keys[one.kid].payload["person"] for one in signers}
        authority = [self.statements[one.index] for one in self.choice.authority]
        for one in reversed(authority):  # whoever grants was appointed before
            if one.payload.get("person") in concerned:
                concerned.add(self.keys[one.kid].payload["person"])
        return frozenset(concerned)

    def _name_of(self, registered: Statement) -> str | None:
        entry = next(one for one in self.choice.authority if one.statement == registered.jwt)
        opened = self._open_authority(entry)
        return None if opened is None else opened.fields.get("person_name")

    def _add_anchor(self) -> None:
        anchor = self.opened.statement.anchor
        if anchor is None:
            return
        notes = dict(self.request.reader.checkpoints())
        if anchor.size not in notes:
            raise AlterationFound(
                "The earlier checkpoint that the entry quotes is missing from the ledger.",
                "Without it nothing shows after which instant the entry was made.",
                "See what send-ledger verify says, and restore the newest backup.",
                kind="checkpoint-missing",
            )
        self.files[ANCHOR_FOLDER + CHECKPOINT] = notes[anchor.size]
        self._add_seals(ANCHOR_FOLDER, notes[anchor.size], anchor.size, anchor.tokens)

    def _add_seals(
        self, folder: str, note: bytes, size: int, quoted: Collection[bytes] | None
    ) -> None:
        """Add a checkpoint's tokens and cosignatures; only the quoted ones, where some are."""
        reader = self.request.reader
        tokens = [one for one in reader.tokens(size) if _is_quoted(one, quoted)]
        for number, token in enumerate(tokens, 1):
            self.files[f"{folder}tokens/{number}.tsr"] = token
        lines = (line.removesuffix("\n").encode("utf-8") for line in reader.cosignatures(size))
        kept = [line + b"\n" for line in lines if _is_quoted(line, quoted)]
        if kept:
            self.files[folder + COSIGNED] = note + b"".join(kept)

    def _add_keys(self) -> None:
        for kid in {one.kid for one in self.statements.values()}:
            public = public_from_jwk(self.keys[kid].payload["jwk"])
            self.files[f"keys/{kid}.pem"] = spki_pem(public)
        self.files[ACTOR_KEY_FILE] = self.files[f"keys/{self.opened.statement.kid}.pem"]
        lines = SignedNote.parse(self.choice.note).signatures
        claims = read_trust_policy({POLICY_NAME: self.request.policy_txt})
        log = next((key for key in claims.logs if any(one.is_by(key) for one in lines)), None)
        if log is None:
            raise NotFound(
                "The school's own trust policy does not name the key of this log.",
                "The folder carries the school's own claim, and the claim must name who sealed it.",
                remedy="Give the policy that names the key that signed the checkpoint.",
                kind="no-policy",
            )
        self.files[LOG_KEY_FILE] = spki_pem(log.public)

    def _add_policy(self) -> None:
        self.files[CLAIMS + POLICY_NAME] = self.request.policy_txt
        genesis = hashlib.sha256(self.choice.authority[0].statement).digest()
        self.files[CLAIMS + GENESIS_NAME] = write_genesis_hash(genesis)
        if self.request.tsa_roots is not None:
            self.files[CLAIMS + ROOTS_NAME] = self.request.tsa_roots


def _to_show(
    fields: Mapping[str, Any], request: ProofRequest, always: Collection[str]
) -> frozenset[str]:
    """Give the names of the fields to show of one entry; what would mislead is never withheld."""
    shown = {*always, *SHOWN_OF_CORRECTION, *request.fields}
    if _act_kind(fields) == "none":
        shown.add("act")  # that there is no evidence of the family's own act
    if request.in_force:
        shown.add("expires_on")
    return frozenset(shown & fields.keys())


def _act_kind(fields: Mapping[str, Any]) -> str | None:
    """Give the evidence of the family's own act; None where the entry has no such field."""
    act = fields.get("act")
    return act.get("kind") if isinstance(act, dict) else None


def _is_quoted(seal: bytes, quoted: Collection[bytes] | None) -> bool:
    return quoted is None or hashlib.sha256(seal).digest() in quoted


def _demand_sound(examined: ProofExamination) -> None:
    if examined.report.result == "altered":
        found = examined.report.findings[0]
        raise AlterationFound(
            "No proof was made: what the ledger holds does not verify.",
            found.words,
            "Run: send-ledger verify; and restore the newest backup.",
            kind=found.code,
        )
