"""Verifying what a person points at, against what is held outside it.

Joins files, marks and policies for `ledger.verify`; opens no signing key.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ledger.aggregates.school import School
from ledger.bootstrap.held_elsewhere import (
    SQLITE_MAGIC,
    ZIP_MAGIC,
    claimed_lid,
    compare_predecessor,
    held_in,
    predecessors_among,
    read_folder,
)
from ledger.bootstrap.own_partners import own_cosigners
from ledger.bundles.container import decrypt, unpack
from ledger.bundles.known_partner import verify_bundle_of_partner, verify_receipt_of_partner
from ledger.bundles.receipt import open_receipt_file
from ledger.errors import (
    AlterationFound,
    InputRefused,
    KeyUnavailable,
    NotFound,
    StorageFailed,
)
from ledger.evidence.time_words import proved_time
from ledger.formats.bundle_layout import is_bundle_name
from ledger.formats.ledger_file import FILE_NAME
from ledger.recorder.mark_file import MarkFile
from ledger.seal.private_files import write_private
from ledger.seal.time_stamps import read_roots
from ledger.verify.access_log import verify_access_log
from ledger.verify.bundle import verify_bundle
from ledger.verify.findings import MAX_LISTED, Findings, Report, Result
from ledger.verify.home import verify_ledger
from ledger.verify.proof_folder import SUBJECT, examine_proof_folder
from ledger.verify.receipt import verify_receipt
from ledger.verify.saved_state import SavedState
from ledger.verify.trust_policy import TrustPolicy, read_trust_policy

PROOF_MARKS = ("statement.sd-jwt", "checkpoint", "SHA256SUMS")
"""A folder that holds one of them was a proof, whatever it lacks."""
AGE_MAGIC = b"age-encryption.org/v1\n"
_SEVERITY: Mapping[Result, int] = {"intact": 0, "unanchored": 1, "altered": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """The school that holds a bundle, as far as a reader there opens it.

    Attributes:
        origin: of its log.
        identity: the age identity that opens what is sent to it, or None.
        school: gives its own record, every signature checked; None where it is closed.
        behind: says why the home is not its newest state; empty where it may be.
    """

    origin: str
    identity: str | None
    school: Callable[[], School | None]
    behind: Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be verified, and against what.

    Attributes:
        state_folder: where this computer keeps high-water marks.
        now: the reader's clock.
        data_key: stream id → data key, where a reader's key is open.
        envelope_only: leave the contents alone.
        against: files and folders that others hold.
        policy: the files of a trust policy from outside, or None.
        since: go on from the last run that found the ledger intact.
        receiver: the school that holds a bundle, or None.
    """

    state_folder: Path
    now: datetime
    data_key: Callable[[bytes], bytes] | None = None
    envelope_only: bool = False
    against: Sequence[Path] = ()
    policy: Mapping[str, bytes] | None = None
    since: bool = False
    receiver: Receiver | None = None

    @property
    def trust(self) -> TrustPolicy | None:
        """The trust policy from outside, read."""
        return None if self.policy is None else read_trust_policy(self.policy)


def verify_target(target: Path, wanted: Wanted) -> Report:
    """Verify a home, a ledger file, a proof folder, a bundle or a receipt.

    Raises:
        NotFound: there is nothing there.
        InputRefused: it is none of these.
        KeyUnavailable: it is a bundle, and nobody's key opens it.
    """
    if target.is_dir():
        if (target / FILE_NAME).exists():
            return verify_home(target, wanted)
        if any((target / name).exists() for name in PROOF_MARKS):
            return _verify_proof(target, wanted)
        raise InputRefused(
            "The folder is neither a school's home nor a proof.",
            "It has no ledger.db, and nothing of a proof.",
            "Name the home, or the folder that consent prove wrote.",
            kind="unknown-target",
        )
    if not target.is_file():
        raise NotFound(
            "There is nothing to verify there.",
            "There is no file or folder of that name.",
            remedy="Check the path.",
            kind="no-target",
        )
    head = _magic(target)
    if head.startswith(SQLITE_MAGIC):
        return verify_home(target, wanted)
    if head.startswith(AGE_MAGIC):
        return _verify_bundle(target.read_bytes(), wanted)
    if head.startswith(ZIP_MAGIC):
        return _verify_zip(target.read_bytes(), wanted)
    raise InputRefused(
        "The file is none that this program can verify.",
        "It is no ledger, bundle or receipt.",
        "Verify a proof by naming its folder.",
        kind="unknown-target",
    )


def _verify_proof(target: Path, wanted: Wanted) -> Report:
    try:
        files = read_folder(target)
    except AlterationFound as error:
        findings = Findings()
        findings.add_error(error)
        return findings.report(SUBJECT)
    examined = examine_proof_folder(files, wanted.policy, wanted.now)
    return replace(examined.report, time=proved_time(examined))


