"""What never leaves: restricted classes, and the words of a protected address (D-CONS-4).

Refusals name log indexes only, never the word or where it was found, so that an
error can be read out or e-mailed without giving the address away (T21).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import InputRefused, RuleRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ledger.aggregates.record_transfer import Omission
    from ledger.formats.bundle_layout import Attachment
    from ledger.seal.contents import OpenedEntry

PROTECTED_PREFIX: Final = "protected_address."
MY_STORY_PREFIX: Final = "my_story."
TEXT_KIND: Final = "text"
SHORTEST_TERM: Final = 4
"""Characters, spaces aside: a shorter part of an address stands in too many texts."""
PHONE_DIGITS: Final = 9
"""The last digits of a telephone number: +44 191 … and 0191 … end alike."""

_NOT_WORD: Final = re.compile(r"[\W_]+")
_CATEGORY: Final = re.compile(r"[a-z][a-z_]{0,39}")
_TELLING: Final = ("address", "protected", "restricted", "refuge", "confidential")


@dataclass(frozen=True, slots=True)
class ProtectedWords:
    """What must stand in nothing that leaves.

    Attributes:
        lines: the address's lines, as written.
        postcode: its postcode, or "".
        words: further words: a refuge's name, a telephone number.
    """

    lines: tuple[str, ...] = ()
    postcode: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Term:
    spaced: str
    compact: str
    certain: bool

    def is_in(self, spaced: str, compact: str) -> bool:
        """Tell whether a normalised text holds it."""
        if " " in self.spaced or any(map(str.isdigit, self.compact)):
            return self.compact in compact
        return f" {self.spaced} " in f" {spaced} "


class Scanner:
    """Looks for a protected address in texts, whatever its case, spacing and punctuation."""

    def __init__(self, protected: Iterable[ProtectedWords]) -> None:
        """Take every protected address of the pupil, earlier ones too."""
        self._terms = tuple(
            term for one in protected for term in _terms(one) if len(term.compact) >= SHORTEST_TERM
        )

    def certain(self, texts: Iterable[str]) -> bool:
        """Tell whether one of the texts holds what can only be the address."""
        return self._found(texts, certain=True)

    def possible(self, texts: Iterable[str]) -> bool:
        """Tell whether one holds a place on the address that others live in, too."""
        return self._found(texts, certain=False)

    def _found(self, texts: Iterable[str], *, certain: bool) -> bool:
        terms = [term for term in self._terms if term.certain is certain]
        if not terms:
            return False
        for text in texts:
            spaced = _normalised(text)
            compact = spaced.replace(" ", "")
            if any(term.is_in(spaced, compact) for term in terms):
                return True
        return False


def _terms(protected: ProtectedWords) -> Iterator[_Term]:
    """Name what to look for.

    Postcode, words, the first line and whatever holds a number can only be the
    address.  A later line without a number is a street, village or town, which
    other texts name as well: a person has to look.
    """
    for word in (protected.postcode, *protected.words):
        yield _term(word, certain=True)
        digits = re.sub(r"\D", "", word)
        if len(digits) >= PHONE_DIGITS and not re.search(r"[^\W\d]", word):
            yield _Term(digits[-PHONE_DIGITS:], digits[-PHONE_DIGITS:], certain=True)
    for number, line in enumerate(protected.lines):
        for place, part in enumerate((line, *line.split(","))):
            # Of an address kept as one line, what follows the first comma may be a town.
            first = number == 0 and (place <= 1 or len(protected.lines) > 1)
            yield _term(part, certain=first or any(map(str.isdigit, part)))


def _term(text: str, *, certain: bool) -> _Term:
    spaced = _normalised(text)
    return _Term(spaced, spaced.replace(" ", ""), certain)


def _normalised(text: str) -> str:
    """Reduce a text to lower-case letters and digits, single spaces between words.

    Width, ligatures, accents, invisible characters, apostrophes and punctuation go.
    """
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(
        one
        for one in decomposed
        if unicodedata.category(one) not in {"Cf", "Mn"} and one not in "'’"
    )
    return _NOT_WORD.sub(" ", kept).strip()


def texts_of(value: object) -> Iterator[str]:
    """Give every text in a JSON value, names of members included."""
    match value:
        case str():
            yield value
        case int() if not isinstance(value, bool):
            yield str(value)
        case list():
            for inner in value:
                yield from texts_of(inner)
            # An address is often kept as a list of lines.
            yield " ".join(one for one in value if isinstance(one, str))
        case dict():
            for name, inner in value.items():
                yield name
                yield from texts_of(inner)
        case _:
            pass


def demand_classes(entries: Sequence[OpenedEntry], *, my_story_consented: bool) -> None:
    """Refuse entries of a class that may not leave, and proposals to make such.

    Raises:
        RuleRefused: kind "protected-class" or "my-story-without-consent".
    """
    kinds = {one.index: _types(one.fields) for one in entries}
    protected = [n for n, types in kinds.items() if _any_of(PROTECTED_PREFIX, types)]
    if protected:
        raise RuleRefused(
            f"Entries that never leave the school were chosen: {_listed(protected)}.",
            "Their class is exported in no document, bundle or index (D-CONS-4).",
            "Leave that record out.",
            kind="protected-class",
        )
    story = [n for n, types in kinds.items() if _any_of(MY_STORY_PREFIX, types)]
    if story and not my_story_consented:
        raise RuleRefused(
            f"My Story was chosen without a consent in force: {_listed(story)}.",
            "It leaves the school only under its own live consent (D-CONS-2).",
            "Ask the family, or leave it out and say so among the omissions.",
            kind="my-story-without-consent",
        )


def _types(fields: Mapping[str, Any]) -> tuple[str, str]:
    return str(fields.get("event")), str(fields.get("proposed_type"))


def _any_of(prefix: str, types: tuple[str, str]) -> bool:
    return any(name.startswith(prefix) for name in types)


def demand_no_protected_words(
    entries: Sequence[OpenedEntry],
    attachments: Sequence[Attachment],
    scanner: Scanner,
    signed_off_by: str | None,
) -> None:
    """Scan every text that would leave.

    Args:
        entries: the statements with all their fields.
        attachments: the documents; only those of kind `text` can be scanned.
        scanner: looks for the protected address.
        signed_off_by: who looked at what a program cannot decide (D-SEC-8), or None.

    Raises:
        RuleRefused: kind "protected-words": an entry or document holds the
            address; "attachment-not-scanned" or "protected-words-perhaps":
            somebody has to look first.
    """
    texts = {one.index: list(texts_of(dict(one.fields))) for one in entries}
    documents = [(one, _text_of(one)) for one in attachments]
    readable = [text for _, text in documents if text is not None]
    hits = [index for index, found in texts.items() if scanner.certain(found)]
    in_documents = sum(scanner.certain([text]) for text in readable)
    if hits or in_documents:
        raise RuleRefused(
            "Nothing was sent: restricted words stand in what would leave.",
            f"Entries: {_listed(hits) or 'none'}; documents: {in_documents}.",
            "Keep those entries' texts back with --withhold ENTRY, leave those documents out, "
            "and tell the receiving school by telephone.",
            kind="protected-words",
        )
    if signed_off_by:
        return
    if len(readable) < len(documents):
        raise RuleRefused(
            "Nothing was sent: a document cannot be scanned for restricted words.",
            "Pictures, scans and PDFs are not read by this program.",
            "Look at each of them, then repeat with --signed-off-by NAME.",
            kind="attachment-not-scanned",
        )
    maybe = [index for index, found in texts.items() if scanner.possible(found)]
    if maybe or scanner.possible(readable):
        raise RuleRefused(
            "Nothing was sent: somebody has to look at some entries first.",
            f"Entries: {_listed(maybe) or 'none'}; they may hold restricted words.",
            "Read them; then keep them back with --withhold ENTRY, or repeat with "
            "--signed-off-by NAME.",
            kind="protected-words-perhaps",
        )


def _text_of(attachment: Attachment) -> str | None:
    """Give a document's text, or None where it cannot be scanned."""
    if attachment.kind != TEXT_KIND or b"\x00" in attachment.data:
        return None
    try:
        return attachment.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def demand_plain_omissions(omissions: Sequence[Omission], scanner: Scanner) -> None:
    """Refuse an omission that would tell of a restricted item by naming it.

    Raises:
        InputRefused: kind "omission-telling".
    """
    for one in omissions:
        words = f"{one.category} {one.reason}"
        telling = any(word in words.casefold() for word in _TELLING)
        sound = _CATEGORY.fullmatch(one.category) and one.reason.strip()
        if telling or not sound or scanner.certain([words]) or scanner.possible([words]):
            raise InputRefused(
                "An omission is not worded so that it can stand in a manifest.",
                "A category is a plain word and the reason says nothing of restricted items: "
                "the standing sentence speaks for those, whether or not there are any.",
                "Name the category, e.g. professional_advice, and the reason in plain words.",
                kind="omission-telling",
            )


def _listed(indexes: Sequence[int]) -> str:
    return ", ".join(map(str, sorted(indexes)))
