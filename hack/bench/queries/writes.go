package queries

import (
	"context"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// writesPerRound is the number of documents that one round writes in each way.
const (
	writesPerRound = 250
	writeRounds    = 4
)

// timeWrites returns the documents a second that CommitDocument and the three writes store. The
// rounds alternate, so that both see the same store.
func timeWrites(ctx context.Context, s queryStore) (commits, writes float64, err error) {
	rng := rand.New(rand.NewPCG(3, 3))
	zipf := rand.NewZipf(rng, 1.1, 5, vocabulary-1)
	var byCommit, byWrites time.Duration
	next := 1 << 24 // after every document of the filled store
	for range writeRounds {
		for _, way := range []struct {
			write func(context.Context, queryStore, store.Commit) error
			took  *time.Duration
		}{{commitDocument, &byCommit}, {threeWrites, &byWrites}} {
			start := time.Now()
			for range writesPerRound {
				c := commitOf(rng, next, next, text(rng, zipf))
				next++
				c.Versions = c.Versions[:1]
				c.Versions[0].Snapshot = []byte("<html><body>" + strings.Repeat("<nav>menu</nav>", 200) + c.Versions[0].Text)
				c.Document.ContentHash = c.Versions[0].Version.ContentHash
				if err := way.write(ctx, s, c); err != nil {
					return 0, 0, err
				}
			}
			*way.took += time.Since(start)
		}
	}
	n := float64(writesPerRound * writeRounds)
	return n / byCommit.Seconds(), n / byWrites.Seconds(), nil
}

func commitDocument(ctx context.Context, s queryStore, c store.Commit) error {
	_, err := s.CommitDocument(ctx, store.Fence{}, c)
	return err
}

// threeWrites stores a document as versions before CommitDocument did: without a change.
func threeWrites(ctx context.Context, s queryStore, c store.Commit) error {
	v := c.Versions[0]
	hash, err := s.PutSnapshot(ctx, store.Fence{}, c.Document.Company, v.Snapshot, "")
	if err != nil {
		return err
	}
	v.Version.SnapshotHash, v.Version.Number = hash, 1
	if _, _, err := s.AppendVersion(ctx, store.Fence{}, v.Version, v.Text); err != nil {
		return err
	}
	c.Document.Versions = 1
	return s.PutDocument(ctx, store.Fence{}, c.Document)
}
