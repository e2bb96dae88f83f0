// Package storetest is the test suite that every implementation of store.Store passes. It covers
// the guarantees of the interface.
package storetest

import (
	"testing"

	"github.com/clausea/crawler/internal/store"
)

// Opener opens an empty, migrated store that is closed after the test.
type Opener func(t *testing.T) store.Store

// Run runs the suite. Each test has its own store.
func Run(t *testing.T, open Opener) {
	for name, test := range map[string]func(*testing.T, store.Store){
		"an object is created, updated and deleted":              objectLifecycle,
		"the JSON of an object is unchanged":                     objectJSON,
		"concurrent updates of an object are not lost":           objectContention,
		"one of several concurrent creators succeeds":            objectCreation,
		"objects are listed once in key order":                   objectPaging,
		"a watch delivers every change once in order":            watchOrder,
		"a watch starts at the version of a list":                watchFromList,
		"a stopped watch ends":                                   watchStop,
		"a watch from an invalid version fails":                  watchInvalidVersion,
		"a lease has one holder":                                 leaseHolder,
		"one of several concurrent holders acquires a lease":     leaseContention,
		"a lease has the time for which it was idle":             leaseIdleTime,
		"an epoch never decreases":                               leaseEpochs,
		"writes with an outdated epoch are fenced":               fencing,
		"runs are listed newest first":                           runs,
		"runs are listed by state and priority":                  runsByState,
		"a run is swapped only from the expected state":          runCompareAndSwap,
		"one of several concurrent swaps of a run succeeds":      runCompareAndSwapContention,
		"the latest request to a run is returned":                requests,
		"deleting a company leaves other companies":              companyDeletion,
		"checkpoints of any size are stored":                     checkpoints,
		"all parts of a run's checkpoint are deleted":            checkpointDeletion,
		"expiring a run deletes its checkpoint":                  runDeletion,
		"runs beyond the limits expire":                          runExpiry,
		"a call expires a limited number of runs":                runExpiryBatches,
		"companies that have runs are listed once":               runCompanies,
		"deleting a company deletes its checkpoints":             companyCheckpointDeletion,
		"pages are stored and listed by URL":                     pages,
		"a batch of pages is written as a whole":                 pageBatches,
		"companies are summarized":                               companies,
		"documents are found by ID and by URL":                   documents,
		"documents are listed once in order":                     documentPaging,
		"a URL belongs to one document":                          documentUnique,
		"one of several concurrent documents gets a URL":         documentContention,
		"versions are stored":                                    versions,
		"appending a version twice stores it once":               versionIdempotent,
		"concurrent writers of a document lose no version":       versionContention,
		"the version at a time is found":                         versionAt,
		"texts of 17 MiB are stored":                             largeTexts,
		"a commit and its changes are written once":              commits,
		"a commit without IDs fails":                             commitWithoutID,
		"a commit replaces no other document":                    commitAtOccupiedURL,
		"a document may have the former URL of another one":      commitAtFormerURL,
		"concurrent commits give an ordered feed":                commitContention,
		"commits with large texts are stored":                    largeCommits,
		"a change is stored with all its fields":                 changeRecord,
		"changes are selected and listed in both orders":         changeFilters,
		"queries of changes are bounded":                         changeQueryBounds,
		"deleting a company deletes its changes":                 changeDeletion,
		"watches deliver every change once in order":             changeWatch,
		"a stopped watch of changes ends":                        changeWatchStop,
		"equal snapshots are stored once":                        snapshots,
		"migrations are idempotent":                              migrations,
		"missing records are not found":                          notFound,
		"invalid continue tokens fail":                           invalidTokens,
		"the store counts its records and responds to pings":     counts,
		"the last crawl of a company is stored":                  lastCrawls,
		"a summary follows every write of a document":            summaryAfterWrites,
		"a summary counts concurrent writes":                     concurrentSummary,
		"a correction wins over what the program determines":     corrections,
		"a document that is not legal does not count":            notLegalDocuments,
		"corrections are listed once in order":                   correctionPaging,
		"texts are found by their words and phrases":             searchedTexts,
		"the newest text of a document is searched":              searchedVersions,
		"hits are listed once, those with prominent words first": searchPaging,
		"invalid searches fail":                                  invalidSearches,
		"an arbitrary text finds itself":                         arbitrarySearches,
		"runs are queried by their properties":                   runQueries,
		"a run can change its company":                           runCompanyChange,
		"events of a run are numbered without gaps":              runEventOrder,
		"an event is appended once":                              runEventIdempotence,
		"concurrent writers number events without gaps":          runEventContention,
		"the number of events of a run is bounded":               runEventBounds,
		"events are appended to existing runs only":              runEventFencing,
		"a watch of events delivers each once in order":          runEventWatch,
		"a watch of events ends with its context":                runEventWatchEnd,
		"deleting a run deletes its events":                      runEventDeletion,
		"pages are queried by their properties":                  pageQueries,
		"pages of old runs expire":                               pageExpiry,
		"a review is written from its newest revision":           reviewLifecycle,
		"one of several concurrent reviewers succeeds":           reviewContention,
		"reviews are listed newest first by each filter":         reviewLists,
		"a change has a new review until a person writes one":    reviewsOfNewChanges,
		"invalid reviews are rejected":                           reviewBounds,
		"deleting a company deletes reviews and deliveries":      reviewCompanyDeletion,
		"a webhook is created, updated and deleted":              webhookLifecycle,
		"one of several concurrent webhook writers succeeds":     webhookContention,
		"webhooks are listed newest first":                       webhookLists,
		"no output contains the secret of a webhook":             webhookSecrets,
		"invalid webhooks are rejected":                          webhookBounds,
		"deliveries are enqueued once with the cursor":           deliveryEnqueuing,
		"due deliveries are claimed":                             deliveryClaims,
		"a delivery is claimed by one of several senders":        deliveryContention,
		"deliveries of a document are claimed in order":          deliveryOrder,
		"the result of a delivery is stored":                     deliveryResults,
		"a delivery is sent again on request":                    deliveryRedelivery,
		"deliveries are listed, cancelled and expire":            deliveryLists,
		"invalid deliveries are rejected":                        deliveryBounds,
		"an API key is created, used and revoked":                apiKeyLifecycle,
		"one of several concurrent creators gets a key ID":       apiKeyContention,
		"API keys are listed newest first":                       apiKeyLists,
		"invalid API keys are rejected":                          apiKeyBounds,
		"an expired session is not found":                        sessionLifecycle,
		"sessions are listed, deleted and expire":                sessionLists,
		"invalid sessions are rejected":                          sessionBounds,
		"audit entries are listed by each filter and expire":     auditLists,
		"a call expires a limited number of audit entries":       auditExpiryBatches,
		"invalid audit entries are rejected":                     auditBounds,
		"a request with an idempotency key is executed once":     idempotencyLifecycle,
		"the key of a failed or dead request is free":            idempotencyRelease,
		"one of several requests with the same key begins":       idempotencyContention,
		"invalid idempotent requests are rejected":               idempotencyBounds,
		"documents are selected and listed in both orders":       documentQueries,
		"queries of documents are bounded":                       documentQueryBounds,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	for name, test := range archiveTests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
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

// pagesOf reads a whole list in pages of at most limit items.
func pagesOf[T any](t *testing.T, limit int, list func(store.ListOptions) ([]T, string, error)) []T {
	t.Helper()
	var out []T
	p := store.ListOptions{Limit: limit}
	for {
		items, next, err := list(p)
		must(t, err)
		if len(items) > limit {
			t.Fatalf("a page with limit %d has %d items", limit, len(items))
		}
		out = append(out, items...)
		if next == "" {
			return out
		}
		if len(items) == 0 || next == p.Continue {
			t.Fatal("the list makes no progress")
		}
		p.Continue = next
	}
}
