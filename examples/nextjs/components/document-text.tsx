/**
 * The text of a document. The API builds this HTML from the text that it extracted, without
 * scripts. It is from a page that others wrote all the same, so it has a document of its own, in
 * which nothing runs, nothing is loaded, and a link opens a new tab.
 */
export function DocumentText({ html, title }: { html: string; title: string }) {
  return <iframe className="text" title={title} sandbox="allow-popups allow-popups-to-escape-sandbox" referrerPolicy="no-referrer" srcDoc={head + bodyOf(html)} />;
}

const head = `<!doctype html><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<base target="_blank"><style>
:root { color-scheme: light dark; font: 1.0625rem/1.65 Georgia, "Times New Roman", serif; }
body { margin: 0 auto; padding: 1.5rem 2rem 3rem; max-width: 42rem; color: light-dark(#20242c, #d8dce4); overflow-wrap: anywhere; }
h1, h2, h3, h4 { font-family: system-ui, sans-serif; line-height: 1.25; margin: 1.8em 0 .5em; }
h1 { font-size: 1.6rem; margin-top: 0; } h2 { font-size: 1.2rem; } h3, h4 { font-size: 1.05rem; }
a { color: light-dark(#1f5fbf, #8ab8ff); } img { display: none; }
table { border-collapse: collapse; font: .9rem/1.45 system-ui, sans-serif; } th, td { border: 1px solid light-dark(#d9dde5, #3a414d); padding: .4rem .7rem; text-align: left; }
pre { white-space: pre-wrap; }
</style>`;

/** Returns what is inside the body of an HTML document, or all of it. */
function bodyOf(html: string): string {
  return /<body[^>]*>([\s\S]*)<\/body>/i.exec(html)?.[1] ?? html;
}
