package sqlite

// createChanges is the migration that creates the feed of changes. Each index ends with the
// sequence, which is the row ID, so that it has the order of the feed.
const createChanges = `
CREATE TABLE document_changes(sequence INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, company TEXT NOT NULL, doc TEXT NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL, silent INTEGER NOT NULL, at INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX document_changes_company ON document_changes(company);
CREATE INDEX document_changes_doc ON document_changes(doc);
CREATE INDEX document_changes_type ON document_changes(type);
CREATE INDEX document_changes_kind ON document_changes(kind);
CREATE INDEX document_changes_at ON document_changes(at);
CREATE TABLE change_labels(label TEXT, sequence INTEGER, PRIMARY KEY(label, sequence)) WITHOUT ROWID;
`
