package apitest

import "testing"

// behaviors are what the API does on every deployment, by a sentence.
var behaviors = map[string]func(t *testing.T, d *deployment){
	"companies are created, listed, replaced, patched and deleted": companiesAreManaged,
	"companies are searched, filtered, sorted and paged":           companiesAreListed,
	"invalid companies are rejected with their fields":             invalidCompaniesAreRejected,
	"documents are read with their versions":                       documentsAreRead,
	"documents are corrected and pinned":                           documentsAreCorrected,
	"texts are found and compared":                                 textsAreFoundAndCompared,
	"companies are imported and exported":                          companiesAreMoved,
	"changes are followed across replicas":                         changesAreFollowed,
	"the pages of a crawl are listed":                              pagesOfCrawlsAreListed,
	"changes are listed and reviewed":                              changesAreReviewed,
	"crawls are started and stopped":                               crawlsAreStarted,
	"crawls are suspended, resumed, retried and cancelled":         crawlsAreControlled,
	"of concurrent starts of a crawl one succeeds":                 ofConcurrentStartsOneSucceeds,
	"crawls are followed across replicas":                          crawlsAreFollowed,
	"keys work until they are revoked":                             keysWork,
	"webhooks are created, paused and deleted":                     webhooksAreManaged,
	"a repeated request has the first response":                    requestsAreRepeated,
}

func TestTheAPIIsTheSameOnEveryDeployment(t *testing.T) {
	t.Parallel()
	for name, open := range deployments {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for what, check := range behaviors {
				t.Run(what, func(t *testing.T) {
					t.Parallel()
					check(t, open(t))
				})
			}
		})
	}
}
