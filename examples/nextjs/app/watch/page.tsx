import type { Metadata } from 'next';
import { WatchForm } from '@/components/watch-form';

export const metadata: Metadata = { title: 'Watch a URL' };

export default function Watch() {
  return (
    <section className="narrow">
      <h1>Watch a URL</h1>
      <p className="lead">Enter the site of a company. The crawler finds its legal documents, and reports when they change.</p>
      <WatchForm />
    </section>
  );
}
