import type { ClauseaEvent } from '@clausea/client';
import { revalidateTag } from 'next/cache';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/** The longest body of a message. Clausea sends at most 20,000 bytes. */
const maxBody = 64 * 1024;

/** Receives the events of Clausea, and discards what they make outdated. */
export async function POST(request: Request): Promise<Response> {
  const secret = process.env.CLAUSEA_WEBHOOK_SECRET;
  if (!secret) return problem(503, 'the environment variable CLAUSEA_WEBHOOK_SECRET is not set');
  if (Number(request.headers.get('Content-Length') ?? maxBody + 1) > maxBody) return problem(413, 'the body is too long or has no length');
  const body = await request.text(); // the signature is that of the bytes, so verify before parsing
  let event: ClauseaEvent;
  try {
    event = new Webhook(secret).verify(body, Object.fromEntries(request.headers)) as ClauseaEvent;
  } catch (error) {
    if (error instanceof WebhookVerificationError) return problem(401, 'the signature is not valid');
    throw error;
  }
  if (event.type === 'co.clausea.change.v1') {
    // expire: 0 means that the next request waits for the new data, and does not get the old one.
    for (const tag of event.data.tags) revalidateTag(tag, { expire: 0 });
  }
  return new Response(null, { status: 204 });
}

function problem(status: number, detail: string): Response {
  return Response.json({ status, detail }, { status, headers: { 'Content-Type': 'application/problem+json' } });
}
