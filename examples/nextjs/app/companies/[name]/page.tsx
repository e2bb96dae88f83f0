import { getCompany, listCompanyChanges, listCompanyDocuments } from '@clausea/client';
import type { Metadata } from 'next';
import Link from 'next/link';
import { Badge } from '@/components/badge';
import { Coverage } from '@/components/coverage';
import { DocumentList } from '@/components/document-list';
import { NextPage } from '@/components/next-page';
import { Timeline } from '@/components/timeline';
import { startCrawl } from '@/lib/actions';
import { cachedUntilChanged, clausea, companyTag, dataOf } from '@/lib/clausea';
import { count, formatTime, text } from '@/lib/format';

export async function generateMetadata({ params }: PageProps<'/companies/[name]'>): Promise<Metadata> {
  const { name } = await params;
  return { title: decodeURIComponent(name) };
}

export default async function Company({ params, searchParams }: PageProps<'/companies/[name]'>) {
  const name = decodeURIComponent((await params).name);
  const parameters = await searchParams;
  const cursor = text(parameters.cursor);
  const client = clausea();
  const cached = cachedUntilChanged(companyTag(name));
  const [company, documents, changes] = await Promise.all([
    getCompany({ client, path: { name }, cache: 'no-store' }).then(dataOf), // its state changes without a change of a document
    listCompanyDocuments({ client, path: { name }, query: { limit: 100 }, ...cached }).then(dataOf),
    listCompanyChanges({ client, path: { name }, query: { limit: 20, ...(cursor && { cursor }) }, ...cached }).then(dataOf),
  ]);
  return (
    <>
      <header className="page">
        <div>
          <h1>{company.displayName || company.name}</h1>
          <p className="facts">
            <Badge value={company.crawling ? 'Crawling' : company.state} />
            <span>{company.domains.join(', ')}</span>
            <span>{count(documents.items.length, 'document')}</span>
            {company.nextCrawlAt && !company.crawling && <span>Next crawl {formatTime(company.nextCrawlAt)}</span>}
          </p>
          {company.message && company.state !== 'Succeeded' && <p className="note">{company.message}</p>}
        </div>
        <form action={startCrawl.bind(null, name)}>
          <button type="submit">{company.crawling ? 'Follow the crawl' : 'Crawl now'}</button>
        </form>
      </header>
      {typeof parameters.error === 'string' && (
        <p className="error" role="alert">
          {parameters.error}
        </p>
      )}
      <div className="columns">
        <div>
          <section aria-labelledby="documents">
            <h2 id="documents">Documents</h2>
            <DocumentList documents={documents.items} />
          </section>
          <section aria-labelledby="coverage">
            <h2 id="coverage">Coverage</h2>
            <Coverage coverage={company.coverage} />
          </section>
        </div>
        <section aria-labelledby="timeline">
          <h2 id="timeline">Timeline</h2>
          <Timeline changes={changes.items} />
          <NextPage path={`/companies/${encodeURIComponent(name)}`} query={{}} {...(changes.nextCursor && { cursor: changes.nextCursor })} />
          {cursor && <Link href={`/companies/${encodeURIComponent(name)}`}>Newest changes</Link>}
        </section>
      </div>
    </>
  );
}
