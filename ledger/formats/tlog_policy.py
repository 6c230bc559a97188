"""C2SP tlog-policy: whose logs and cosigners a reader trusts, and how many must agree.

    log <vkey> [<url>]
    witness <name> <vkey> [<url>]
    group <name> all|any|<k> <name>...
    quorum <name>|none

Names are opaque octets ("Character set"): what is not UTF-8 is carried as Python's
surrogate escapes, so that two names are equal exactly when their octets are.
Section names are those of C2SP tlog-policy.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from ledger.errors import MalformedInput
from ledger.formats.signed_note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_ML_DSA_44,
    ED25519,
    VerifierKey,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

MAX_POLICY_BYTES: Final = 1024 * 1024
MAX_DEFINITIONS: Final = 1024  # "Implementation limits": at least 32 of each sort
NO_QUORUM: Final = "none"

# "Public key representation": types fit for a log and for a cosigner
LOG_KEY_TYPES: Final = (ED25519, COSIGNATURE_ML_DSA_44)
WITNESS_KEY_TYPES: Final = (COSIGNATURE_ED25519, COSIGNATURE_ML_DSA_44)

_FORBIDDEN: Final = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")  # "Character set"
_SPACE: Final = re.compile(r"[ \t]+")  # "Structure": space and tab only
_THRESHOLD: Final = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log that is accepted.

    Attributes:
        key: the log's key, under the log's origin.
        url: where the log can be reached, or empty.
    """

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWitness:
    """A cosigner that may count towards the quorum.

    Attributes:
        name: its name within this policy; it need not be the name of its key.
        key: its cosignature key.
        url: where it can be reached, or empty.
    """

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGroup:
    """Witnesses and groups, so many of which must have cosigned.

    Attributes:
        name: the group's name.
        threshold: how many of the members, from 1 to all.
        members: names defined before it.
    """

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogPolicy:
    """A trust policy for checkpoints.

    Attributes:
        logs: any one of them may have signed the checkpoint.
        witnesses: cosigners by name.
        groups: each after those that it names.
        quorum: a witness, a group, or `NO_QUORUM`.
    """

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> TlogPolicy:
        """Read a policy file ("Policy file syntax and structure").

        Raises:
            MalformedInput: a line that is malformed, a name or key defined twice,
                a name used before it is defined or in two groups, not exactly one
                quorum, a forbidden octet, or too large.
        """
        if len(data) > MAX_POLICY_BYTES or _FORBIDDEN.search(data):
            raise _malformed("The policy is too large or holds a control character.")
        if not data.endswith(b"\n"):
            raise _malformed("The last line of the policy has no end.")
        reader = _PolicyReader()
        for line in data.decode("utf-8", "surrogateescape").split("\n")[:-1]:
            reader.take(line)
        return reader.policy()

    def to_bytes(self) -> bytes:
        """Write the policy file; `parse` gives back its equal.

        Raises:
            MalformedInput: this is not a policy that `parse` would accept.
        """
        lines = [
            *(("log", log.key.text(), log.url) for log in self.logs),
            *(("witness", w.name, w.key.text(), w.url) for w in self.witnesses),
            *(("group", g.name, str(g.threshold), *g.members) for g in self.groups),
            ("quorum", self.quorum),
        ]
        text = "".join(" ".join(words).rstrip(" ") + "\n" for words in lines)
        data = text.encode("utf-8", "surrogateescape")
        if TlogPolicy.parse(data) != self:
            raise _malformed("A name or address in the policy cannot be written.")
        return data

    def names_of(self, keys: Iterable[VerifierKey]) -> frozenset[str]:
        """Name the witnesses whose keys these are.

        The name of a key proves nothing here: only the key itself tells which
        witness of the policy has cosigned.
        """
        held = frozenset(keys)
        return frozenset(w.name for w in self.witnesses if w.key in held)

    def quorum_met(self, cosigned: Collection[str]) -> bool:
        """Tell whether enough witnesses have cosigned ("Defining the quorum").

        Args:
            cosigned: names of witnesses in this policy whose cosignatures of the
                checkpoint were verified, as `names_of` gives them.
        """
        if self.quorum == NO_QUORUM:
            return True
        agreed = {witness.name for witness in self.witnesses} & set(cosigned)
        for group in self.groups:  # each names only what stands before it
            if sum(member in agreed for member in group.members) >= group.threshold:
                agreed.add(group.name)
        return self.quorum in agreed


