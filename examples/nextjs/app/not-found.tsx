import Link from 'next/link';

export default function NotFound() {
  return (
    <section className="empty">
      <h1>Not found</h1>
      <p>There is no such company, document or crawl.</p>
      <Link href="/">Show all companies</Link>
    </section>
  );
}
