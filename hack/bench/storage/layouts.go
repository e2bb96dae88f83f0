package storage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/sqlite"
)

// sizeUncompressed returns the size of all versions.
func sizeUncompressed(_ context.Context, k *historySet) (total int64, err error) {
	for _, h := range k.histories {
		for _, v := range h.versions {
			total += int64(len(v))
		}
	}
	return total, nil
}

// sizeCompressed returns the size of all versions, each compressed individually.
func sizeCompressed(_ context.Context, k *historySet) (total int64, err error) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBetterCompression), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return 0, fmt.Errorf("compress: %w", err)
	}
	defer func() { _ = e.Close() }()
	for _, h := range k.histories {
		for _, v := range h.versions {
			total += int64(len(e.EncodeAll(v, nil)))
		}
	}
	return total, nil
}

// sizeInGit returns the size of a repository with one commit per version, after git gc.
func sizeInGit(ctx context.Context, k *historySet) (int64, error) {
	dir, err := os.MkdirTemp("", "bench-git")
	if err != nil {
		return 0, fmt.Errorf("create a repository: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	run := func(args ...string) error {
		cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "-c", "user.name=bench", "-c", "user.email=bench@" + "harbour.example", "-c", "gc.auto=0", "-c", "commit.gpgsign=false"}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(out))
		}
		return nil
	}
	if err := run("init", "--quiet"); err != nil {
		return 0, err
	}
	for _, h := range k.histories {
		name := h.id + ".txt"
		for i, v := range h.versions {
			if err := os.WriteFile(filepath.Join(dir, name), v, 0o600); err != nil {
				return 0, fmt.Errorf("create a repository: %w", err)
			}
			if err := run("add", name); err != nil {
				return 0, err
			}
			if err := run("commit", "--quiet", "--allow-empty", "-m", fmt.Sprintf("Version %d", i+1)); err != nil {
				return 0, err
			}
		}
	}
	if err := run("gc", "--quiet"); err != nil {
		return 0, err
	}
	return folderSize(filepath.Join(dir, ".git", "objects"))
}

// sizeEmbedded returns the size of an embedded store with documents and versions, without its
// search index.
func sizeEmbedded(ctx context.Context, k *historySet) (int64, error) {
	return sizeAdded(k, func(k *historySet) (int64, error) { return sizeInFolder(ctx, k, false) })
}

// sizeEmbeddedComplete is sizeEmbedded with the search index, and a change of each version.
func sizeEmbeddedComplete(ctx context.Context, k *historySet) (int64, error) {
	return sizeAdded(k, func(k *historySet) (int64, error) { return sizeInFolder(ctx, k, true) })
}

// sizeAdded returns the size of a store with histories, less that of a store with one short
// document: the first record of a collection or an index allocates more than it needs.
func sizeAdded(k *historySet, size func(*historySet) (int64, error)) (int64, error) {
	before, err := size(&historySet{raw: k.raw, histories: []history{{id: "short", versions: [][]byte{[]byte("Imprint")}}}})
	if err != nil {
		return 0, err
	}
	after, err := size(k)
	return after - before, err
}

