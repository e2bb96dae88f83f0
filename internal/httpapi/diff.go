package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/document/subprocessor"
	"github.com/clausea/crawler/internal/document/unified"
	"github.com/clausea/crawler/internal/docx"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// diffTypes are the media types of a comparison, the preferred one first.
var diffTypes = []string{typeJSON, typeHTML, typeDiff, typeDOCX}

// diffTimeout limits a comparison with the time that it waits for others.
const diffTimeout = time.Minute

// Diff is the difference between two versions of a document.
type Diff struct {
	DocumentID    string            `json:"documentID"`
	From          Version           `json:"from"`
	To            Version           `json:"to"`
	Kind          string            `json:"kind" enum:"none,cosmetic,broken,change" doc:"cosmetic: only insignificant edits. broken: the page lost the text."`
	Added         int               `json:"added" doc:"Number of words."`
	Removed       int               `json:"removed" doc:"Number of words."`
	Labels        []string          `json:"labels" doc:"What the changes are about."`
	Sections      []DiffSection     `json:"sections" doc:"The changed sections, in the order of the new text."`
	Coarse        bool              `json:"coarse" doc:"A part was too long and too different to be compared by word."`
	Insignificant FoldedEdits       `json:"insignificant"`
	Subprocessors *SubprocessorDiff `json:"subprocessors,omitempty" doc:"The changed rows, if both texts are lists of subprocessors."`
}

// DiffSection is a section that changed.
type DiffSection struct {
	Heading         string    `json:"heading" doc:"Empty for the text before the first heading."`
	PreviousHeading string    `json:"previousHeading,omitempty" doc:"Set if the heading changed."`
	State           string    `json:"state" enum:"changed,added,removed,moved"`
	Labels          []string  `json:"labels"`
	Added           int       `json:"added" doc:"Number of words."`
	Removed         int       `json:"removed" doc:"Number of words."`
	Words           []DiffRun `json:"words" doc:"All words of the section in the order of the new text. Empty if the section only moved."`
}

// DiffRun is a run of words that are equal, added or removed.
type DiffRun struct {
	Kind string `json:"kind" enum:"equal,added,removed"`
	Text string `json:"text" doc:"A line feed at its beginning begins a paragraph."`
}

// FoldedEdits are edits that do not count as changes, each with its rule.
type FoldedEdits struct {
	Total int                  `json:"total"`
	Rules []InsignificantEdits `json:"rules"`
	Edits []InsignificantEdit  `json:"edits" doc:"At most 1000."`
}

// InsignificantEdit is an edit that does not count as a change.
type InsignificantEdit struct {
	Rule    string `json:"rule" doc:"Why it does not count, for example formatting or consent_banner."`
	Removed string `json:"removed" doc:"Shortened."`
	Added   string `json:"added" doc:"Shortened."`
}

// SubprocessorDiff has the rows of a list of subprocessors that changed.
type SubprocessorDiff struct {
	Added   []Subprocessor        `json:"added"`
	Removed []Subprocessor        `json:"removed"`
	Changed []ChangedSubprocessor `json:"changed"`
}

// Subprocessor is a row of a list of subprocessors.
type Subprocessor struct {
	Name     string `json:"name"`
	Purpose  string `json:"purpose,omitempty"`
	Location string `json:"location,omitempty"`
}

// ChangedSubprocessor is a row before and after a change.
type ChangedSubprocessor struct {
	Before Subprocessor `json:"before"`
	After  Subprocessor `json:"after"`
}

type diffInput struct {
	DocumentPath
	From string `query:"from" default:"previous" maxLength:"9" pattern:"^([1-9][0-9]*|latest|previous)$" doc:"The older version: a number, latest, or previous, which is the one before to."`
	To   string `query:"to" default:"latest" maxLength:"9" pattern:"^([1-9][0-9]*|latest|previous)$" doc:"The newer version: a number, latest, or previous, which is the one before the latest."`
}

