package sqlite

// createChanges is the migration that creates the feed of changes, and adds the states of
// documents and the columns by which they are selected.
const createChanges = createFeed + addDocumentStates + addDocumentColumns

// Each index of the feed ends with the sequence, which is the row ID, so that it has the order of
// the feed.
const createFeed = `
CREATE TABLE document_changes(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, company TEXT NOT NULL, doc TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL, silent INTEGER NOT NULL, at INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX document_changes_company ON document_changes(company);
CREATE INDEX document_changes_doc ON document_changes(doc);
CREATE INDEX document_changes_type ON document_changes(type);
CREATE INDEX document_changes_kind ON document_changes(kind);
CREATE INDEX document_changes_at ON document_changes(at);
CREATE TABLE change_labels(label TEXT, sequence INTEGER, PRIMARY KEY(label, sequence)) WITHOUT ROWID;
`

// addDocumentStates sets the state of documents that have none. A zero time is in the year 1. The
// time since which an existing document is Present is not known. json_set inserts and replaces
// values and leaves the others as they are.
const addDocumentStates = `
UPDATE documents SET v=json_set(v, '$.state', 'Present', '$.stateReason', '', '$.stateSince', '0001-01-01T00:00:00Z',
	'$.lastChecked', v->>'$.lastSeen', '$.unchangedSince', v->>'$.lastChanged',
	'$.lastFailure', json('{"at":"0001-01-01T00:00:00Z","reason":""}'), '$.notLegal', json('false'))
	WHERE coalesce(v->>'$.state','')='';
UPDATE documents SET v=json_set(v, '$.state', 'Removed', '$.stateSince', v->>'$.removedAt',
	'$.lastChecked', iif(julianday(v->>'$.removedAt')>julianday(v->>'$.lastSeen'), v->>'$.removedAt', v->>'$.lastSeen'))
	WHERE v->>'$.removedAt'>'0002' AND v->>'$.state'='Present' AND v->>'$.stateSince'<'0002';
`

// addDocumentColumns adds columns that are computed from the record, so that they cannot differ
// from it, and indexes. last_changed is in milliseconds since 1970. Each index begins with an order
// of documents, or with a property and an order, and has all properties by which documents are
// selected, so that selecting reads only the index. The indexes of states leave out Present, which
// most documents are, so that they need few bytes.
const addDocumentColumns = `
ALTER TABLE documents ADD COLUMN type TEXT GENERATED ALWAYS AS (coalesce(json_extract(v,'$.type'),'')) VIRTUAL;
ALTER TABLE documents ADD COLUMN language TEXT GENERATED ALWAYS AS (coalesce(json_extract(v,'$.language'),'')) VIRTUAL;
ALTER TABLE documents ADD COLUMN state TEXT GENERATED ALWAYS AS (coalesce(json_extract(v,'$.state'),'')) VIRTUAL;
ALTER TABLE documents ADD COLUMN not_legal INTEGER GENERATED ALWAYS AS (coalesce(json_extract(v,'$.notLegal'),0)) VIRTUAL;
ALTER TABLE documents ADD COLUMN last_changed INTEGER GENERATED ALWAYS AS (CAST(round(coalesce(unixepoch(json_extract(v,'$.lastChanged'),'subsec'),0)*1000) AS INTEGER)) VIRTUAL;
CREATE INDEX documents_by_url ON documents(company, url, type, language, state, not_legal, last_changed);
CREATE INDEX documents_by_change ON documents(last_changed, id, company, type, language, state, not_legal);
CREATE INDEX documents_company_change ON documents(company, last_changed, id, type, language, state, not_legal);
CREATE INDEX documents_type_change ON documents(type, last_changed, id, company, language, state, not_legal);
CREATE INDEX documents_language_change ON documents(language, last_changed, id, company, type, state, not_legal);
CREATE INDEX documents_type_url ON documents(type, company, url, language, state, not_legal, last_changed);
CREATE INDEX documents_language_url ON documents(language, company, url, type, state, not_legal, last_changed);
CREATE INDEX documents_state_change ON documents(state, last_changed, id, company, type, language, not_legal) WHERE state<>'Present';
CREATE INDEX documents_state_url ON documents(state, company, url, type, language, not_legal, last_changed) WHERE state<>'Present';
`
