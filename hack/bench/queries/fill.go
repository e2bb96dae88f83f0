package queries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// The values that the documents are spread over.
var (
	types = []string{
		"privacy_policy", "terms_of_service", "cookie_policy", "data_processing_agreement", "subprocessors",
		"acceptable_use_policy", "imprint", "refund_policy", "eula", "other_legal",
	}
	languages = []string{"en", "de", "fr", "es", "ja"}
	labels    = []string{"data_sharing", "retention", "liability", "arbitration", "pricing"}
	states    = []store.DocumentState{store.DocumentPresent, store.DocumentPresent, store.DocumentPresent, store.DocumentPresent, store.DocumentBroken, store.DocumentRemoved}
	kinds     = []store.ChangeKind{store.ChangeChanged, store.ChangeChanged, store.ChangeCreated, store.ChangeMoved, store.ChangeRemoved}
)

const (
	documentsPerCompany = 10
	rareEvery           = 4000 // documents for one with each rare value
	rareType            = "rare_policy"
	rareLanguage        = "fi"
	vocabulary          = 20_000
	wordsPerDocument    = 400
	writers             = 8
)

var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func companyName(i int) string { return fmt.Sprintf("company-%05d", i/documentsPerCompany) }

// word returns a word of the vocabulary; small numbers are frequent words.
func word(n int) string { return "w" + string(rune('a'+n%26)) + fmt.Sprint(n) }

// text returns a text of words whose frequencies follow Zipf's law, as in natural language.
func text(rng *rand.Rand, zipf *rand.Zipf) []string {
	words := make([]string, wordsPerDocument)
	for i := range words {
		words[i] = word(int(zipf.Uint64()))
	}
	words[rng.IntN(len(words))] = "liability"
	return words
}

// entriesPerPut is the number of records that Fill writes at a time.
const entriesPerPut = 1000

// Fill stores documents and runs as a restore of a backup does, which is faster than one commit
// after the other.
func Fill(ctx context.Context, s store.Archiver, documents int) error {
	r, err := s.BeginRestore(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = r.Close(ctx) }()
	b := batch{ctx: ctx, to: r}
	rng := rand.New(rand.NewPCG(4, 4))
	for i := range documents / documentsPerRun {
		b.add(store.ArchiveRuns, runOf(rng, i, documents), nil)
	}
	eachCommit(documents, func(c store.Commit) {
		for _, change := range c.Changes {
			review := store.NewReview(change)
			b.add(store.ArchiveReviews, &review, nil)
		}
	})
	var last int64
	eachCommit(documents, func(c store.Commit) {
		b.add(store.ArchiveDocuments, &c.Document, nil)
		for i := range c.Versions {
			b.add(store.ArchiveVersions, &c.Versions[i].Version, []byte(c.Versions[i].Text))
		}
		for i := range c.Changes {
			last = c.Changes[i].Sequence
			b.add(store.ArchiveChanges, &c.Changes[i], nil)
		}
	})
	b.add(store.ArchiveFeed, &store.ArchivedFeed{Sequence: last}, nil)
	if err := b.end(); err != nil {
		return err
	}
	return r.Finish(ctx)
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

// eachCommit calls do with the commits of all documents, with the numbers that CommitDocument would
// give their versions and changes. Each call has the same commits.
func eachCommit(documents int, do func(store.Commit)) {
	rng := rand.New(rand.NewPCG(1, 1))
	zipf := rand.NewZipf(rng, 1.1, 5, vocabulary-1)
	var sequence int64
	for i := range documents {
		c := commitOf(rng, i, documents, text(rng, zipf))
		for n := range c.Versions {
			c.Versions[n].Version.Number = n + 1
		}
		c.Document.Versions = len(c.Versions)
		for n := range c.Changes {
			sequence++
			c.Changes[n].Sequence, c.Changes[n].To = sequence, len(c.Versions)
		}
		do(c)
	}
}

// spread is a prime number, so that the times at which documents changed do not have the order of
// their URLs.
const spread = 7919

// commitOf returns the commit of document i of a number of documents, with all its versions. Every
// second document has a change.
func commitOf(rng *rand.Rand, i, documents int, words []string) store.Commit {
	id := fmt.Sprintf("d%08d", i)
	at := epoch.Add(time.Duration(i) * time.Minute)
	changed := epoch.Add(time.Duration(i*spread%documents) * time.Minute)
	d := store.Document{
		ID: id, Company: companyName(i), URL: fmt.Sprintf("https://%s.example/legal/%d", companyName(i), i), Type: types[rng.IntN(len(types))],
		Language: languages[rng.IntN(len(languages))], State: states[rng.IntN(len(states))], Title: "Document " + id, Confidence: 0.9,
		FirstSeen: at, LastSeen: at, LastChecked: at, LastChanged: changed, UnchangedSince: at,
	}
	switch i % rareEvery {
	case 1:
		d.Type = rareType
	case 2:
		d.Language = rareLanguage
	case 3:
		d.State = store.DocumentUnreachable
	}
	c := store.Commit{Create: true}
	for n := range versionsPerDocument {
		words[rng.IntN(len(words))] = word(rng.IntN(vocabulary))
		body := strings.Join(words, " ")
		sum := sha256.Sum256([]byte(id + body))
		d.ContentHash = hex.EncodeToString(sum[:])
		c.Versions = append(c.Versions, store.NewVersion{
			Version: store.Version{DocumentID: id, ContentHash: d.ContentHash, FetchedAt: at.AddDate(0, 0, n), URL: d.URL, Language: d.Language, WordCount: len(words)},
			Text:    body,
		})
	}
	c.Document = d
	if i%2 == 0 {
		kind := kinds[rng.IntN(len(kinds))]
		c.Changes = []store.Change{{
			ID: store.ChangeID(id, "run", kind, d.ContentHash), Kind: kind, At: at, Company: d.Company, DocumentID: id, DocumentType: d.Type, Language: d.Language,
			URL: d.URL, Silent: rng.IntN(4) == 0, Summary: store.ChangeSummary{Added: 10, Removed: 3, Labels: []string{labels[rng.IntN(len(labels))]}},
		}}
	}
	return c
}