// registerDiff registers the comparison of versions.
func registerDiff(s *Server, documents *service.Documents) {
	register(s, Operation{
		ID: "diffVersions", Method: http.MethodGet, Path: "/v1/documents/{id}/diff", Tag: "versions", Scope: store.ScopeRead, Timeout: diffTimeout,
		Summary: "Compare two versions",
		Description: "By the header Accept: the changed sections as JSON or as an HTML fragment with ins and del elements, a unified diff of the Markdown, which patch applies, " +
			"or a Word document with tracked changes: accept all for the new text, reject all for the old one.",
		Problems:  []problem.Code{problem.NotFound},
		Responses: negotiated(s, Diff{}, diffTypes, "The difference."),
	}, func(ctx context.Context, caller service.Caller, in *diffInput) (*rendition, error) {
		mediaType, err := acceptedType(ctx, diffTypes)
		if err != nil {
			return nil, err
		}
		from, fromOK := service.ParseVersion(in.From)
		to, toOK := service.ParseVersion(in.To)
		if !fromOK || !toOK {
			return nil, problem.OfField("query", "from and to are numbers, latest or previous")
		}
		c, err := documents.Diff(ctx, caller, in.ID, from, to)
		if err != nil {
			return nil, err
		}
		return diffRendition(mediaType, c)
	})
}

// diffRendition returns a comparison in a media type.
func diffRendition(mediaType string, c service.Comparison) (*rendition, error) {
	switch mediaType {
	case typeHTML:
		return newRendition(mediaType, cacheRevalidate, []byte(c.Change.HTMLDiff())), nil
	case typeDiff:
		return newRendition(mediaType, cacheRevalidate, []byte(unified.Diff(versionLabel(c.From), versionLabel(c.To), c.FromText, c.ToText))), nil
	case typeDOCX:
		b, err := docx.Write(docx.Track(docx.Paragraphs(c.FromText), docx.Paragraphs(c.ToText)), docx.Options{Title: c.To.Title, Author: "Clausea", Date: c.To.FetchedAt})
		if err != nil {
			return nil, fmt.Errorf("compare versions %d and %d of document %s: %w", c.From.Number, c.To.Number, c.Document.ID, err)
		}
		return newRendition(mediaType, cacheRevalidate, b), nil
	}
	return jsonRendition(cacheRevalidate, diffOfComparison(c))
}

// versionLabel names a version in a unified diff: a tab separates the time, as in diff -u.
func versionLabel(v store.Version) string {
	return fmt.Sprintf("version-%d.md\t%s", v.Number, v.FetchedAt.UTC().Format(time.RFC3339))
}

func diffOfComparison(c service.Comparison) Diff {
	ch := c.Change
	out := Diff{
		DocumentID: c.Document.ID, From: versionOfRecord(c.From), To: versionOfRecord(c.To), Kind: string(ch.Kind), Added: ch.Added, Removed: ch.Removed,
		Labels: convertAll[string](ch.Labels), Sections: make([]DiffSection, len(ch.Sections)), Coarse: ch.Coarse, Insignificant: insignificantOf(ch), Subprocessors: subprocessorsOf(ch.Subprocessors),
	}
	for i, s := range ch.Sections {
		out.Sections[i] = DiffSection{Heading: s.Heading, PreviousHeading: s.PreviousHeading, State: s.State, Labels: convertAll[string](s.Labels), Added: s.Added, Removed: s.Removed, Words: make([]DiffRun, len(s.Ops))}
		for j, op := range s.Ops {
			out.Sections[i].Words[j] = DiffRun{Kind: op.Kind, Text: op.Text}
		}
	}
	return out
}

func insignificantOf(ch change.Change) FoldedEdits {
	out := FoldedEdits{Total: len(ch.Insignificant) + ch.InsignificantOmitted, Rules: []InsignificantEdits{}, Edits: make([]InsignificantEdit, len(ch.Insignificant))}
	for _, n := range ch.InsignificantCounts() {
		out.Rules = append(out.Rules, InsignificantEdits{string(n.Rule), n.Edits})
	}
	for i, e := range ch.Insignificant {
		out.Edits[i] = InsignificantEdit{string(e.Rule), e.Removed, e.Added}
	}
	return out
}

func subprocessorsOf(c *subprocessor.Change) *SubprocessorDiff {
	if c == nil {
		return nil
	}
	out := &SubprocessorDiff{Added: make([]Subprocessor, len(c.Added)), Removed: make([]Subprocessor, len(c.Removed)), Changed: make([]ChangedSubprocessor, len(c.Changed))}
	for i, r := range c.Added {
		out.Added[i] = Subprocessor(r)
	}
	for i, r := range c.Removed {
		out.Removed[i] = Subprocessor(r)
	}
	for i, r := range c.Changed {
		out.Changed[i] = ChangedSubprocessor{Subprocessor(r.Before), Subprocessor(r.After)}
	}
	return out
}
