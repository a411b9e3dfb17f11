"""The same with the official library: `official.py SECRET WEBHOOK_ID WEBHOOK_TIMESTAMP WEBHOOK_SIGNATURE < body`.

Needs `pip install standardwebhooks`.
"""

import sys

from standardwebhooks import Webhook, WebhookVerificationError

if __name__ == "__main__":
    secret, id, timestamp, signature = sys.argv[1:5]
    headers = {"webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        Webhook(secret).verify(sys.stdin.buffer.read(), headers)
    except WebhookVerificationError:
        print("refused")
        sys.exit(1)
    print("genuine")
