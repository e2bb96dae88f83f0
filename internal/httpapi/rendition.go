package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/service"
)

// The media types of renditions.
const (
	typeJSON     = "application/json"
	typeMarkdown = "text/markdown"
	typeHTML     = "text/html"
	typeText     = "text/plain"
)

// textTypes are the media types of a document or of a version, the preferred one first.
var textTypes = []string{typeJSON, typeMarkdown, typeHTML, typeText}

const (
	cacheRevalidate = "private, no-cache"
	cacheImmutable  = "private, max-age=31536000, immutable"
)

// rendition is the response of a route with several media types.
type rendition struct {
	ContentType     string `header:"Content-Type"`
	ContentLanguage string `header:"Content-Language"`
	// Vary is a list, so that it is added to the one of the edge.
	Vary         []string `header:"Vary"`
	ETag         string   `header:"ETag"`
	CacheControl string   `header:"Cache-Control"`
	// ResourcePolicy is set for HTML: pages of other origins must not embed it.
	ResourcePolicy string `header:"Cross-Origin-Resource-Policy"`
	Body           []byte
}

// newRendition returns a response. Its ETag is that of its bytes.
func newRendition(mediaType, cacheControl string, body []byte) *rendition {
	contentType := mediaType
	if mediaType == typeMarkdown || mediaType == typeHTML || mediaType == typeText || mediaType == typeDiff {
		contentType += "; charset=utf-8"
	}
	out := &rendition{ContentType: contentType, Vary: []string{"Accept"}, ETag: strongETag(mediaType, string(body)), CacheControl: cacheControl, Body: body}
	if mediaType == typeHTML {
		out.ResourcePolicy = sameOrigin
	}
	return out
}

// jsonRendition returns a response with a JSON body.
func jsonRendition(cacheControl string, body any) (*rendition, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encode a response: %w", err)
	}
	return newRendition(typeJSON, cacheControl, append(b, '\n')), nil
}

// textRendition returns the text of a version in a media type other than JSON.
func textRendition(mediaType, cacheControl string, v service.VersionText) *rendition {
	var body string
	switch mediaType {
	case typeHTML:
		body = htmlPage(v)
	case typeText:
		body = markdown.Text(v.Markdown)
	default:
		body = v.Markdown
	}
	out := newRendition(mediaType, cacheControl, []byte(body))
	out.ContentLanguage = languageTag(v.Version.Language)
	return out
}

// languageTag returns a language code, or "" if it is not one. It stems from a page.
func languageTag(code string) string {
	if len(code) < 2 || len(code) > 3 {
		return ""
	}
	for i := range len(code) {
		if code[i] < 'a' || code[i] > 'z' {
			return ""
		}
	}
	return code
}

// htmlPage returns the text of a version as an HTML page without scripts, styles and images. All
// text is escaped.
func htmlPage(v service.VersionText) string {
	lang := ""
	if tag := languageTag(v.Version.Language); tag != "" {
		lang = ` lang="` + tag + `"`
	}
	return "<!DOCTYPE html>\n<html" + lang + ">\n<head><meta charset=\"utf-8\"><title>" + html.EscapeString(v.Version.Title) + "</title></head>\n<body>\n" +
		markdown.HTML(v.Markdown) + "</body>\n</html>\n"
}

// negotiated documents the responses of a route with several media types. body is an example of
// its JSON.
func negotiated(s *Server, body any, mediaTypes []string, description string) map[string]*huma.Response {
	content := map[string]*huma.MediaType{}
	for _, t := range mediaTypes {
		content[t] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		if t == typeJSON {
			content[t].Schema = s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(body), true, "")
		}
		if t == typeDOCX || t == typeZIP || t == typeBinary {
			content[t].Schema.Format = "binary"
		}
	}
	return map[string]*huma.Response{strconv.Itoa(http.StatusOK): {Description: description, Content: content}}
}

// acceptedType returns the media type that the client of a request prefers.
func acceptedType(ctx context.Context, offers []string) (string, error) {
	return negotiate(requestOf(ctx).accept, offers)
}
