package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/clausea/crawler/internal/problem"
)

// strongETag returns a strong ETag for a representation that parts determine.
func strongETag(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// unchanged reports whether the client has the representation with an ETag (RFC 9110, 13.1.2).
// Dates of the client are ignored: responses have an ETag, which takes precedence.
func unchanged(r *http.Request, etag string) bool {
	if etag == "" {
		return false
	}
	for _, tag := range entityTags(r.Header.Values("If-None-Match")) {
		if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

// checkIfMatch returns a problem unless If-Match names the current ETag of a resource, by strong
// comparison (RFC 9110, 13.1.1). The resource exists, so that If-Match: * names it too. A
// value that cannot be read names no ETag.
func checkIfMatch(ifMatch, etag string) error {
	if strings.TrimSpace(ifMatch) == "" {
		return problem.New(problem.PreconditionRequired, "the request has no If-Match")
	}
	for _, tag := range entityTags([]string{ifMatch}) {
		if tag == "*" || tag == etag && !strings.HasPrefix(tag, "W/") {
			return nil
		}
	}
	return problem.New(problem.PreconditionFailed, "the resource has another ETag now")
}

// entityTags splits the values of If-Match or If-None-Match. A tag may contain commas.
func entityTags(values []string) []string {
	var tags []string
	for _, rest := range values {
		for rest = strings.TrimLeft(rest, " \t,"); rest != ""; rest = strings.TrimLeft(rest, " \t,") {
			if rest[0] == '*' {
				tags, rest = append(tags, "*"), rest[1:]
				continue
			}
			weak := ""
			if strings.HasPrefix(rest, "W/") {
				weak, rest = "W/", rest[2:]
			}
			if rest == "" || rest[0] != '"' {
				break // not a tag; what follows cannot be read
			}
			end := strings.IndexByte(rest[1:], '"')
			if end < 0 {
				break
			}
			tags, rest = append(tags, weak+rest[:end+2]), rest[end+2:]
		}
	}
	return tags
}
