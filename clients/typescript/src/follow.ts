import type { Client } from './generated/client/index.js';
import type { FollowChangesResponse, StreamCrawlEventsResponse } from './generated/types.gen.js';
import { parseEvents } from './sse.js';

/** How to follow a stream. */
export interface FollowOptions {
  client: Client;
  /** Ends the stream when it is aborted. */
  signal?: AbortSignal;
  /** Resumes after the event with this ID. */
  lastEventID?: string;
  /** How often in a row a connection may fail before the stream throws. Default: 5. */
  maxFailures?: number;
}

/** An event of a stream whose events the generated type Events describes. */
export type FollowedEvent<Events = { event: string; data: unknown }> = Events extends { event: infer Name; data: infer Data }
  ? {
      /** The ID to resume after. Absent before the first event that has one. */
      id?: string;
      event: Name;
      data: Data;
    }
  : never;

/** Follows a crawl until it has ended. */
export function followCrawl(id: string, options: FollowOptions): AsyncGenerator<FollowedEvent<StreamCrawlEventsResponse>, void, undefined> {
  return follow(`/v1/crawls/${encodeURIComponent(id)}/events`, options) as AsyncGenerator<FollowedEvent<StreamCrawlEventsResponse>, void, undefined>;
}

/** Follows the changes of documents. It does not end until the signal is aborted. */
export function followChanges(options: FollowOptions): AsyncGenerator<FollowedEvent<FollowChangesResponse>, void, undefined> {
  return follow('/v1/changes/events', options) as AsyncGenerator<FollowedEvent<FollowChangesResponse>, void, undefined>;
}

/** A response that a repeated request would not improve. */
export class StreamError extends Error {
  constructor(
    readonly status: number,
    /** The problem that the API reported, if it did. */
    readonly problem: unknown,
  ) {
    super(`the API did not open the stream: status ${status}`);
    this.name = 'StreamError';
  }
}

/**
 * Yields the events of a stream until its event `end`. The API ends every stream after 14 minutes,
 * and connections break: this connects again and resumes after the last event.
 */
export async function* follow(
  path: string,
  { client, signal, lastEventID = '', maxFailures = 5 }: FollowOptions,
): AsyncGenerator<FollowedEvent, void, undefined> {
  let id = lastEventID;
  let delay = 3000;
  for (let failures = 0; ; ) {
    if (signal?.aborted) return;
    try {
      const body = await open(path, client, signal, id);
      for await (const e of parseEvents(body, id, (ms) => (delay = ms))) {
        failures = 0;
        id = e.id;
        yield { ...(e.id ? { id: e.id } : {}), event: e.event, data: JSON.parse(e.data) };
        if (e.event === 'end') return;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof StreamError || ++failures >= maxFailures) throw error;
    }
    await pause(delay * 2 ** Math.min(failures, 4), signal);
  }
}

/** Connects to a stream. */
async function open(path: string, client: Client, signal: AbortSignal | undefined, id: string): Promise<ReadableStream<Uint8Array>> {
  const headers: Record<string, string> = { Accept: 'text/event-stream' };
  if (id) headers['Last-Event-ID'] = id;
  const { data, error, response } = await client.get<unknown>({
    url: path,
    headers,
    parseAs: 'stream',
    cache: 'no-store',
    security: [{ scheme: 'bearer', type: 'http' }],
    ...(signal ? { signal } : {}),
  });
  if (response?.ok && data) return data as unknown as ReadableStream<Uint8Array>;
  // 429 and 5xx are worth another request; other statuses are not.
  if (response && response.status !== 429 && response.status < 500) throw new StreamError(response.status, error);
  throw error instanceof Error ? error : new Error(`connect to ${path}: status ${response?.status ?? 'none'}`);
}

/** Waits, until the signal is aborted. */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
