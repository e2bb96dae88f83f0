// Package comparison compares two stored versions of a document.
package comparison

import (
	"context"
	"fmt"

	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/change"
	"github.com/clausea/crawler/internal/store"
)

// TextReader reads versions.
type TextReader interface {
	VersionText(ctx context.Context, documentID string, n int) (store.Version, string, error)
}

// Reader reads versions and their snapshots.
type Reader interface {
	TextReader
	GetSnapshot(ctx context.Context, company, hash string) ([]byte, error)
}

// Result is the difference between two versions, with their texts as Markdown.
type Result struct {
	From, To         store.Version
	FromText, ToText string
	Change           change.Change
}

// Texts compares the texts of the versions from and to of a document.
func Texts(ctx context.Context, r TextReader, d store.Document, from, to int) (out Result, err error) {
	if out.To, out.ToText, err = r.VersionText(ctx, d.ID, to); err != nil {
		return out, fmt.Errorf("read version %d of document %s: %w", to, d.ID, err)
	}
	if out.From, out.FromText, err = r.VersionText(ctx, d.ID, from); err != nil {
		return out, fmt.Errorf("read version %d of document %s: %w", from, d.ID, err)
	}
	old, cur := document.FromMarkdown(out.FromText), document.FromMarkdown(out.ToText)
	cur.Type = d.Type // subprocessor lists are also compared row by row
	out.Change = document.Compare(old, cur)
	return out, nil
}

// Versions is Texts with the edits in the parts of the pages that are not part of the text, if the
// snapshots of both versions are stored.
func Versions(ctx context.Context, r Reader, d store.Document, from, to int) (Result, error) {
	out, err := Texts(ctx, r, d, from, to)
	if err == nil && out.Change.Kind != change.KindBroken {
		out.Change = document.AddRemovedEdits(out.Change, readSnapshot(ctx, r, d.Company, out.From), readSnapshot(ctx, r, d.Company, out.To))
	}
	return out, err
}

// readSnapshot reads the page of a version with its removed parts. The result is empty if there
// is no snapshot, or none that can be read: then edits in these parts are unknown.
func readSnapshot(ctx context.Context, r Reader, company string, v store.Version) document.Document {
	if v.SnapshotHash == "" {
		return document.Document{}
	}
	body, err := r.GetSnapshot(ctx, company, v.SnapshotHash)
	if err != nil {
		return document.Document{}
	}
	d, err := document.Read(document.Input{Body: body, ContentType: v.ContentType, URL: v.URL, KeepRemoved: true})
	if err != nil {
		return document.Document{}
	}
	return d
}
