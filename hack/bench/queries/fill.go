package queries

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

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

// fill stores the documents, each in one commit.
func fill(ctx context.Context, s store.DocumentWriter, documents int) error {
	g, ctx := errgroup.WithContext(ctx)
	for w := range writers {
		g.Go(func() error {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			zipf := rand.NewZipf(rng, 1.1, 5, vocabulary-1)
			for i := w; i < documents; i += writers {
				if _, err := s.CommitDocument(ctx, store.Fence{}, commitOf(rng, i, text(rng, zipf))); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// commitOf returns the commit of document i with all its versions. Every second document has a
// change.
func commitOf(rng *rand.Rand, i int, words []string) store.Commit {
	id := fmt.Sprintf("d%08d", i)
	at := epoch.Add(time.Duration(i) * time.Minute)
	d := store.Document{
		ID: id, Company: companyName(i), URL: fmt.Sprintf("https://%s.example/legal/%d", companyName(i), i), Type: types[rng.IntN(len(types))],
		Language: languages[rng.IntN(len(languages))], State: states[rng.IntN(len(states))], Title: "Document " + id, Confidence: 0.9,
		FirstSeen: at, LastSeen: at, LastChecked: at, LastChanged: at, UnchangedSince: at,
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
