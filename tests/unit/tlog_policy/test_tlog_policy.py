"""Trust policies, line by line (C2SP tlog-policy)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from ledger.errors import MalformedInput
from ledger.formats.signed_note import (
    COSIGNATURE_ED25519,
    COSIGNATURE_ML_DSA_44,
    ED25519,
    VerifierKey,
)
from ledger.formats.tlog_policy import (
    MAX_DEFINITIONS,
    MAX_POLICY_BYTES,
    PolicyGroup,
    PolicyLog,
    PolicyWitness,
    TlogPolicy,
)


def _witness_key(number: int) -> VerifierKey:
    public = number.to_bytes(32, "big")
    return VerifierKey(name=f"w{number}.example", type=COSIGNATURE_ED25519, public=public)


def _log_key(number: int) -> VerifierKey:
    public = number.to_bytes(32, "big")
    return VerifierKey(name=f"example.com/log{number}", type=ED25519, public=public)


def _policy(text: str) -> TlogPolicy:
    return TlogPolicy.parse(text.encode("utf-8", "surrogateescape"))


LOG = _log_key(1).text()
K1, K2, K3, K4, K5, K6 = (_witness_key(n).text() for n in range(1, 7))
X_AND_Y = f"""\
log {LOG}

witness X1 {K1}
witness X2 {K2}
witness X3 {K3}
group X-witnesses 2 X1 X2 X3

witness Y1 {K4}
witness Y2 {K5}
witness Y3 {K6}
group Y-witnesses any Y1 Y2 Y3