@dataclass(slots=True)
class _PolicyReader:
    # What has been defined so far, one line after another.
    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    quorum: str = ""
    free: dict[str, bool] = field(default_factory=dict)  # name → not yet in a group

    def take(self, line: str) -> None:
        words = _SPACE.split(line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):  # "Structure": empty or a comment
            return
        definition = _DEFINITIONS.get(words[0])
        if definition is None:
            raise _malformed("A line of the policy is no definition.")
        definition(self, words[1:])
        if len(self.logs) + len(self.free) > MAX_DEFINITIONS:
            raise _malformed("The policy has more definitions than any real one.")

    def log(self, words: list[str]) -> None:  # "Defining a log"
        match words:
            case [vkey, *url] if len(url) <= 1:
                key = _key(vkey, LOG_KEY_TYPES)
            case _:
                raise _malformed("A log line is not a key and perhaps an address.")
        _demand_new_key(key, (log.key for log in self.logs))
        self.logs.append(PolicyLog(key, *url))

    def witness(self, words: list[str]) -> None:  # "Defining a witness"
        match words:
            case [name, vkey, *url] if len(url) <= 1:
                key = _key(vkey, WITNESS_KEY_TYPES)
            case _:
                raise _malformed("A witness line is not a name, a key and perhaps an address.")
        _demand_new_key(key, (witness.key for witness in self.witnesses))
        self.define(name)
        self.witnesses.append(PolicyWitness(name=name, key=key, url="".join(url)))

    def group(self, words: list[str]) -> None:  # "Defining a witness group"
        match words:
            case [name, word, *members] if members:
                threshold = _threshold(word, len(members))
            case _:
                raise _malformed("A group line is not a name, a number and members.")
        for member in members:
            if not self.free.get(member):
                raise _malformed("A member of a group is not defined, or is in a group already.")
            self.free[member] = False
        self.define(name)
        self.groups.append(PolicyGroup(name=name, threshold=threshold, members=tuple(members)))

    def set_quorum(self, words: list[str]) -> None:  # "Defining the quorum"
        match words:
            case [name] if not self.quorum and (name == NO_QUORUM or name in self.free):
                self.quorum = name
            case _:
                raise _malformed("A quorum line is not one defined name, or is a second one.")

    def define(self, name: str) -> None:  # one name space; `none` is predefined
        if name in self.free or name == NO_QUORUM:
            raise _malformed("A name of the policy is defined twice.")
        self.free[name] = True

    def policy(self) -> TlogPolicy:
        if not self.quorum:
            raise _malformed("The policy has no quorum line.")
        return TlogPolicy(
            logs=tuple(self.logs),
            witnesses=tuple(self.witnesses),
            groups=tuple(self.groups),
            quorum=self.quorum,
        )


_DEFINITIONS: Final[dict[str, Callable[[_PolicyReader, list[str]], None]]] = {
    "log": _PolicyReader.log,
    "witness": _PolicyReader.witness,
    "group": _PolicyReader.group,
    "quorum": _PolicyReader.set_quorum,
}


def _key(vkey: str, types: Collection[int]) -> VerifierKey:
    key = VerifierKey.parse(vkey)
    if key.type not in types:
        raise _malformed("A key of the policy is of a type unfit for its use.")
    return key


def _demand_new_key(key: VerifierKey, others: Iterable[VerifierKey]) -> None:
    # "Public key representation": the same underlying key is a duplicate, whatever its name.
    if any(key.public == other.public for other in others):
        raise _malformed("The policy lists the same public key twice.")


def _threshold(word: str, members: int) -> int:
    if word in {"any", "all"}:
        return 1 if word == "any" else members
    if not _THRESHOLD.fullmatch(word) or int(word) > members:
        raise _malformed("The number of a group is not from 1 to the number of its members.")
    return int(word)


def _malformed(what: str) -> MalformedInput:
    return MalformedInput(
        what,
        "Trust policies are read strictly by C2SP tlog-policy.",
        "Correct the policy file, or ask whoever gave it to you.",
        kind="bad-tlog-policy",
    )
