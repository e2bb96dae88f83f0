import 'server-only';
import { createClauseaClient, type Client, type Problem } from '@clausea/client';
import { notFound } from 'next/navigation';

let client: Client | undefined;

/** Returns the client of the API. Only code that runs on the server can import this module. */
export function clausea(): Client {
  client ??= createClauseaClient({ baseUrl: required('CLAUSEA_API_URL'), apiKey: required('CLAUSEA_API_KEY') });
  return client;
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/**
 * Options of a request whose response Next.js stores until a webhook invalidates one of its tags.
 * The API reports changes by webhook at once; an hour is the limit if no webhook is set up.
 */
export function cachedUntilChanged(...tags: string[]) {
  return { cache: 'force-cache' as const, next: { tags, revalidate: 3600 } };
}

export const companyTag = (name: string) => `company:${name}`;
export const documentTag = (id: string) => `document:${id}`;

/** A result of the client. */
interface Result<T> {
  data?: T | undefined;
  error?: unknown;
  response?: Response | undefined;
}

/** Returns the data of a result. What does not exist becomes the page "not found"; other problems are thrown. */
export function dataOf<T>({ data, error, response }: Result<T>): T {
  if (data !== undefined && response?.ok) return data;
  // An ID that has another form than IDs have (422) does not exist either.
  if (response?.status === 404 || response?.status === 422) notFound();
  throw new Error(`the API responded with status ${response?.status ?? 'none'}: ${detailOf(error)}`);
}

/** Returns what is wrong, in words for people. */
export function detailOf(error: unknown): string {
  if (isProblem(error)) {
    // Each invalid value is named by its path, for example body.url.
    const fields = error.errors?.map((f) => `${f.location.split('.').at(-1)} ${f.message}`) ?? [];
    return fields.join('; ') || error.detail || error.title;
  }
  return error instanceof Error ? error.message : 'The API did not respond.';
}

export function isProblem(error: unknown): error is Problem {
  return typeof error === 'object' && error !== null && 'title' in error && 'status' in error;
}