group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def test_the_published_example_is_read() -> None:
    policy = _policy(X_AND_Y)
    assert policy.logs == (PolicyLog(_log_key(1)),)
    assert [w.name for w in policy.witnesses] == ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
    assert policy.witnesses[4].key == _witness_key(5)
    assert [(g.name, g.threshold, g.members) for g in policy.groups] == [
        ("X-witnesses", 2, ("X1", "X2", "X3")),
        ("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        ("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    ]
    assert policy.quorum == "X-and-Y"


def test_the_published_quorum_is_two_of_x_and_one_of_y() -> None:
    policy, names = _policy(X_AND_Y), ["X1", "X2", "X3", "Y1", "Y2", "Y3"]
    for present in product([False, True], repeat=6):
        cosigned = {name for name, here in zip(names, present, strict=True) if here}
        assert policy.quorum_met(cosigned) == (sum(present[:3]) >= 2 and any(present[3:]))


def test_only_names_of_witnesses_count_towards_a_quorum() -> None:
    policy = _policy(X_AND_Y)
    assert not policy.quorum_met({"X-and-Y", "X-witnesses", "Y-witnesses", "none", "stranger"})


def test_one_witness_alone_can_be_the_quorum() -> None:
    policy = _policy(f"witness a {K1}\nwitness b {K2}\nquorum a\n")
    assert policy.quorum_met({"a"})
    assert not policy.quorum_met({"b"})
    assert not policy.quorum_met(set())


def test_no_cosignature_is_asked_for_where_the_quorum_is_none() -> None:
    policy = _policy(f"log {LOG}\nquorum none\n")
    assert policy.quorum_met(set())
    assert policy.to_bytes() == f"log {LOG}\nquorum none\n".encode()


def test_a_witness_is_told_by_its_key_and_not_by_the_name_of_its_key() -> None:
    # the name of each key is the policy's name of the other witness
    first, second = (
        VerifierKey(name=name, type=COSIGNATURE_ED25519, public=bytes([number]) * 32)
        for name, number in (("b", 1), ("a", 2))
    )
    policy = _policy(f"witness a {first.text()}\nwitness b {second.text()}\nquorum a\n")
    assert policy.names_of([first]) == {"a"}
    assert policy.names_of([second]) == {"b"}
    assert policy.names_of([first, first]) == {"a"}
    assert policy.names_of([_witness_key(9), replace(first, public=b"\3" * 32)]) == frozenset()
    assert not policy.quorum_met(policy.names_of([second]))


def test_what_is_written_is_what_is_read() -> None:
    policy = _policy(X_AND_Y.replace(LOG, f"{LOG} https://log.example/").replace(K6, f"{K6} u"))
    assert policy.logs[0].url == "https://log.example/"
    assert policy.witnesses[5].url == "u"
    assert TlogPolicy.parse(policy.to_bytes()) == policy


def test_space_tabs_comments_and_empty_lines_do_not_matter() -> None:
    text = f"# a comment\n\n \t\n\t # another: é\n \tlog\t {LOG} \t\n  quorum\tnone\t\n#\n"
    assert _policy(text) == _policy(f"log {LOG}\nquorum none\n")


def test_only_space_and_tab_separate_and_names_are_opaque_octets() -> None:
    name = "west\u00a0of\u2003town\u212a"
    data = f"witness {name} {K1}\nwitness K {K2}\n".encode() + (
        b"witness \xff\xfe " + K3.encode() + b"\nquorum \xff\xfe\n"
    )
    policy = TlogPolicy.parse(data)
    assert policy.witnesses[0].name == name
    assert policy.quorum_met(policy.names_of([_witness_key(3)]))
    assert not policy.quorum_met(policy.names_of([_witness_key(1)]))
    assert policy.to_bytes() == data


def test_keys_of_the_future_type_are_read_and_written() -> None:
    key = VerifierKey(name="w", type=COSIGNATURE_ML_DSA_44, public=bytes(1312))
    policy = _policy(f"log {key.text()}\nwitness w {key.text()}\nquorum w\n")
    assert policy.witnesses == (PolicyWitness(name="w", key=key),)
    assert TlogPolicy.parse(policy.to_bytes()) == policy


def test_words_of_the_syntax_may_be_names() -> None:
    policy = _policy(f"witness any {K1}\nwitness 2 {K2}\ngroup all all any 2\nquorum all\n")
    assert policy.groups == (PolicyGroup(name="all", threshold=2, members=("any", "2")),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# only a comment\n",
        f"log {LOG}\n",
        "quorum none",
        "quorum\n",
        "quorum none none\n",
        "quorum none\nquorum none\n",
        "quorum nobody\n",
        f"quorum a\nwitness a {K1}\n",
        f"witness a {K1}\nquorum a\nquorum a\n",
        f"witness a {K1}\nquorum none\nquorum a\n",
        "Quorum none\n",
        "policy x\nquorum none\n",
        "quorum none # comment\n",
        "log\nquorum none\n",
        f"log {LOG} u v\nquorum none\n",
        f"log x{LOG}\nquorum none\n",
        f"log {LOG}x\nquorum none\n",
        f"log {K1}\nquorum none\n",
        f"log {LOG}\nlog {LOG}\nquorum none\n",
        "witness\nquorum none\n",
        "witness a\nquorum none\n",
        f"witness {K1}\nquorum none\n",
        f"witness a {K1} u v\nquorum none\n",
        f"witness a {LOG}\nquorum none\n",
        f"witness none {K1}\nquorum none\n",
        f"witness a {K1}\nwitness a {K2}\nquorum none\n",
        f"witness a {K1}\nwitness b {K1}\nquorum none\n",
        "group\nquorum none\n",
        "group g\nquorum none\n",
        "group g any\nquorum none\n",
        f"witness a {K1}\ngroup g 0 a\nquorum g\n",
        f"witness a {K1}\ngroup g 2 a\nquorum g\n",
        f"witness a {K1}\ngroup g 01 a\nquorum g\n",
        f"witness a {K1}\ngroup g +1 a\nquorum g\n",
        f"witness a {K1}\ngroup g ١ a\nquorum g\n",
        f"witness a {K1}\ngroup g 1.0 a\nquorum g\n",
        f"witness a {K1}\ngroup g Any a\nquorum g\n",
        f"witness a {K1}\ngroup g a\nquorum g\n",
        f"witness a {K1}\ngroup g any a a\nquorum g\n",
        f"witness a {K1}\ngroup a any a\nquorum a\n",
        f"witness a {K1}\ngroup none any a\nquorum none\n",
        f"witness a {K1}\ngroup g any g a\nquorum g\n",
        f"witness a {K1}\ngroup g any a none\nquorum g\n",
        f"witness a {K1}\ngroup g any a b\nwitness b {K2}\nquorum g\n",
        f"witness a {K1}\ngroup g any a\ngroup h any a\nquorum g\n",
        f"witness a {K1}\ngroup g any a\ngroup h all g a\nquorum h\n",
        "quorum none\n# no end",
        "# \r\nquorum none\n",
        "# \x00\nquorum none\n",
        "# \x1f\nquorum none\n",
        "# \x7f\nquorum none\n",
        "quorum none\r\n",
        "quorum none\x00\n",
        "quorum none\x7f\n",
        "quorum\vnone\n",
    ],
)
def test_a_malformed_policy_is_refused(text: str) -> None:
    with pytest.raises(MalformedInput):
        _policy(text)


