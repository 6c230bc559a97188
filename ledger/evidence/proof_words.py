"""The README of a proof folder: plain words for a judge, a parent, a council officer.

It says no more than was verified when the folder was made, and how to check all of
it without any of our programs.
"""

from __future__ import annotations

import textwrap
import unicodedata
from dataclasses import dataclass
from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import LedgerError
from ledger.evidence.time_words import bracket_words, claimed_words, seal_words
from ledger.formats.checkpoint import Checkpoint
from ledger.formats.encoding import compact_json
from ledger.formats.signed_note import ED25519, SignedNote, VerifierKey
from ledger.seal.pem import public_from_spki_pem
from ledger.seal.time_stamps import read_token
from ledger.verify.proof_folder import LOG_KEY_FILE
from ledger.verify.proof_time import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.verify.claim import Claim
    from ledger.verify.logged import Logged
    from ledger.verify.proof_folder import ProofExamination

WIDTH: Final = 84
_HAPPENED: Final = {
    "consent.given.v1": "consent was given",
    "consent.refused.v1": "consent was asked for and refused",
    "consent.withdrawn.v1": "a consent was withdrawn",
    "consent.relied_on.v1": "something was shared under a consent",
    "entry.corrected.v1": "an earlier entry of the same record was wrong",
}
_EVIDENCE: Final = {
    "signed_form": "a signed form",
    "message": "a message from the family",
    "witnessed_words": "spoken words, heard by a witness",
}
_CUSTODY: Final = {
    "passphrase": "a key that opens with that person's own passphrase",
    "server-session": (
        "a key that a server holds and uses in that person's session, so it shows that the "
        "server signed while they were logged in"
    ),
    "device": "a key that stays on that person's own device",
}
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class SignedBy:
    """Who signed, as the authority stream knows them.

    Attributes:
        name: the person's name; None where it is not open to whoever made the proof.
        role: the role under which they signed.
        custody: how their key is kept.
    """

    name: str | None
    role: str
    custody: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofFacts:
    """What the README puts into words.

    Attributes:
        examined: what the finished folder was found to prove.
        fields: name → value of the fields shown.
        withheld: names of the fields withheld.
        act_kind: the evidence of the family's own act; None where the entry has none to give.
        signer: who signed.
        genesis: SHA-256 of the log's first statement, hexadecimal.
        files: the folder so far.
        ended: why the consent is not in force, as the school knows; or "".
        giver_recorded: False where the entry says parental responsibility and names
            no record of it.
    """

    examined: ProofExamination
    fields: Mapping[str, Any]
    withheld: tuple[str, ...]
    act_kind: str | None
    signer: SignedBy
    genesis: str
    files: Mapping[str, bytes]
    ended: str = ""
    giver_recorded: bool = True


def write_readme(facts: ProofFacts) -> str:
    """Write the README."""
    template = resources.files("ledger.evidence").joinpath("readme_template.txt")
    checkpoint = Checkpoint.parse(SignedNote.parse(facts.files[CHECKPOINT]).text)
    log_key = VerifierKey(
        name=checkpoint.origin,
        type=ED25519,
        public=public_from_spki_pem(facts.files[LOG_KEY_FILE]),
    )
    return Template(template.read_text("utf-8")).substitute(
        claim=_wrap(_claim(facts)),
        shown="\n".join(f"  {name}: {_value(value)}" for name, value in facts.fields.items()),
        withheld=_wrap(_withheld(facts)),
        stated=_wrap(claimed_words(_entry(facts))),
        bracket=_wrap(bracket_words(facts.examined.bracket)),
        seals=_seals(facts),
        signer=_wrap(_signer(facts)),
        index=_entry(facts).index,
        size=checkpoint.size,
        in_force_proved=_in_force(facts),
        limits=_limits(facts),
        token_commands=_token_commands(facts),
        origin=checkpoint.origin,
        genesis=facts.genesis,
        vkey=log_key.text(),
        rooted=_wrap(_rooted(facts)),
    )


def claim_words(event: str | None, act_kind: str | None, *, act_shown: bool) -> str:
    """Say what an entry claims; in the school's name where the family's own act is not shown.

    Args:
        event: the published type name, or None where withheld.
        act_kind: the evidence of the family's own act, or None where there is none to give.
        act_shown: whether that evidence is shown to the reader.
    """
    what = _HAPPENED.get(event or "", f"an entry of the type “{event}” was made")
    if act_kind is None:
        return f"The school recorded that {what}."
    if act_kind == "none":
        return (
            f"The school recorded that {what}. There is no evidence of the family's own act: "
            "no signed form, no message, no witnessed words."
        )
    if not act_shown:
        return (
            f"The school recorded that {what}. What evidence there is of the family's own act is "
            "withheld here."
        )
    evidence = _EVIDENCE.get(act_kind, "evidence of another kind")
    return f"{what[0].upper()}{what[1:]}. The evidence of the family's own act is {evidence}."


