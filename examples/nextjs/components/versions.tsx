import type { Version } from '@clausea/client';
import Link from 'next/link';
import { count, formatTime } from '@/lib/format';

/** The versions of a document, newest first, each with a link to what it changed. */
export function Versions({ id, versions, selected }: { id: string; versions: Version[]; selected: number }) {
  const path = `/documents/${encodeURIComponent(id)}`;
  return (
    <ol className="versions">
      {versions.map((v) => (
        <li key={v.number} aria-current={v.number === selected ? 'true' : undefined}>
          <Link href={`${path}?version=${v.number}`}>
            <strong>Version {v.number}</strong>
            <small>
              {formatTime(v.fetchedAt)} · {count(v.wordCount, 'word')}
            </small>
          </Link>
          {v.number > 1 && (
            <Link href={`${path}/diff?from=${v.number - 1}&to=${v.number}`} className="button small" aria-label={`Compare version ${v.number - 1} with version ${v.number}`}>
              Compare
            </Link>
          )}
        </li>
      ))}
    </ol>
  );
}
