import { getTotals, listCompanies } from '@clausea/client';
import Link from 'next/link';
import { Badge } from '@/components/badge';
import { NextPage } from '@/components/next-page';
import { SearchForm } from '@/components/search-form';
import { clausea, dataOf } from '@/lib/clausea';
import { count, formatDay, text } from '@/lib/format';

export default async function Companies({ searchParams }: PageProps<'/'>) {
  const parameters = await searchParams;
  const q = text(parameters.q);
  const cursor = text(parameters.cursor);
  // The list shows which companies are being crawled, so it is not stored.
  const client = clausea();
  const [{ items, nextCursor }, totals] = await Promise.all([
    listCompanies({ client, query: { ...(q && { q }), ...(cursor && { cursor }), limit: 20, sort: 'name' }, cache: 'no-store' }).then(dataOf),
    getTotals({ client, cache: 'force-cache', next: { revalidate: 60 } }).then(dataOf),
  ]);
  return (
    <>
      <h1>Companies</h1>
      <p className="lead">
        What companies ask you to agree to, and what they changed.
        {totals.documents > 0 && ` ${count(totals.documents, 'document')}, ${count(totals.changes.last30Days, 'change')} in 30 days.`}
      </p>
      <SearchForm action="/" label="Search by name or domain" value={q} />
      {items.length === 0 ? (
        <section className="empty">
          <p>{q ? `No company matches “${q}”.` : 'No company is being watched yet.'}</p>
          <Link href="/watch" className="button">
            Watch a URL
          </Link>
        </section>
      ) : (
        <ul className="rows">
          {items.map((c) => (
            <li key={c.name}>
              <Link href={`/companies/${encodeURIComponent(c.name)}`}>
                <span className="main">
                  <strong>{c.displayName || c.name}</strong>
                  <small>{c.domains.join(', ')}</small>
                </span>
                <span className="facts">
                  <Badge value={c.crawling ? 'Crawling' : c.state} />
                  <span>{count(c.documentCount, 'document')}</span>
                  <span>
                    {c.foundTypes} of {c.expectedTypes} expected
                  </span>
                  <span>{c.lastChangedAt ? `Changed ${formatDay(c.lastChangedAt)}` : 'No changes yet'}</span>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <NextPage path="/" query={{ q }} {...(nextCursor && { cursor: nextCursor })} />
    </>
  );
}
