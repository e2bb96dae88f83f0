import { inWords } from '@/lib/format';

/** The states and kinds that are good, bad, or worth a look. All others are neutral. */
const tones: Record<string, string> = {
  Succeeded: 'good', Present: 'good', Found: 'good', Complete: 'good', Created: 'good', Restored: 'good', Recovered: 'good',
  Failed: 'bad', Removed: 'bad', Missing: 'bad', Unreachable: 'bad', SiteUnreachable: 'bad',
  Broken: 'warn', Changed: 'warn', Interrupted: 'warn', NoDocuments: 'warn', Flapping: 'warn', EffectiveSoon: 'warn',
  Running: 'live', Pending: 'live', Crawling: 'live',
};

export function Badge({ value }: { value: string }) {
  return <span className={`badge ${tones[value] ?? ''}`}>{inWords(value)}</span>;
}
