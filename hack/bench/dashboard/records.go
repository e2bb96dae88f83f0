package dashboard

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

const (
	documentsPerCompany = 20
	changedVersions     = 2 // of a document that changed; others have one
	runsPerCompany      = 4
	paragraphs          = 6 // of a document
	wordsPerParagraph   = 16
	vocabulary          = 20_000
)

// The values that the records are spread over.
var (
	documentTypes = []string{"privacy_policy", "terms_of_service", "cookie_policy", "data_processing_agreement", "subprocessors", "acceptable_use_policy", "imprint", "refund_policy"}
	languages     = []string{"en", "de", "fr", "es", "ja"}
	labels        = []string{"data_sharing", "retention", "liability", "arbitration", "pricing"}
	reviewStates  = []store.ReviewState{store.ReviewInReview, store.ReviewReviewed, store.ReviewNoAction, store.ReviewEscalated}
	tags          = []string{"vendor", "customer", "eu", "us"}
)

// epoch is a year before the start, so that the newest records are some hours old.
var epoch = time.Now().AddDate(-1, 0, 0).UTC().Truncate(time.Hour)

func companyName(i int) string { return fmt.Sprintf("company-%05d", i) }

func documentID(i int) string { return fmt.Sprintf("d%08d", i) }

func runID(company, n int) string { return fmt.Sprintf("run-%05d-%d", company, n) }

// changeID returns the ID of the change of document i, which is even.
func changeID(i int) string { return fmt.Sprintf("c%08d", i) }

// at returns the time of record i of n, in the year after epoch.
func at(i, n int) time.Time {
	return epoch.Add(time.Duration(i) * 364 * 24 * time.Hour / time.Duration(n))
}

// companyOf returns company i of n: 2 in 100 fail, and 5 in 100 lack a document.
func companyOf(rng *rand.Rand, i, n int) *v1alpha1.Company {
	name := companyName(i)
	now := time.Now().UTC().Truncate(time.Second)
	ended, next := metav1.NewTime(now.Add(-time.Duration(rng.IntN(24*3600))*time.Second)), metav1.NewTime(now.Add(time.Duration(rng.IntN(24*3600))*time.Second))
	changed := metav1.NewTime(at(i, n).Truncate(time.Second))
	c := &v1alpha1.Company{
		TypeMeta: metav1.TypeMeta{APIVersion: v1alpha1.GroupVersion.String(), Kind: "Company"},
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: kubestore.DefaultNamespace, UID: types.UID("company-" + name), Generation: 1, CreationTimestamp: metav1.NewTime(epoch),
			Labels: map[string]string{service.TagPrefix + tags[i%len(tags)]: ""},
		},
	}
	c.Spec.DisplayName = fmt.Sprintf("Company %d Limited", i)
	c.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")}
	c.Spec.ExpectedTypes = []v1alpha1.DocumentType{"privacy_policy", "terms_of_service"}
	c.Spec.Schedule = &v1alpha1.Schedule{Cron: fmt.Sprintf("%d %d * * *", rng.IntN(60), rng.IntN(24)), TimeZone: "Etc/UTC"}
	ready := metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonSucceeded, LastTransitionTime: ended, Message: "The last crawl succeeded."}
	if i%50 == 0 {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, v1alpha1.ReasonSiteUnreachable, "The site does not respond."
	}
	c.Status = v1alpha1.CompanyStatus{
		ObservedGeneration: 1, Conditions: []metav1.Condition{ready}, DocumentCount: documentsPerCompany, LastChangeTime: &changed, NextCrawlTime: &next,
		LastCrawl: &v1alpha1.CrawlSummary{JobName: name + "-1", RunID: runID(i, runsPerCompany-1), Reason: "Converged", StartTime: &ended, CompletionTime: &ended},
		Coverage: []v1alpha1.Coverage{
			{Type: "privacy_policy", State: v1alpha1.CoverageFound, DocumentID: documentID(i * documentsPerCompany)}, {Type: "terms_of_service", State: v1alpha1.CoverageFound, DocumentID: documentID(i*documentsPerCompany + 1)},
		},
	}
	if i%20 == 0 {
		c.Status.Coverage[1] = v1alpha1.Coverage{Type: "terms_of_service", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingNotLinked}
	}
	return c
}

// objectOf returns a company as it is archived.
func objectOf(c *v1alpha1.Company) (*store.ArchivedObject, []byte, error) {
	body, err := json.Marshal(c)
	if err != nil {
		return nil, nil, fmt.Errorf("encode company %s: %w", c.Name, err)
	}
	return &store.ArchivedObject{Kind: "Company", Namespace: c.Namespace, Name: c.Name, UID: string(c.UID), Labels: c.Labels}, body, nil
}

