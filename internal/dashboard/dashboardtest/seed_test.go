package dashboardtest

import (
	"fmt"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// The records to which the parameters of routes point.
const (
	seededCompany  = "a-company-with-a-name-that-is-as-long-as-names-may-be-here"
	seededDocument = "privacy"
	seededChange   = "privacy-10"
	seededRun      = "run-failed"
	seededWebhook  = "webhook"
)

// seedTexts are titles of documents. Two are written from right to left.
var seedTexts = []string{
	"Privacy policy", "سياسة الخصوصية وحماية البيانات الشخصية", "מדיניות פרטיות ותנאי שימוש", strings.Repeat("Unbreakable", 20),
	"Allgemeine Geschäftsbedingungen und Datenschutzgrundverordnungserklärung", "プライバシーポリシー",
}

// day returns midnight of a day that follows 2026-01-01 by n days.
func day(n int) time.Time { return time.Date(2026, 1, 1+n, 0, 0, 0, 0, time.UTC) }

// seed stores companies, documents and crawls: enough for several pages of each list.
func (s *system) seed() {
	s.t.Helper()
	s.company(seededCompany)
	for i := range 120 {
		s.company(fmt.Sprintf("company-%03d", i))
	}
	for i := range 60 {
		s.crawled(fmt.Sprintf("company-%03d", i), i)
	}
	texts := make([]string, 10)
	for i := range texts {
		texts[i] = fmt.Sprintf("# Privacy policy\n\nWe store your data for %d days.\n\n## الخصوصية\n\nنحن نحترم خصوصيتك.\n\n## Sharing\n\n%s\n\nhttps://%s.example/%s", 10*(i+1), strings.Repeat("We share data with partners. ", 10+i), seededCompany, strings.Repeat("path", 40))
	}
	s.document(seededDocument, seedTexts[3], texts...)
	for i := range 60 {
		s.document(fmt.Sprintf("document-%02d", i), seedTexts[i%len(seedTexts)], "First text.", "Second text, which is longer.")
	}
	for i := range 80 {
		s.run(fmt.Sprintf("run-%02d", i), store.RunComplete, "")
	}
	s.webhook("The queue of the legal department")
	s.run(seededRun, store.RunFailed, "fetch https://"+seededCompany+".example/"+strings.Repeat("segment", 30)+": the host does not respond")
}

// webhook stores a webhook with a delivery.
func (s *system) webhook(text string) {
	s.t.Helper()
	w := store.Webhook{
		ID: seededWebhook, Name: text[:min(len(text), 200)], URL: "https://hooks.example/" + strings.Repeat("path", 60), Secrets: []store.Secret{store.NewSecret("whsec_c2VjcmV0")}, State: store.WebhookActive,
		CreatedAt: day(0), CreatedBy: "user:owner", UpdatedAt: day(0),
	}
	if _, err := s.store.CreateWebhook(s.t.Context(), w); err != nil {
		s.t.Fatal(err)
	}
	d := store.Delivery{ChangeID: seededChange, Sequence: 1, Company: seededCompany, DocumentID: seededDocument, NextAttempt: day(0), CreatedAt: day(0)}
	if err := s.store.EnqueueDeliveries(s.t.Context(), store.Fence{}, seededWebhook, 1, []store.Delivery{d}); err != nil {
		s.t.Fatal(err)
	}
}

// note stores a review of the seeded change with a note and an assignee.
func (s *system) note(changeID, text string) {
	s.t.Helper()
	r := store.Review{ChangeID: changeID, Company: seededCompany, State: store.ReviewEscalated, Assignee: text[:min(len(text), 200)], Note: text[:min(len(text), 4000)], Author: "user:owner", At: day(12)}
	if _, err := s.store.PutReview(s.t.Context(), r); err != nil {
		s.t.Fatal(err)
	}
}

func (s *system) company(name string) {
	s.t.Helper()
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: kubestore.DefaultNamespace}}
	c.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(name[:min(len(name), 50)] + ".example")}
	if err := s.resources.Create(s.t.Context(), c); err != nil {
		s.t.Fatal(err)
	}
}

