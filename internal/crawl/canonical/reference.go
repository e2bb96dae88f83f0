package canonical

import (
	"net/url"
	"strings"
)

// URLString is URL for who needs the canonical form alone. Most links of most
// pages are plain paths, which base's origin is put before and nothing else is
// done to. base is canonical itself.
func URLString(base *url.URL, ref string) (string, error) {
	if p, _, _ := strings.Cut(ref, "#"); len(ref) < MaxLength/4 && plainPath(p) && plainOrigin(base) {
		return base.Scheme + "://" + base.Host + p, nil
	}
	s, _, err := URL(base, ref)
	return s, err
}

// plainPath says that p is an absolute path that stays as it is.
func plainPath(p string) bool {
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

func plainOrigin(u *url.URL) bool {
	return u != nil && (u.Scheme == "https" || u.Scheme == "http") && u.User == nil && plainHost(u.Host) &&
		!strings.HasSuffix(u.Host, ":80") && !strings.HasSuffix(u.Host, ":443") && !strings.HasSuffix(u.Host, ":")
}
