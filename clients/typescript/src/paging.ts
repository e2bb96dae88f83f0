/** A page of a list. */
export interface ListPage<T> {
  items: T[];
  /** Where the next page begins. Absent on the last page. */
  nextCursor?: string;
}

/**
 * Yields the items of all pages. load reads the page that begins at a cursor.
 *
 * @example
 * for await (const c of allItems((cursor) => listCompanies({ client, query: { cursor, limit: 100 }, throwOnError: true }))) { ... }
 */
export async function* allItems<T>(
  load: (cursor: string | undefined) => Promise<{ data: ListPage<T> }>,
): AsyncGenerator<T, void, undefined> {
  let cursor: string | undefined;
  do {
    const { data } = await load(cursor);
    yield* data.items;
    cursor = data.nextCursor;
  } while (cursor);
}
