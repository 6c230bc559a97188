"""The school: who it is, its term dates, and the schools it trusts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ledger.aggregates.aggregate import Aggregate
from ledger.aggregates.event import Event, event_type
from ledger.errors import RuleRefused
from ledger.values.nouns import class_of_contents


@dataclass(frozen=True, slots=True)
class Term:
    """A term or half-term: first and last school day, both included."""

    first: date
    last: date


@event_type("school.registered.v1")
@dataclass(frozen=True, kw_only=True)
class SchoolRegistered(Event):
    """The school as Get Information About Schools names it, on that day.

    Attributes:
        name: official name.
        urn: unique reference number, six digits.
        laestab: local authority and establishment number, seven digits.
        authority: name of the local authority.
        phase: primary, secondary …
        maintained: whether the Pupil Information Regulations 2005 bind it.
        profile: the council profile whose rules are added, or None.
    """

    name: str
    urn: str
    laestab: str
    authority: str
    phase: str
    maintained: bool
    profile: str | None


@event_type("school.identity_changed.v1")
@dataclass(frozen=True, kw_only=True)
class SchoolIdentityChanged(Event):
    """Name or numbers changed, e.g. on conversion to an academy; the ledger goes on."""

    name: str
    urn: str
    laestab: str
    authority: str
    phase: str
    maintained: bool
    grounds: str


@event_type("school.local_rules_chosen.v1")
@dataclass(frozen=True, kw_only=True)
class LocalRulesChosen(Event):
    """The council whose rules are added to the law's from now on.

    Attributes:
        profile: the council's name in the catalogue of rules, or None for none.
        grounds: why.
    """

    profile: str | None
    grounds: str


@event_type("school.term_dates_recorded.v1")
@dataclass(frozen=True, kw_only=True)
class TermDatesRecorded(Event):
    """The school's own calendar for one academic year; clocks of school days need it."""

    academic_year: str
    terms: tuple[Term, ...]
    closed_on: tuple[date, ...]


@event_type("school.transport_key_published.v1")
@dataclass(frozen=True, kw_only=True)
class TransportKeyPublished(Event):
    """The age recipient to which other schools encrypt."""

    recipient: str


@event_type("school.partner_trusted.v1")
@dataclass(frozen=True, kw_only=True)
class PartnerTrusted(Event):
    """Another school's card was checked and is trusted.

    Attributes:
        name: the other school's name on its card.
        urn: its URN.
        laestab: its LAESTAB.
        log_origin: origin of its log.
        genesis: SHA-256 of its genesis JWT, 32 bytes.
        log_key: verifier key of its log (C2SP vkey).
        cosigner_key: verifier key of its cosigner.
        recipient: its age recipient.
        fingerprint: the words that were compared.
        checked_how: how and with whom they were compared.
    """

    name: str
    urn: str
    laestab: str
    log_origin: str
    genesis: bytes
    log_key: str
    cosigner_key: str
    recipient: str
    fingerprint: str
    checked_how: str


@event_type("school.partner_distrusted.v1")
@dataclass(frozen=True, kw_only=True)
class PartnerDistrusted(Event):
    """Another school is trusted no more."""

    log_origin: str
    grounds: str


@event_type("school.head_witnessed.v1")
@dataclass(frozen=True, kw_only=True)
class HeadWitnessed(Event):
    """Another log's head was found to continue the last one seen, and was cosigned.

    Attributes:
        log_origin: origin of the other log.
        tree_size: leaves of its tree.
        root_hash: its root hash, 32 bytes.
        note: the signed checkpoint, verbatim.
    """

    log_origin: str
    tree_size: int
    root_hash: bytes
    note: str


@event_type("school.fork_found.v1")
@dataclass(frozen=True, kw_only=True)
class ForkFound(Event):
    """Another log signed two heads of one size and different roots; the pair proves it.

    Attributes:
        log_origin: origin of the other log.
        seen: the head seen before, verbatim.
        shown: the head shown now, verbatim.
    """

    log_origin: str
    seen: str
    shown: str


