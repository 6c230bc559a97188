"""A transfer bundle verified: `docs/formats/bundle.md`.

From the outside in: checksums, the checkpoint under a trusted key, each
statement's place in the log, whose signature counted there, whole streams up to
their logged heads, and only then what the statements and the manifest say.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger.aggregates.handover import STANDING_SENTENCE, ManifestIssued
from ledger.errors import (
    AlterationFound,
    InputRefused,
    MalformedInput,
    Unverifiable,
)
from ledger.formats.bundle_layout import (
    ATTACHMENT_LIST,
    CHECKPOINT,
    CONSISTENCY,
    MANIFEST,
    PADDING,
    RECORD,
    SMALLEST_ARCHIVE,
    STATEMENTS,
    TOKENS,
    Attachment,
    ConsistencyProof,
    digest_of_hashes,
    is_beside,
    is_bundle_name,
    read_attachments,
    read_consistency,
    stems,
)
from ledger.formats.record_page import PAGE_MARK, PAGE_MARK_OF_ANY_VERSION
from ledger.formats.sha256sums import check_sha256sums
from ledger.formats.withheld import withheld_entries
from ledger.formats.zip_archive import archive_size
from ledger.seal.continuation import SeenHead, rewritten_root
from ledger.seal.time_stamps import check_token
from ledger.verify.bundle_entries import (
    check_every_field_shown,
    check_one_pupil,
    check_order,
    check_streams,
    decodes,
    read_manifest,
)
from ledger.verify.findings import REWRITTEN, Findings, Report
from ledger.verify.logged import (
    Logged,
    LoggedMembers,
    LoggedStream,
    catch_all,
    member,
)
from ledger.verify.record_page import head_in_words, record_page, signer_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.formats.disclosure import Disclosure
    from ledger.formats.statement import Statement
    from ledger.verify.trust_policy import TrustPolicy

SUBJECT: Final = "bundle"
HEADS: Final = STATEMENTS + "head-"


@dataclass(frozen=True, slots=True)
class ReceivedStatement:
    """A statement of the sender's, kept verbatim.

    Attributes:
        index: its place in the sender's log.
        statement: taken apart.
        disclosures: all its fields.
    """

    index: int
    statement: Statement
    disclosures: tuple[Disclosure, ...]

    @property
    def fields(self) -> Mapping[str, Any]:
        """Name → JSON value."""
        return {one.name: one.value for one in self.disclosures}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedBundle:
    """What a bundle holds, once it was read; whether to believe it, the report says.

    Attributes:
        manifest: the manifest, read.
        manifest_hash: SHA-256 of `manifest.sd-jwt`, as receipts quote it.
        signed_by: the name of the manifest's signer, or "".
        statements: in log order.
        attachments: the documents.
        origin: origin of the sender's log.
        size: leaves of the sender's tree at the checkpoint.
        root: root hash there.
        checkpoint: the signed checkpoint, verbatim: what the receiver cosigns.
        not_understood: log index → type name of the entries of unknown types.
        withheld: log indexes of the entries whose texts the sender kept back.
        signers: thumbprint → name, as the sender's authority stream has them.
        disputed: log indexes of entries whose key or role was revoked from before them on.
        page: the readable record, drawn here from the entries.
    """

    manifest: ManifestIssued
    manifest_hash: bytes
    signed_by: str
    statements: tuple[ReceivedStatement, ...]
    attachments: tuple[Attachment, ...]
    origin: str
    size: int
    root: bytes
    checkpoint: bytes
    not_understood: Mapping[int, str]
    withheld: frozenset[int]
    signers: Mapping[str, str]
    disputed: frozenset[int]
    page: bytes


def verify_bundle(
    members: Mapping[str, bytes],
    policy: TrustPolicy | None,
    recipient_origin: str | None,
    seen: Sequence[SeenHead] = (),
    *,
    rewritten: bool = False,
) -> tuple[Report, ReceivedBundle | None]:
    """Verify a bundle.

    Args:
        members: name → bytes of every file of the ZIP.
        policy: whose log is trusted; None to take the bundle's own word, which
            is reported as self-asserted.
        recipient_origin: origin of this school's log; None to leave it out.
        seen: the heads of the sender's log known here, oldest first; each continues
            the one before.
        rewritten: whether it is known that the sender's log was rewritten once.

    Returns:
        The report, and what the bundle holds: None where it could not be read.

    Raises:
        InputRefused: kind "not-for-this-school": it is sound, and its manifest
            names another receiver.
    """
    findings = Findings()
    examiner: _Examiner | None = None
    bundle: ReceivedBundle | None = None
    catch_all(
        findings,
        (
            lambda: check_sha256sums(members),
            lambda: _check_names(members),
            lambda: _check_padding(members),
        ),
    )
    with findings.catching():
        examiner = _Examiner(LoggedMembers.open(findings, members, policy))
        examiner.check_time()
        examiner.check_continues(seen)
        if rewritten:
            findings.add("rewritten-before", words=REWRITTEN)
        bundle = examiner.read()
    return _concluded(findings, examiner, bundle, recipient_origin)


def _concluded(
    findings: Findings,
    examiner: _Examiner | None,
    bundle: ReceivedBundle | None,
    recipient: str | None,
) -> tuple[Report, ReceivedBundle | None]:
    if bundle is not None and findings.result != "altered":
        _check_recipient(findings, bundle.manifest, recipient)
    if examiner is None:
        return findings.report(SUBJECT), None
    head = examiner.logged.head
    return findings.report(SUBJECT, head.size, head.root), bundle


def _check_names(members: Mapping[str, bytes]) -> None:
    if not all(map(is_bundle_name, members)) or not is_beside(members):
        raise MalformedInput("A file is here that belongs to no bundle.", kind="unexpected-file")


def _check_padding(members: Mapping[str, bytes]) -> None:
    # Nothing may travel where nobody looks, and nothing be cut out of it unseen.
    hidden = member(members, PADDING).strip(b"\0")
    size = archive_size({name: len(data) for name, data in members.items()})
    if hidden or size < SMALLEST_ARCHIVE or (size + 1).bit_count() != 1:
        raise MalformedInput("The padding is not as it is written.", kind="padding-wrong")


def _check_recipient(findings: Findings, manifest: ManifestIssued, recipient: str | None) -> None:
    if recipient is None:
        findings.not_checked("whether it was meant for the school that holds it")
    elif manifest.to_origin != recipient:
        raise InputRefused(
            "The bundle is not for this school.",
            "Its signed manifest names another receiver.",
            "Tell the sender, delete the file, and treat it as a data breach.",
            kind="not-for-this-school",
        )


@dataclass(slots=True)
class _Examiner:
    logged: LoggedMembers
    page: bytes = b""

    def read(self) -> ReceivedBundle:
        """Read and judge everything; what cannot be read at all is refused."""
        files, findings = self.logged.files, self.logged.findings
        authority = self.logged.load_authority()
        manifest = self.logged.load(MANIFEST)
        entries = [self.logged.load(name) for name in stems(files, STATEMENTS)]
        heads = [self.logged.load(name) for name in stems(files, HEADS)]
        self.logged.judge(authority, [manifest, *entries, *heads])
        said = read_manifest(manifest)
        unknown = self.logged.check_said(
            [manifest, *entries], whole={one.statement.stream for one in entries}
        )
        withheld = withheld_entries((one.category, one.reason) for one in said.omissions)
        odd = [
            one
            for one in entries
            if one not in unknown and one.index not in withheld and not decodes(one)
        ]
        self.logged.note_not_understood(odd)
        unknown += odd
        attachments = read_attachments(files)
        catch_all(
            findings,
            (
                lambda: check_order(entries, heads),
                lambda: check_streams(entries, heads),
                lambda: self._check_manifest(said, manifest, entries),
                lambda: check_every_field_shown([manifest, *entries], withheld),
                lambda: check_one_pupil(entries, said.pupil),
                lambda: self._check_page(manifest, entries, authority),
            ),
        )
        findings.counts["attachments"] += len(attachments)
        return self._received(
            said,
            manifest,
            entries,
            attachments=attachments,
            signers=signer_names(authority.entries, self.logged.authority),
            unknown=unknown,
        )

    def _received(
        self,
        said: ManifestIssued,
        manifest: Logged,
        entries: Sequence[Logged],
        *,
        attachments: tuple[Attachment, ...],
        signers: Mapping[str, str],
        unknown: Sequence[Logged],
    ) -> ReceivedBundle:
        head, judged = self.logged.head, self.logged.authority
        return ReceivedBundle(
            manifest=said,
            manifest_hash=hashlib.sha256(self.logged.files[f"{MANIFEST}.sd-jwt"]).digest(),
            signed_by=signers.get(manifest.statement.kid, ""),
            statements=tuple(
                ReceivedStatement(one.index, one.statement, one.shown.disclosures)
                for one in entries
            ),
            attachments=attachments,
            origin=head.origin,
            size=head.size,
            root=head.root,
            checkpoint=self.logged.files[CHECKPOINT],
            not_understood={one.index: str(one.fields.get("event")) for one in unknown},
            withheld=withheld_entries((one.category, one.reason) for one in said.omissions),
            signers=signers,
            disputed=frozenset(
                one.index
                for one in entries
                if judged.disputed(one.index, one.statement.kid, one.statement.role)
            ),
            page=self.page,
        )

    def _check_manifest(
        self, said: ManifestIssued, manifest: Logged, entries: Sequence[Logged]
    ) -> None:
        """Check that the manifest speaks of exactly what is here."""
        files = self.logged.files
        jwts = [one.statement.jwt for one in entries]
        attached = files.get(ATTACHMENT_LIST, b"")
        agree = (
            said.from_origin == self.logged.head.origin,
            said.statements_count == len(jwts),
            said.statements_digest == digest_of_hashes(jwts),
            said.attachments_count == attached.count(b"\n"),
            said.attachments_digest == hashlib.sha256(attached).digest(),
            said.standing_sentence == STANDING_SENTENCE,
            any(one.statement.stream == said.pupil for one in entries),
            all(one.index < manifest.index for one in entries),
        )
        if not all(agree):
            raise AlterationFound(
                "The manifest does not speak of what is in the bundle.",
                "Entries or documents are missing, added or exchanged.",
                kind="manifest-disagrees",
            )

    def _check_page(
        self, manifest: Logged, entries: Sequence[Logged], authority: LoggedStream
    ) -> None:
        given, head = member(self.logged.files, RECORD), self.logged.head
        words = head_in_words(head.origin, head.size, head.root)
        self.page = record_page(manifest, entries, authority.entries, words)
        mark = PAGE_MARK_OF_ANY_VERSION.fullmatch(b"".join(given.split(b"\n", 2)[1:2]))
        if mark and mark[0] != PAGE_MARK.encode("ascii"):
            self.logged.findings.add(
                "unverifiable", words="record.html was drawn by another version; do not rely on it."
            )
            return
        if given != self.page:
            raise AlterationFound(
                "record.html does not say what the entries say.", kind="record-differs"
            )

    def check_time(self) -> None:
        """Check the time stamps over the checkpoint by the policy's roots."""
        files, findings, roots = self.logged.files, self.logged.findings, self.logged.policy.roots
        names = sorted(name for name in files if name.startswith(TOKENS))
        if not names:
            findings.not_checked("when the sender's log was sealed: there is no time stamp")
        elif not roots:
            findings.not_checked("its time stamps: the trust policy names no authority")
            return
        for name in names:
            try:
                checked = check_token(files[name], files[CHECKPOINT], roots, None)
            except Unverifiable as error:
                findings.not_checked(f"a time stamp: {error.what.rstrip('.')}")
                continue
            except (AlterationFound, InputRefused) as error:
                findings.add_error(error, prefix=f"{name}:")
                continue
            findings.counts["time_stamps"] += 1
            for words in checked.not_checked:
                findings.not_checked(words)

    def check_continues(self, seen: Sequence[SeenHead]) -> None:
        """Check that the sender's log continues what is known of it here."""
        head, findings = self.logged.head, self.logged.findings
        proofs = read_consistency(member(self.logged.files, CONSISTENCY))
        if any(one.new != head.size for one in proofs):
            raise MalformedInput("A consistency proof is for another head.", kind="bad-consistency")
        older = [one for one in seen if one.size <= head.size]
        if len(older) < len(seen) and (not older or older[-1].size < head.size):
            findings.not_checked("whether the sender's newer head, seen here before, continues it")
        elif not seen:
            findings.not_checked("whether the sender's log continues an earlier head of it")
        if older:
            with findings.catching():
                self._check_continues(older[-1], proofs)

    def _check_continues(self, seen: SeenHead, proofs: Sequence[ConsistencyProof]) -> None:
        head, findings = self.logged.head, self.logged.findings
        hashes = [one.hashes for one in proofs if one.old == seen.size]
        if seen.size == head.size:
            hashes = [()]
        if not hashes:
            words = "It does not prove that the sender's log continues the head seen last."
            findings.add("proof-missing", words=words)
        elif rewritten_root(seen, SeenHead(head.size, head.root), hashes[0]) is not None:
            findings.add(
                "fork",
                words=f"The sender's log was rewritten: of its first {seen.size:,} entries it had "
                "signed another head, which is kept here.",
            )
