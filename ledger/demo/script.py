"""The story of a school year, told as data: who recorded what, when, about whom.

A script is a TOML file of `[[entry]]` tables:

    on           day of the story on which it is recorded, "11-20"
    by           handle of whoever records it
    type         published event type
    pupil        key of a made-up pupil, where it is about one
    happened     day on which it happened, where that was another
    late         why it is entered late
    called       a name under which the story comes back to it
    record       the name of an earlier entry whose record this one goes on with
    fields       the type's own fields, in their JSON form

In the fields, text that begins so is made out first:

    @11-20              that day of the story, or "@-1/11-20" a school year earlier
    code:LIST/CODE      a code of `ledger/values/codes/LIST.toml`
    stream:NAME         stream of the entry called NAME; `stream:pupil`, of the pupil
    seq:NAME            place of the entry called NAME in its record
    sha256:WORDS        SHA-256 of the words: a document that only the story has
    null                nothing, in a place that TOML cannot leave empty

A field that is not told is null.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from ledger.aggregates.event import own_codecs
from ledger.application.entries import Draft, understood
from ledger.demo.stage import Scene, Stage
from ledger.errors import LedgerError
from ledger.formats.encoding import b64url
from ledger.values.code_set import code_set

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ledger.demo.played_year import PlayedYear

_KNOWN = frozenset(["on", "by", "type", "pupil", "happened", "late", "called", "record", "fields"])


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a script."""

    told: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Refuse a misspelt or missing word."""
        if self.told.keys() - _KNOWN or not {"on", "by", "type"} <= self.told.keys():
            raise LedgerError("A line of the story is malformed.", kind="demo-script")

    def play(self, stage: Stage) -> None:
        """Record it."""
        told = self.told
        recorded = stage.add(told["by"], [self.draft(stage)])[0]
        if "called" in told:
            stage.recorded[told["called"]] = recorded

    def draft(self, stage: Stage) -> Draft:
        """Say it as the application takes it."""
        told = self.told
        pupil = told.get("pupil")
        fields = decoded(stage, told["type"], told.get("fields", {}), pupil)
        draft = stage.draft(told["type"], pupil, fields)
        earlier = told.get("record")
        return Draft(
            type=draft.type,
            fields=draft.fields,
            pupil=draft.pupil,
            stream=stage.remembered(earlier).stream if earlier else draft.stream,
            occurred_on=stage.played.on(told["happened"]) if "happened" in told else None,
            late_reason=told.get("late"),
        )


def read_script(name: str, played: PlayedYear) -> list[Scene]:
    """Read a script that is installed with the demonstration."""
    text = resources.files("ledger.demo").joinpath(f"{name}.toml").read_text("utf-8")
    lines = [Line(one) for one in tomllib.loads(text)["entry"]]
    return [Scene(played.on(line.told["on"]), line.play) for line in lines]


def decoded(
    stage: Stage, type_name: str, told: Mapping[str, Any], pupil: str | None
) -> dict[str, Any]:
    """Give the fields of an event type as values.

    Raises:
        LedgerError: kind "demo-script": a field that the type does not have.
        TypeError, ValueError: a value of another shape, or one that is missing.
    """
    cls, _noun = understood(type_name)
    codecs = {codec.name: codec for codec, _clear in own_codecs(cls) if codec.name != "pupil"}
    if told.keys() - codecs.keys():
        raise LedgerError(f"The story tells a {type_name} too much.", kind="demo-script")
    return {
        name: codec.decode(_made_out(stage, told.get(name), pupil))
        for name, codec in codecs.items()
    }


def _made_out(stage: Stage, value: Any, pupil: str | None) -> Any:
    match value:
        case str():
            return _text(stage, value, pupil)
        case list():
            return [_made_out(stage, one, pupil) for one in value]
        case dict():
            return {name: _made_out(stage, one, pupil) for name, one in value.items()}
        case _:
            return value


def _text(stage: Stage, text: str, pupil: str | None) -> Any:
    if text == "null":
        return None
    if text.startswith("@"):
        return stage.played.on(text[1:]).isoformat()
    prefix, colon, rest = text.partition(":")
    make_out = _PREFIXES.get(prefix) if colon else None
    return text if make_out is None else make_out(stage, rest, pupil)


def _stream(stage: Stage, name: str, pupil: str | None) -> str:
    stream = stage.pupils[pupil] if name == "pupil" and pupil else stage.remembered(name).stream
    return b64url(stream.bytes)


def _seq(stage: Stage, name: str, _pupil: str | None) -> int:
    return stage.remembered(name).seq


def _sha256(_stage: Stage, words: str, _pupil: str | None) -> str:
    return b64url(hashlib.sha256(words.encode("utf-8")).digest())


def _code(_stage: Stage, text: str, _pupil: str | None) -> dict[str, str]:
    name, _, wanted = text.partition("/")
    entry = code_set(name).find(wanted)
    if entry is None:
        raise LedgerError(f"The story uses the unknown code {text}.", kind="demo-script")
    code = entry.code
    return {"scheme": code.scheme, "code": code.code, "label": code.label}


_PREFIXES: dict[str, Callable[[Stage, str, str | None], Any]] = {
    "code": _code,
    "stream": _stream,
    "seq": _seq,
    "sha256": _sha256,
}