// crawled gives a company a schedule and the status of a crawl. Every tenth crawl failed, and
// every fifth one missed a document.
func (s *system) crawled(name string, i int) {
	s.t.Helper()
	var c v1alpha1.Company
	if err := s.resources.Get(s.t.Context(), client.ObjectKey{Namespace: kubestore.DefaultNamespace, Name: name}, &c); err != nil {
		s.t.Fatal(err)
	}
	c.Labels = map[string]string{service.TagPrefix + "vendor": "", service.TagPrefix + "finance": ""}
	c.Spec.Schedule = &v1alpha1.Schedule{Cron: fmt.Sprintf("%d %d * * *", i, i%24), TimeZone: "Etc/UTC"}
	if err := s.resources.Update(s.t.Context(), &c); err != nil {
		s.t.Fatal(err)
	}
	last, next := metav1.NewTime(time.Now().Add(-time.Hour)), metav1.NewTime(time.Now().Add(time.Duration(i+1)*time.Hour))
	ready := metav1.Condition{Type: v1alpha1.ConditionReady, Status: metav1.ConditionTrue, Reason: v1alpha1.ReasonSucceeded, LastTransitionTime: last, Message: "The last crawl succeeded."}
	if i%10 == 0 {
		ready.Status, ready.Reason, ready.Message = metav1.ConditionFalse, v1alpha1.ReasonSiteUnreachable, "fetch https://"+name+".example/"+strings.Repeat("segment", 20)+": the host does not respond"
	}
	c.Status.Conditions, c.Status.NextCrawlTime, c.Status.LastChangeTime, c.Status.DocumentCount = []metav1.Condition{ready}, &next, &last, 12
	c.Status.LastCrawl = &v1alpha1.CrawlSummary{JobName: name, RunID: "recent-" + name, Reason: "Converged", StartTime: &last, CompletionTime: &last}
	c.Status.Coverage = []v1alpha1.Coverage{{Type: "privacy_policy", State: v1alpha1.CoverageFound}, {Type: "terms_of_service", State: v1alpha1.CoverageFound}}
	if i%5 == 0 {
		c.Status.Coverage[1] = v1alpha1.Coverage{Type: "terms_of_service", State: v1alpha1.CoverageMissing, Reason: v1alpha1.MissingNotLinked}
	}
	if err := s.resources.Status().Update(s.t.Context(), &c); err != nil {
		s.t.Fatal(err)
	}
	r := store.Run{
		ID: "recent-" + name, Company: name, State: store.RunComplete, StopReason: "Converged", Trigger: store.TriggerSchedule, CreatedAt: last.AddDate(0, 0, -i%30), StartedAt: last.AddDate(0, 0, -i%30), FinishedAt: last.AddDate(0, 0, -i%30).Add(time.Minute),
		Progress: store.Progress{Fetched: int64(100 + 37*i%400)}, Documents: store.DocumentCounts{New: 1, Unchanged: 11}, Coverage: []store.Coverage{},
	}
	if i%10 == 0 {
		r.State, r.StopReason, r.Message = store.RunFailed, "SiteUnreachable", ready.Message
	}
	if err := s.store.PutRun(s.t.Context(), r); err != nil {
		s.t.Fatal(err)
	}
}

func (s *system) run(id string, state store.RunState, message string) {
	s.t.Helper()
	r := store.Run{ID: id, Company: seededCompany, State: state, Message: message, CreatedAt: day(10), StartedAt: day(10), FinishedAt: day(11), Coverage: []store.Coverage{}}
	if err := s.store.PutRun(s.t.Context(), r); err != nil {
		s.t.Fatal(err)
	}
}

// document stores a document with a version and a change for each text. The change of version
// n has the ID "ID-n".
func (s *system) document(id, title string, texts ...string) {
	const company = seededCompany
	s.t.Helper()
	host := "https://" + company[:min(len(company), 50)] + ".example/"
	d := store.Document{
		ID: id, Company: company, URL: host + id, FormerURLs: []string{}, Type: "privacy_policy", Confidence: 0.9, AdditionalTypes: []string{}, Language: "en", Title: title,
		DiscoveryPath: []string{host}, LinkText: title, FirstSeen: day(0), State: store.DocumentPresent, StateSince: day(0), RunID: seededRun,
	}
	for i, text := range texts {
		d.ContentHash, d.LastChanged, d.LastSeen, d.LastChecked = fmt.Sprintf("%064d", i), day(i), day(i), day(i)
		hash, err := s.store.PutSnapshot(s.t.Context(), store.Fence{}, company, []byte("<p>"+text+"</p>"), "")
		if err != nil {
			s.t.Fatal(err)
		}
		v := store.Version{DocumentID: id, ContentHash: d.ContentHash, SnapshotHash: hash, FetchedAt: day(i), URL: d.URL, ContentType: "text/html", Title: title, Language: "en", RunID: seededRun}
		kind := store.ChangeChanged
		if i == 0 {
			kind = store.ChangeCreated
		}
		c := store.Change{
			ID: fmt.Sprintf("%s-%d", id, i+1), Kind: kind, At: day(i), Company: company, DocumentID: id, DocumentType: d.Type, Language: d.Language, Title: title, URL: d.URL, RunID: seededRun,
			From: i, To: i + 1, Summary: store.ChangeSummary{Added: 3, Removed: 2, Labels: []string{}, Headings: []string{}, Insignificant: []store.InsignificantEdits{}},
		}
		committed, err := s.store.CommitDocument(s.t.Context(), store.Fence{}, store.Commit{Document: d, Create: i == 0, Versions: []store.NewVersion{{Version: v, Text: text}}, Changes: []store.Change{c}})
		if err != nil {
			s.t.Fatal(err)
		}
		d = committed.Document
	}
}
