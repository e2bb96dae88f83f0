package dashboard

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/clausea/crawler/internal/store"
)

const (
	entriesPerPut = 1000
	webhookID     = "webhook"
	auditEntries  = 20_000
	apiKeys       = 50
	deliveries    = 20_000 // at most
	pagesOfRun    = 300    // of the first run
	eventsOfRun   = 200
)

// fill stores all records as a restore of a backup does, which is faster than one commit after
// the other.
func fill(ctx context.Context, s store.Archiver, companies int) error {
	r, err := s.BeginRestore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close(ctx) }()
	b := &batch{ctx: ctx, to: r}
	rng := rand.New(rand.NewPCG(4, 4))
	documents := companies * documentsPerCompany
	for i := range companies {
		o, body, err := objectOf(companyOf(rng, i, companies))
		if err != nil {
			return err
		}
		b.add(store.ArchiveObjects, o, body)
	}
	for i := range companies {
		for n := range runsPerCompany {
			b.add(store.ArchiveRuns, runOf(rng, i, n, companies), nil)
		}
	}
	b.addRunRecords()
	b.addWebhook(documents)
	w := newWriter()
	for i := 0; i < documents; i += 2 {
		c := store.Change{ID: changeID(i), Company: companyName(i / documentsPerCompany), At: at(i, documents)}
		b.add(store.ArchiveReviews, reviewOf(i, c), nil)
	}
	for i := range apiKeys {
		b.add(store.ArchiveAPIKeys, &store.APIKey{ID: fmt.Sprintf("key%05d", i), Hash: fmt.Sprintf("%064d", i), Name: "Key", Scopes: []store.APIScope{store.ScopeRead}, CreatedAt: epoch, CreatedBy: "user:ann"}, nil)
	}
	for i := range auditEntries {
		b.add(store.ArchiveAudit, &store.AuditEntry{ID: fmt.Sprintf("audit-%08d", i), At: at(i, auditEntries), Actor: "user:ann", Action: "change.review", TargetKind: "change", TargetName: changeID(2 * i), Outcome: store.AuditSucceeded}, nil)
	}
	for i := range documents {
		c := w.commitOf(i, documents)
		b.add(store.ArchiveDocuments, &c.Document, nil)
		for v := range c.Versions {
			b.add(store.ArchiveVersions, &c.Versions[v].Version, []byte(c.Versions[v].Text))
		}
		for n := range c.Changes {
			b.add(store.ArchiveChanges, &c.Changes[n], nil)
		}
	}
	b.add(store.ArchiveFeed, &store.ArchivedFeed{Sequence: int64(documents / 2)}, nil)
	if err := b.end(); err != nil {
		return err
	}
	return r.Finish(ctx)
}

// addRunRecords adds the pages and the events of the first run.
func (b *batch) addRunRecords() {
	id, company := runID(0, 0), companyName(0)
	for i := range pagesOfRun {
		b.add(store.ArchivePages, &store.FetchedPage{RunID: id, Company: company, URL: fmt.Sprintf("https://%s.example/%05d", company, i), Status: 200, FetchedAt: epoch}, nil)
	}
	for i := range eventsOfRun {
		b.add(store.ArchiveRunEvents, &store.RunEvent{
			RunID: id, Sequence: int64(i + 1), ID: fmt.Sprint("e", i), At: epoch, Type: store.RunDocumentFound, DocumentID: documentID(i % documentsPerCompany), URL: fmt.Sprintf("https://%s.example/%d", company, i), Message: "A document",
		}, nil)
	}
}

// addWebhook adds a webhook with deliveries.
func (b *batch) addWebhook(documents int) {
	b.add(store.ArchiveWebhooks, &store.ArchivedWebhook{
		Webhook:     store.Webhook{ID: webhookID, Name: "Webhook", URL: "https://hooks.example/", State: store.WebhookActive, CreatedAt: epoch, CreatedBy: "user:ann", UpdatedAt: epoch},
		SecretTexts: []string{"whsec_c2VjcmV0"},
	}, nil)
	for i := 0; i < min(documents, 2*deliveries); i += 2 {
		created := at(i, documents)
		b.add(store.ArchiveDeliveries, &store.Delivery{
			ID: store.DeliveryID(webhookID, changeID(i)), WebhookID: webhookID, ChangeID: changeID(i), Sequence: int64(i/2 + 1), Company: companyName(i / documentsPerCompany), DocumentID: documentID(i),
			Attempts: 1, State: store.DeliveryDelivered, NextAttempt: created, CreatedAt: created, LastAttempt: created.Add(time.Second), LastStatus: 204, DeliveredAt: created.Add(time.Second),
		}, nil)
	}
}

// batch passes entries to a store.Restorer, several at a time, until the first error.
type batch struct {
	ctx     context.Context
	to      store.Restorer
	entries []store.ArchiveEntry
	err     error
}

func (b *batch) add(family *store.ArchiveFamily, record any, body []byte) {
	b.entries = append(b.entries, store.ArchiveEntry{Family: family, Record: record, Body: body})
	if len(b.entries) >= entriesPerPut {
		b.err = b.end()
	}
}

// end passes the last entries. It returns the first error.
func (b *batch) end() error {
	if b.err == nil {
		b.err = b.to.Put(b.ctx, b.entries)
	}
	b.entries = nil
	return b.err
}
