import type { Coverage as CoverageOfType } from '@clausea/client';
import Link from 'next/link';
import { inWords } from '@/lib/format';
import { Badge } from './badge';

/** The expected types of documents: those that were found, and why the others were not. */
export function Coverage({ coverage }: { coverage: CoverageOfType[] }) {
  if (coverage.length === 0) return <p className="note">The first crawl has not ended yet.</p>;
  return (
    <ul className="coverage">
      {coverage.map((c) => (
        <li key={c.type}>
          <span className="main">
            {c.documentID ? <Link href={`/documents/${encodeURIComponent(c.documentID)}`}>{inWords(c.type)}</Link> : inWords(c.type)}
            {c.reason && (
              <small>
                {inWords(c.reason)}
                {c.remedy && `. ${c.remedy}`}
              </small>
            )}
          </span>
          <Badge value={c.state} />
        </li>
      ))}
    </ul>
  );
}
