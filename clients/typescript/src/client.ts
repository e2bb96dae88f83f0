import { createClient, type Client, type Config } from './generated/client/index.js';

/** What a client needs: the URL of the API, and a key with the scopes for what it does. */
export interface ClauseaOptions {
  /** The URL of the API without /v1, for example https://clausea.example.com. */
  baseUrl: string;
  /** An API key. Keep it on the server: a key in a page is a key for everyone who opens the page. */
  apiKey?: string;
  /** The fetch function. Absent: the global one, which Next.js extends. */
  fetch?: typeof fetch;
}

/**
 * Returns a client. Pass it to every function as `client`, so that no state is shared between
 * requests of different users.
 */
export function createClauseaClient({ baseUrl, apiKey, fetch }: ClauseaOptions): Client {
  const config: Config = {
    baseUrl: baseUrl.replace(/\/+$/, ''),
    // The API accepts a key in two header fields. One is enough.
    auth: (scheme) => (scheme.scheme === 'bearer' ? apiKey : undefined),
  };
  if (fetch) config.fetch = fetch;
  return createClient(config);
}
