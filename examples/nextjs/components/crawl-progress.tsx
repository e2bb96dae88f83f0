'use client';

import type { Crawl, CrawlEvent } from '@clausea/client';
import { useEffect, useState, useTransition } from 'react';
import { showResults } from '@/lib/actions';
import { count, inWords, shortURL } from '@/lib/format';
import { Badge } from './badge';

const ended = (c: Crawl) => c.state === 'Complete' || c.state === 'Failed';

/** The most events that are shown. */
const maxEvents = 200;

/** The progress of a crawl, live. The browser connects to this application, which has the API key. */
export function CrawlProgress({ initial }: { initial: Crawl }) {
  const [crawl, setCrawl] = useState(initial);
  const [events, setEvents] = useState<CrawlEvent[]>([]);
  const [connected, setConnected] = useState(true);
  const [pending, startTransition] = useTransition();

  useEffect(() => {
    // EventSource connects again by itself, and sends the ID of the last event.
    const source = new EventSource(`/api/crawls/${encodeURIComponent(initial.id)}/events`);
    const update = (e: MessageEvent<string>) => setCrawl(JSON.parse(e.data) as Crawl);
    source.onopen = () => setConnected(true);
    source.onerror = () => setConnected(source.readyState !== EventSource.CLOSED);
    source.addEventListener('crawl', update);
    source.addEventListener('reset', (e) => {
      setEvents([]);
      update(e);
    });
    source.addEventListener('end', (e) => {
      source.close();
      update(e);
    });
    source.addEventListener('event', (e: MessageEvent<string>) => {
      const event = JSON.parse(e.data) as CrawlEvent;
      setEvents((all) => [event, ...all].slice(0, maxEvents));
    });
    return () => source.close();
  }, [initial.id]);

  const { fetched, queued } = crawl.progress;
  const done = ended(crawl);
  return (
    <>
      <div className="card" aria-live="polite">
        <p className="facts">
          <Badge value={crawl.state} />
          <span data-testid="fetched">{count(fetched, 'page')} fetched</span>
          {!done && <span>{count(queued, 'URL')} queued</span>}
          <span>{count(crawl.documents.new + crawl.documents.changed + crawl.documents.unchanged, 'document')}</span>
        </p>
        <progress aria-label="Pages fetched of those known" max={1} value={done ? 1 : fetched / Math.max(fetched + queued, 1)} />
        {crawl.message && <p className="note">{crawl.message}</p>}
        {!connected && !done && <p className="note">The connection was lost. Reload the page to follow the crawl.</p>}
        {done && (
          <button type="button" disabled={pending} onClick={() => startTransition(() => showResults(crawl.company))}>
            Show the documents
          </button>
        )}
      </div>
      <h2>Events</h2>
      {events.length === 0 && <p className="note">{done ? 'The log has no events.' : 'Waiting for the first event…'}</p>}
      <ol className="events">
        {events.map((e) => (
          <li key={e.sequence}>
            <time dateTime={e.at}>{e.at.slice(11, 19)}</time>
            <span>
              <strong>{inWords(e.type)}</strong> {e.type === 'StateChanged' && e.reason && <Badge value={e.reason} />} {e.url ? shortURL(e.url) : (e.host ?? '')}
              {e.message && <small>{e.message}</small>}
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
