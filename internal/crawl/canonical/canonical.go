// Package canonical normalizes URLs, so that a crawl fetches a page once, however links
// spell its URL. It does no I/O.
package canonical

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	whatwg "github.com/nlnwa/whatwg-url/url"
)

// MaxLength is the length of the longest accepted URL, in bytes. Longer URLs belong to
// crawler traps more often than to pages.
const MaxLength = 2048

// The reasons for which URL rejects a reference.
var (
	ErrScheme   = errors.New("scheme")   // neither http nor https
	ErrTooLong  = errors.New("too_long") // longer than MaxLength
	ErrInvalid  = errors.New("invalid")  // not a URL, or without a host
	ErrUserinfo = errors.New("userinfo") // contains a user name or password
)

// URL resolves ref against base by the WHATWG URL standard and returns its canonical
// form: scheme http or https, host in lower-case ASCII without a trailing dot, no
// default port, no dot segments, no escaped letters or digits in the path, no
// fragment, no tracking parameters, no session IDs. A nil base requires an absolute
// ref. URL is idempotent. An error wraps one of the reasons above.
func URL(base *url.URL, ref string) (string, *url.URL, error) {
	if len(ref) > MaxLength {
		return "", nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(ref))
	}
	u, ok := parseFast(base, ref)
	if !ok {
		var err error
		if u, err = parseStandard(base, ref); err != nil {
			return "", nil, err
		}
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", nil, fmt.Errorf("%w: %q", ErrScheme, u.Scheme)
	case u.User != nil:
		return "", nil, ErrUserinfo
	case u.Host == "":
		return "", nil, fmt.Errorf("%w: no host in %.80q", ErrInvalid, ref)
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	removeDefaultPort(u)
	removeTrailingDot(u)
	decodeUnreserved(u)
	removePathSession(u)
	u.RawQuery = removeTrackingParams(u.RawQuery)
	u.ForceQuery = false
	s := u.String()
	if len(s) > MaxLength {
		return "", nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(s))
	}
	return s, u, nil
}

// URLWithRoute is URL for links of a rendered page. It keeps a fragment that scripts
// use as a route (#/terms or #!/terms), because the route shows a different page.
func URLWithRoute(base *url.URL, ref string) (string, error) {
	s, _, err := URL(base, ref)
	if err != nil {
		return "", err
	}
	_, fragment, _ := strings.Cut(ref, "#")
	if len(fragment) < 2 || fragment[0] != '/' && fragment[0] != '!' || len(s)+len(fragment) >= MaxLength {
		return s, nil
	}
	f := url.URL{Fragment: fragment}
	return s + f.String(), nil
}

// parseFast parses plain references, which nearly all references are, with net/url
// at a tenth of the cost of the WHATWG parser. It reports false for references that
// the two parsers may treat differently.
func parseFast(base *url.URL, ref string) (*url.URL, bool) {
	if ref == "" || !isPlainReference(ref) || strings.HasPrefix(ref, "///") {
		return nil, false
	}
	r, err := url.Parse(ref)
	if err != nil || r.Opaque != "" {
		return nil, false
	}
	if r.Scheme == "" && base == nil || r.Scheme != "" && r.Host == "" {
		return nil, false
	}
	if port := r.Port(); len(port) > 5 || len(port) == 5 && port > "65535" || strings.HasPrefix(port, "0") {
		return nil, false // out of range or with leading zeros
	}
	if r.Host != "" && !isPlainHost(r.Host) {
		return nil, false
	}
	dots := strings.Contains(r.Path, "/.") || strings.HasPrefix(r.Path, ".")
	if dots && strings.Contains(r.Path, "//") {
		return nil, false // the URL standard keeps empty segments
	}
	if base != nil && r.Scheme == "" {
		if !isPlainHost(base.Host) || strings.Contains(base.Path, "//") {
			return nil, false
		}
		r = base.ResolveReference(r)
	} else if dots {
		r = r.ResolveReference(&url.URL{Path: r.Path, RawPath: r.RawPath, RawQuery: r.RawQuery})
	}
	return r, true
}

