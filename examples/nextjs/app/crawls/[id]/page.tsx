import { getCrawl } from '@clausea/client';
import type { Metadata } from 'next';
import Link from 'next/link';
import { CrawlProgress } from '@/components/crawl-progress';
import { clausea, dataOf } from '@/lib/clausea';

export const metadata: Metadata = { title: 'Crawl' };

export default async function Crawl({ params }: PageProps<'/crawls/[id]'>) {
  const { id } = await params;
  const crawl = dataOf(await getCrawl({ client: clausea(), path: { id }, cache: 'no-store' }));
  return (
    <section className="narrow">
      <p className="trail">
        <Link href={`/companies/${encodeURIComponent(crawl.company)}`}>{crawl.company}</Link>
      </p>
      <h1>Crawl of {crawl.company}</h1>
      <CrawlProgress initial={crawl} />
    </section>
  );
}
