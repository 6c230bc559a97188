"""Fields of an entry as they are typed when one is put right: `--field name=value`."""

from __future__ import annotations

import types
import typing
from datetime import date
from typing import TYPE_CHECKING, Any

from ledger.aggregates.event import own_codecs
from ledger.aggregates.pupil import RankedNeed
from ledger.entrypoints.cli.days import DAY
from ledger.entrypoints.cli.parameters import MONEY, NAME, WORDS
from ledger.errors import LedgerError, MalformedInput, UsageError
from ledger.formats.encoding import strict_json
from ledger.values.code import Code
from ledger.values.code_set import code_set
from ledger.values.money import Money
from ledger.values.need_type import NeedType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.aggregates.event import Event

CODE_LISTS = (
    "annual_review_outcome",
    "assessment_source",
    "broad_area",
    "contact_means",
    "meeting_kind",
    "my_story_version",
    "need_type",
    "next_step",
    "plan_kind",
    "sen_status",
    "sex",
    "target_outcome",
    "views_method",
)
NAMES = frozenset({"family_name", "given_names", "preferred_name", "holder_name", "to_name"})
_TRUTHS = {"yes": True, "true": True, "no": False, "false": False}


def changed_fields(
    cls: type[Event], old: Mapping[str, Any], pairs: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """Give an entry's fields with changes.

    A text is typed as it stands, a date as 31/03/2026, a code by its code; a
    list has one pair for each of its items; whatever else is typed as the JSON
    that `send-ledger history --json` shows; nothing after the equals sign
    empties a field.

    Args:
        cls: the type of the entry.
        old: its own fields, as values.
        pairs: name and text, as typed.

    Raises:
        UsageError: no such field, or a value of another kind.
    """
    hints = typing.get_type_hints(cls)
    typed: dict[str, list[str]] = {}
    for name, text in pairs:
        if name not in old or name == "pupil":
            raise UsageError(
                f"This kind of entry has no field {name}.",
                f"Its fields are: {', '.join(one for one in old if one != 'pupil')}.",
                "Name one of them.",
                kind="no-such-field",
            )
        typed.setdefault(name, []).append(text)
    return {**old, **{name: _read(cls, hints[name], name, old, typed[name]) for name in typed}}


def _read(
    cls: type[Event], hint: Any, name: str, old: Mapping[str, Any], texts: Sequence[str]
) -> Any:
    optional, kind = _without_none(hint)
    if optional and list(texts) == [""]:
        return None
    try:
        if typing.get_origin(kind) is tuple and not texts[0].startswith("["):
            return _items(typing.get_args(kind)[0], old[name], texts)
        if len(texts) > 1:
            raise MalformedInput(
                f"The field {name} has one value.",
                "It was given more than once.",
                f"Give {name} once.",
                kind="bad-fields",
            )
        if kind in {str, date, bool, int, Money, Code}:
            return _one(kind, name, old[name], texts[0])
        codec = next(codec for codec, _clear in own_codecs(cls) if codec.name == name)
        return codec.decode(strict_json(texts[0]))
    except (LedgerError, KeyError, TypeError, ValueError, AttributeError) as error:
        why = error.what if isinstance(error, LedgerError) else "It is of another kind."
        raise UsageError(
            f"The value for {name} cannot be read; nothing was recorded.",
            why,
            "See send-ledger correct --help for how each kind is typed.",
            kind="bad-field-value",
        ) from error


def _without_none(hint: Any) -> tuple[bool, Any]:
    if typing.get_origin(hint) in {types.UnionType, typing.Union}:
        (kind,) = (one for one in typing.get_args(hint) if one is not types.NoneType)
        return True, kind
    return False, hint


def _one(kind: Any, name: str, old: Any, text: str) -> Any:
    if kind is Code:
        return _code(text, old)
    if kind is bool:
        return _TRUTHS[text.casefold()]
    if kind is int:
        return int(text)
    readers = {str: NAME if name in NAMES else WORDS, date: DAY, Money: MONEY}
    return readers[kind].read(text)


def _code(text: str, old: Code | None) -> Code:
    """Find a code in the list that the old one is from."""
    for name in CODE_LISTS:
        listed = code_set(name)
        if old is None or listed.scheme == old.scheme:
            entry = listed.find(text)
            if entry is not None and entry.in_use(None):
                return entry.code
    raise MalformedInput(
        "It is no code of the list that this field takes.",
        "A code is compared letter by letter.",
        "See docs/reference/event-types.md for the lists.",
        kind="unknown-code",
    )


def _items(kind: Any, old: Sequence[Any], texts: Sequence[str]) -> tuple[Any, ...]:
    given = [text for text in texts if text]
    if kind is RankedNeed:
        return tuple(_need(rank, NeedType.parse(text), old) for rank, text in enumerate(given, 1))
    return tuple(_one(kind, "", old[0] if old else None, text) for text in given)


def _need(rank: int, need: NeedType, old: Sequence[RankedNeed]) -> RankedNeed:
    """Keep what was said of a need that stays, at its new rank."""
    for one in old:
        if one.need.code == need.code.code:
            return RankedNeed(rank, one.need, one.area, one.barrier, one.from_)
    return RankedNeed(rank, need.code, need.area, None, None)
