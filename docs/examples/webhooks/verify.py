"""Verify a webhook: `verify.py SECRET WEBHOOK_ID WEBHOOK_TIMESTAMP WEBHOOK_SIGNATURE < body`.

Needs nothing but Python. Ends with 0 when the message is genuine and fresh, with 1 when not. Keep the ids you have
accepted, and drop a message whose id you have seen: it is sent again when an answer was lost.
"""

import base64
import hashlib
import hmac
import sys
import time

TOLERANCE_SECONDS = 300


def verify(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    """Is one of the signatures ours, and the attempt not older (or newer) than five minutes?"""
    now = time.time()  # noqa: TID251 - an example stands alone
    if not timestamp.isdigit() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256)
    wanted = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in signatures.split())


if __name__ == "__main__":
    genuine = verify(*sys.argv[1:5], sys.stdin.buffer.read())
    print("genuine" if genuine else "refused")
    sys.exit(0 if genuine else 1)
