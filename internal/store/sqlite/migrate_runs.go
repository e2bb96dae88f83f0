package sqlite

// createRunEvents is the migration that adds the events of runs.
const createRunEvents = `
CREATE TABLE run_events(run TEXT, sequence INTEGER, id TEXT NOT NULL, v TEXT NOT NULL, PRIMARY KEY(run, sequence)) WITHOUT ROWID;
CREATE UNIQUE INDEX run_events_id ON run_events(run, id);
`
