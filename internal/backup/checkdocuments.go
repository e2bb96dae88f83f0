package backup

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/store/pack"
)

// documentChecker checks the entries of the section of documents.
type documentChecker struct {
	current *store.Document // nil before the first document
	// versions is the number of versions of the current document so far, and snapshots holds the
	// hashes of its snapshots.
	versions  int
	snapshots map[string]bool
	// pending is the hash of a snapshot that precedes the first version that refers to it.
	pending string
	// changes holds the IDs of all changes and sequences their sequences. last is the sequence of
	// the last change of the current document, and greatest that of all documents.
	changes        map[string]bool
	sequences      map[int64]bool
	last, greatest int64
	// corrected is set once the current document has a correction.
	corrected bool
	// urls holds the hashes of the companies and URLs of all documents.
	urls map[[sha256.Size]byte]bool
}

func (c *documentChecker) check(e store.ArchiveEntry) error {
	switch r := e.Record.(type) {
	case *store.Document:
		return c.document(r)
	case *store.ArchivedSnapshot:
		return c.snapshot(r, e.Body)
	case *store.Version:
		return c.version(r)
	case *store.Correction:
		return c.correction(r)
	case *store.Change:
		return c.change(r)
	}
	return fmt.Errorf("unexpected record %T", e.Record)
}

func (c *documentChecker) document(d *store.Document) error {
	if err := c.complete(); err != nil {
		return err
	}
	if c.current != nil && d.ID <= c.current.ID {
		return errors.New("the document is there twice or in the wrong order")
	}
	if err := errors.Join(checkID(d.ID), checkCompany(d.Company), checkURL(d.URL)); err != nil {
		return err
	}
	states := []store.DocumentState{"", store.DocumentPresent, store.DocumentBroken, store.DocumentUnreachable, store.DocumentRemoved}
	if !slices.Contains(states, d.State) {
		return fmt.Errorf("unknown state %.40q", d.State)
	}
	if c.urls == nil {
		c.urls = map[[sha256.Size]byte]bool{}
	}
	// The hash is shorter than most URLs.
	at := sha256.Sum256([]byte(d.Company + "\n" + d.URL))
	if c.urls[at] {
		return fmt.Errorf("two documents of company %s have the URL %s", d.Company, d.URL)
	}
	c.urls[at] = true
	current := *d
	c.current, c.versions, c.snapshots, c.last, c.corrected = &current, 0, map[string]bool{}, 0, false
	return nil
}

func (c *documentChecker) snapshot(s *store.ArchivedSnapshot, body []byte) error {
	if c.current == nil || s.Company != c.current.Company {
		return errors.New("the snapshot does not follow a document of its company")
	}
	if c.pending != "" || c.snapshots[s.Hash] {
		return errors.New("no version refers to the snapshot, or it is there twice")
	}
	if hash := pack.Hash(body); hash != s.Hash {
		return fmt.Errorf("the SHA-256 of the snapshot is %s: it is damaged", hash)
	}
	c.pending, c.snapshots[s.Hash] = s.Hash, true
	return nil
}

func (c *documentChecker) version(v *store.Version) error {
	if c.current == nil || v.DocumentID != c.current.ID {
		return errors.New("the version does not follow its document")
	}
	if v.Number != c.versions+1 || v.Number > c.current.Versions {
		return fmt.Errorf("version %d follows version %d of %d", v.Number, c.versions, c.current.Versions)
	}
	if v.SnapshotHash != "" && !c.snapshots[v.SnapshotHash] {
		return fmt.Errorf("the snapshot %.64q of version %d is missing", v.SnapshotHash, v.Number)
	}
	if c.pending != "" && c.pending != v.SnapshotHash {
		return fmt.Errorf("no version refers to the snapshot %s", c.pending)
	}
	if _, err := v.Exchange.Unpack(); err != nil {
		return fmt.Errorf("version %d: %w", v.Number, err)
	}
	c.versions, c.pending = v.Number, ""
	return nil
}

func (c *documentChecker) correction(r *store.Correction) error {
	if c.current == nil || r.DocumentID != c.current.ID || r.Company != c.current.Company || c.versions > 0 || c.pending != "" || c.last > 0 || c.corrected {
		return errors.New("the correction does not follow its document")
	}
	c.corrected = true
	return nil
}

func (c *documentChecker) change(r *store.Change) error {
	if c.current == nil || r.DocumentID != c.current.ID || r.Company != c.current.Company {
		return errors.New("the change does not follow a document to which it belongs")
	}
	if err := c.complete(); err != nil {
		return err
	}
	if r.Sequence <= c.last || r.Sequence > maxSequence || c.sequences[r.Sequence] || c.changes[r.ID] {
		return errors.New("the change is there twice or in the wrong order")
	}
	if !slices.Contains(store.ChangeKinds, r.Kind) || r.From < 0 || r.To < 0 || r.From > c.current.Versions || r.To > c.current.Versions {
		return fmt.Errorf("invalid change of kind %.40q from version %d to %d", r.Kind, r.From, r.To)
	}
	if c.changes == nil {
		c.changes, c.sequences = map[string]bool{}, map[int64]bool{}
	}
	c.changes[r.ID], c.sequences[r.Sequence] = true, true
	c.last, c.greatest = r.Sequence, max(c.greatest, r.Sequence)
	return checkID(r.ID)
}

// complete returns an error if records of the current document are missing.
func (c *documentChecker) complete() error {
	if c.current != nil && c.versions != c.current.Versions {
		return fmt.Errorf("document %s has %d of its %d versions", c.current.ID, c.versions, c.current.Versions)
	}
	if c.pending != "" {
		return fmt.Errorf("no version refers to the snapshot %s", c.pending)
	}
	return nil
}

// end returns an error if records of the last document are missing.
func (c *documentChecker) end() error {
	err := c.complete()
	c.current = nil
	return err
}
