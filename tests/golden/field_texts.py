"""Arrays of disclosures, byte by byte: what every reader takes, and what every reader refuses.

Each stands for `[salt, name, value]` as somebody with a real key could sign it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.formats.disclosure import digest
from ledger.formats.encoding import b64url
from tests.golden.fixed import clear_part, fixed_bytes, sign
from tests.golden.good_statements import consent_fields, make

if TYPE_CHECKING:
    from collections.abc import Mapping

SALT: Final = b64url(fixed_bytes("salt", 16))
GOOD: Final = make("shown", consent_fields())

SOUND_VALUES: Final = (
    *(b"null", b"true", b"false", b"0", b"7", b"-1", b"10", b"9" * 4300, b"-" + b"9" * 4300),
    *(b'""', b'"x"', b'"/"', b'"\x7f"', b'"\\n\\t\\b\\f\\r\\"\\\\"', b'"\\u0000\\u001f\\u000b"'),
    *(one.encode() for one in ('"é"', '"߿"', '"ࠀ"', '"\ud7ff"', '"\ue000"', '"\uffff"')),
    *(one.encode() for one in ('"\u2028"', '"𐀀"', '"𠮷"', '"\U0010ffff"', '"\ufeff"', '"\x80"')),
    *(b"[]", b"{}", b"[1]", b'["[",",","]"]', b'[{"a":1},{"a":1}]', b'{"":null,"a":{"a":[]}}'),
    *(b"[" * 8 + b"]" * 8, b'{"a":' * 7 + b"{}" + b"}" * 7, b'{"_sd_alg":1}', b'"_sd"'),
    b"[" + b",".join([b'{"a":[true,false]}'] * 20) + b"]",
)
FAULTY_VALUES: Final = (
    *(b"", b" 1", b"1 ", b"\t1", b"1\n", b"[1 ]", b"[ ]", b'{"a" :1}', b'{"a": 1}', b"[1, 2]"),
    *(b"[1,]", b"[,1]", b"[,]", b'{"a":1,}', b'{,"a":1}', b"[1", b"1]", b"{", b"]", b"}"),
    *(b'{"a"}', b'{"a":}', b"{1:2}", b"{'a':1}", b"'a'", b'{"a":1]', b'["a":1]', b"[1]]", b"[[1]"),
    *(b"1,2", b'"a","b"', b'"a""b"', b'"a"b', b"x", b"nul", b"nulls", b"True", b"None", b"-"),
    *(b"01", b"-0", b"-01", b"00", b"+1", b"1.0", b"0.5", b".5", b"1.", b"1e0", b"1E5", b"0x1"),
    *(b"NaN", b"Infinity", b"-Infinity", b"9" * 4301, b"-" + b"9" * 4301, b"- 1", b"--1", b"1-"),
    *(b'"', b'"a', b'"\\"', b'"\\', b'"\\/"', b'"\\a"', b'"\\x41"', b'"\\u"', b'"\\u00"'),
    *(b'"\\u0041"', b'"\\u000a"', b'"\\u0008"', b'"\\u000B"', b'"\\u001F"', b'"\\u007f"'),
    *(b'"\\u00e9"', b'"\\u0022"', b'"\\u2028"', b'"\\U00000001"', b'"\\ud83d\\ude00"'),
    *(b'"\\ud800"', b'"\\N"', b'"\n"', b'"\t"', b'"\x01"', b'"\x1f"', b'"\0"', b"\0", b"1\0"),
    *(b'"\x80"', b'"\xff"', b'"\xfe\xff"', b'"\xc0\x80"', b'"\xc0\xaf"', b'"\xc1\xbf"'),
    *(b'"\xc3"', b'"\xc3\x28"', b'"\xc3\xc3\xa9"', b'"\xe0\x80\xaf"', b'"\xe0\x9f\xbf"'),
    *(
        b'"\xe2\x82"',
        b'"\xe2\x28\xa1"',
        b'"\xed\xa0\x80"',
        b'"\xed\xbf\xbf"',
        b'"\xf0\x80\x80\x80"',
    ),
    *(b'"\xf0\x8f\xbf\xbf"', b'"\xf0\x9f\x98"', b'"\xf4\x90\x80\x80"', b'"\xf5\x80\x80\x80"'),
    *(b'"\xf8\x88\x80\x80\x80"', b"\xc2\xa0", b"\xef\xbb\xbf1", b'{"\xff":1}'),
    *(b'{"a":1,"a":1}', b'{"a":1,"b":2,"a":3}', b'[{"a":{"b":1,"b":2}}]', b'{"":1,"":2}'),
    *(b"[" * 9 + b"]" * 9, b"[" * 8 + b"{}" + b"]" * 8, b"[" * 9000 + b"]" * 9000, b"[" * 9000),
    *(b'{"a":' * 9 + b"1" + b"}" * 9, b'{"_sd":[]}', b'{"...":1}', b'[{"a":{"_sd":1}}]'),
    *(b'[[{"..." :1}]]', b'{"\\u005fsd":[]}', b"//", b"/**/1", b"1//", b"\xe2\x80\xa81"),
)
SOUND_NAMES: Final = tuple(
    one.encode()
    for one in (
        "x",
        "Name",
        "note 2",
        "a.b",
        "naïve",
        "_",
        "..",
        "a: b",
        '\\"q\\"',
        "\\u0001",
        "𠮷",
    )
)
FAULTY_NAMES: Final = (
    *(b"", b"_sd", b"_sd_alg", b"...", b"role", b"v", b"from", b"typ", b"alg", b"ranges", b"of"),
    *(b"r\\u006fle", b"n\\u006fte", b"a\tb", b"\xff", b'a"b', b"a\\/b", b"n\0"),
)
SOUND_SALTS: Final = (b"A" * 22, b"A" * 24, b"A" * 23, b"-_" * 11 + b"AA", b"A" * 43, b"A" * 86)
FAULTY_SALTS: Final = (
    *(b"", b"A" * 16, b"A" * 21, b"A" * 21 + b"B", b"A" * 22 + b"B", b"A" * 25, b"A" * 21 + b"="),
    *(b"A" * 22 + b"==", b"+" + b"A" * 21, b"/" + b"A" * 21, b"A" * 21 + b":", b" " * 22),
    *(b"\\u0041" + b"A" * 21, b"A" * 20 + b"\xc3\xa9", b"A" * 42 + b"B"),
)


def _array(value: bytes = b'"x"', name: bytes = b"note", salt: bytes = SALT.encode()) -> bytes:
    return b'["' + salt + b'","' + name + b'",' + value + b"]"


_WHOLE: Final = _array()
FAULTY_WHOLES: Final = (
    *(b"", b"[]", b"null", b'"x"', b"[", b"{}", _WHOLE[:-1], _WHOLE[1:], _WHOLE + b"]"),
    *(_WHOLE + b"\n", b"\n" + _WHOLE, _WHOLE + b" ", b" " + _WHOLE, _WHOLE + b"\0", _WHOLE * 2),
    *(_WHOLE + b"\n" + _WHOLE, b"\xef\xbb\xbf" + _WHOLE, _WHOLE.decode().encode("utf-16")),
    *(b"[" + _WHOLE + b"]", b'["' + SALT.encode() + b'","note"]', b'["note","x"]'),
    *(b"[12345678901234567890123," + _WHOLE[27:], _WHOLE.replace(b'"note"', b"1")),
    *(_WHOLE.replace(b'"note"', b"null"), _WHOLE.replace(b'"note"', b'["note"]')),
    *(_WHOLE.replace(b",", b", "), _WHOLE.replace(b'"x"', b'"x",')),
    b'{"salt":"' + SALT.encode() + b'","name":"note","value":"x"}',
)


def _all(
    values: tuple[bytes, ...], names: tuple[bytes, ...], salts: tuple[bytes, ...]
) -> dict[str, bytes]:
    return {
        **{f"value-{number:03}": _array(value=one) for number, one in enumerate(values)},
        **{f"name-{number:03}": _array(name=one) for number, one in enumerate(names)},
        **{f"salt-{number:03}": _array(salt=one) for number, one in enumerate(salts)},
    }


SOUND: Final[Mapping[str, bytes]] = {
    f"sound-{name}": array for name, array in _all(SOUND_VALUES, SOUND_NAMES, SOUND_SALTS).items()
}
FAULTY: Final[Mapping[str, bytes]] = {
    **{
        f"faulty-{name}": array
        for name, array in _all(FAULTY_VALUES, FAULTY_NAMES, FAULTY_SALTS).items()
    },
    **{f"faulty-whole-{number:03}": one for number, one in enumerate(FAULTY_WHOLES)},
}


def signed_over(text: str) -> bytes:
    """Sign a statement over a disclosure's text, whatever it is, and show it."""
    digests = sorted({digest(text), *GOOD.payload["_sd"][:15]})
    return sign(clear_part("event", digests, {})) + f"~{text}~".encode("ascii")


def shown(array: bytes) -> bytes:
    """Give the statement over an array's bytes, with that field shown."""
    return signed_over(b64url(array))
