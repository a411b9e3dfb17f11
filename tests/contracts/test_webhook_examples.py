"""The examples of how to verify a webhook, some by hand and some with the official libraries, against what is signed.

The product signs with the official library for Python.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from standardwebhooks import Webhook

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "webhooks"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER = "whsec_Hx4dHBsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA="
ID = "msg_0195a1b20000700080000000000000aa"
BODY = '{"type":"test.ping","timestamp":"2026-03-10T08:00:00Z","data":{"name":"Ünïcode – ok"}}'
PROGRAMS = {
    "Python": [sys.executable, str(EXAMPLES / "verify.py")],
    "Node": ["node", str(EXAMPLES / "verify.mjs")],
    "openssl": ["sh", str(EXAMPLES / "verify.sh")],
    "official Python": [sys.executable, str(EXAMPLES / "official.py")],
    "official Node": ["node", str(EXAMPLES / "node" / "verify.mjs")],
}


@pytest.fixture(params=sorted(PROGRAMS))
def program(request: pytest.FixtureRequest) -> list[str]:
    found = PROGRAMS[request.param]
    needed = "openssl" if request.param == "openssl" else found[0]
    if shutil.which(needed) is None:
        pytest.skip(f"{needed} is not installed here")
    if request.param == "official Node" and not (EXAMPLES / "node" / "node_modules").is_dir():
        pytest.skip("`npm ci` was not run in docs/examples/webhooks/node")
    return found


def accepts(program: list[str], at: datetime, signatures: str, body: str = BODY, id: str = ID) -> bool:
    asked = [*program, SECRET, id, str(int(at.timestamp())), signatures]
    ended = subprocess.run(asked, input=body.encode(), capture_output=True, timeout=30, check=False)
    assert ended.returncode in {0, 1}, ended.stderr
    assert ended.stdout.decode().strip() == ("genuine" if ended.returncode == 0 else "refused")
    return ended.returncode == 0


def test_a_genuine_message_is_accepted_during_a_rotation_too(program: list[str]) -> None:
    now = datetime.now(UTC)
    signed = Webhook(SECRET).sign(ID, now, BODY)
    assert accepts(program, now, signed)
    assert accepts(program, now, f"{Webhook(OTHER).sign(ID, now, BODY)} {signed}")


def test_a_message_that_was_changed_or_is_another_ones_is_refused(program: list[str]) -> None:
    now = datetime.now(UTC)
    signed = Webhook(SECRET).sign(ID, now, BODY)
    assert not accepts(program, now, signed, body=BODY.replace("ping", "pong"))
    assert not accepts(program, now, signed, id="msg_another")
    assert not accepts(program, now + timedelta(seconds=1), signed)
    assert not accepts(program, now, Webhook(OTHER).sign(ID, now, BODY))
    assert not accepts(program, now, "v1,")


def test_an_old_message_is_refused_though_its_signature_is_right(program: list[str]) -> None:
    old = datetime.now(UTC) - timedelta(minutes=6)
    assert not accepts(program, old, Webhook(SECRET).sign(ID, old, BODY))
