import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { allItems, createClauseaClient, followChanges, followCrawl, getCompany, listCompanies, parseEvents, StreamError } from '../dist/index.js';

/** Serves requests until the test ends. Returns a client with a key. */
async function serve(t, handler) {
  const server = createServer(handler);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return createClauseaClient({ baseUrl: `http://127.0.0.1:${server.address().port}/`, apiKey: 'clausea_key' });
}

function stream(...chunks) {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const c of chunks) controller.enqueue(encoder.encode(c));
      controller.close();
    },
  });
}

async function collect(events) {
  const all = [];
  for await (const e of events) all.push(e);
  return all;
}

test('a request has the key in one header field, and lists in one parameter', async (t) => {
  let request;
  const client = await serve(t, (req, res) => {
    request = req;
    res.setHeader('Content-Type', 'application/json').end('{"items":[]}');
  });
  await listCompanies({ client, query: { tags: ['a', 'b'], q: 'x y' }, throwOnError: true });
  assert.equal(request.headers.authorization, 'Bearer clausea_key');
  assert.equal(request.headers['x-api-key'], undefined);
  assert.equal(request.url, '/v1/companies?tags=a,b&q=x%20y');
});

test('a problem is the error of the result', async (t) => {
  const client = await serve(t, (_, res) => {
    res.writeHead(404, { 'Content-Type': 'application/problem+json' }).end('{"status":404,"type":"not-found"}');
  });
  const { error, response } = await getCompany({ client, path: { name: 'none' } });
  assert.equal(response.status, 404);
  assert.equal(error.type, 'not-found');
});

test('the items of all pages are read', async () => {
  const pages = { first: { items: [1, 2], nextCursor: 'b' }, b: { items: [], nextCursor: 'c' }, c: { items: [3] } };
  assert.deepEqual(await collect(allItems(async (cursor = 'first') => ({ data: pages[cursor] }))), [1, 2, 3]);
});

test('events are parsed whatever the chunks and line breaks are', async () => {
  const text = 'retry: 10\n\n: comment\n\nid: 1\nevent: event\ndata: {"a":\ndata: "é"}\n\ndata:x\r\n\r\nid\rdata: y\r\rdata: incomplete';
  const expected = [
    { id: '1', event: 'event', data: '{"a":\n"é"}' },
    { id: '1', event: 'message', data: 'x' },
    { id: '', event: 'message', data: 'y' },
  ];
  for (const size of [1, 2, 3, 1000]) {
    const bytes = Buffer.from(text);
    const chunks = [];
    for (let i = 0; i < bytes.length; i += size) chunks.push(bytes.subarray(i, i + size));
    const body = new ReadableStream({
      start(c) {
        for (const chunk of chunks) c.enqueue(chunk);
        c.close();
      },
    });
    let retry;
    assert.deepEqual(await collect(parseEvents(body, '', (ms) => (retry = ms))), expected, `chunks of ${size} bytes`);
    assert.equal(retry, 10);
  }
});

test('the ID to resume after remains until there is another one', async () => {
  assert.deepEqual(await collect(parseEvents(stream('data: x\n\n'), '7')), [{ id: '7', event: 'message', data: 'x' }]);
});

test('a stream is resumed after its last event until it ends', async (t) => {
  const resumed = [];
  let path;
  const client = await serve(t, (req, res) => {
    path = req.url;
    resumed.push(req.headers['last-event-id']);
    res.setHeader('Content-Type', 'text/event-stream');
    const answers = [
      () => res.end('retry: 1\n\nid: 4\nevent: event\ndata: {"n":4}\n\n'),
      () => res.writeHead(503).end(),
      () => {
        res.write('id: 5\nevent: event\ndata: {"n":5}\n\nid: 6\nevent: ev', () => res.destroy());
      },
      () => res.end('event: end\ndata: {"n":6}\n\n'),
    ];
    answers[resumed.length - 1]();
  });
  const events = await collect(followCrawl('r/s', { client, lastEventID: '3' }));
  assert.deepEqual(events, [
    { id: '4', event: 'event', data: { n: 4 } },
    { id: '5', event: 'event', data: { n: 5 } },
    { id: '5', event: 'end', data: { n: 6 } },
  ]);
  assert.deepEqual(resumed, ['3', '4', '4', '5']);
  assert.equal(path, '/v1/crawls/r%2Fs/events');
});

test('a stream that does not exist is an error at once', async (t) => {
  let requests = 0;
  const client = await serve(t, (_, res) => {
    requests++;
    res.writeHead(404, { 'Content-Type': 'application/problem+json' }).end('{"type":"not-found"}');
  });
  await assert.rejects(collect(followCrawl('none', { client })), (e) => e instanceof StreamError && e.status === 404 && e.problem.type === 'not-found');
  assert.equal(requests, 1);
});

test('an abort ends a stream without an error', async (t) => {
  const client = await serve(t, (_, res) => {
    res.setHeader('Content-Type', 'text/event-stream');
    res.write('data: 1\n\n');
  });
  const controller = new AbortController();
  const seen = [];
  for await (const e of followChanges({ client, signal: controller.signal })) {
    seen.push(e.data);
    controller.abort();
  }
  assert.deepEqual(seen, [1]);
});
