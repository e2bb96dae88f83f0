package storetest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/clausea/crawler/internal/store"
)

// faultCompanies is the number of companies to which the documents of all planned writers belong,
// so that the writers contend for the summaries.
const faultCompanies = 4

// plannedWriter is the sequence of commits of one writer. It depends only on the seed and the
// number of the writer, so a restarted process and the checks derive the same sequence.
type plannedWriter struct {
	name    string
	commits []store.Commit
	// repeated reports for each commit whether it is committed twice, as a caller does that
	// received no response.
	repeated []bool
	// changes are the changes of all commits in order, as the feed must have them.
	changes []store.Change
	// documents are the documents after all commits, by ID.
	documents map[string]store.Document
	// versions are the versions and texts of each document in order.
	versions map[string][]store.NewVersion
}

// planWriter plans n commits: new documents, versions, technical versions, removals and
// restorations, each with the changes that a crawl reports, and checks without a change.
func planWriter(seed uint64, writer, n int) *plannedWriter {
	p := &plannedWriter{name: fmt.Sprint("w", writer), documents: map[string]store.Document{}, versions: map[string][]store.NewVersion{}}
	random := rand.New(rand.NewPCG(seed, uint64(writer)+1))
	for i := range n {
		p.add(p.next(random, i))
		p.repeated = append(p.repeated, random.IntN(10) == 0)
	}
	return p
}

// next returns commit i, which follows the commits so far.
func (p *plannedWriter) next(random *rand.Rand, i int) store.Commit {
	run := fmt.Sprintf("%s-run-%d", p.name, i)
	if len(p.documents) == 0 || random.IntN(10) < 3 {
		id := fmt.Sprintf("%s-d%d", p.name, len(p.documents))
		c := newCommit(fmt.Sprint("c", random.IntN(faultCompanies)), id, run, store.ChangeCreated, plannedText(run))
		c.Versions[0].Snapshot = []byte("<p>" + plannedText(run))
		return c
	}
	old := p.documents[fmt.Sprintf("%s-d%d", p.name, random.IntN(len(p.documents)))]
	switch kind := random.IntN(10); {
	case kind < 5:
		c := newCommit(old.Company, old.ID, run, store.ChangeChanged, plannedText(run))
		c.Document.LastChanged = at(i)
		if random.IntN(3) == 0 {
			technical := plannedText(run + ", read again")
			c.Versions = append([]store.NewVersion{{Version: store.Version{ContentHash: technical, FetchedAt: at(i), URL: old.URL, Technical: true, RunID: run}, Text: technical}}, c.Versions...)
		}
		if random.IntN(3) == 0 {
			soon := c.Changes[0]
			soon.Kind, soon.ID = store.ChangeEffectiveSoon, store.ChangeID(old.ID, run, store.ChangeEffectiveSoon, c.Document.ContentHash)
			c.Changes = append(c.Changes, soon)
		}
		return c
	case kind < 8:
		state, change := store.DocumentRemoved, store.ChangeRemoved
		if old.State == store.DocumentRemoved {
			state, change = store.DocumentPresent, store.ChangeRestored
		}
		c := newCommit(old.Company, old.ID, run, change, old.ContentHash)
		c.Versions = nil
		c.Document.LastChanged, c.Document.State = old.LastChanged, state
		return c
	}
	old.RunID, old.LastChecked = run, at(i)
	return store.Commit{Document: old}
}

// add appends a commit with the result that it must have.
func (p *plannedWriter) add(c store.Commit) {
	p.commits = append(p.commits, c)
	id := c.Document.ID
	from := len(p.versions[id])
	for _, v := range c.Versions {
		p.versions[id] = append(p.versions[id], v)
		if v.Version.Technical {
			from = len(p.versions[id])
		}
	}
	d := c.Document
	d.Versions = len(p.versions[id])
	p.documents[id] = d
	for _, change := range c.Changes {
		change.From, change.To = from, d.Versions
		p.changes = append(p.changes, change)
	}
}

// plannedText returns a text of which most is the same for all names, so that versions are stored
// as differences.
func plannedText(name string) string {
	return strings.Repeat("We keep your data for as long as we need it. ", 20) + "This is " + name + "."
}

// plan plans n commits of several writers.
func plan(seed uint64, writers, n int) (all []*plannedWriter) {
	for i := range writers {
		all = append(all, planWriter(seed, i, (n+writers-1-i)/writers))
	}
	return all
}
