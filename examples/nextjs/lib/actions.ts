'use server';

import { createCompany, startCrawl as start, type Problem } from '@clausea/client';
import { updateTag } from 'next/cache';
import { redirect } from 'next/navigation';
import { clausea, companyTag, detailOf, isProblem } from './clausea';

export interface WatchState {
  url: string;
  error?: string;
}

/** Creates a company from the URL of the form, and shows its first crawl. */
export async function watch(_: WatchState, form: FormData): Promise<WatchState> {
  const url = String(form.get('url') ?? '').trim().slice(0, 2048);
  if (!url) return { url, error: 'Enter a URL or a domain.' };
  const created = await createCompany({ client: clausea(), body: { url } });
  if (!created.data) return { url, error: detailOf(created.error) };
  const started = await crawlOf(created.data.name);
  if ('error' in started) return { url, error: started.error };
  redirect(`/crawls/${started.id}`);
}

/** Starts a crawl of a company, or finds the one that runs, and shows it. */
export async function startCrawl(name: string): Promise<void> {
  const started = await crawlOf(name);
  redirect('error' in started ? `/companies/${encodeURIComponent(name)}?error=${encodeURIComponent(started.error)}` : `/crawls/${started.id}`);
}

/** Shows the results of a crawl that has ended, also if no webhook is set up. */
export async function showResults(name: string): Promise<void> {
  updateTag(companyTag(name));
  redirect(`/companies/${encodeURIComponent(name)}`);
}

/** Returns the ID of a new crawl of a company, or of the crawl that is queued or runs. */
async function crawlOf(company: string): Promise<{ id: string } | { error: string }> {
  const { data, error } = await start({ client: clausea(), body: { company } });
  if (data) return { id: data.id };
  const running = isProblem(error) ? runningCrawl(error) : undefined;
  return running ? { id: running } : { error: detailOf(error) };
}

/** Returns the ID of the crawl that a problem names, because it runs already. */
function runningCrawl(problem: Problem): string | undefined {
  return problem.status === 409 ? /\/v1\/crawls\/([0-9A-Za-z-]+)$/.exec(problem.instance ?? '')?.[1] : undefined;
}