// runOf returns run n of a company. The last runs of some companies failed, and some run.
func runOf(rng *rand.Rand, company, n, companies int) *store.Run {
	created := at(n*companies+company, runsPerCompany*companies)
	r := &store.Run{
		ID: runID(company, n), Company: companyName(company), CreatedAt: created, StartedAt: created.Add(time.Second), FinishedAt: created.Add(time.Minute),
		State: store.RunComplete, StopReason: "Converged", Trigger: store.TriggerSchedule, Documents: store.DocumentCounts{New: 1, Unchanged: documentsPerCompany - 1},
		Progress: store.Progress{Fetched: int64(50 + rng.IntN(200)), Skipped: map[string]int64{"robots": 3, "low_score": 40}},
		Coverage: []store.Coverage{{Type: "privacy_policy", State: store.CoverageFound}, {Type: "terms_of_service", State: store.CoverageFound}},
	}
	switch {
	case n == runsPerCompany-1 && company%50 == 0:
		r.State, r.StopReason, r.Message = store.RunFailed, "SiteUnreachable", "The site does not respond."
	case n == runsPerCompany-1 && company%1000 == 1:
		r.State, r.StopReason, r.FinishedAt, r.Heartbeat = store.RunRunning, "", time.Time{}, time.Now()
	}
	return r
}

// word returns a word of the vocabulary; small numbers are frequent words.
func word(n int) string { return "w" + string(rune('a'+n%26)) + fmt.Sprint(n) }

// writer writes texts of words whose frequencies follow Zipf's law, as in natural language.
type writer struct {
	rng  *rand.Rand
	zipf *rand.Zipf
}

func newWriter() *writer {
	rng := rand.New(rand.NewPCG(1, 1))
	return &writer{rng, rand.NewZipf(rng, 1.1, 5, vocabulary-1)}
}

func (w *writer) paragraph() string {
	words := make([]string, wordsPerParagraph)
	for i := range words {
		words[i] = word(int(w.zipf.Uint64()))
	}
	words[w.rng.IntN(len(words))] = "liability"
	return strings.Join(words, " ")
}

// text returns the paragraphs of a document below headings.
func (w *writer) text() []string {
	out := []string{"# Policy"}
	for i := range paragraphs {
		out = append(out, fmt.Sprintf("## Section %d", i+1), w.paragraph())
	}
	return out
}

// commitOf returns document i of n with its versions. Every second document has changed once.
func (w *writer) commitOf(i, n int) store.Commit {
	id, company, created := documentID(i), companyName(i/documentsPerCompany), at(i, n)
	versions := 1
	if i%2 == 0 {
		versions = changedVersions
	}
	d := store.Document{
		ID: id, Company: company, URL: fmt.Sprintf("https://%s.example/legal/%d", company, i), Type: documentTypes[i%len(documentTypes)], Language: languages[i%len(languages)],
		State: store.DocumentPresent, Title: "Document " + id, Confidence: 0.9, FirstSeen: created, LastSeen: created, LastChecked: created, LastChanged: created, UnchangedSince: created,
		RunID: runID(i/documentsPerCompany, runsPerCompany-1), Versions: versions,
	}
	switch i % 500 {
	case 7:
		d.State, d.StateSince = store.DocumentBroken, created
	case 9:
		d.State, d.StateSince = store.DocumentRemoved, created
	}
	text := w.text()
	c := store.Commit{Create: true}
	for v := range versions {
		text[2+2*w.rng.IntN(paragraphs)] = w.paragraph()
		body := strings.Join(text, "\n\n")
		sum := sha256.Sum256([]byte(id + body))
		d.ContentHash = hex.EncodeToString(sum[:])
		c.Versions = append(c.Versions, store.NewVersion{
			Version: store.Version{DocumentID: id, Number: v + 1, ContentHash: d.ContentHash, FetchedAt: created.AddDate(0, 0, v-versions), URL: d.URL, Language: d.Language, Title: d.Title, WordCount: paragraphs * wordsPerParagraph, RunID: d.RunID},
			Text:    body,
		})
	}
	c.Document = d
	if i%2 == 0 {
		c.Changes = []store.Change{{
			ID: changeID(i), Sequence: int64(i/2 + 1), Kind: store.ChangeChanged, At: created, Company: company, DocumentID: id, DocumentType: d.Type, Language: d.Language, Title: d.Title,
			URL: d.URL, RunID: d.RunID, From: 1, To: changedVersions, Silent: i%8 == 0,
			Summary: store.ChangeSummary{Added: 10, Removed: 3, Labels: []string{labels[i/2%len(labels)]}, Headings: []string{"Section 1"}, Insignificant: []store.InsignificantEdits{}},
		}}
	}
	return c
}

// reviewOf returns the review of a change. A person has reviewed every second change.
func reviewOf(i int, c store.Change) *store.Review {
	r := store.NewReview(c)
	if i%4 == 0 {
		r.Revision, r.State, r.Author, r.At = 1, reviewStates[i/4%len(reviewStates)], "user:ann", c.At.Add(time.Hour)
		r.Assignee = fmt.Sprint("person ", i%20)
	}
	return &r
}
