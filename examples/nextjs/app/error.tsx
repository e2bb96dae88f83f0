'use client';

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <section className="empty">
      <h1>This page could not be loaded</h1>
      <p>The API did not give what it needs. {error.digest && <>The log of the server has the reason under {error.digest}.</>}</p>
      <button type="button" onClick={reset}>
        Try again
      </button>
    </section>
  );
}
