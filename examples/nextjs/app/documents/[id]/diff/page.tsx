import { diffVersions, type Diff, type DiffSection } from '@clausea/client';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { Fragment } from 'react';
import { Badge } from '@/components/badge';
import { cachedUntilChanged, clausea, dataOf, documentTag } from '@/lib/clausea';
import { count, formatTime, inWords, text } from '@/lib/format';

export const metadata: Metadata = { title: 'Comparison' };

const isVersion = (s: string) => /^([1-9]\d{0,8}|latest|previous)$/.test(s);

export default async function DiffPage({ params, searchParams }: PageProps<'/documents/[id]/diff'>) {
  const { id } = await params;
  const parameters = await searchParams;
  const from = text(parameters.from) || 'previous';
  const to = text(parameters.to) || 'latest';
  if (!isVersion(from) || !isVersion(to)) notFound();
  const diff = dataOf(await diffVersions({ client: clausea(), path: { id }, query: { from, to }, ...cachedUntilChanged(documentTag(id)) }));
  return (
    <>
      <p className="trail">
        <Link href={`/documents/${encodeURIComponent(id)}`}>{diff.to.title}</Link>
      </p>
      <header className="page">
        <div>
          <h1>
            Version {diff.from.number} → {diff.to.number}
          </h1>
          <p className="facts">
            <span>
              {formatTime(diff.from.fetchedAt)} → {formatTime(diff.to.fetchedAt)}
            </span>
            <span>
              <ins>+{count(diff.added, 'word')}</ins> <del>−{count(diff.removed, 'word')}</del>
            </span>
            {diff.labels.map((l) => (
              <span key={l} className="label">
                {inWords(l)}
              </span>
            ))}
          </p>
        </div>
      </header>
      {diff.sections.length === 0 && <p className="note">{diff.insignificant.total > 0 ? 'Only insignificant edits.' : 'The texts are the same.'}</p>}
      {diff.sections.map((section, i) => (
        <Section key={i} section={section} />
      ))}
      <Insignificant edits={diff.insignificant} />
    </>
  );
}

function Section({ section }: { section: DiffSection }) {
  // The first paragraph of a section is its heading.
  const texts = paragraphs(section.words);
  const first = texts[0];
  if (first?.every((run) => run.kind === 'equal') && first.map((run) => run.text).join(' ') === section.heading) texts.shift();
  return (
    <section className="diff">
      <header>
        <h2>{section.heading || 'Introduction'}</h2>
        {section.state !== 'changed' && <Badge value={inWords(section.state)} />}
        {section.previousHeading && <small>was {section.previousHeading}</small>}
        {section.labels.map((l) => (
          <span key={l} className="label">
            {inWords(l)}
          </span>
        ))}
      </header>
      {texts.map((runs, i) => (
        <p key={i}>
          {runs.map((run, j) => (
            <Fragment key={j}>{run.kind === 'added' ? <ins>{run.text}</ins> : run.kind === 'removed' ? <del>{run.text}</del> : run.text} </Fragment>
          ))}
        </p>
      ))}
    </section>
  );
}

/** Splits runs of words into paragraphs, which line feeds separate. */
function paragraphs(runs: DiffSection['words']): DiffSection['words'][] {
  const all: DiffSection['words'][] = [[]];
  for (const { kind, text } of runs) {
    text.split('\n').forEach((line, i) => {
      if (i > 0) all.push([]);
      if (line.trim()) all.at(-1)?.push({ kind, text: line.trim() });
    });
  }
  return all.filter((p) => p.length > 0);
}

function Insignificant({ edits }: { edits: Diff['insignificant'] }) {
  if (edits.total === 0) return null;
  return (
    <details>
      <summary>{count(edits.total, 'insignificant edit')}</summary>
      <ul>
        {edits.edits.map((e, i) => (
          <li key={i}>
            {inWords(e.rule)}: {e.removed && <del>{e.removed}</del>} {e.added && <ins>{e.added}</ins>}
          </li>
        ))}
      </ul>
    </details>
  );
}
