package httpapi

import (
	"context"
	"net/http"

	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
	"github.com/clausea/crawler/internal/timestamp"
)

// The media types of comparisons and downloads.
const (
	typeDiff   = "text/x-diff"
	typeDOCX   = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeZIP    = "application/zip"
	typeBinary = "application/octet-stream"
)

// Version is the text of a document at one time.
type Version struct {
	DocumentID   string          `json:"documentID"`
	Number       int             `json:"number" doc:"From 1."`
	ContentHash  string          `json:"contentHash" doc:"Hexadecimal SHA-256 of the words of the text."`
	FetchedAt    *timestamp.Time `json:"fetchedAt,omitempty"`
	URL          string          `json:"url"`
	ContentType  string          `json:"contentType,omitempty" doc:"The Content-Type of the page."`
	Title        string          `json:"title"`
	Dates        Dates           `json:"dates"`
	Language     string          `json:"language,omitempty"`
	Jurisdiction string          `json:"jurisdiction,omitempty"`
	WordCount    int             `json:"wordCount"`
	HasRaw       bool            `json:"hasRaw" doc:"The raw bytes of the page are stored."`
	RunID        string          `json:"runID,omitempty"`
	Flapping     bool            `json:"flapping" doc:"The text reverted to an earlier version, not for the first time."`
	Technical    bool            `json:"technical" doc:"The program reads the page differently than before, and the page had not changed."`
}

func versionOfRecord(v store.Version) Version {
	return Version{
		DocumentID: v.DocumentID, Number: v.Number, ContentHash: v.ContentHash, FetchedAt: timestamp.Optional(v.FetchedAt), URL: v.URL, ContentType: v.ContentType,
		Title: v.Title, Dates: datesOfRecord(v.Dates), Language: v.Language, Jurisdiction: v.Jurisdiction, WordCount: v.WordCount,
		HasRaw: v.SnapshotHash != "", RunID: v.RunID, Flapping: v.Flapping, Technical: v.Technical,
	}
}

type versionsInput struct {
	DocumentPath
	Page
}

// VersionPath is the path of a version.
type VersionPath struct {
	DocumentPath
	Version string `path:"version" maxLength:"9" pattern:"^([1-9][0-9]*|latest|previous)$" doc:"A number, latest or previous."`
}

// selector returns the version that the path selects, and how long its response may be cached: a
// numbered version never changes.
func (in VersionPath) selector() (service.VersionSelector, string, error) {
	which, ok := service.ParseVersion(in.Version)
	if !ok {
		return which, "", problem.OfField("path.version", "is not a number, latest or previous")
	}
	if which.Number > 0 {
		return which, cacheImmutable, nil
	}
	return which, cacheRevalidate, nil
}

// registerVersions registers the routes of versions.
func registerVersions(s *Server, documents *service.Documents) {
	register(s, Operation{
		ID: "listVersions", Method: http.MethodGet, Path: "/v1/documents/{id}/versions", Tag: "versions", Scope: store.ScopeRead,
		Summary: "List the versions of a document", Description: "Newest first. GET /v1/documents/{id}?asOf= reads the text as of a time.", Problems: []problem.Code{problem.NotFound},
	}, func(ctx context.Context, caller service.Caller, in *versionsInput) (*listOutput[Version], error) {
		opts, err := in.options()
		if err != nil {
			return nil, err
		}
		items, next, err := documents.Versions(ctx, caller, in.ID, opts)
		if err != nil {
			return nil, err
		}
		return newList(ctx, items, next, versionOfRecord), nil
	})
	register(s, Operation{
		ID: "getVersion", Revalidates: true, Method: http.MethodGet, Path: "/v1/documents/{id}/versions/{version}", Tag: "versions", Scope: store.ScopeRead, Timeout: textTimeout,
		Summary:     "Read a version",
		Description: "By the header Accept: its properties as JSON, or its text as Markdown, HTML or plain text. The response of a number may be cached for ever.",
		Problems:    []problem.Code{problem.NotFound},
		Responses:   negotiated(s, Version{}, textTypes, "The version, or its text."),
	}, func(ctx context.Context, caller service.Caller, in *VersionPath) (*rendition, error) {
		mediaType, err := acceptedType(ctx, textTypes)
		if err != nil {
			return nil, err
		}
		which, cache, err := in.selector()
		if err != nil {
			return nil, err
		}
		if mediaType == typeJSON {
			v, err := documents.Version(ctx, caller, in.ID, which)
			if err != nil {
				return nil, err
			}
			return jsonRendition(cache, versionOfRecord(v))
		}
		v, err := documents.Text(ctx, caller, in.ID, which)
		if err != nil {
			return nil, err
		}
		return textRendition(mediaType, cache, v), nil
	})
}
