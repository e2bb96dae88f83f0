package scope

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// maxQueryNames limits the query names in a template. It was chosen by hand.
const maxQueryNames = 16

// urlTemplates returns the keys of the patterns to which a URL belongs: the template of the
// whole URL, of its folder, of its path up to the first generated segment that other segments
// follow, and of its path with any query.
func urlTemplates(u *url.URL) []string {
	pagePath, _, _ := strings.Cut(u.Path, ";") // path parameters mostly hold session IDs
	shape := u.Hostname() + pathTemplate(pagePath)
	out := make([]string, 1, 4)
	out[0] = shape
	if dir := path.Dir(strings.TrimSuffix(u.Path, "/")); len(dir) > 1 {
		out = append(out, u.Hostname()+pathTemplate(dir)+"/")
	}
	if i := strings.IndexAny(shape, "#*"); i >= 0 {
		if j := strings.IndexByte(shape[i:], '/'); j >= 0 && i+j+1 < len(shape) {
			out = append(out, shape[:i+j]+"/…")
		}
	}
	if u.RawQuery != "" {
		var names []string
		for part := range strings.SplitSeq(u.RawQuery, "&") {
			name, _, _ := strings.Cut(part, "=")
			names = append(names, pathTemplate(name))
			if len(names) == maxQueryNames {
				break
			}
		}
		slices.Sort(names)
		out[0] += "?" + strings.Join(slices.Compact(names), "&")
		out = append(out, shape+"?")
	}
	return out
}

// pathTemplate replaces each run of digits in a path or a host name with "#". It replaces a
// generated segment, such as a session ID or a hash, with "*". Such a segment is long and mixes
// digits and letters.
func pathTemplate(p string) string {
	if !strings.ContainsAny(p, "0123456789") {
		return p
	}
	var b strings.Builder
	for i := 0; i < len(p); {
		j := i + 1
		for j < len(p) && p[j] != '/' && p[j] != '.' {
			j++
		}
		part := p[i:j]
		if part[0] == '/' || part[0] == '.' {
			b.WriteByte(part[0])
			part = part[1:]
		}
		b.WriteString(segmentTemplate(part))
		i = j
	}
	return b.String()
}

// minGeneratedSegment is the length of the shortest generated segment, in bytes. It was chosen
// by hand.
const minGeneratedSegment = 8

// segmentTemplate is pathTemplate for one segment.
func segmentTemplate(s string) string {
	letters, digits, others := 0, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			letters++
		default:
			others++
		}
	}
	switch {
	case digits == 0:
		return s
	case letters == 0 && others == 0:
		return "#"
	case digits > 1 && len(s) >= minGeneratedSegment && (others == 0 || len(s) >= 3*minGeneratedSegment):
		return "*"
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			b.WriteByte(s[i])
		} else if i == 0 || s[i-1] < '0' || s[i-1] > '9' {
			b.WriteByte('#')
		}
	}
	return b.String()
}
