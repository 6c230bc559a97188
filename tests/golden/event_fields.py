"""The published shape of every event type, for `event_fields.json`.

A published shape never changes: what was signed must be read for thirty years.  A
new type is added to the file with

    python -m tests.golden.event_fields
"""

from __future__ import annotations

import dataclasses
import json
import typing
from pathlib import Path
from typing import Any, Final

import ledger.aggregates.catalogue  # noqa: F401  the registry of event types, made complete
from ledger.aggregates.catalogue import aggregate_of
from ledger.aggregates.event import Event, event_types
from ledger.formats.kinds import CLEAR_MEMBERS

FILE: Final = Path(__file__).with_name("event_fields.json")
_BASE: Final = {one.name for one in dataclasses.fields(Event)}


def event_fields() -> dict[str, Any]:
    """Give type → kind, class of contents, and fields with their types, in order."""
    return {"*": _fields(Event), **{name: _shape(name) for name in sorted(event_types())}}


def _shape(name: str) -> dict[str, Any]:
    cls, noun = event_types()[name], aggregate_of(name)
    fields = {key: hint for key, hint in _fields(cls).items() if key not in _BASE}
    clear = [key for key in fields if key.rstrip("_") in CLEAR_MEMBERS[cls.KIND]]
    return {
        "kind": cls.KIND,
        "class": noun.CONTENT_CLASS if noun else None,
        "clear": clear,
        "fields": fields,
    }


def _fields(cls: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {one.name: _hint(hints[one.name]) for one in dataclasses.fields(cls)}


def _hint(hint: Any) -> Any:
    arguments = [one for one in typing.get_args(hint) if one is not Ellipsis]
    if typing.get_origin(hint) is tuple:
        return {"list": _hint(arguments[0])}
    if type(None) in arguments:
        (inner,) = (one for one in arguments if one is not type(None))
        return {"optional": _hint(inner)}
    if dataclasses.is_dataclass(hint):
        return {hint.__name__: _fields(hint)} if isinstance(hint, type) else None
    return "text" if typing.get_origin(hint) is typing.Literal else hint.__name__


def text() -> str:
    """Give the file's text."""
    return json.dumps(event_fields(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
