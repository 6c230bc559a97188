"""Which column of a school's CSV register means which field of the ledger.

The headings are data (`columns.toml`); what a user says with
`--map "MIS header=field"` wins over them.  Nothing is guessed: a heading that
could mean two things is left unused, and the mapping is shown with its reasons.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ledger.errors import InputRefused, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_USED = "not used"
"""What a user may write for a field to leave a column out."""

_ORDINALS = {"primary": 1, "secondary": 2, "tertiary": 3, "first": 1, "second": 2, "third": 3}
_NUMBER = "(?P<n>[1-9]|" + "|".join(_ORDINALS) + ")"
_KNOWN = "the heading is known"
_BY_USER = "you said so with --map"
_NUMBERED = re.compile(r"\A(need|parent)_([1-9])(_\w+)?\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    """One column of the file and what is made of it.

    Attributes:
        letter: the column's letter in the spreadsheet, "A" for the first.
        header: the heading as it stands in the file.
        field: the field's name, or None where the column is not used.
        label: the field in a SENCO's words, or "not used".
        why: the reason, as the end of a sentence.
    """

    letter: str
    header: str
    field: str | None
    label: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Every column of a file, in the file's order."""

    columns: tuple[MappedColumn, ...]

    def has(self, field: str) -> bool:
        """Whether any column means `field`."""
        return any(one.field == field for one in self.columns)

    def numbers(self, family: str) -> tuple[int, ...]:
        """The n of the numbered fields of a family ("need", "parent"), ascending."""
        found = {
            int(match[2])
            for one in self.columns
            if one.field and (match := _NUMBERED.match(one.field)) and match[1] == family
        }
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meaning:
    """A heading's meaning in `columns.toml`; where it is plain, `otherwise` beside a legal one."""

    pattern: re.Pattern[str]
    field: str | None
    plain: bool = False
    otherwise: str | None = None
    why: str = _KNOWN


def parse_user_mapping(texts: Sequence[str]) -> Mapping[str, str]:
    """Read what the user gave with `--map "MIS header=field"`.

    Returns:
        Field name (or "not used") by the heading as the user wrote it.

    Raises:
        UsageError: no "=", no such field, or one heading twice (map-form,
            map-field, map-twice).
    """
    found: dict[str, str] = {}
    for text in texts:
        header, equals, field = (part.strip() for part in text.rpartition("="))
        if not equals or not header:
            raise UsageError(
                "A --map is not understood.",
                "It has the form heading=field.",
                'Write for example --map "SEN Level=sen_status".',
                kind="map-form",
            )
        field = _code_of(field)
        if field != NOT_USED and field not in field_names():
            raise UsageError(
                f"There is no field named {field!r}.",
                "A --map ends in the name of a field.",
                _nearest(field, (*field_names(), NOT_USED)),
                kind="map-field",
            )
        if _plain(header) in map(_plain, found):
            raise UsageError(
                f"The heading {header!r} is mapped twice.",
                "One column means one field.",
                "Leave one of the two --map out.",
                kind="map-twice",
            )
        found[header] = field
    return found


