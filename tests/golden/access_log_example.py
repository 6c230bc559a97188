"""The worked example of `docs/formats/access-log.md`: two records, and the head that names them.

Run `python -m tests.golden.access_log_example` to write it into the document.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ledger.formats.access_log import ROLE, AccessRecord
from ledger.formats.encoding import b64url, compact_json, unb64url
from ledger.formats.kinds import ACCESS_RECORD, STREAM_HEAD
from ledger.formats.statement import statement_hash
from ledger.values.dates import OccurredOn
from tests.golden.fixed import fixed_bytes
from tests.golden.good_statements import Made, make
from tests.support.documents import write_section

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "formats" / "access-log.md"
STREAM: Final = fixed_bytes("access log", 16)


def records() -> tuple[Made, Made]:
    """Make the first two records of an access log."""
    first = AccessRecord(
        occurred_on=OccurredOn.parse("2026-03-03"),
        reader=fixed_bytes("person", 16),
        acted_as="senco",
        command="pupil history",
        about=fixed_bytes("stream", 16),
        purpose="Annual review",
        fields_seen=(),
    )
    second = AccessRecord(
        occurred_on=OccurredOn.parse("2026-03-03"),
        reader=fixed_bytes("person", 16),
        acted_as="senco",
        command="register",
        about=None,
        purpose=None,
        fields_seen=(),
    )
    one = make(
        "first reading",
        first.disclosed(),
        ACCESS_RECORD,
        stream=STREAM,
        seq=1,
        prev=None,
        anchor=None,
        role=ROLE,
    )
    two = make(
        "second reading",
        second.disclosed(),
        ACCESS_RECORD,
        stream=STREAM,
        seq=2,
        prev=statement_hash(one.jwt),
        anchor=None,
        role=ROLE,
    )
    return one, two


def head() -> Made:
    """Make the stream head that a sealing logs of it."""
    place = {"stream": b64url(STREAM), "seq": 2, "hash": b64url(statement_hash(records()[1].jwt))}
    return make("head of the access log", {}, STREAM_HEAD, further={"head": place})


def worked_example() -> str:
    """Write the section between the two comments."""
    parts = []
    for number, made in enumerate(records(), 1):
        payload = {name: value for name, value in made.payload.items() if name != "_sd"}
        fields = "\n".join(f"{one.name}: {compact_json(one.value)}" for one in made.disclosures)
        parts += [
            f"Record {number}, its payload without `_sd`, and its fields:\n",
            f"```json\n{compact_json(payload)}\n```\n",
            f"```text\n{fields}\n```\n",
            f"Its hash, as the next record or a head quotes it: `{_hash(made)}`. As stored:\n",
            f"```text\n{made.jwt.decode()}\n```\n",
        ]
    header = unb64url(head().jwt.split(b".")[0]).decode()
    parts += [
        "The head that a sealing logs in the ledger: its header, and what it adds to a payload:\n",
        f"```json\n{header}\n{compact_json({'head': head().payload['head']})}\n```\n",
    ]
    return "\n".join(parts)


def _hash(made: Made) -> str:
    return b64url(statement_hash(made.jwt))


def main() -> None:
    """Write the example into the document."""
    write_section(DOCUMENT, f"\n{worked_example()}\n")


if __name__ == "__main__":
    main()