// sizeInFolder returns the size of an embedded store with histories. If complete is set, that
// includes changes and the search index.
func sizeInFolder(ctx context.Context, k *historySet, complete bool) (int64, error) {
	dir, err := os.MkdirTemp("", "bench-store")
	if err != nil {
		return 0, fmt.Errorf("create a store: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	s, err := sqlite.Open(ctx, dir)
	if err != nil {
		return 0, err
	}
	err = storeHistories(ctx, s, k, complete)
	if cerr := s.Close(ctx); err == nil {
		err = cerr
	}
	if err != nil {
		return 0, err
	}
	if complete {
		return folderSize(dir)
	}
	return sizeWithoutSearch(ctx, dir)
}

// historyStore stores histories.
type historyStore interface {
	store.Documents
	store.Versions
	store.Snapshots
	store.DocumentWriter
}

// sizeWithoutSearch returns the size of the tables and indexes of the embedded store in a folder,
// without the search index and the pages that it no longer uses.
func sizeWithoutSearch(ctx context.Context, dir string) (n int64, err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "clausea.db")+"?mode=ro")
	if err != nil {
		return 0, fmt.Errorf("read the sizes of tables: %w", err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(ctx, `SELECT coalesce(sum(pgsize),0) FROM dbstat WHERE name NOT LIKE '%search%'`).Scan(&n); err != nil {
		return 0, fmt.Errorf("read the sizes of tables: %w", err)
	}
	return n, nil
}

// storeHistories stores the histories as a run does: pages as snapshots, texts as versions, with
// their changes if changes is set.
func storeHistories(ctx context.Context, s historyStore, k *historySet, changes bool) error {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, h := range k.histories {
		if k.raw {
			if err := storePages(ctx, s, h); err != nil {
				return err
			}
			continue
		}
		d := store.Document{ID: h.id, Company: "harbour", URL: "https://harbour.example/" + h.id, Type: "privacy_policy", Confidence: 1, Language: "en", State: store.DocumentPresent, FirstSeen: at}
		for i, v := range h.versions {
			sum := sha256.Sum256(v)
			kind := store.ChangeChanged
			if i == 0 {
				kind = store.ChangeCreated
			}
			d.ContentHash, d.LastSeen = hex.EncodeToString(sum[:]), at.AddDate(0, i, 0)
			c := store.Commit{Document: d, Create: i == 0}
			if i == 0 || !bytes.Equal(v, h.versions[i-1]) {
				version := store.Version{DocumentID: d.ID, ContentHash: d.ContentHash, FetchedAt: d.LastSeen, URL: d.URL, Language: d.Language, SnapshotHash: d.ContentHash}
				c.Versions = []store.NewVersion{{Version: version, Text: string(v)}}
				if changes {
					c.Changes = []store.Change{changeOf(d, kind)}
				}
			}
			if _, err := s.CommitDocument(ctx, store.Fence{}, c); err != nil {
				return fmt.Errorf("store %s: %w", h.id, err)
			}
		}
	}
	if k.raw {
		return nil
	}
	return verifyTexts(ctx, s, k)
}

// changeOf returns the change to the newest version of d.
func changeOf(d store.Document, kind store.ChangeKind) store.Change {
	return store.Change{
		ID: store.ChangeID(d.ID, "run", kind, d.ContentHash), Kind: kind, At: d.LastSeen, Company: d.Company, DocumentID: d.ID, DocumentType: d.Type,
		Language: d.Language, URL: d.URL, Summary: store.ChangeSummary{Added: 100, Removed: 50, Labels: []string{"retention"}, Headings: []string{"How long we keep your data"}},
	}
}

func storePages(ctx context.Context, s store.Snapshots, h history) error {
	before := ""
	for i, v := range h.versions {
		hash, err := s.PutSnapshot(ctx, store.Fence{}, "harbour", v, before)
		if err != nil {
			return fmt.Errorf("store a page of %s: %w", h.id, err)
		}
		if got, err := s.GetSnapshot(ctx, "harbour", hash); err != nil || !bytes.Equal(got, v) {
			return fmt.Errorf("page %d of %s differs when it is read back: %w", i, h.id, err)
		}
		before = hash
	}
	return nil
}

// verifyTexts reads all versions back, so that only readable bytes count.
func verifyTexts(ctx context.Context, s store.Versions, k *historySet) error {
	for _, h := range k.histories {
		n := 0
		for i, v := range h.versions {
			if i > 0 && bytes.Equal(v, h.versions[i-1]) {
				continue // a repeated text makes no version
			}
			n++
			if _, text, err := s.VersionText(ctx, h.id, n); err != nil || text != string(v) {
				return fmt.Errorf("version %d of %s differs when it is read back: %w", n, h.id, err)
			}
		}
	}
	return nil
}

// folderSize returns the size of all files below dir.
func folderSize(dir string) (total int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("size of %s: %w", dir, err)
	}
	return total, nil
}
