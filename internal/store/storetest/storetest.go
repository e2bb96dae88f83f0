// Package storetest is the one suite that every store.Store passes: what a caller
// may rely on, whichever database lies beneath.
package storetest

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// Opener opens a migrated store that is empty and is closed with the test.
type Opener func(t *testing.T) store.Store

// Run runs the suite over the stores that open gives.
func Run(t *testing.T, open Opener) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"an object goes through its life":           objectLife,
		"an object's JSON comes back as it was":     objectJSON,
		"no update of an object is lost":            objectContention,
		"one of many creators wins":                 objectCreation,
		"objects are listed once each in key order": objectPaging,
		"a watch sees every change once in order":   watchOrder,
		"a watch goes on from where a list was":     watchFromList,
		"a watch that is stopped ends":              watchStop,
		"a watch of nonsense is refused":            watchNonsense,
		"a lease has one holder":                    leaseHolder,
		"of many who want a lease one gets it":      leaseContention,
		"a lease tells how long it was idle":        leaseIdle,
		"an epoch never falls":                      leaseEpochs,
		"a stale epoch can write nothing":           fencing,
		"runs are listed newest first":              runs,
		"runs are listed by state and priority":     runsByState,
		"a run is swapped from one state alone":     runSwap,
		"of many who swap a run one does":           runSwapContention,
		"a run's request is the newest":             requests,
		"a deleted company leaves the others":       deleteCompany,
		"checkpoints of any size come back":         checkpoints,
		"all parts of a run's checkpoints go":       checkpointDrop,
		"a run's checkpoints go with it":            runDrop,
		"a company's checkpoints go with it":        companyDrop,
		"pages come back and are listed by URL":     pages,
		"pages are put whole batches at a time":     pageBatches,
		"pages that a run did not meet are dropped": pageDrop,
		"companies are counted by the store":        companies,
		"documents are found by ID and by URL":      documents,
		"documents are listed once each in order":   documentPaging,
		"an address belongs to one document":        documentUnique,
		"of many who want an address one gets it":   documentRace,
		"versions come back as they were":           versions,
		"a version is appended once":                versionIdempotent,
		"writers of one history lose no version":    versionContention,
		"the version in force at a time":            versionAt,
		"texts of 17 MiB come back":                 largeTexts,
		"snapshots are shared by hash":              snapshots,
		"migrations run any number of times":        migrations,
		"what is not there is not found":            notFound,
		"a token that is none is refused":           badTokens,
		"the store counts and answers":              counts,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// must ends the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pagesOf reads a whole list in pages of limit and checks that none is too long.
func pagesOf[T any](t *testing.T, limit int, list func(store.ListOptions) ([]T, string, error)) []T {
	t.Helper()
	var out []T
	p := store.ListOptions{Limit: limit}
	for {
		items, next, err := list(p)
		must(t, err)
		if len(items) > limit {
			t.Fatalf("a page of %d has %d items", limit, len(items))
		}
		out = append(out, items...)
		if next == "" {
			return out
		}
		if len(items) == 0 || next == p.Continue {
			t.Fatal("a list that doesn't go on")
		}
		p.Continue = next
	}
}
