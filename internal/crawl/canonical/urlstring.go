package canonical

import (
	"net/url"
	"strings"
)

// URLString is URL for callers that need only the string. base must be canonical. Most
// links are plain absolute paths. For those, URLString prepends the origin of base and
// parses nothing.
func URLString(base *url.URL, ref string) (string, error) {
	// A ref shorter than MaxLength/4 leaves enough bytes for the origin.
	if p, _, _ := strings.Cut(ref, "#"); len(ref) < MaxLength/4 && isPlainPath(p) && isPlainOrigin(base) {
		return base.Scheme + "://" + base.Host + p, nil
	}
	s, _, err := URL(base, ref)
	return s, err
}

// isPlainPath reports whether p is an absolute path that is already canonical.
func isPlainPath(p string) bool {
	if p == "" || p[0] != '/' {
		return false
	}
	for i := 1; i < len(p); i++ {
		switch c := p[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		case (c == '/' || c == '.') && p[i-1] != '/':
		default:
			return false
		}
	}
	return true
}

// isPlainOrigin reports whether the scheme and host of u are already canonical.
func isPlainOrigin(u *url.URL) bool {
	return u != nil && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil && isPlainHost(u.Host) &&
		!strings.HasSuffix(u.Host, ":80") && !strings.HasSuffix(u.Host, ":443") && !strings.HasSuffix(u.Host, ":")
}