def map_columns(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> ColumnMapping:
    """Say what each column means.

    Args:
        header: the headings of the file, in order.
        chosen: what the user chose, as `parse_user_mapping` returns it.

    Raises:
        UsageError: the user named a heading that the file does not have
            (map-heading).
    """
    chosen = chosen or {}
    _refuse_unknown_headings(header, chosen)
    by_user = {_plain(name): field for name, field in chosen.items()}
    found = [_first_meaning(name, by_user.get(_plain(name))) for name in header]
    strong = {meaning.field for meaning in found if not meaning.plain}
    settled = [_settle(meaning, strong) for meaning in found]
    settled = _without_spare_name(settled)
    return ColumnMapping(
        columns=tuple(_column(place, name, settled) for place, name in enumerate(header))
    )


def knows_heading(heading: str) -> bool:
    """Whether a text is a heading of `columns.toml`, used or not."""
    return _any_heading().fullmatch(_plain(heading)) is not None


def require_columns(mapping: ColumnMapping) -> None:
    """Refuse a file in which no pupil could be known.

    A register needs the UPN, or else the name and the date of birth.

    Raises:
        InputRefused: neither is there (csv-columns).
    """
    if mapping.has("upn"):
        return
    named = mapping.has("full_name") or (mapping.has("family_name") and mapping.has("given_names"))
    missing = [] if named else ["name"]
    missing += [] if mapping.has("born") else ["date of birth"]
    if not missing:
        return
    raise InputRefused(
        "The file's columns do not say which pupil a row is about.",
        f"No heading was recognised for the UPN, nor for the {' and the '.join(missing)}.",
        'Check that the first row holds headings, or name a column: --map "My heading=upn".',
        kind="csv-columns",
    )


@cache
def field_names() -> tuple[str, ...]:
    """The names that a `--map` may end in, numbered ones for 1 to 9."""
    return tuple(
        entry["name"].replace("{n}", str(n))
        for entry in _data()["field"]
        for n in (range(1, 10) if "{n}" in entry["name"] else (0,))
    )


def field_codes() -> tuple[str, ...]:
    """The same names as a help lists them, a numbered one once, with {n}."""
    return tuple(entry["name"] for entry in _data()["field"])


def field_label(field: str) -> str:
    """A field in a SENCO's words, as reports and errors name it."""
    match = _NUMBERED.match(field)
    number = match[2] if match else ""
    name = field.replace(f"_{number}", "_{n}", 1) if match else field
    for entry in _data()["field"]:
        if entry["name"] == name:
            return str(entry["label"]).replace("{n}", number)
    return field


def column_letter(place: int) -> str:
    """The letter(s) of a spreadsheet's column; 0 is "A", 26 is "AA"."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _plain(heading: str) -> str:
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return "".join(letter for letter in folded if letter.isalnum())


def _pattern(heading: str) -> re.Pattern[str]:
    pieces = [re.escape(_plain(piece)) for piece in heading.split("{n}")]
    return re.compile(_NUMBER.join(pieces))


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("ledger.imports").joinpath("columns.toml").read_text("utf-8"))


@cache
def _meanings() -> tuple[_Meaning, ...]:
    found: list[_Meaning] = []
    for entry in _data()["field"]:
        name = entry["name"]
        found.extend(_Meaning(pattern=_pattern(one), field=name) for one in entry["headings"])
        found.extend(
            _Meaning(
                pattern=_pattern(one),
                field=name,
                plain=True,
                otherwise=entry.get("plain_otherwise"),
            )
            for one in entry.get("plain", ())
        )
    for entry in _data()["not_used"]:
        found.extend(
            _Meaning(pattern=_pattern(one), field=None, why=entry["why"])
            for one in entry["headings"]
        )
    return tuple(found)


@cache
def _any_heading() -> re.Pattern[str]:
    patterns = {meaning.pattern.pattern.replace("?P<n>", "?:") for meaning in _meanings()}
    return re.compile("|".join(sorted(patterns)))


def _first_meaning(heading: str, chosen: str | None) -> _Meaning:
    plain = _plain(heading)
    if chosen is not None:
        field = None if chosen == NOT_USED else chosen
        return _Meaning(pattern=_pattern(heading), field=field, why=_BY_USER)
    for meaning in _meanings():
        match = meaning.pattern.fullmatch(plain)
        if match is None:
            continue
        if meaning.field is None or "n" not in match.groupdict():
            return meaning
        number = _ORDINALS.get(match["n"]) or int(match["n"])
        return replace(meaning, field=meaning.field.replace("{n}", str(number)))
    why = "no field is known by this heading" if plain else "the column has no heading"
    return _Meaning(pattern=_pattern(heading), field=None, why=why)


def _settle(meaning: _Meaning, strong: set[str | None]) -> _Meaning:
    """A plain heading gives way to the legal name; a plain forename then is the preferred one."""
    if not meaning.plain or meaning.field not in strong:
        return meaning
    if meaning.otherwise and meaning.otherwise in strong:
        return replace(meaning, field=None, why="other columns hold the legal and preferred name")
    return replace(meaning, field=meaning.otherwise, why="another column holds the legal name")


def _without_spare_name(settled: list[_Meaning]) -> list[_Meaning]:
    fields = {meaning.field for meaning in settled}
    if not {"family_name", "given_names"} <= fields:
        return settled
    why = "family name and given names have columns of their own"
    return [
        replace(meaning, field=None, why=why)
        if meaning.field == "full_name" and meaning.why != _BY_USER
        else meaning
        for meaning in settled
    ]


def _column(place: int, header: str, settled: list[_Meaning]) -> MappedColumn:
    meaning = settled[place]
    why = meaning.why
    if meaning.field:
        first = [one.field for one in settled].index(meaning.field)
        if first != place and meaning.field == "need":
            why = f"a further need, beside column {column_letter(first)}"
        elif first != place:
            why = f"it repeats column {column_letter(first)}, and the two must agree"
    return MappedColumn(
        letter=column_letter(place),
        header=header,
        field=meaning.field,
        label=field_label(meaning.field) if meaning.field else NOT_USED,
        why=why,
    )


def _refuse_unknown_headings(header: Sequence[str], chosen: Mapping[str, str]) -> None:
    there = {_plain(name) for name in header}
    for name in chosen:
        if _plain(name) not in there:
            raise UsageError(
                f"The file has no heading {name!r}.",
                "A --map names a heading of the file.",
                _nearest(name, tuple(header)),
                kind="map-heading",
            )


def _nearest(word: str, words: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, words, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    return f"Fields: {', '.join(field_codes())}. A dry run lists the headings."


def _code_of(field: str) -> str:
    """Take a field by its code, or by the words that a report shows for it."""
    by_words = {field_label(name).casefold(): name for name in field_names()}
    return by_words.get(field.casefold(), field)
