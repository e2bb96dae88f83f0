import type { Metadata, Viewport } from 'next';
import Link from 'next/link';
import './styles.css';

export const metadata: Metadata = {
  title: { default: 'Fine Print', template: '%s · Fine Print' },
  description: 'The legal documents of companies, and how they change',
};

export const viewport: Viewport = { colorScheme: 'light dark' };

export default function Layout({ children }: { children: React.ReactNode }) {
  return (
    <html lang="en">
      <body>
        <header className="site">
          <div className="wrap">
            <Link href="/" className="brand">
              <span aria-hidden="true">§</span> Fine Print
            </Link>
            <nav aria-label="Main">
              <Link href="/">Companies</Link>
              <Link href="/search">Search</Link>
              <Link href="/watch" className="button small">
                Watch a URL
              </Link>
            </nav>
          </div>
        </header>
        <main className="wrap">{children}</main>
        <footer className="site">
          <div className="wrap">An example application of the Clausea Crawler API</div>
        </footer>
      </body>
    </html>
  );
}
