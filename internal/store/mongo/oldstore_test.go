package mongo

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/storetest"
)

// oldVersion is the number of migrations of a storetest.OldStore.
const oldVersion = 5

// writeOldStore creates a database with the content of o, and returns its name.
func writeOldStore(t *testing.T, o *storetest.OldStore) string {
	t.Helper()
	name := newDatabase(t)
	s, err := Open(t.Context(), uri, name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	ctx, cancel := context.WithTimeout(t.Context(), migrationTimeout)
	defer cancel()
	records := oldRecords(t, o)
	for _, m := range migrations[:oldVersion] {
		if err := m.do(ctx, s.db); err != nil {
			t.Fatal(err)
		}
		records[migrationCollection] = append(records[migrationCollection], bson.D{{Key: "_id", Value: m.name}, {Key: "at", Value: time.UnixMilli(0)}})
	}
	for collection, rows := range records {
		if _, err := s.db.Collection(collection).InsertMany(ctx, rows); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// oldRecords returns the records of o by collection.
func oldRecords(t *testing.T, o *storetest.OldStore) map[string][]any {
	t.Helper()
	records := map[string][]any{}
	// add adds a record with a key and possibly further fields.
	add := func(collection, key string, record map[string]any, more ...bson.E) {
		row := append(bson.D{{Key: "_id", Value: key}}, more...)
		for _, field := range slices.Sorted(maps.Keys(record)) {
			row = append(row, bson.E{Key: field, Value: record[field]})
		}
		records[collection] = append(records[collection], row)
	}
	// blobOf returns a field with data. Some of the data is in chunks.
	n := 0
	blobOf := func(key string, data []byte) bson.E {
		n++
		if n%10 != 0 || len(data) < 2 {
			return bson.E{Key: "blob", Value: bson.D{{Key: "data", Value: data}}}
		}
		sum := "sum-" + key
		for i, part := range [][]byte{data[:len(data)/2], data[len(data)/2:]} {
			add(chunkCollection, chunkKey(sum, i), nil, bson.E{Key: "data", Value: part})
		}
		return bson.E{Key: "blob", Value: bson.D{{Key: "data", Value: []byte{}}, {Key: "sum", Value: sum}, {Key: "chunks", Value: 2}}}
	}
	for _, d := range o.Documents {
		add(documentCollection, fmt.Sprint(d["id"]), d)
	}
	for i, v := range o.Versions {
		key := fmt.Sprint(v["documentID"], "/", v["number"])
		add(versionCollection, key, v, blobOf(key, o.Blobs[i]))
	}
	for _, r := range o.Runs {
		add(runCollection, fmt.Sprint(r["id"]), r)
	}
	for _, p := range o.Pages {
		add(pageCollection, fmt.Sprint(p["company"], "\n", p["url"]), p)
	}
	for _, key := range slices.Sorted(maps.Keys(o.Snapshots)) {
		add(snapshotCollection, key, nil, blobOf(key, o.Snapshots[key]))
	}
	for _, key := range slices.Sorted(maps.Keys(o.Checkpoints)) {
		add(checkpointCollection, key, nil, blobOf(key, o.Checkpoints[key]))
	}
	for run, r := range o.Requests {
		add(requestCollection, run, nil, bson.E{Key: "request", Value: string(r)})
	}
	for _, ob := range o.Objects {
		version, err := strconv.ParseInt(ob.ResourceVersion, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		row, err := newObject(ob, store.EventAdded, version)
		if err != nil {
			t.Fatal(err)
		}
		records[collectionOf(ob.Kind)] = append(records[collectionOf(ob.Kind)], row)
	}
	records[metaCollection] = []any{bson.D{{Key: "_id", Value: "resourceVersion"}, {Key: "v", Value: int64(9)}}}
	for _, l := range o.Leases {
		records[leaseCollection] = append(records[leaseCollection], lease{l.Name, l.Holder, l.Epoch, l.Expires, 0})
	}
	return records
}

// dump returns all records and indexes of a database, in order. It leaves out the times of the
// migrations and the lease of the migrating process.
func dump(t *testing.T, name string, collections ...string) string {
	t.Helper()
	s, err := Open(t.Context(), uri, name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.WithoutCancel(t.Context())) }()
	if collections == nil {
		if collections, err = s.db.ListCollectionNames(t.Context(), bson.D{}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(collections)
	}
	var b strings.Builder
	for _, c := range collections {
		fmt.Fprintln(&b, c)
		indexes, err := s.db.Collection(c).Indexes().List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var specs []bson.Raw
		if err := indexes.All(t.Context(), &specs); err != nil {
			t.Fatal(err)
		}
		lines := make([]string, len(specs))
		for i, spec := range specs {
			lines[i] = spec.String()
		}
		slices.Sort(lines)
		fmt.Fprintln(&b, strings.Join(lines, "\n"))
		filter, show := bson.D{}, bson.D{}
		switch c {
		case migrationCollection:
			show = bson.D{{Key: "at", Value: 0}}
		case leaseCollection:
			filter = bson.D{{Key: "_id", Value: bson.D{{Key: "$ne", Value: "migrate"}}}}
		}
		rows, err := s.db.Collection(c).Find(t.Context(), filter, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}).SetProjection(show))
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next(t.Context()) {
			d := bson.NewDecoder(bson.NewDocumentReader(bytes.NewReader(rows.Current)))
			d.DefaultDocumentM() // the order of the fields of an object has no meaning
			var row bson.M
			if err := d.Decode(&row); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%#v\n", row)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestMigrateKeepsAWholeOldStore(t *testing.T) {
	t.Parallel()
	o := storetest.NewOldStore(t)
	name := writeOldStore(t, o)
	unchanged := []string{versionCollection, snapshotCollection, chunkCollection, checkpointCollection, requestCollection, collectionOf("Company"), collectionOf("CrawlJob"), leaseCollection}
	before := dump(t, name, unchanged...)
	s, err := Open(t.Context(), uri, name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	if applied, err := s.Migrate(t.Context()); err != nil || len(applied) != len(migrations)-oldVersion {
		t.Fatalf("applied migrations are %v, want %d: %v", applied, len(migrations)-oldVersion, err)
	}
	if dump(t, name, unchanged...) != before {
		t.Errorf("the migration changed one of %v", unchanged)
	}
	storetest.CheckOldStore(t, s, o)
}
