"""A proof folder verified: `docs/formats/proof-folder.md`.

Works on names and bytes alone: no disk, no network, no key.  Every file of the
folder is checked, and the checks go from the outside in: the list of checksums, the
checkpoint under a trusted key, each statement's place in the log, then, in log order,
whose signature counted, and only then what the statements say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Final, TypeVar

from ledger.errors import AlterationFound, LedgerError, MalformedInput
from ledger.formats import kinds
from ledger.formats.bundle_layout import is_beside
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.sha256sums import SUMS_NAME, check_sha256sums
from ledger.formats.signed_note import ED25519, SignedNote, VerifierKey
from ledger.seal.checkpoints import NoKnownSignature, OpenedCheckpoint, open_checkpoint
from ledger.seal.ed25519 import thumbprint
from ledger.seal.pem import public_from_spki_pem, spki_pem
from ledger.values.dates import parse_instant
from ledger.verify.claim import Claim, Step, read_claim
from ledger.verify.findings import Findings, Report
from ledger.verify.logged import Logged, LoggedMembers, LoggedStream, check_stream, member
from ledger.verify.proof_time import CHECKPOINT, TimeBracket, TimeCheck
from ledger.verify.trust_policy import TrustPolicy, read_trust_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date, datetime

T = TypeVar("T")
SUBJECT: Final = "proof folder"
CLAIMS: Final = "policy/"
ACTOR_KEY_FILE: Final = "keys/actor.pem"
LOG_KEY_FILE: Final = "keys/log.pem"
SHOWN_ALWAYS: Final = ("event", "occurred_on", "subject_name", "subject_born", "subject_id")
"""Fields without which a proof says neither what happened, nor when, nor to whom."""
REQUIRED: Final = frozenset(
    {
        "README.txt",
        SUMS_NAME,
        CHECKPOINT,
        ACTOR_KEY_FILE,
        LOG_KEY_FILE,
        "policy/genesis.sha256",
        "policy/policy.txt",
        "statement.sd-jwt",
        "statement.tlog-proof",
        "verify.sh",
    }
)
_FURTHER: Final = re.compile(
    r"checkpoint\.cosigned|anchor/checkpoint(?:\.cosigned)?|policy/tsa-roots\.pem"
    r"|(?:anchor/)?tokens/[A-Za-z0-9_-]{1,64}\.tsr|keys/[A-Za-z0-9_-]{43}\.pem"
    r"|(?:stream/(?:[0-9]{4,19}|head)|authority/(?:[0-9]{4,19}|head|countersignature))"
    r"\.(?:sd-jwt|tlog-proof)"
)
_OF_STREAM: Final = re.compile(r"stream/([0-9]+)\.sd-jwt")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofExamination:
    """What a folder proves, for whoever puts it into words.

    Attributes:
        report: findings and result.
        statement: the entry proved, or None where it could not be read.
        stream: its whole stream, or None where “in force” is not claimed.
        bracket: the seals between which it was recorded.
        claim: “given”, or how its record stood at a head; None where it could not be read.
        disputed: log indexes at which key or role were taken back later.
    """

    report: Report
    statement: Logged | None
    stream: LoggedStream | None
    bracket: TimeBracket
    claim: Claim | None
    disputed: frozenset[int]


def verify_proof_folder(
    files: Mapping[str, bytes], policy: Mapping[str, bytes] | None, now: datetime | None = None
) -> Report:
    """Verify a proof folder.

    Args:
        files: relative name → bytes of every file in it.
        policy: the files of a trust policy from outside; None to take the folder's
            own word, which is reported as self-asserted.
        now: the reader's clock, aware UTC; None to leave it out.

    Raises:
        LedgerError: the outside policy cannot be read (see `read_trust_policy`).
    """
    return examine_proof_folder(files, policy, now).report


def examine_proof_folder(
    files: Mapping[str, bytes], policy: Mapping[str, bytes] | None, now: datetime | None = None
) -> ProofExamination:
    """Verify a proof folder, and give what it proves beside the report."""
    findings = Findings()
    with findings.catching():
        check_sha256sums(files)
    for name in sorted(REQUIRED - files.keys()):
        findings.add("missing-file", words=f"{name} is missing.")
    if not all(map(_FURTHER.fullmatch, files.keys() - REQUIRED)) or not is_beside(files):
        findings.add("unexpected-file", words="A file is here that belongs to no proof folder.")
    findings.not_checked(
        "what README.txt and verify.sh say: they are the school's own explanation, not evidence"
    )
    return examine_contents(findings, files, policy, now)


def examine_contents(
    findings: Findings,
    files: Mapping[str, bytes],
    policy: Mapping[str, bytes] | None,
    now: datetime | None,
) -> ProofExamination:
    """Verify what a folder holds, apart from its list of checksums and its plain words.

    Args:
        findings: where findings go; a report is made of them at the end.
        files: as for `verify_proof_folder`.
        policy: as for `verify_proof_folder`.
        now: as for `verify_proof_folder`.
    """
    outside = None if policy is None else read_trust_policy(policy)
    if outside is None:
        findings.add("self-asserted", words="No trust policy was given from outside.")
    examiner = _start(findings, files, outside)
    if examiner is None:
        return ProofExamination(
            report=findings.report(SUBJECT),
            statement=None,
            stream=None,
            bracket=TimeBracket((), ()),
            claim=None,
            disputed=frozenset(),
        )
    with findings.catching():
        examiner.read()
    return examiner.examination(now)


def _start(
    findings: Findings, files: Mapping[str, bytes], outside: TrustPolicy | None
) -> _Examiner | None:
    """Open the checkpoint; None where that, or the folder's own policy, cannot be opened."""
    own = {
        name.removeprefix(CLAIMS): data for name, data in files.items() if name.startswith(CLAIMS)
    }
    try:
        trusted = outside or read_trust_policy(own)
        opened = _open(findings, files, trusted)
    except LedgerError as error:
        findings.add_error(error)
        return None
    return _Examiner(LoggedMembers(findings, files, trusted, opened))


