const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
const minute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

/** Returns the day of a time of the API, or a dash if there is none. */
export const formatDay = (time?: string) => (time ? day.format(new Date(time)) : '–');

/** Returns a time of the API to the minute, in UTC. */
export const formatTime = (time?: string) => (time ? `${minute.format(new Date(time))} UTC` : '–');

/** Returns a type or a label in words: privacy_policy is Privacy policy. */
export function inWords(identifier: string): string {
  const words = identifier.replaceAll('_', ' ').replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Returns a number with its noun: 1 document, 2 documents. */
export const count = (n: number, noun: string) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

/** Returns a URL that is safe in a link, or undefined: pages that others wrote name these URLs. */
export function webURL(url?: string): string | undefined {
  return url && /^https?:\/\//i.test(url) ? url : undefined;
}

/** Returns a URL as people read it. */
export const shortURL = (url: string) => url.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '');

/** Returns a query parameter as text. Of a parameter that occurs twice, the first counts. */
export const text = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
