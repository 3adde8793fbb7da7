"""Stamp, seal and verify one file once and print the kilobytes that took: a process of its own."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress
from pathlib import Path

from sygn_cli.delivery.clock import SystemClock
from sygn_cli.engine.credential import make_ca, make_seal_credential
from sygn_cli.engine.seal import seal
from sygn_cli.engine.stamp import stamp
from sygn_cli.engine.verify import verify


def main(path: Path) -> None:
    now = SystemClock().now()
    ca = make_ca("Bench", now=now)
    credential = make_seal_credential(ca, "Bench seal", now=now)
    stamped = stamp([path.read_bytes()], [], title="T")
    verify(seal(stamped, credential, at=now, reason="r").pdf, trust=[ca.cert_pem])
    print(_peak())


def _peak() -> int:
    # Linux counts what the parent held before exec as ours in ru_maxrss; VmHWM begins anew.
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(Path(sys.argv[1]))
