package sqlite

// createAccessRecords is the migration that creates the tables of reviews, webhooks, deliveries,
// API keys, sessions, audit entries and idempotency keys. Each has a time at in milliseconds
// since 1970, by which its lists are ordered. All other times are in milliseconds too.
const createAccessRecords = `
CREATE TABLE IF NOT EXISTS reviews(id TEXT PRIMARY KEY, at INTEGER NOT NULL, company TEXT NOT NULL, state TEXT NOT NULL, assignee TEXT NOT NULL, revision INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reviews_at ON reviews(at, id);
CREATE INDEX IF NOT EXISTS reviews_state ON reviews(state, at, id, company);
CREATE INDEX IF NOT EXISTS reviews_company ON reviews(company, at, id, state);
CREATE INDEX IF NOT EXISTS reviews_assignee ON reviews(assignee, at, id, state, company);
CREATE TABLE IF NOT EXISTS webhooks(id TEXT PRIMARY KEY, at INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS webhooks_at ON webhooks(at, id);
CREATE TABLE IF NOT EXISTS deliveries(id TEXT PRIMARY KEY, at INTEGER NOT NULL, webhook TEXT NOT NULL, company TEXT NOT NULL, document TEXT NOT NULL, sequence INTEGER NOT NULL, state TEXT NOT NULL, next INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_at ON deliveries(at, id);
CREATE INDEX IF NOT EXISTS deliveries_webhook ON deliveries(webhook, at, id);
CREATE INDEX IF NOT EXISTS deliveries_state ON deliveries(state, at, id);
CREATE INDEX IF NOT EXISTS deliveries_webhook_state ON deliveries(webhook, state, at, id);
CREATE INDEX IF NOT EXISTS deliveries_company ON deliveries(company);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries(webhook, next) WHERE state='Pending';
CREATE INDEX IF NOT EXISTS deliveries_order ON deliveries(webhook, document, sequence) WHERE state='Pending';
CREATE TABLE IF NOT EXISTS api_keys(id TEXT PRIMARY KEY, at INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS api_keys_at ON api_keys(at, id);
CREATE TABLE IF NOT EXISTS sessions(id TEXT PRIMARY KEY, at INTEGER NOT NULL, user TEXT NOT NULL, expires INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sessions_at ON sessions(at, id);
CREATE INDEX IF NOT EXISTS sessions_user ON sessions(user, at, id);
CREATE INDEX IF NOT EXISTS sessions_expires ON sessions(expires);
CREATE TABLE IF NOT EXISTS audit(id TEXT PRIMARY KEY, at INTEGER NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, target_kind TEXT NOT NULL, target_name TEXT NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS audit_at ON audit(at, id);
CREATE INDEX IF NOT EXISTS audit_actor ON audit(actor, at, id);
CREATE INDEX IF NOT EXISTS audit_action ON audit(action, at, id);
CREATE INDEX IF NOT EXISTS audit_target_kind ON audit(target_kind, at, id);
CREATE INDEX IF NOT EXISTS audit_target ON audit(target_kind, target_name, at, id);
CREATE TABLE IF NOT EXISTS idempotency(id TEXT PRIMARY KEY, expires INTEGER NOT NULL, v TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS idempotency_expires ON idempotency(expires);
`
