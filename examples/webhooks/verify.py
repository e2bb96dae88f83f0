"""A receiver of webhooks in Python that verifies them with PyPI's standardwebhooks.

    pip install standardwebhooks
    WEBHOOK_SECRET=whsec_... PORT=8000 python verify.py

A proxy in front of it terminates TLS: webhooks are sent to https URLs.
"""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])
MAX_BODY = 100_000  # a message has at most 20,000 bytes


class Receiver(BaseHTTPRequestHandler):
    timeout = 15

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        if size > MAX_BODY:
            return self.answer(413)
        body = self.rfile.read(size)
        try:
            # The signature is that of the raw body. Do not decode and encode it again.
            event = WEBHOOK.verify(body, dict(self.headers))
        except (WebhookVerificationError, ValueError):
            return self.answer(400)
        if event["type"] == "co.clausea.change.v1":
            # A message can arrive again, with the same event["id"].
            print(event["data"]["kind"], event["subject"], ",".join(event["data"]["tags"]), flush=True)
        return self.answer(204)  # within 15 s; do longer work afterwards

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Receiver)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
