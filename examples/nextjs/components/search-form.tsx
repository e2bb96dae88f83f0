import Form from 'next/form';

/** A form that puts its text into the query parameter q of a page. */
export function SearchForm({ action, label, value }: { action: string; label: string; value: string }) {
  return (
    <Form action={action} role="search" className="search">
      <input type="search" name="q" aria-label={label} placeholder={label} defaultValue={value} key={value} maxLength={200} />
      <button type="submit">Search</button>
    </Form>
  );
}
