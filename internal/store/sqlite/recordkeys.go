package sqlite

import "strings"

// renameRecordKeys is the migration that renames keys of stored records and the state of
// interrupted runs.
var renameRecordKeys = `UPDATE runs SET state='Interrupted', v=json_set(v, '$.state', 'Interrupted') WHERE state='Stopped';
` + renameKeys("runs", "v",
	"started", "createdAt", "begun", "startedAt", "completed", "finishedAt", "reserved", "assignedWorker",
	"limit", "maxAttempts", "holder", "worker", "documents.gone", "documents.removed",
) + renameKeys("documents", "v",
	"also", "additionalTypes", "region", "jurisdiction", "words", "wordCount", "hash", "contentHash", "path", "discoveryPath",
	"lastGone", "removedAt", "takesEffect", "upcomingEffectiveDate", "takesEffectQuote", "upcomingEffectiveQuote",
) + renameKeys("versions", "v",
	"hash", "contentHash", "region", "jurisdiction", "words", "wordCount", "bytes", "storedBytes", "full", "keyframe",
	"takesEffect", "upcomingEffectiveDate", "takesEffectQuote", "upcomingEffectiveQuote",
) + renameKeys("objects", "json", "status.documents.gone", "status.documents.removed")

// renameKeys returns the statements that rename keys of the JSON objects in a column.
// pairs alternates old and new paths.
func renameKeys(table, column string, pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		// The -> operator returns JSON, so lists, numbers and booleans remain what they are.
		r := strings.NewReplacer("TABLE", table, "COLUMN", column, "OLD", "'$."+pairs[i]+"'", "NEW", "'$."+pairs[i+1]+"'")
		b.WriteString(r.Replace("UPDATE TABLE SET COLUMN=json_remove(json_set(COLUMN, NEW, COLUMN->OLD), OLD) WHERE json_type(COLUMN, OLD) IS NOT NULL;\n"))
	}
	return b.String()
}
