package httpapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/evidence"
	"github.com/clausea/crawler/internal/problem"
	"github.com/clausea/crawler/internal/service"
	"github.com/clausea/crawler/internal/store"
)

// downloadOutput is a file that browsers save and do not show. The edge sets the headers that
// keep it inert if one shows it nevertheless.
type downloadOutput struct {
	ContentType        string `header:"Content-Type"`
	ContentDisposition string `header:"Content-Disposition"`
	ETag               string `header:"ETag"`
	CacheControl       string `header:"Cache-Control"`
	// ResourcePolicy forbids pages of other origins to embed the file, also those that may call
	// the API.
	ResourcePolicy string `header:"Cross-Origin-Resource-Policy"`
	Body           []byte
}

const sameOrigin = "same-origin"

// newDownload returns a file. Its name has no part that a page or a person chose.
func newDownload(contentType, name, cacheControl string, body []byte) *downloadOutput {
	return &downloadOutput{ContentType: contentType, ContentDisposition: `attachment; filename="` + name + `"`, ETag: strongETag(string(body)), CacheControl: cacheControl, ResourcePolicy: sameOrigin, Body: body}
}

// downloads documents the response of a route with one media type.
func downloads(mediaType, description string) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: description, Content: map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}
}

// EvidenceKey is the public key that signs evidence packs.
type EvidenceKey struct {
	Algorithm string `json:"algorithm" enum:"Ed25519"`
	Key       string `json:"key" doc:"The 32 bytes of the key in base64."`
	PEM       string `json:"pem"`
}

type evidenceKeyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         EvidenceKey
}

type evidenceInput struct {
	DocumentPath
	Version string `query:"version" default:"latest" maxLength:"9" pattern:"^([1-9][0-9]*|latest|previous)$" doc:"A number, latest or previous."`
}

// registerDownloads registers the routes of files.
func registerDownloads(s *Server, documents *service.Documents) {
	register(s, Operation{
		ID: "getRawVersion", Method: http.MethodGet, Path: "/v1/documents/{id}/versions/{version}/raw", Tag: "versions", Scope: store.ScopeRead, Timeout: textTimeout,
		Summary:     "Download the page of a version",
		Description: "The response body from which the text was read, byte for byte, as a file. It is not safe to show: the site wrote it.",
		Problems:    []problem.Code{problem.NotFound}, Responses: downloads(typeBinary, "The bytes of the page."),
	}, func(ctx context.Context, caller service.Caller, in *VersionPath) (*downloadOutput, error) {
		which, cache, err := in.selector()
		if err != nil {
			return nil, err
		}
		raw, err := documents.Raw(ctx, caller, in.ID, which)
		if err != nil {
			return nil, err
		}
		return newDownload(typeBinary, fmt.Sprintf("page-version-%d.bin", raw.Version.Number), cache, raw.Body), nil
	})
	register(s, Operation{
		ID: "getEvidence", Method: http.MethodGet, Path: "/v1/documents/{id}/evidence", Tag: "versions", Scope: store.ScopeRead, Timeout: textTimeout,
		Summary: "Download an evidence pack",
		Description: "A zip file with the text of a version, the bytes of its page, what is known about both, the SHA-256 of each file and, if the server has an evidence key, an Ed25519 signature. " +
			"clausea verify checks it offline.",
		Problems: []problem.Code{problem.NotFound}, Responses: downloads(typeZIP, "The evidence pack."),
	}, func(ctx context.Context, caller service.Caller, in *evidenceInput) (*downloadOutput, error) {
		which, ok := service.ParseVersion(in.Version)
		if !ok {
			return nil, problem.OfField("query.version", "is not a number, latest or previous")
		}
		pack, err := documents.Evidence(ctx, caller, in.ID, which)
		if err != nil {
			return nil, err
		}
		return newDownload(typeZIP, fmt.Sprintf("evidence-version-%d.zip", pack.Version.Number), cacheRevalidate, pack.Bytes), nil
	})
	register(s, Operation{
		ID: "getEvidenceKey", Method: http.MethodGet, Path: "/v1/evidence-key", Tag: "versions", Scope: store.ScopeRead,
		Summary: "Read the public key of evidence packs", Description: "clausea verify PACK --key KEY checks that this server signed a pack.", Problems: []problem.Code{problem.NotFound},
	}, func(_ context.Context, caller service.Caller, _ *struct{}) (*evidenceKeyOutput, error) {
		key, err := documents.PublicKey(caller)
		if err != nil {
			return nil, err
		}
		text, err := evidence.FormatPublicKey(key)
		if err != nil {
			return nil, err
		}
		return &evidenceKeyOutput{CacheControl: cacheRevalidate, Body: EvidenceKey{Algorithm: "Ed25519", Key: evidence.KeyText(key), PEM: text}}, nil
	})
}
