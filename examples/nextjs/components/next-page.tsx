import Link from 'next/link';

/** A link to the next page of a list, if there is one. */
export function NextPage({ path, query, cursor }: { path: string; query: Record<string, string>; cursor?: string }) {
  if (!cursor) return null;
  const parameters = new URLSearchParams(Object.entries({ ...query, cursor }).filter(([, value]) => value));
  return (
    <p className="next">
      <Link href={`${path}?${parameters}`} rel="next">
        Next page →
      </Link>
    </p>
  );
}
