import type { Change } from '@clausea/client';
import Link from 'next/link';
import { formatDay, inWords } from '@/lib/format';
import { Badge } from './badge';

/** What happened to the documents of a company, newest first. */
export function Timeline({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return <p className="note">Nothing has happened yet.</p>;
  return (
    <ol className="timeline">
      {changes.map((c) => {
        const hasDiff = c.from > 0 && c.to > c.from;
        const path = `/documents/${encodeURIComponent(c.documentID)}`;
        return (
          <li key={c.id}>
            <time dateTime={c.at}>{formatDay(c.at)}</time>
            <div>
              <Badge value={c.kind} /> <Link href={hasDiff ? `${path}/diff?from=${c.from}&to=${c.to}` : path}>{c.title || inWords(c.documentType)}</Link>
              <p className="facts">
                {hasDiff && (
                  <span>
                    <ins>+{c.summary.added}</ins> <del>−{c.summary.removed}</del> words
                  </span>
                )}
                {c.silent && <span title="The text changed, but the date that it states did not">silent</span>}
                {c.previousURL && <span>from {c.previousURL}</span>}
                {c.reason && <span>{inWords(c.reason)}</span>}
                {c.effectiveDate && <span>effective {formatDay(c.effectiveDate)}</span>}
                {c.summary.labels.map((l) => (
                  <span key={l} className="label">
                    {inWords(l)}
                  </span>
                ))}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
