import type { Document } from '@clausea/client';
import Link from 'next/link';
import { count, formatDay, shortURL } from '@/lib/format';
import { Badge } from './badge';

export function DocumentList({ documents }: { documents: Document[] }) {
  if (documents.length === 0) return <p className="note">No documents have been found yet.</p>;
  return (
    <ul className="rows compact">
      {documents.map((d) => (
        <li key={d.id}>
          <Link href={`/documents/${encodeURIComponent(d.id)}`}>
            <span className="main">
              <strong>{d.typeName}</strong>
              <small>{d.title && d.title.toLowerCase() !== d.typeName.toLowerCase() ? d.title : shortURL(d.url)}</small>
            </span>
            <span className="facts">
              {d.state !== 'Present' && <Badge value={d.state} />}
              {d.language && <span className="language">{d.language}</span>}
              <span>{count(d.versionCount, 'version')}</span>
              <span>{formatDay(d.lastChangedAt ?? d.firstSeenAt)}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
