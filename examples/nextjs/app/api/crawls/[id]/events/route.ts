import { clausea } from '@/lib/clausea';

/**
 * Passes the events of a crawl on to the browser. The browser cannot have the API key, and
 * EventSource could not send it.
 */
export async function GET(request: Request, { params }: RouteContext<'/api/crawls/[id]/events'>): Promise<Response> {
  const { id } = await params;
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  const last = request.headers.get('Last-Event-ID');
  if (last && /^\d{1,20}$/.test(last)) headers['Last-Event-ID'] = last;
  const { data, response } = await clausea().get({
    url: '/v1/crawls/{id}/events',
    path: { id },
    headers,
    parseAs: 'stream',
    security: [{ scheme: 'bearer', type: 'http' }],
    cache: 'no-store',
    signal: request.signal, // when the browser disconnects, so does this
  });
  if (!response?.ok || !data) return new Response(null, { status: response?.status ?? 502 });
  return new Response(data as ReadableStream<Uint8Array>, {
    headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' },
  });
}
