package pack

import (
	"slices"

	"github.com/clausea/crawler/internal/store"
)

// History reads what is stored of a document.
type History struct {
	// Newest returns at most n versions of the document, newest first.
	Newest func(n int) ([]store.Version, error)
	// Text returns the text of version n.
	Text func(n int) ([]byte, error)
	// Snapshot returns the blob of a store.SnapshotKey, or store.ErrNotFound.
	Snapshot func(key string) ([]byte, error)
}

// Plan holds the compressed versions and snapshots of a store.Commit. It applies as long as
// Before is the newest version of the document, so that the compression needs no transaction.
type Plan struct {
	Before, After store.Version // the newest version before and after the commit; zero if none
	Versions      []PackedVersion
	Snapshots     []PackedSnapshot
	// Text is the new text of the document, or nil if the text does not change.
	Text *string
	from int
}

// PackedVersion is a version with its compressed text.
type PackedVersion struct {
	store.Version
	Blob []byte
}

// PackedSnapshot is a compressed snapshot.
type PackedSnapshot struct {
	Key  string // store.SnapshotKey
	Blob []byte
}

// NewPlan compresses the versions and snapshots of a commit, except those that are stored
// already.
func NewPlan(c store.Commit, h History) (Plan, error) {
	stored, err := h.Newest(max(len(c.Versions), 1))
	if err != nil {
		return Plan{}, err
	}
	var p Plan
	if len(stored) > 0 {
		p.Before = stored[0]
	}
	done := repeated(c.Versions, stored)
	p.After = p.Before
	before := p.Before.Number - done
	p.from = before
	for i, v := range c.Versions {
		if v.Version.Technical {
			p.from = before + i + 1
		}
	}
	var prev []byte
	if done < len(c.Versions) && p.After.Number > 0 {
		if prev, err = h.Text(p.After.Number); err != nil {
			return Plan{}, err
		}
	}
	for _, v := range c.Versions[done:] {
		text := []byte(v.Text)
		if err := p.add(c.Document, v, prev, text, h.Snapshot); err != nil {
			return Plan{}, err
		}
		prev = text
	}
	return p, nil
}

// repeated returns how many of the versions of a commit are stored already: the greatest n such
// that the first n of them are the newest n that are stored.
func repeated(versions []store.NewVersion, stored []store.Version) int {
	for n := min(len(versions), len(stored)); n > 0; n-- {
		equal := true
		for i, v := range versions[:n] {
			equal = equal && v.Version.ContentHash == stored[n-1-i].ContentHash
		}
		if equal {
			return n
		}
	}
	return 0
}

// add compresses the version that follows p.After. prev is the text of p.After, text that of n.
func (p *Plan) add(d store.Document, n store.NewVersion, prev, text []byte, snapshot func(key string) ([]byte, error)) error {
	v := n.Version
	v.DocumentID = d.ID
	if n.Snapshot != nil {
		hash, blob, err := EncodeCompanySnapshot(d.Company, n.Snapshot, n.SnapshotBase, snapshot)
		if err != nil {
			return err
		}
		v.SnapshotHash = hash
		p.Snapshots = append(p.Snapshots, PackedSnapshot{store.SnapshotKey(d.Company, hash), blob})
	}
	packed, err := EncodeVersion(v, p.After.Number, prev, text)
	if err != nil {
		return err
	}
	p.Versions = append(p.Versions, packed)
	p.After, p.Text = packed.Version, &n.Text
	return nil
}

// EncodeVersion compresses the text of the version that follows version number previous, whose text
// is prev. It sets the number of v. If previous is 0, there is no previous version.
func EncodeVersion(v store.Version, previous int, prev, text []byte) (PackedVersion, error) {
	v.Number = previous + 1
	if previous == 0 || previous%KeyframeInterval == 0 {
		prev = nil
	}
	blob, whole, err := Encode(prev, text)
	v.StoredBytes, v.Keyframe = len(blob), whole
	return PackedVersion{v, blob}, err
}

// Applies reports whether newest is the version that the plan expects to be the newest one.
func (p *Plan) Applies(newest store.Version) bool {
	return newest.Number == p.Before.Number && newest.ContentHash == p.Before.ContentHash
}

// Changes returns the changes of the commit with From and To. d is the stored document.
func (p *Plan) Changes(c store.Commit, d store.Document) []store.Change {
	changes := slices.Clone(c.Changes)
	for i := range changes {
		if changes[i].From == 0 {
			changes[i].From = p.from
		}
		if changes[i].To == 0 {
			changes[i].To = p.After.Number
		}
		if d.Type != c.Document.Type { // the correction of the document has a type
			changes[i].DocumentType = d.Type
		}
	}
	return changes
}