def verify_home(target: Path, wanted: Wanted) -> Report:
    """Verify a home or a copied ledger file."""
    lid = claimed_lid(target)
    mark = MarkFile.of(wanted.state_folder, lid).read() if lid else None
    saved_path = _saved_path(wanted.state_folder, lid)
    since = None
    if wanted.since and saved_path and saved_path.exists():
        since = SavedState.from_bytes(saved_path.read_bytes())
    trust = wanted.trust
    own_roots = target / "tsa-roots.pem" if target.is_dir() else target.with_name("tsa-roots.pem")
    roots = (
        trust.roots if trust else (read_roots(own_roots.read_bytes()) if own_roots.exists() else ())
    )
    report = verify_ledger(
        target,
        mark=mark,
        now=wanted.now,
        data_key=wanted.data_key,
        envelope_only=wanted.envelope_only,
        against=[held for path in wanted.against for held in held_in(path, wanted.policy, lid)],
        roots=roots,
        cosigners=trust.witnesses if trust else own_cosigners(target, wanted.data_key),
        genesis=trust.genesis if trust else None,
        since=since,
    )
    if report.saved is not None and saved_path is not None:
        _keep(saved_path, report.saved)
    data_key = None if wanted.envelope_only else wanted.data_key
    for old in predecessors_among(wanted.against, lid):
        report = _joined(report, compare_predecessor(target, old, data_key))
    if not target.is_dir():
        return report
    return _joined(report, verify_access_log(target, data_key).report(report.subject))


def with_note(report: Report, code: str, words: str) -> Report:
    """Add a note to a report, which changes nothing about its result."""
    findings = Findings()
    findings.add(code, None, words)
    return _joined(report, findings.report(report.subject))


def _joined(report: Report, further: Report) -> Report:
    """Join what was found of the access log to the report on its ledger."""
    worst = max(report, further, key=lambda one: _SEVERITY[one.result])
    return replace(
        report,
        result=worst.result,
        counts={**report.counts, **further.counts},
        findings=(*report.findings, *further.findings)[:MAX_LISTED],
        notes=(*report.notes, *further.notes)[:MAX_LISTED],
        codes=Counter(report.codes) + Counter(further.codes),
        not_checked=(*report.not_checked, *further.not_checked),
    )


def _keep(path: Path, data: bytes) -> None:
    """Keep the state of an intact run; a computer that cannot keep it only verifies more."""
    with suppress(OSError, StorageFailed):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(path, data, replace=True)


def _saved_path(state_folder: Path, lid: bytes | None) -> Path | None:
    if lid is None:
        return None
    return MarkFile.of(state_folder, lid).path.with_suffix(".verified")


def _verify_bundle(data: bytes, wanted: Wanted) -> Report:
    if wanted.receiver is None or wanted.receiver.identity is None:
        raise KeyUnavailable(
            "The bundle is encrypted.",
            "Only the receiving school can open it.",
            "Add --home and --as of somebody there who opens bundles.",
            kind="bundle-closed",
        )
    return _verify_members(
        unpack(decrypt(data, wanted.receiver.identity), allow=is_bundle_name), wanted
    )


def _verify_receipt(files: Mapping[str, bytes], wanted: Wanted) -> Report:
    receiver = wanted.receiver
    school = receiver.school() if receiver else None
    if receiver is None or school is None:
        return verify_receipt(files, wanted.trust)[0]
    return _as_known(verify_receipt_of_partner(files, school, wanted.trust)[0], receiver, wanted)


def _verify_members(members: Mapping[str, bytes], wanted: Wanted) -> Report:
    receiver = wanted.receiver
    school = receiver.school() if receiver else None
    if receiver is None or school is None:
        return verify_bundle(members, wanted.trust, receiver.origin if receiver else None)[0]
    report = verify_bundle_of_partner(members, school, receiver.origin, wanted.trust)[0]
    return _as_known(report, receiver, wanted)


def _as_known(report: Report, receiver: Receiver, wanted: Wanted) -> Report:
    """Say where a report rests on what a home knows that is not its newest state."""
    if wanted.trust is None and (why := receiver.behind()):
        words = f"Whom the school trusts now is not known: its home was rolled back; {why}"
        return with_note(report, "unverifiable", words)
    return report


def _verify_zip(data: bytes, wanted: Wanted) -> Report:
    try:
        return _verify_receipt(open_receipt_file(data), wanted)
    except InputRefused as no_receipt:
        try:
            members = unpack(data, allow=is_bundle_name)
        except InputRefused as refused:
            raise type(refused)(
                "The file is neither a whole receipt nor a whole bundle.",
                refused.why or no_receipt.why or refused.what,
                "It was damaged on its way, or is something else: ask whoever sent it to send "
                "it again.",
                kind=refused.kind,
            ) from None
    return _verify_members(members, wanted)


def _magic(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(32)
