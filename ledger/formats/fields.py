"""Typed values ↔ the JSON of disclosures, driven by a dataclass's annotations.

One table serves every event type, so that a new record kind writes no codec.
Absent is an explicit null (docs/formats/statement.md, “Disclosures”).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from ledger.errors import LedgerError, MalformedInput
from ledger.formats.encoding import b64url, unb64url
from ledger.values.code import Code
from ledger.values.dates import OccurredOn, instant_text, parse_instant
from ledger.values.money import Money

Encoder: TypeAlias = Callable[[Any], object]
Decoder: TypeAlias = Callable[[Any], object]


@dataclasses.dataclass(frozen=True, slots=True)
class FieldCodec:
    """How one field of a dataclass is written and read."""

    name: str
    encode: Encoder
    decode: Decoder


def encode_fields(value: object) -> dict[str, object]:
    """Write a dataclass as name → JSON value, in the order of its fields."""
    return {
        codec.name: codec.encode(getattr(value, codec.name)) for codec in codecs_of(type(value))
    }


def decode_fields(cls: type[Any], fields: Mapping[str, object]) -> dict[str, Any]:
    """Read name → JSON value as the constructor arguments of a dataclass.

    Raises:
        MalformedInput: a field is missing, unknown or of another shape.
    """
    codecs = codecs_of(cls)
    if fields.keys() != {codec.name for codec in codecs}:
        raise MalformedInput(f"A {cls.__name__} has other fields.", kind="bad-fields")
    try:
        return {codec.name: codec.decode(fields[codec.name]) for codec in codecs}
    except (LedgerError, KeyError, TypeError, ValueError):
        raise MalformedInput(
            f"A {cls.__name__} has a malformed field.", kind="bad-fields"
        ) from None


_KNOWN: dict[type[Any], tuple[FieldCodec, ...]] = {}


def codecs_of(cls: type[Any]) -> tuple[FieldCodec, ...]:
    """Give the codecs of a dataclass's fields, in order.

    Raises:
        TypeError: an annotation that has no JSON form; found by the first test.
    """
    known = _KNOWN.get(cls)
    if known is None:
        hints = typing.get_type_hints(cls)
        known = _KNOWN[cls] = tuple(
            FieldCodec(one.name, *_pair(hints[one.name])) for one in dataclasses.fields(cls)
        )
    return known


def _same(value: Any) -> object:
    return value


def _exact(kind: type) -> Decoder:
    def decode(value: Any) -> object:
        if type(value) is not kind:
            raise TypeError
        return value

    return decode


def _encode_money(value: Money) -> object:
    return {"currency": "GBP", "pence": value.pence}


def _decode_money(value: Any) -> object:
    if value.keys() != {"currency", "pence"} or value["currency"] != "GBP":
        raise ValueError
    return Money(_exact(int)(value["pence"]))  # type: ignore[arg-type]  # _exact(int) gives an int


def _encode_occurred_on(value: OccurredOn) -> object:
    return {"date": str(value), "precision": value.precision}


def _decode_occurred_on(value: Any) -> object:
    read = OccurredOn.parse(value["date"])
    if _encode_occurred_on(read) != value:
        raise ValueError
    return read


def _encode_code(value: Code) -> object:
    return {"scheme": value.scheme, "code": value.code, "label": value.label}


def _decode_code(value: Any) -> object:
    if value.keys() != {"scheme", "code", "label"}:
        raise ValueError
    return Code(**value)


def _decode_day(value: Any) -> object:
    read = date.fromisoformat(value)
    if read.isoformat() != value:
        raise ValueError
    return read


_ATOMS: Mapping[Any, tuple[Encoder, Decoder]] = {
    str: (_same, _exact(str)),
    int: (_same, _exact(int)),
    bool: (_same, _exact(bool)),
    bytes: (b64url, unb64url),
    UUID: (lambda value: b64url(value.bytes), lambda value: UUID(bytes=unb64url(value))),
    date: (date.isoformat, _decode_day),
    datetime: (instant_text, parse_instant),
    OccurredOn: (_encode_occurred_on, _decode_occurred_on),
    Code: (_encode_code, _decode_code),
    Money: (_encode_money, _decode_money),
}


def _pair(hint: Any) -> tuple[Encoder, Decoder]:
    if hint in _ATOMS:
        return _ATOMS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union) and type(None) in arguments:
        (inner,) = (one for one in arguments if one is not type(None))
        return _optional(*_pair(inner))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:  # noqa: PLR2004  tuple[T, ...]
        return _sequence(*_pair(arguments[0]))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return encode_fields, lambda value: hint(**decode_fields(hint, value))
    raise TypeError(f"no JSON form for {hint!r}")


def _optional(encode: Encoder, decode: Decoder) -> tuple[Encoder, Decoder]:
    return (
        lambda value: None if value is None else encode(value),
        lambda value: None if value is None else decode(value),
    )


def _sequence(encode: Encoder, decode: Decoder) -> tuple[Encoder, Decoder]:
    def decode_all(value: Any) -> object:
        if not isinstance(value, list):
            raise TypeError
        return tuple(decode(one) for one in value)

    return (lambda value: [encode(one) for one in value]), decode_all
