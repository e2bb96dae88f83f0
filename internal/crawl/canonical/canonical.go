// Package canonical gives every page one spelling of its URL, so that it is
// fetched once however it is linked. It is pure and does no I/O.
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

// MaxLength is how long a URL may be, in bytes; longer ones are traps more often
// than pages.
const MaxLength = 2048

// The reasons for which a reference is refused.
var (
	ErrScheme   = errors.New("scheme")
	ErrTooLong  = errors.New("too_long")
	ErrInvalid  = errors.New("invalid")
	ErrUserinfo = errors.New("userinfo")
)

// URL resolves ref against base (nil: ref is absolute) by the WHATWG URL
// standard and returns its canonical form: http or https, host in lower case and
// ASCII and without a final dot, no default port, no dot segments, no escaped
// letters or digits in its path, no fragment, no tracking parameters or session
// ids. It is idempotent. An error wraps one of the reasons above.
func URL(base *url.URL, ref string) (string, *url.URL, error) {
	if len(ref) > MaxLength {
		return "", nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(ref))
	}
	u, ok := fast(base, ref)
	if !ok {
		var err error
		if u, err = standard(base, ref); err != nil {
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
	dropPort(u)
	dropDot(u)
	unescape(u)
	cutSession(u)
	u.RawQuery = cutTracking(u.RawQuery)
	u.ForceQuery = false
	s := u.String()
	if len(s) > MaxLength {
		return "", nil, fmt.Errorf("%w: %d bytes", ErrTooLong, len(s))
	}
	return s, u, nil
}

// URLWithRoute is URL for a page that a browser has drawn: a fragment that scripts take for
// an address (#/terms or #!/terms) is kept, because there is another page behind it.
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

// fast handles plain references, which nearly all are, by net/url: it is a tenth
// of the standard parser's cost. It leaves everything on which the two disagree
// to the standard parser.
func fast(base *url.URL, ref string) (*url.URL, bool) {
	if ref == "" || !plain(ref) || strings.HasPrefix(ref, "///") {
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
		return nil, false // it is out of range, or spelled with zeros
	}
	if r.Host != "" && !plainHost(r.Host) {
		return nil, false
	}
	dots := strings.Contains(r.Path, "/.") || strings.HasPrefix(r.Path, ".")
	if dots && strings.Contains(r.Path, "//") {
		return nil, false // an empty segment is one to the standard
	}
	if base != nil && r.Scheme == "" {
		if !plainHost(base.Host) || strings.Contains(base.Path, "//") {
			return nil, false
		}
		r = base.ResolveReference(r)
	} else if dots {
		r = r.ResolveReference(&url.URL{Path: r.Path, RawPath: r.RawPath, RawQuery: r.RawQuery})
	}
	return r, true
}

// plain says that a reference has only characters that both parsers treat alike.
func plain(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case strings.IndexByte("-._~/?#=&+,:;@!$*()", c) >= 0:
		case c == '%':
			// %2e is a dot to the standard; other escapes are kept by both.
			if i+2 >= len(s) || !hex(s[i+1]) || !hex(s[i+2]) || s[i+1] == '2' && s[i+2]|0x20 == 'e' {
				return false
			}
		default:
			return false
		}
	}
	return true
}

func hex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// plainHost says that a host is a lower-case name that can't be a number, or an
// IPv4 address in its only canonical spelling.
func plainHost(h string) bool {
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

var parser = whatwg.NewParser(whatwg.WithPercentEncodeSinglePercentSign())

func standard(base *url.URL, ref string) (*url.URL, error) {
	var w *whatwg.Url
	var err error
	if base == nil {
		w, err = parser.Parse(ref)
	} else {
		w, err = parser.ParseRef(base.String(), ref)
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

func dropPort(u *url.URL) {
	if u.Scheme == "http" && strings.HasSuffix(u.Host, ":80") {
		u.Host = strings.TrimSuffix(u.Host, ":80")
	}
	if u.Scheme == "https" && strings.HasSuffix(u.Host, ":443") {
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
}

// dropDot takes the final dot of a name off: it is the same name to everybody but
// its resolver (RFC 1034 section 3.1), and would be another host to politeness.
func dropDot(u *url.URL) {
	name, port, _ := strings.Cut(u.Host, ":")
	if len(name) < 2 || name[len(name)-1] != '.' || name[len(name)-2] == '.' {
		return
	}
	u.Host = strings.TrimSuffix(name, ".")
	if port != "" {
		u.Host += ":" + port
	}
}

// unescape writes the escaped letters, digits, "-", "_" and "~" of a path plainly
// (RFC 3986 section 6.2.2.2), so that an escape is no way around a rule of
// robots.txt (RFC 9309 section 2.2.2) and no second address of a page.
func unescape(u *url.URL) {
	p := u.EscapedPath()
	if !strings.Contains(p, "%") {
		return
	}
	b := make([]byte, 0, len(p))
	for i := 0; i < len(p); i++ {
		if p[i] == '%' && i+2 < len(p) && hex(p[i+1]) && hex(p[i+2]) {
			if c := value(p[i+1])<<4 | value(p[i+2]); unreserved(c) {
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

func value(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func unreserved(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c == '-' || c == '_' || c == '~'
}

// DedupKey folds spellings of one page further, for the set of URLs that were seen:
// https and http, a leading www., and the order of a query's parameters are the
// same page there.
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
