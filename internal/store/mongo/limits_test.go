package mongo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/clausea/crawler/internal/store"
)

func TestListingTenThousandDocumentsUsesAnIndex(t *testing.T) {
	t.Parallel()
	s := open(t, uri, newDatabase(t))
	const n, perCompany, batch = 10_000, 300, 10_000
	for from := 0; from < n; from += batch {
		rows := make([]document, batch)
		for i := range rows {
			d := store.Document{ID: fmt.Sprint("d", from+i), Company: fmt.Sprintf("c%05d", (from+i)/perCompany), URL: fmt.Sprintf("https://x.example/%06d", from+i)}
			rows[i] = document{d.ID, d}
		}
		// Unordered, so that a retry inserts what the previous attempt did not.
		err := retryWithin(t.Context(), time.Minute, 5*time.Minute, "insert a batch", func(ctx context.Context) error {
			_, err := s.db.Collection(documentCollection).InsertMany(ctx, rows, options.InsertMany().SetOrdered(false))
			if mongo.IsDuplicateKeyError(err) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	p, next := store.ListOptions{Limit: store.MaxLimit}, 0
	for {
		docs, more, err := s.ListDocuments(t.Context(), "", p)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			if want := fmt.Sprint("d", next); d.ID != want {
				t.Fatalf("document %d is %s, want %s", next, d.ID, want)
			}
			next++
		}
		if more == "" {
			break
		}
		p.Continue = more
	}
	if next != n {
		t.Errorf("listed %d documents of %d", next, n)
	}
	for what, filter := range map[string]bson.D{"all": documentsAfter("", "c00100\nu"), "a company's": documentsAfter("c00100", "c00100\nu")} {
		var plan bson.M
		find := bson.D{{Key: "find", Value: documentCollection}, {Key: "filter", Value: filter}, {Key: "sort", Value: byCompanyAndURL}, {Key: "limit", Value: 10}}
		err := s.retry(t.Context(), "explain", func(ctx context.Context) error {
			return s.db.RunCommand(ctx, bson.D{{Key: "explain", Value: find}, {Key: "verbosity", Value: "queryPlanner"}}).Decode(&plan)
		})
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(plan["queryPlanner"])
		if !strings.Contains(text, "IXSCAN") || strings.Contains(text, "COLLSCAN") || strings.Contains(text, "SORT ") || strings.Contains(text, "stage:SORT]") {
			t.Errorf("listing %s documents has the plan %s", what, text)
		}
	}
}

// The test uses the error codes, because the oplog of a test server is complete.
func TestALostOplogPositionExpiresAWatch(t *testing.T) {
	t.Parallel()
	for _, code := range []int32{136, 280, 286} {
		if err := expiredError(mongo.CommandError{Code: code}); !errors.Is(err, store.ErrExpired) {
			t.Errorf("code %d: %v", code, err)
		}
	}
	if err := expiredError(mongo.CommandError{Code: 10107}); errors.Is(err, store.ErrExpired) {
		t.Errorf("an election expired a watch: %v", err)
	}
}

// The error is the response of a free Atlas cluster whose 512 MB are full.
func TestAFullDatabaseIsReported(t *testing.T) {
	t.Parallel()
	err := storeError(mongo.CommandError{Code: 8000, Name: "AtlasError", Message: "you are over your space quota, using 513 MB of 512 MB"})
	if !strings.Contains(err.Error(), "the database is full") || isRetryable(err) {
		t.Errorf("%v", err)
	}
}