def _open(findings: Findings, files: Mapping[str, bytes], policy: TrustPolicy) -> OpenedCheckpoint:
    """Open the checkpoint; under the folder's own key, and said so, where no other fits."""
    note = member(files, CHECKPOINT)
    try:
        return open_checkpoint(note, policy.logs)
    except NoKnownSignature as error:
        findings.add_error(error)
    claimed = Checkpoint.parse(SignedNote.parse(note).text)
    public = public_from_spki_pem(member(files, LOG_KEY_FILE))
    key = VerifierKey(name=claimed.origin, type=ED25519, public=public)
    try:
        return open_checkpoint(note, [key])
    except NoKnownSignature as error:
        raise AlterationFound(
            "The checkpoint is not signed with the key that came with it.",
            error.what,
            error.remedy,
            kind="claims-wrong",
        ) from None


def _step(one: Logged) -> Step:
    return Step(one.statement.seq, one.index, one.statement.recorded_at, one.fields)


@dataclass(slots=True)
class _Examiner:
    # What was read so far, and the members that it comes from.
    members: LoggedMembers
    statement: Logged | None = None
    stream: LoggedStream | None = None
    disputed: set[int] = field(default_factory=set)

    @property
    def findings(self) -> Findings:
        """Where findings go."""
        return self.members.findings

    def read(self) -> None:
        """Read every statement, then judge them all in log order."""
        self.statement = self._try(lambda: self.members.load("statement"))
        if any(name.startswith("stream/") for name in self.members.files):
            self.stream = self._try(self._read_stream)
        authority = self.members.load_authority()
        shown = [] if self.statement is None else [self.statement]
        if self.stream is not None:
            shown += [*self.stream.entries, self.stream.head]
        self.members.judge(authority, shown)
        every = [*authority.entries, authority.head, *shown]
        if self.members.countersignature is not None:
            every.append(self.members.countersignature)
        self._note_disputed(every)
        self._check_keys({one.statement.kid for one in every})
        with self.findings.catching():
            self._check_said(every)

    def examination(self, now: datetime | None) -> ProofExamination:
        """Check the time on both sides, and close the report."""
        checkpoint, bracket, claim = self.members.head, TimeBracket((), ()), None
        if self.statement is not None:
            today = None if now is None else now.astimezone(UTC).date()
            claim = self._claim(self.statement, today)
            times = TimeCheck(self.findings, self.members.files, self.members.policy)
            bracket = times.bracket(self.statement.statement.anchor, checkpoint, now)
            with self.findings.catching():
                self._compare_clock(self.statement, bracket)
        report = self.findings.report(SUBJECT, checkpoint.size, checkpoint.root)
        return ProofExamination(
            # Of what was altered nothing is claimed.
            report=report if report.result == "altered" else replace(report, claim=claim),
            statement=self.statement,
            stream=self.stream,
            bracket=bracket,
            claim=claim,
            disputed=frozenset(self.disputed),
        )

    def _claim(self, entry: Logged, today: date | None) -> Claim:
        record = () if self.stream is None else self.stream.entries
        head = None if self.stream is None else _step(self.stream.head)
        return read_claim(_step(entry), tuple(map(_step, record)), head, today)

    def _try(self, read: Callable[[], T]) -> T | None:
        """Read something; None where it cannot be read, and that is found."""
        try:
            return read()
        except LedgerError as error:
            self.findings.add_error(error)
            return None

    def _read_stream(self) -> LoggedStream:
        matches = map(_OF_STREAM.fullmatch, self.members.files)
        numbers = sorted(int(match[1]) for match in matches if match)
        if numbers != list(range(1, len(numbers) + 1)) or not numbers:
            raise AlterationFound("stream/ has a gap or is empty.", kind="stream-incomplete")
        entries = tuple(self.members.load(f"stream/{number:04d}") for number in numbers)
        stream = LoggedStream(entries, self.members.load("stream/head"))
        check_stream(stream)
        return stream

    def _note_disputed(self, every: list[Logged]) -> None:
        """Remember what `judge` has noted, for whoever puts it into words."""
        self.disputed = {
            one.index
            for one in every
            if self.members.authority.disputed(one.index, one.statement.kid, one.statement.role)
        }

    def _check_said(self, every: Sequence[Logged]) -> None:
        """Check what statements say: enough, of the right type, of the whole stream."""
        entries = self.stream.entries if self.stream else ()
        if any("event" not in one.fields for one in entries):
            raise AlterationFound(
                "The stream withholds what kind of entry one of its entries is.",
                kind="stream-incomplete",
            )
        if self.statement is not None:
            if entries and self.statement.index not in {one.index for one in entries}:
                raise AlterationFound(
                    "The stream does not hold the entry that is proved.", kind="stream-incomplete"
                )
            self._check_enough(self.statement)
        # Whatever shows a type is judged by it: of any kind, and in each file that shows it.
        said = [one for one in every if "event" in one.fields]
        self.members.check_said(said, {one.statement.stream for one in entries})

    def _check_enough(self, one: Logged) -> None:
        if one.statement.kind == kinds.EVENT and set(SHOWN_ALWAYS) - one.fields.keys():
            self.findings.add(
                "unverifiable", one.index, "It does not show what happened, when, and to whom."
            )

    def _check_keys(self, used: set[str]) -> None:
        """Keys in a folder prove nothing; but they must be the ones that were used."""
        wanted = {f"keys/{kid}.pem": kid for kid in used}
        wanted[LOG_KEY_FILE] = thumbprint(self.members.opened.log_key.public)
        held = {name for name in self.members.files if name.startswith("keys/")}
        if self.statement is None:  # which is found already
            held.discard(ACTOR_KEY_FILE)
        else:
            wanted[ACTOR_KEY_FILE] = self.statement.statement.kid
        for name in sorted(held | wanted.keys()):
            kid = wanted.get(name) or name.removeprefix("keys/").removesuffix(".pem")
            with self.findings.catching(prefix=f"{name}:"):
                self._check_key(member(self.members.files, name), kid)

    def _check_key(self, data: bytes, kid: str) -> None:
        try:
            public = public_from_spki_pem(data)
        except LedgerError as error:
            raise MalformedInput(error.what, error.why, kind="bad-key-file") from None
        known = {thumbprint(self.members.opened.log_key.public), *self.members.authority.keys}
        if spki_pem(public) != data or thumbprint(public) != kid or kid not in known:
            raise AlterationFound(
                "It is not the key that its name says, or none of this log.", kind="bad-key-file"
            )

    def _compare_clock(self, logged: Logged, bracket: TimeBracket) -> None:
        said = parse_instant(logged.statement.recorded_at)
        early = bracket.after is not None and said < bracket.after
        if early or (bracket.before is not None and said > bracket.before):
            self.findings.not_checked(
                "whether the school's own clock was right: the time that it wrote down "
                f"({logged.statement.recorded_at}) lies outside the time that is proved"
            )
