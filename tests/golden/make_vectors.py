"""Write every golden vector of the statement: `python -m tests.golden.make_vectors`."""

from __future__ import annotations

from tests.golden.faulty_disclosures import faulty_disclosures
from tests.golden.faulty_statements import faulty_statements
from tests.golden.good_statements import good_statements
from tests.golden.vector import FOLDER, LAYERS, Vector
from tests.golden.worked_example import write_worked_example


def all_vectors() -> dict[str, Vector]:
    """Give every vector by its name."""
    every = [*good_statements(), *faulty_statements(), *faulty_disclosures()]
    named = {one.name: one for one in every}
    assert len(named) == len(every), "two vectors bear one name"
    return named


def readme() -> str:
    """Say what the vectors are, and what the words of `expect` mean."""
    rows = [f"| `{word}` | {says} |" for word, says in LAYERS.items()]
    return "\n".join(
        [
            "# Statement vectors",
            "",
            "One file each, written by `python -m tests.golden.make_vectors` from fixed keys,",
            "randomness and dates. A faulty vector has *one* fault, and everything else is as a",
            "sound statement has it, the signature over the faulty bytes included.",
            "",
            "`data` holds the ASCII text (`form`: `jwt`, the leaf of a log, or `sd-jwt`, with",
            "disclosures), `public_key` the Ed25519 key to check it under (base64url), `expect`",
            "the layer at which a verifier stops. Where that is `ok`, `payload` and `fields` are",
            "what a reader must see.",
            "",
            "| `expect` | meaning |",
            "|---|---|",
            *rows,
            "",
        ]
    )


def main() -> None:
    """Write the folder anew, and the worked example of the specification."""
    vectors = all_vectors()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stale in FOLDER.iterdir():
        stale.unlink()
    for name, vector in vectors.items():
        (FOLDER / f"{name}.json").write_bytes(vector.to_bytes())
    (FOLDER / "README.md").write_text(readme(), encoding="utf-8")
    write_worked_example()


if __name__ == "__main__":
    main()
