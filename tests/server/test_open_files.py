"""A server that may have few files open takes what it is allowed to, and goes on serving."""

from __future__ import annotations

import contextlib
import http.client
import socket
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit"),
]
LIMITED = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))\n"
ALLOWED = """
from sygn_cli.server import open_files
open_files.allow(1500)
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
SERVER = """
from sygn_cli.server.serve import run
from tests.server import stage
run(stage.runtime(), host="127.0.0.1", port=0, on_ready=lambda url: print(url, flush=True))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "then"), [(256, 4096, 1500), (256, 800, 800), (2000, 4096, 2000)]
)
def test_the_limit_is_raised_as_far_as_needed_and_allowed(soft, hard, then):
    program = LIMITED.format(soft=soft, hard=hard) + ALLOWED
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"%d" % then, b"%d" % hard]


def test_more_connections_than_the_usual_limit_leave_room_for_a_request():
    program = LIMITED.format(soft=256, hard=4096) + SERVER
    with (
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process,
        contextlib.ExitStack() as idle,
    ):
        idle.callback(process.terminate)
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        address = (str(urlsplit(url).hostname), int(urlsplit(url).port or 0))
        for _ in range(300):
            idle.enter_context(socket.create_connection(address, timeout=10))
        asking = http.client.HTTPConnection(*address, timeout=10)
        idle.callback(asking.close)
        asking.request("GET", "/healthz")
        assert asking.getresponse().status == 200
