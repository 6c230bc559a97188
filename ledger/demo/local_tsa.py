"""A time-stamp authority on this machine, for the demonstration and the tests.

It stamps with this computer's own clock and with a key that lies beside it, so
its stamps prove nothing to anyone.  No network: `openssl req`, `openssl x509`
and `openssl ts -reply` (RFC 3161) run on files in one folder.

The authority's key is RSA 2048, because OpenSSL 3.0 cannot run one on an
Ed25519 key; the root's is P-256, which is made in no time.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ledger.errors import LedgerError

VALID_DAYS: Final = 3650
POLICY: Final = "1.2.3.4.1"

_TIMEOUT_SECONDS: Final = 30
_LABEL: Final = """\
A DEMONSTRATION time-stamp authority.  Its private keys lie here unencrypted.
Its stamps prove nothing; never trust root.pem anywhere but in the demonstration.
"""
# Of the chain, the token carries the authority's certificate alone: OpenSSL
# writes several in an order that strict readers of DER refuse.
_CONFIG: Final = f"""\
[req]
distinguished_name = subject
prompt = no
utf8 = yes
[subject]
O = DEMONSTRATION ONLY
CN = {{name}}
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[authority]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[tsa]
serial = serial
crypto_device = builtin
signer_cert = authority.pem
signer_key = authority-key.pem
signer_digest = sha256
default_policy = {POLICY}
other_policies = {POLICY}
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def available() -> bool:
    """Whether this machine has the `openssl` command."""
    return shutil.which("openssl") is not None


class LocalTimeStampAuthority:
    """A root, an authority under it, and the stamps it gives.

    Args:
        folder: where its files are or will be: `root.pem`, `authority.pem`,
            two keys, `openssl.cnf`, `serial`, `README.txt`.
        name: common name of the authority; its root adds "root".
    """

    def __init__(self, folder: Path, name: str = "Demonstration time-stamp authority") -> None:
        """Name the folder; nothing is made or read yet."""
        self.folder = folder
        self.name = name

    @property
    def root_pem(self) -> bytes:
        """The root certificate, PEM: what a trust policy of the demonstration holds."""
        return (self.folder / "root.pem").read_bytes()

    def create(self) -> None:
        """Make root and authority; takes well under a second.

        Raises:
            LedgerError: kind "openssl-missing" or "openssl-failed".
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file, text in (("root.cnf", f"{self.name} root"), ("openssl.cnf", self.name)):
            (self.folder / file).write_text(_CONFIG.format(name=text), encoding="utf-8")
        (self.folder / "README.txt").write_text(_LABEL, encoding="utf-8")
        (self.folder / "serial").write_text("01\n", encoding="ascii")
        days = str(VALID_DAYS)
        self._openssl(
            *("req", "-x509", "-config", "root.cnf", "-extensions", "root", "-days", days),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", "root-key.pem", "-out", "root.pem"),
        )
        self._openssl(
            *("req", "-config", "openssl.cnf", "-newkey", "rsa:2048", "-nodes"),
            *("-keyout", "authority-key.pem", "-out", "authority.csr"),
        )
        self._openssl(
            *("x509", "-req", "-in", "authority.csr", "-CA", "root.pem", "-CAkey", "root-key.pem"),
            *("-set_serial", "2", "-days", days, "-extfile", "openssl.cnf"),
            *("-extensions", "authority", "-out", "authority.pem"),
        )

    def stamp(self, query: bytes) -> bytes:
        """Answer a query, with this computer's time.

        Args:
            query: a TimeStampReq in DER.

        Returns:
            A TimeStampResp in DER; one that grants nothing where the query is
            not understood.

        Raises:
            LedgerError: kind "openssl-missing" or "openssl-failed".
        """
        with TemporaryDirectory(dir=self.folder) as work:
            question, answer = Path(work, "query.tsq"), Path(work, "reply.tsr")
            question.write_bytes(query)
            self._openssl(
                *("ts", "-reply", "-config", "openssl.cnf", "-section", "tsa"),
                *("-queryfile", str(question.resolve()), "-out", str(answer.resolve())),
            )
            return answer.read_bytes()

    def _openssl(self, *arguments: str) -> None:
        program = shutil.which("openssl")
        if program is None:
            raise LedgerError(
                "The demonstration's time-stamp authority cannot run.",
                "There is no openssl command on this machine.",
                "Install OpenSSL 3, or go on without that step.",
                kind="openssl-missing",
            )
        done = subprocess.run(  # noqa: S603 — our own arguments, no shell, the program found on PATH
            [program, *arguments],
            cwd=self.folder,
            capture_output=True,
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise LedgerError(
                "The demonstration's time-stamp authority failed.",
                f"openssl {arguments[0]} ended with status {done.returncode}.",
                "Run it again in an empty folder.",
                kind="openssl-failed",
            )
