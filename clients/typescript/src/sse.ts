/** An event of a stream, with its data as text. */
export interface ServerSentEvent {
  /** The ID to resume after, which remains until the stream sends another one. */
  id: string;
  /** The name of the event, or message. */
  event: string;
  data: string;
}

/** The longest event in characters. The API sends far shorter ones. */
const maxEvent = 1 << 20;

/**
 * Yields the events of a response body (https://html.spec.whatwg.org/#parsing-an-event-stream).
 * An incomplete event at the end is discarded. retry is called with the reconnection time in
 * milliseconds that the server asks for.
 */
export async function* parseEvents(
  body: ReadableStream<Uint8Array>,
  lastEventID = '',
  retry?: (ms: number) => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  let id = lastEventID;
  let event = '';
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      // A carriage return at the end can be the first half of a line break.
      const complete = buffer.endsWith('\r') ? buffer.length - 1 : buffer.length;
      const lines = buffer.slice(0, complete).split(/\r\n|\r|\n/);
      buffer = (lines.pop() ?? '') + buffer.slice(complete);
      if (buffer.length > maxEvent) throw new Error('an event of the stream is too long');
      for (const line of lines) {
        if (line === '') {
          if (data.length > 0) yield { id, event: event || 'message', data: data.join('\n') };
          event = '';
          data = [];
          continue;
        }
        const colon = line.indexOf(':');
        const field = colon < 0 ? line : line.slice(0, colon);
        const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
        if (field === 'data') data.push(text);
        else if (field === 'event') event = text;
        else if (field === 'id' && !text.includes('\0')) id = text;
        else if (field === 'retry' && /^\d+$/.test(text)) retry?.(Number(text));
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
