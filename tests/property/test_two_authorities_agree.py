"""Any sequence of grants and revocations: product and mini-verifier judge alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import LedgerError
from ledger.formats import kinds
from ledger.formats.checkpoint import origin_of
from ledger.formats.encoding import b64url
from ledger.formats.statement import read_statement
from ledger.seal.authority import Authority
from tests.golden.good_statements import FURTHER
from tests.golden.small_log import LID, SmallLog, id_of
from tests.mini_verifier import authority as mini
from tests.mini_verifier import statement as mini_statement
from tests.mini_verifier.encoding import Refused

if TYPE_CHECKING:
    from ledger.formats.statement import Statement

PERSONS = ("root", "head", "log", "access", "senco", "aide", "trust")
KEYS = (*PERSONS, "head#2", "senco#2")
VERBS = ("register", "revoke", "grant", "withdraw")
SIGNABLE = (
    "event",
    "manifest",
    "receipt",
    "stream-head",
    "anchor",
    "access-record",
    "countersignature",
)
ROLES = ("root", "head", "senco", "teacher", "log", "system", "access", "responsible-body")


@dataclass(frozen=True, slots=True)
class Act:
    """One statement that somebody tries to log.

    Attributes:
        verb: what they do; a kind where it is none of the four that change authority.
        signer: whose key signs, under which `role`.
        whom: the key or person concerned, with `what` role.
        back: how many entries a revocation or withdrawal reaches back.
        days: first and last day of a grant.
    """

    verb: str
    signer: str
    role: str
    whom: str
    what: str
    back: int
    days: tuple[str, str | None]

    def log(self, log: SmallLog) -> None:
        """Write it, sound or not."""
        start = max(0, len(log.leaves) - self.back)
        person = self.whom.partition("#")[0]
        match self.verb:
            case "register":
                log.register(self.whom, self.signer, self.role)
            case "revoke":
                log.revoke(self.whom, start, self.signer, self.role)
            case "grant":
                log.grant(person, self.what, self.signer, self.role, self.days)
            case "withdraw":
                log.withdraw(person, self.what, start, self.signer, self.role)
            case "succeed":
                origin = origin_of(LID if person == "root" else id_of(person))
                further = {"origin": origin, "size": self.back, "root": b64url(LID * 2)}
                log.add(kinds.SUCCESSION, self.signer, self.role, further)
            case kind:
                log.add(kind, self.signer, self.role, FURTHER[kind], kind)


ACTS = st.builds(
    Act,
    verb=st.sampled_from([*VERBS, "revoke", *SIGNABLE]),
    signer=st.sampled_from(KEYS),
    role=st.sampled_from(ROLES),
    whom=st.sampled_from(KEYS),
    what=st.sampled_from(ROLES),
    back=st.integers(-1, 4),
    days=st.sampled_from(
        [("2026-03-01", None), ("2025-09-01", "2025-12-31"), ("2026-09-01", None)]
    ),
)


def _product_accepts(authority: Authority, index: int, statement: Statement) -> bool:
    try:
        if statement.kind in kinds.AUTHORITY_KINDS:
            authority.apply(index, statement)
        else:
            authority.judge(index, statement)
    except LedgerError:
        return False
    return True


def _mini_accepts(authority: mini.Authority, index: int, jwt: bytes) -> bool:
    try:
        authority.judge(mini_statement.read_statement(jwt), index)
    except Refused:
        return False
    return True


SUCCESSIONS = st.builds(
    Act,
    verb=st.just("succeed"),
    signer=st.just("root"),
    role=st.sampled_from(["root", "root", "head"]),
    whom=st.sampled_from(PERSONS),
    what=st.just("root"),
    back=st.integers(0, 2),
    days=st.just(("2026-03-01", None)),
)


@settings(max_examples=300, deadline=None)
@given(before=st.lists(SUCCESSIONS, max_size=3), acts=st.lists(ACTS | SUCCESSIONS, max_size=14))
def test_two_authorities_accept_and_dispute_the_same_statements(
    before: list[Act], acts: list[Act]
) -> None:
    log = SmallLog()
    log.register("root", "root", "root")
    for act in before:
        act.log(log)
    log.register("head", "root", "root")
    log.grant("head", "head", "root", "root")
    for act in acts:
        act.log(log)
    product, other = Authority(), mini.Authority()
    counted = []
    for index, jwt in enumerate(log.leaves):
        accepted = _product_accepts(product, index, read_statement(jwt))
        assert accepted == _mini_accepts(other, index, jwt), f"leaf {index}: {accepted=}"
        if accepted:
            counted.append(index)
    for index in counted:
        statement = read_statement(log.leaves[index])
        told = product.disputed(index, statement.kid, statement.role)
        again = other.is_disputed(mini_statement.read_statement(log.leaves[index]), index)
        assert told == again, f"leaf {index}: disputed by the product: {told}"
