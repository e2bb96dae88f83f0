package subprocessor

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// RowChange is a row before and after a change.
type RowChange struct {
	Before Row `json:"before"`
	After  Row `json:"after"`
}

// Change contains the differences between two lists.
type Change struct {
	Added   []Row       `json:"added,omitempty"`
	Removed []Row       `json:"removed,omitempty"`
	Changed []RowChange `json:"changed,omitempty"`
}

// Empty reports whether the lists do not differ.
func (c Change) Empty() bool { return len(c.Added)+len(c.Removed)+len(c.Changed) == 0 }

// Diff compares two lists by row, regardless of their order. Rows belong to the same company
// if the names are equal except for case, punctuation and legal form. If a company has
// several rows, Diff pairs equal rows first, then rows with the same purpose, then rows with
// the same location, and then the others in order.
func Diff(old, cur []Row) Change {
	var c Change
	byKey := map[string][]Row{}
	for _, r := range old {
		byKey[companyKey(r.Name)] = append(byKey[companyKey(r.Name)], r)
	}
	left := cur
	for _, same := range []func(a, b Row) bool{
		func(a, b Row) bool { return equalFolded(a.Purpose, b.Purpose) && equalFolded(a.Location, b.Location) },
		func(a, b Row) bool { return equalFolded(a.Purpose, b.Purpose) },
		func(a, b Row) bool { return equalFolded(a.Location, b.Location) },
		func(Row, Row) bool { return true },
	} {
		var rest []Row
		for _, r := range left {
			k := companyKey(r.Name)
			i := slices.IndexFunc(byKey[k], func(o Row) bool { return same(o, r) })
			if i < 0 {
				rest = append(rest, r)
				continue
			}
			before := byKey[k][i]
			byKey[k] = slices.Delete(byKey[k], i, i+1)
			if !equalFolded(before.Purpose, r.Purpose) || !equalFolded(before.Location, r.Location) {
				c.Changed = append(c.Changed, RowChange{before, r})
			}
		}
		left = rest
	}
	c.Added = left
	for _, r := range old { // in their original order
		k := companyKey(r.Name)
		if i := slices.Index(byKey[k], r); i >= 0 {
			byKey[k] = slices.Delete(byKey[k], i, i+1)
			c.Removed = append(c.Removed, r)
		}
	}
	return c
}

func equalFolded(a, b string) bool {
	return a == b || string(tokenize.Fold(nil, a)) == string(tokenize.Fold(nil, b))
}

// legalForms contains the legal forms at the end of company names, as folded words.
var legalForms = func() map[string]bool {
	m := map[string]bool{}
	for f := range strings.FieldsSeq(`inc incorporated llc ltd limited corp corporation co company plc pbc lp llp ulc pty pte pvt private
		gmbh ag kg mbh se ug bv nv sa sas sarl srl spa sl slu lda ltda ab oy oyj as aps sro zrt kft doo ou uab b v n s a l c p r`) {
		m[f] = true
	}
	return m
}()

// companyKey returns the folded name of a company without its legal form.
func companyKey(name string) string {
	words := strings.Fields(string(tokenize.Fold(nil, name)))
	n := len(words)
	for n > 1 && legalForms[words[n-1]] {
		n--
	}
	return strings.Join(words[:n], " ")
}
