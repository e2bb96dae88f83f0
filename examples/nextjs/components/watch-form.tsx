'use client';

import { useActionState } from 'react';
import { watch } from '@/lib/actions';

export function WatchForm() {
  const [state, action, pending] = useActionState(watch, { url: '' });
  return (
    <form action={action} className="stack">
      <label htmlFor="url">URL or domain</label>
      <input id="url" name="url" type="text" inputMode="url" autoComplete="url" placeholder="https://example.com" required maxLength={2048} defaultValue={state.url} key={state.url} />
      {state.error && (
        <p className="error" role="alert">
          {state.error}
        </p>
      )}
      <button type="submit" disabled={pending}>
        {pending ? 'Starting…' : 'Start watching'}
      </button>
    </form>
  );
}
