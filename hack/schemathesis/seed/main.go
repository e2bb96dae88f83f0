// Command seed writes an embedded store with a few companies, documents, versions, changes,
// crawls and webhooks, and a configuration of schemathesis with their IDs.
//
//	go run ./hack/schemathesis/seed FOLDER > schemathesis.toml
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/apikey"
	"github.com/clausea/crawler/internal/kubestore"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: seed FOLDER")
		os.Exit(2)
	}
	ctx := context.Background()
	s, err := sqlite.Open(ctx, os.Args[1])
	if err == nil {
		err = run(ctx, &seeder{store: s, ids: map[string][]string{}}, os.Stdout)
		if closed := s.Close(ctx); err == nil {
			err = closed
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "seed:", err)
		os.Exit(1)
	}
}

// seeder writes records, and collects their IDs by kind.
type seeder struct {
	store     store.Store
	companies client.Client
	ids       map[string][]string
}

func run(ctx context.Context, s *seeder, w io.Writer) error {
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		return fmt.Errorf("register the resources: %w", err)
	}
	s.companies = kubestore.NewClient(s.store, scheme)
	for i, name := range []string{"acme", "globex", "initech"} {
		if err := s.company(ctx, name); err != nil {
			return err
		}
		for n := range 4 {
			if err := s.document(ctx, name, fmt.Sprintf("%s-%d", name, n), n+1); err != nil {
				return err
			}
		}
		if err := s.run(ctx, name, fmt.Sprintf("run-%s", name)); err != nil {
			return err
		}
		if err := s.webhook(ctx, fmt.Sprintf("webhook-%d", i)); err != nil {
			return err
		}
		text, id := apikey.New()
		k := store.APIKey{ID: id, Hash: apikey.Hash(text), Name: name, Scopes: []store.APIScope{store.ScopeRead}, CreatedAt: day(1), CreatedBy: "seed"}
		if err := s.store.CreateAPIKey(ctx, k); err != nil {
			return fmt.Errorf("create an API key: %w", err)
		}
		s.add("keys", id)
	}
	return s.configuration(w)
}

func (s *seeder) add(kind, id string) { s.ids[kind] = append(s.ids[kind], id) }

// day returns midnight of a day of January 2026.
func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func (s *seeder) company(ctx context.Context, name string) error {
	c := &v1alpha1.Company{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: kubestore.DefaultNamespace}}
	c.Spec.Domains = []v1alpha1.Domain{v1alpha1.Domain(name + ".example")}
	if err := s.companies.Create(ctx, c); err != nil {
		return fmt.Errorf("create company %s: %w", name, err)
	}
	s.add("companies", name)
	return nil
}

// document stores a document with some versions, each with a snapshot and a change.
func (s *seeder) document(ctx context.Context, company, id string, versions int) error {
	url := "https://" + company + ".example/" + id
	d := store.Document{
		ID: id, Company: company, URL: url, FormerURLs: []string{}, Type: "privacy_policy", Confidence: 0.9, AdditionalTypes: []string{}, Language: "en",
		Title: "Privacy Policy " + id, DiscoveryPath: []string{"https://" + company + ".example/"}, LinkText: "Privacy", FirstSeen: day(1),
		State: store.DocumentPresent, StateSince: day(1), RunID: "run-" + company,
	}
	for n := 1; n <= versions; n++ {
		text := fmt.Sprintf("# Privacy Policy\n\nThis is version %d.\n\n%s", n, strings.Repeat("We keep your data for a year.\n\n", n))
		hash, err := s.store.PutSnapshot(ctx, store.Fence{}, company, []byte("<h1>Privacy Policy</h1><script>alert(1)</script><p>"+text+"</p>"), "")
		if err != nil {
			return fmt.Errorf("store a snapshot of document %s: %w", id, err)
		}
		d.ContentHash, d.LastChanged, d.LastSeen, d.LastChecked = fmt.Sprintf("%064d", n), day(n), day(n), day(n)
		v := store.Version{DocumentID: id, ContentHash: d.ContentHash, FetchedAt: day(n), URL: url, ContentType: "text/html", Title: d.Title, Language: "en", RunID: d.RunID, SnapshotHash: hash}
		kind := store.ChangeChanged
		if n == 1 {
			kind = store.ChangeCreated
		}
		c := store.Change{
			ID: fmt.Sprintf("change-%s-%d", id, n), Kind: kind, At: day(n), Company: company, DocumentID: id, DocumentType: d.Type, Title: d.Title, URL: url,
			RunID: d.RunID, From: n - 1, To: n, Summary: store.ChangeSummary{Added: n, Labels: []string{"retention"}},
		}
		committed, err := s.store.CommitDocument(ctx, store.Fence{}, store.Commit{Document: d, Create: n == 1, Versions: []store.NewVersion{{Version: v, Text: text}}, Changes: []store.Change{c}})
		if err != nil {
			return fmt.Errorf("commit document %s: %w", id, err)
		}
		d = committed.Document
		s.add("changes", c.ID)
	}
	s.add("documents", id)
	return nil
}

// run stores a crawl that has ended, with its pages and events.
func (s *seeder) run(ctx context.Context, company, id string) error {
	r := store.Run{ID: id, Company: company, State: store.RunComplete, StopReason: "Converged", Trigger: store.TriggerSchedule, CreatedAt: day(1), StartedAt: day(1), FinishedAt: day(1).Add(time.Minute)}
	if err := s.store.PutRun(ctx, r); err != nil {
		return fmt.Errorf("store run %s: %w", id, err)
	}
	var events []store.RunEvent
	var pages []store.FetchedPage
	for n := range 30 {
		url := fmt.Sprintf("https://%s.example/page-%d", company, n)
		pages = append(pages, store.FetchedPage{Company: company, URL: url, FinalURL: url, Status: 200, ContentType: "text/html", FetchedAt: day(1), RunID: id})
		events = append(events, store.RunEvent{ID: fmt.Sprintf("event-%s-%d", id, n), At: day(1), Type: store.RunFailure, URL: url, Reason: "client_error", Message: "The server responded with 404."})
	}
	if err := s.store.PutPages(ctx, store.Fence{}, pages); err != nil {
		return fmt.Errorf("store the pages of run %s: %w", id, err)
	}
	if err := s.store.AppendRunEvents(ctx, store.Fence{}, id, events); err != nil {
		return fmt.Errorf("store the events of run %s: %w", id, err)
	}
	s.add("crawls", id)
	return nil
}

// webhook stores a paused webhook with deliveries.
func (s *seeder) webhook(ctx context.Context, id string) error {
	w := store.Webhook{
		ID: id, Name: id, URL: "https://receiver.example/" + id, Secrets: []store.Secret{store.NewSecret("whsec_c2VlZC1zZWNyZXQtMDEyMzQ1Njc4OTAxMjM0NTY=")},
		State: store.WebhookPaused, CreatedAt: day(1), CreatedBy: "seed", UpdatedAt: day(1),
	}
	if _, err := s.store.CreateWebhook(ctx, w); err != nil {
		return fmt.Errorf("create webhook %s: %w", id, err)
	}
	changeID := s.ids["changes"][0]
	d := store.Delivery{ChangeID: changeID, Sequence: 1, Company: "acme", DocumentID: "acme-0", CreatedAt: day(1), NextAttempt: day(1)}
	if err := s.store.EnqueueDeliveries(ctx, store.Fence{}, id, 1, []store.Delivery{d}); err != nil {
		return fmt.Errorf("store a delivery to webhook %s: %w", id, err)
	}
	s.add("webhooks", id)
	s.add("deliveries", store.DeliveryID(id, changeID))
	return nil
}