// isPlainReference reports whether both parsers treat every character of a reference in
// the same way.
func isPlainReference(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("-._~/?#=&+,:;@!$*()", c) >= 0:
		case c == '%':
			// The URL standard reads %2e as a dot. Both parsers keep other escapes.
			if i+2 >= len(s) || !isHexDigit(s[i+1]) || !isHexDigit(s[i+2]) || s[i+1] == '2' && s[i+2]|0x20 == 'e' {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func isHexDigit(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// isPlainHost reports whether a host is a lower-case name that cannot be a number, or
// an IPv4 address in its canonical spelling.
func isPlainHost(h string) bool {
	if h != "" && h[len(h)-1] >= '0' && h[len(h)-1] <= '9' {
		name, _, _ := strings.Cut(h, ":")
		if a, err := netip.ParseAddr(name); err == nil && a.Is4() {
			return true
		}
	}
	letter := false
	for i := 0; i < len(h); i++ {
		c := h[i]
		switch {
		case c >= 'a' && c <= 'z':
			letter = true
		case c >= '0' && c <= '9', c == '.', c == '-', c == ':':
		default:
			return false
		}
	}
	if !letter || strings.Contains(h, "xn--") {
		return false
	}
	name, _, _ := strings.Cut(h, ":")
	last := name[strings.LastIndexByte(name, '.')+1:]
	return last != "" && (last[0] < '0' || last[0] > '9')
}

var whatwgParser = whatwg.NewParser(whatwg.WithPercentEncodeSinglePercentSign())

// parseStandard parses a reference by the WHATWG URL standard.
func parseStandard(base *url.URL, ref string) (*url.URL, error) {
	var w *whatwg.Url
	var err error
	if base == nil {
		w, err = whatwgParser.Parse(ref)
	} else {
		w, err = whatwgParser.ParseRef(base.String(), ref)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %.80q", ErrInvalid, ref)
	}
	if s := w.Scheme(); s != "http" && s != "https" {
		return nil, fmt.Errorf("%w: %.20q", ErrScheme, s)
	}
	u, err := url.Parse(w.Href(true))
	if err != nil {
		return nil, fmt.Errorf("%w: %.80q", ErrInvalid, ref)
	}
	return u, nil
}

func removeDefaultPort(u *url.URL) {
	if u.Scheme == "http" && strings.HasSuffix(u.Host, ":80") {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	}
	if u.Scheme == "https" && strings.HasSuffix(u.Host, ":443") {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
}

// removeTrailingDot removes the trailing dot of a host name. The dot matters only to a
// resolver (RFC 1034 section 3.1). Both spellings share the politeness limits of a host.
func removeTrailingDot(u *url.URL) {
	name, port, _ := strings.Cut(u.Host, ":")
	if len(name) < 2 || name[len(name)-1] != '.' || name[len(name)-2] == '.' {
		return
	}
	u.Host = strings.TrimSuffix(name, ".")
	if port != "" {
		u.Host += ":" + port
	}
}

// decodeUnreserved decodes the escaped letters, digits, "-", "_" and "~" of a path
// (RFC 3986 section 6.2.2.2). Otherwise an escape would evade a rule of robots.txt
// (RFC 9309 section 2.2.2) and give a page a second URL.
func decodeUnreserved(u *url.URL) {
	p := u.EscapedPath()
	if !strings.Contains(p, "%") {
		return
	}
	b := make([]byte, 0, len(p))
	for i := 0; i < len(p); i++ {
		if p[i] == '%' && i+2 < len(p) && isHexDigit(p[i+1]) && isHexDigit(p[i+2]) {
			if c := hexValue(p[i+1])<<4 | hexValue(p[i+2]); isUnreserved(c) {
				b = append(b, c)
				i += 2
				continue
			}
		}
		b = append(b, p[i])
	}
	if len(b) == len(p) {
		return
	}
	if plain, err := url.PathUnescape(string(b)); err == nil {
		u.Path, u.RawPath = plain, string(b)
	}
}

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// isUnreserved reports whether c is an unreserved character other than "." (RFC 3986
// section 2.3).
func isUnreserved(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' || c == '~'
}

// DedupKey returns the deduplication key of a canonical URL. URLs that differ only in
// http or https, in a leading www. or in the order of query parameters share a key.
func DedupKey(canonical string) string {
	_, rest, ok := strings.Cut(canonical, "://")
	if !ok {
		return canonical
	}
	rest = strings.TrimPrefix(rest, "www.")
	if path, query, ok := strings.Cut(rest, "?"); ok && strings.Contains(query, "&") {
		if parts := strings.Split(query, "&"); !slices.IsSorted(parts) {
			slices.Sort(parts)
			return path + "?" + strings.Join(parts, "&")
		}
	}
	return rest
}
