import { getDocument, getVersion, listVersions, type Dates, type DocumentDetail } from '@clausea/client';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { Badge } from '@/components/badge';
import { DocumentText } from '@/components/document-text';
import { Versions } from '@/components/versions';
import { cachedUntilChanged, clausea, dataOf, documentTag } from '@/lib/clausea';
import { count, formatDay, formatTime, inWords, shortURL, text, webURL } from '@/lib/format';

const read = async (id: string): Promise<DocumentDetail> =>
  dataOf(await getDocument({ client: clausea(), path: { id }, ...cachedUntilChanged(documentTag(id)) }));

export async function generateMetadata({ params }: PageProps<'/documents/[id]'>): Promise<Metadata> {
  const document = await read((await params).id);
  return { title: `${document.typeName} of ${document.company}` };
}

export default async function DocumentPage({ params, searchParams }: PageProps<'/documents/[id]'>) {
  const { id } = await params;
  const selected = text((await searchParams).version);
  if (selected && !/^[1-9]\d{0,8}$/.test(selected)) notFound();
  const client = clausea();
  const cached = cachedUntilChanged(documentTag(id));
  const document = await read(id);
  const version = selected || String(document.versionCount || 'latest');
  const [versions, html] = await Promise.all([
    listVersions({ client, path: { id }, query: { limit: 100 }, ...cached }).then(dataOf),
    getVersion({ client, path: { id, version }, headers: { Accept: 'text/html' }, parseAs: 'text', ...cached }).then(dataOf),
  ]);
  const url = webURL(document.url);
  return (
    <>
      <p className="trail">
        <Link href={`/companies/${encodeURIComponent(document.company)}`}>{document.company}</Link>
      </p>
      <header className="page">
        <div>
          <h1>{document.typeName}</h1>
          {document.title !== document.typeName && <p className="lead">{document.title}</p>}
          <p className="facts">
            <Badge value={document.state} />
            {document.language && <span className="language">{document.language}</span>}
            <span>{count(document.wordCount, 'word')}</span>
            {url && (
              <a href={url} rel="noreferrer nofollow">
                {shortURL(url)}
              </a>
            )}
          </p>
        </div>
      </header>
      <div className="columns reading">
        <section aria-labelledby="text">
          <h2 id="text">
            Version {version}
            {selected && Number(selected) < document.versionCount && (
              <>
                {' '}
                <Link href={`/documents/${encodeURIComponent(id)}`} className="small">
                  Show the newest
                </Link>
              </>
            )}
          </h2>
          {/* The client types this route by its JSON; with parseAs text, the data is the HTML. */}
          <DocumentText html={html as unknown as string} title={`${document.typeName}, version ${version}`} />
        </section>
        <aside>
          <h2>Versions</h2>
          <Versions id={id} versions={versions.items} selected={Number(version)} />
          <h2>Dates</h2>
          <DateList document={document} dates={document.version?.dates ?? document.dates} />
        </aside>
      </div>
    </>
  );
}

function DateList({ document, dates }: { document: DocumentDetail; dates: Dates }) {
  const rows: [string, string | undefined][] = [
    ['Effective', dates.effectiveDate && formatDay(dates.effectiveDate)],
    ['Updated', dates.updatedDate && formatDay(dates.updatedDate)],
    ['Takes effect', dates.upcomingEffectiveDate && formatDay(dates.upcomingEffectiveDate)],
    ['First seen', formatTime(document.firstSeenAt)],
    ['Last checked', formatTime(document.lastCheckedAt)],
    ['Unchanged since', formatTime(document.unchangedSince)],
    ['Last failure', document.lastFailure && `${formatTime(document.lastFailure.at)}: ${inWords(document.lastFailure.reason)}`],
  ];
  return (
    <dl>
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