def _entry(facts: ProofFacts) -> Logged:
    if facts.examined.statement is None:  # what was built is verified before it is put into words
        raise LedgerError(
            "A proof without its entry cannot be put into words.",
            "What was written does not hold it.",
            "Verify the ledger: send-ledger verify.",
        )
    return facts.examined.statement


def _claim(facts: ProofFacts) -> str:
    said = claim_words(facts.fields.get("event"), facts.act_kind, act_shown="act" in facts.fields)
    if not facts.giver_recorded:
        said += (
            " The school recorded that whoever answered holds parental responsibility; their "
            "responsibility itself is not recorded with it."
        )
    if facts.ended:
        return f"{said} It is NOT in force: {facts.ended}"
    if facts.examined.stream is not None:
        return f"{said} How its record stood: {_known(facts).words}"
    return f"{said} Whether it still stands is not claimed (part 5)."


def _known(facts: ProofFacts) -> Claim:
    if facts.examined.claim is None:  # as for the entry
        raise LedgerError(
            "A proof without its claim cannot be put into words.",
            "What was written does not hold it.",
            "Verify the ledger: send-ledger verify.",
        )
    return facts.examined.claim


def _withheld(facts: ProofFacts) -> str:
    if not facts.withheld:
        return "Nothing: every field of the entry is shown."
    return (
        "Every entry of this type has these fields too, empty or not; here they are withheld: "
        f"{', '.join(facts.withheld)}. A withheld field leaves only a digest of itself among "
        "random ones, so the signature still checks. Names of persons in the list of keys are "
        "shown only where they concern this entry."
    )


def _seals(facts: ProofFacts) -> str:
    bracket = facts.examined.bracket
    lines = [f"  - over this log's head: {seal_words(one)}" for one in bracket.above]
    lines += [
        f"  - over the earlier head that the entry quotes: {seal_words(one)}"
        for one in bracket.below
    ]
    return "\n".join(lines) or "  - none"


def _signer(facts: ProofFacts) -> str:
    signer = facts.signer
    who = "a person whose name is withheld" if signer.name is None else _plain(signer.name)
    return (
        f"Signed by {who}, in the role “{signer.role}”, with {_CUSTODY[signer.custody]}. "
        "The key is keys/actor.pem; authority/ holds the log's whole list of keys and roles up to "
        "a head that was logged after this entry."
    )


def _in_force(facts: ProofFacts) -> str:
    stream = facts.examined.stream
    if stream is None:
        return _bullet(
            "NOT that it still stands: only this one entry of its record is here, and a later one "
            "may have withdrawn or corrected it."
        )
    listed = "".join(f"      {one.line}\n" for one in _known(facts).steps)
    whole = _bullet("The whole record that the entry belongs to is here (folder stream/):")
    standing = textwrap.indent(_wrap(_known(facts).words), "    ")
    return f"{whole}{listed}{standing}\n"


def _limits(facts: ProofFacts) -> str:
    disputed = "".join(
        _bullet(
            f"DISPUTED: number {index} of the log was signed with a key, or in a role, that was "
            "later taken back from before it. That is neither an alteration nor a proof."
        )
        for index in sorted(facts.examined.disputed)
    )
    left_out = facts.examined.report.not_checked
    return disputed + "".join(_bullet(f"Not checked here: {words}.") for words in left_out)


def _rooted(facts: ProofFacts) -> str:
    notes = facts.examined.report.notes
    said = next((one.words for one in notes if one.code == "countersigned"), None)
    if said is None:
        return (
            "This log is self-rooted: the folder holds no countersignature of its first statement "
            "by a trust or council."
        )
    return f"{said} The countersignature is authority/countersignature.sd-jwt."


def _token_commands(facts: ProofFacts) -> str:
    names = sorted(name for name in facts.files if name.endswith(".tsr"))
    if not names:
        return "  This folder holds no time stamp."
    lines = [
        "  The time stamps (a certificate that has run out since does not matter: -attime):",
        "",
    ]
    for name in names:
        stamped = "anchor/checkpoint" if name.startswith("anchor/") else CHECKPOINT
        seconds = int(read_token(facts.files[name]).gen_time.timestamp())
        lines.append(
            f'    openssl ts -verify -in "$P/{name}" -data "$P/{stamped}" \\\n'
            f"      -CAfile DIR/tsa-roots.pem -attime {seconds}"
        )
    return "\n".join(lines)


def _value(value: object) -> str:
    return "(empty)" if value is None else _plain(compact_json(value))


def _plain(text: str) -> str:
    """Show what could hide or reorder other text as an escape."""
    return "".join(
        f"\\u{ord(char):04x}" if unicodedata.category(char) in _HIDDEN_CATEGORIES else char
        for char in text
    )


def _bullet(text: str) -> str:
    return textwrap.indent(_wrap(text), "    ").replace("    ", "  - ", 1) + "\n"


def _wrap(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
