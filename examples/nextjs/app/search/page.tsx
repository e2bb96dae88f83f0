import { searchDocuments, type Excerpt } from '@clausea/client';
import type { Metadata } from 'next';
import Link from 'next/link';
import { Badge } from '@/components/badge';
import { NextPage } from '@/components/next-page';
import { SearchForm } from '@/components/search-form';
import { clausea, dataOf } from '@/lib/clausea';
import { shortURL, text } from '@/lib/format';

export const metadata: Metadata = { title: 'Search' };

export default async function Search({ searchParams }: PageProps<'/search'>) {
  const parameters = await searchParams;
  const q = text(parameters.q).slice(0, 1000);
  const cursor = text(parameters.cursor);
  return (
    <>
      <h1>Search</h1>
      <p className="lead">Find words, or a &quot;phrase in quotes&quot;, in the current texts of all documents.</p>
      <SearchForm action="/search" label="Search the texts" value={q} />
      {/\p{L}|\p{N}/u.test(q) && <Hits q={q} cursor={cursor} />}
    </>
  );
}

async function Hits({ q, cursor }: { q: string; cursor: string }) {
  const { items, nextCursor } = dataOf(
    await searchDocuments({ client: clausea(), query: { q, limit: 20, ...(cursor && { cursor }) }, cache: 'no-store' }),
  );
  if (items.length === 0) return <p className="empty">No document has all of these words.</p>;
  return (
    <>
      <ol className="hits">
        {items.map((hit) => (
          <li key={hit.documentID}>
            <h2>
              <Link href={`/documents/${encodeURIComponent(hit.documentID)}`}>{hit.title || hit.typeName}</Link>
            </h2>
            <p className="facts">
              <span>{hit.company}</span>
              <span>{hit.typeName}</span>
              {hit.state !== 'Present' && <Badge value={hit.state} />}
              <span>{shortURL(hit.url)}</span>
            </p>
            {hit.excerpts.map((e, i) => (
              <Passage key={i} excerpt={e} />
            ))}
          </li>
        ))}
      </ol>
      <NextPage path="/search" query={{ q }} {...(nextCursor && { cursor: nextCursor })} />
    </>
  );
}

/** An excerpt, whose matches are marked. React escapes the texts. */
function Passage({ excerpt }: { excerpt: Excerpt }) {
  return <blockquote>… {excerpt.parts.map((part, i) => (part.match ? <mark key={i}>{part.text}</mark> : part.text))} …</blockquote>;
}
