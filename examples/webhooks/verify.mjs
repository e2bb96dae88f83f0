// A receiver of webhooks in JavaScript that verifies them with npm's standardwebhooks.
//
//     npm install standardwebhooks
//     WEBHOOK_SECRET=whsec_... PORT=8000 node verify.mjs
//
// A proxy in front of it terminates TLS: webhooks are sent to https URLs.
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
const maxBody = 100_000; // a message has at most 20,000 bytes

const server = createServer(async (request, response) => {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    if ((size += chunk.length) > maxBody) return response.writeHead(413).end();
  }
  let event;
  try {
    // The signature is that of the raw body. Do not decode and encode it again.
    event = webhook.verify(Buffer.concat(chunks).toString("utf8"), request.headers);
  } catch {
    return response.writeHead(400).end("invalid signature\n");
  }
  if (event.type === "co.clausea.change.v1") {
    // A message can arrive again, with the same event.id. In Next.js: event.data.tags.forEach(revalidateTag).
    console.log(event.data.kind, event.subject, event.data.tags.join(","));
  }
  response.writeHead(204).end(); // within 15 s; do longer work afterwards
});
server.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", () => console.log(`listening on ${server.address().port}`));