def test_one_public_key_under_two_names_is_a_duplicate() -> None:
    for type_, word in ((ED25519, "log"), (COSIGNATURE_ED25519, "witness")):
        first, second = (VerifierKey(name=n, type=type_, public=b"k" * 32).text() for n in "ab")
        lines = [
            f"{word} {n if word == 'witness' else ''} {k}\n"
            for n, k in zip("ab", (first, second), strict=True)
        ]
        assert _policy(lines[0] + "quorum none\n").quorum == "none"
        with pytest.raises(MalformedInput):
            _policy("".join(lines) + "quorum none\n")


def test_a_key_whose_name_is_not_utf8_is_refused() -> None:
    with pytest.raises(MalformedInput):
        TlogPolicy.parse(b"log \xff" + LOG.encode() + b"\nquorum none\n")


def test_at_least_32_of_each_sort_are_accepted() -> None:
    logs = "".join(f"log {_log_key(n).text()}\n" for n in range(1, 33))
    witnesses = "".join(f"witness w{n} {_witness_key(n).text()}\n" for n in range(1, 33))
    groups = "".join(f"group g{n} all {f'g{n - 1} ' if n > 1 else ''}w{n}\n" for n in range(1, 33))
    policy = _policy(f"{logs}{witnesses}{groups}quorum g32\n")
    everyone = {f"w{n}" for n in range(1, 33)}
    assert policy.quorum_met(everyone)
    assert not policy.quorum_met(everyone - {"w1"})


def test_a_policy_over_the_limits_is_refused() -> None:
    logs = "".join(f"log {_log_key(n).text()}\n" for n in range(1, MAX_DEFINITIONS + 2))
    assert len(_policy(logs.split("\n", 1)[1] + "quorum none\n").logs) == MAX_DEFINITIONS
    with pytest.raises(MalformedInput):
        _policy(logs + "quorum none\n")
    with pytest.raises(MalformedInput):
        _policy("#" * MAX_POLICY_BYTES + "\nquorum none\n")


def test_what_could_not_be_read_back_is_not_written() -> None:
    policy = _policy(X_AND_Y)
    for wrong in (
        replace(policy, quorum="nobody"),
        replace(policy, quorum=""),
        replace(policy, groups=policy.groups[::-1]),
        replace(policy, logs=policy.logs * 2),
        replace(policy, logs=(replace(policy.logs[0], url="two words"),)),
        replace(policy, witnesses=(replace(policy.witnesses[0], name=""), *policy.witnesses[1:])),
        replace(policy, groups=(replace(policy.groups[0], threshold=4), *policy.groups[1:])),
    ):
        with pytest.raises(MalformedInput):
            wrong.to_bytes()