@event_type("school.rewriting_proved.v1")
@dataclass(frozen=True, kw_only=True)
class RewritingProved(Event):
    """Another log signed two heads, of which the larger shows another beginning than the smaller.

    The heads alone do not show it; with the proof they do, to everybody.

    Attributes:
        log_origin: origin of the other log.
        seen: the smaller head, seen before, verbatim.
        shown: the larger head, shown now, verbatim.
        own_root: the root hash that the larger head's tree has at the smaller one's size,
            32 bytes; not the one that was signed.
        consistency: the proof of that: from the smaller size with this root to the larger
            head (RFC 9162 §2.1.4), hashes of 32 bytes.
    """

    log_origin: str
    seen: str
    shown: str
    own_root: bytes
    consistency: tuple[bytes, ...]


class School(Aggregate):
    """The school that keeps this ledger."""

    CONTENT_CLASS = class_of_contents("school")

    def __init__(self, id: UUID) -> None:  # noqa: A002  the library's word for it
        super().__init__(id)
        self.identity: SchoolRegistered | SchoolIdentityChanged | None = None
        self.profile: str | None = None
        self.partners: dict[str, PartnerTrusted] = {}
        self.recipient: str | None = None
        self.calendar: dict[str, TermDatesRecorded] = {}
        self.witnessed: dict[str, list[HeadWitnessed]] = {}
        self.forks: list[ForkFound | RewritingProved] = []

    def _check(self, event: Event) -> None:
        if isinstance(event, SchoolRegistered) and self.identity is not None:
            raise RuleRefused(
                "The school is registered already; nothing was recorded.",
                "A ledger is one school's.",
                remedy="Record what changed with send-ledger school change-identity.",
                kind="already-registered",
            )
        if isinstance(event, PartnerDistrusted) and event.log_origin not in self.partners:
            raise RuleRefused(
                "That school is not trusted here; nothing was recorded.",
                "Only trust that was given can be taken back.",
                remedy="See send-ledger school partners.",
                kind="not-trusted",
            )
        if isinstance(event, PartnerTrusted):
            self._check_same_log(event)
        if isinstance(event, TermDatesRecorded):
            _check_terms(event)

    def _check_same_log(self, event: PartnerTrusted) -> None:
        known = self.partners.get(event.log_origin)
        if known and (known.log_key, known.genesis) != (event.log_key, event.genesis):
            raise RuleRefused(
                "The card names another log key or beginning than the one trusted; nothing was "
                "recorded.",
                "A ledger keeps both for good: one of the two cards is false, or the ledger was "
                "begun anew.",
                "Ask the school on a number you know. To give up what was seen under the old "
                "card, take back its trust first: send-ledger school distrust.",
                kind="other-log-key",
            )

    def _apply(self, event: Event) -> None:
        match event:
            case SchoolRegistered():
                self.identity, self.profile = event, event.profile
            case SchoolIdentityChanged():
                self.identity = event  # a new name or number leaves the council's rules in force
            case LocalRulesChosen():
                self.profile = event.profile
            case TermDatesRecorded():
                self.calendar[event.academic_year] = event
            case TransportKeyPublished():
                self.recipient = event.recipient
            case PartnerTrusted():
                self.partners[event.log_origin] = event
            case HeadWitnessed():
                self.witnessed.setdefault(event.log_origin, []).append(event)
            case ForkFound() | RewritingProved():
                self.forks.append(event)
            case PartnerDistrusted():
                self.partners.pop(event.log_origin, None)
            case _:
                pass


def _check_terms(event: TermDatesRecorded) -> None:
    ends = [day for term in event.terms for day in (term.first, term.last)]
    if not ends or ends != sorted(ends):
        raise RuleRefused(
            "The term dates are not in order.",
            "Each term begins after the one before it has ended.",
            "Give first and last days of each half-term, in order.",
            kind="terms-out-of-order",
        )
