// Package scope decides which URLs belong to a crawl and detects crawler traps, which
// create an unlimited number of URLs. A Scope belongs to one goroutine. The package
// does no I/O.
package scope

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Reason is why a URL does not belong to the crawl.
type Reason string

// The reasons that Admit returns, and NearDuplicate for URLs that Closed rejects.
const (
	OutOfScope      Reason = "out_of_scope"     // the host belongs to no domain of the scope
	DeniedPath      Reason = "denied_path"      // the allow or deny patterns exclude the path
	PathDepth       Reason = "path_depth"       // too many path segments
	RepeatedSegment Reason = "repeated_segment" // a path segment occurs too often
	QueryVariants   Reason = "query_variants"   // too many queries for one path
	HostPages       Reason = "host_pages"       // too many URLs on the host
	Calendar        Reason = "calendar"         // too many URLs that differ only in a date
	FileType        Reason = "file_type"        // the file extension is not that of a document
	TooManyHosts    Reason = "too_many_hosts"   // too many hosts, or hosts that differ only in a number
	NearDuplicate   Reason = "near_duplicate"   // the pages of the URL pattern are near duplicates
)

// Limits against traps. Path depth and repeated segments have the limits of Heritrix. The
// others exceed the needs of every site that was examined.
const (
	maxPathDepth      = 20     // path segments
	maxSegmentRepeats = 2      // occurrences of a segment in a path
	maxQueryVariants  = 25     // URLs of one path with different queries
	maxHostPages      = 20_000 // URLs of one host
	maxHosts          = 1000
	maxNumberedHosts  = 20      // hosts whose names differ only in numbers
	maxDatedPages     = 30      // URLs that differ only in a date
	maxTracked        = 100_000 // entries of each map
)

// Scope decides which URLs belong to one crawl.
type Scope struct {
	domains        map[string]bool         // registrable domains, or hosts without one
	allow          []string                // path patterns
	deny           []string                // path patterns
	queryVariants  map[string]int          // URLs by host and path
	hosts          map[string]int          // URLs by host
	datedPages     map[string]int          // URLs by host, path and query without dates
	hostTemplates  map[string]int          // hosts by the template of their name
	patterns       map[string]*pattern     // by URL template
	recent         map[string]*recentPages // fetched pages, by registrable domain
	closedPatterns int                     // number of closed patterns
}

// New returns a Scope of the registrable domains of the given hosts, with all subdomains.
// allow and deny are path patterns in the syntax of robots.txt. The longest pattern that matches
// a path applies; of equal ones, allow does. If allow is not empty, it excludes all other paths
// except /.
func New(domains, allow, deny []string) (*Scope, error) {
	s := &Scope{
		domains: map[string]bool{}, allow: allow, deny: deny,
		queryVariants: map[string]int{}, hosts: map[string]int{}, datedPages: map[string]int{}, hostTemplates: map[string]int{},
		patterns: map[string]*pattern{}, recent: map[string]*recentPages{},
	}
	for _, d := range domains {
		if strings.ContainsAny(d, "/ ") || d == "" {
			return nil, fmt.Errorf("domain %q is not a host name such as example.com", d)
		}
		s.AddDomain(d)
	}
	for _, p := range append(append([]string(nil), allow...), deny...) {
		if !strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "*") {
			return nil, fmt.Errorf("path pattern %q does not begin with / or *", p)
		}
	}
	return s, nil
}

// AddDomain adds a host's registrable domain to the scope.
func (s *Scope) AddDomain(host string) { s.domains[RegistrableDomain(host)] = true }

// ContainsHost reports whether a host belongs to one of the domains of the scope.
func (s *Scope) ContainsHost(host string) bool { return s.domains[RegistrableDomain(host)] }

// RegistrableDomain returns the registrable domain of a host by the Public Suffix List. It
// returns the host itself if there is none, as for an IP address or a single label.
func RegistrableDomain(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if isIPAddress(host) {
		return strings.Trim(host, "[]")
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

func isIPAddress(host string) bool { return net.ParseIP(strings.Trim(host, "[]")) != nil }

// Admit reports whether u may be fetched. If not, it returns the reason. It counts URLs
// against the limits, so call it once for each URL.
func (s *Scope) Admit(u *url.URL) (bool, Reason) {
	host := u.Hostname()
	n, known := s.hosts[host]
	switch {
	case !known && !s.ContainsHost(host):
		return false, OutOfScope
	case !known && len(s.hosts) >= maxHosts:
		return false, TooManyHosts
	case n >= maxHostPages:
		return false, HostPages
	}
	if r := s.checkPath(u); r != "" {
		return false, r
	}
	if u.RawQuery != "" && !s.countWithin(s.queryVariants, host+u.Path, maxQueryVariants) {
		return false, QueryVariants
	}
	if undated, ok := stripDates(u); ok && !s.countWithin(s.datedPages, host+undated, maxDatedPages) {
		return false, Calendar
	}
	if template := pathTemplate(host); !known && template != host && !isIPAddress(host) && !s.countWithin(s.hostTemplates, template, maxNumberedHosts) {
		return false, TooManyHosts
	}
	s.hosts[host] = n + 1
	return true, ""
}

// countWithin counts key in m and reports whether the count is within limit. A map with
// maxTracked entries rejects new keys: only a trap creates that many.
func (s *Scope) countWithin(m map[string]int, key string, limit int) bool {
	n, ok := m[key]
	if !ok && len(m) >= maxTracked || n >= limit {
		return false
	}
	m[key] = n + 1
	return true
}

// MayBeDocument reports whether the file extension of a URL may be that of a document.
func MayBeDocument(u *url.URL) bool {
	return !nonDocumentExtensions[strings.ToLower(path.Ext(u.EscapedPath()))]
}

// checkPath returns why the path and query of u are excluded, empty if they are not.
func (s *Scope) checkPath(u *url.URL) Reason {
	p := u.EscapedPath()
	if !MayBeDocument(u) {
		return FileType
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	allowed, denied := longestMatch(s.allow, p), longestMatch(s.deny, p)
	if denied > allowed || len(s.allow) > 0 && allowed < 0 && u.Path != "/" {
		return DeniedPath
	}
	return trapReason(u.Path)
}

// longestMatch returns the length of the longest pattern that matches a path, or -1.
func longestMatch(patterns []string, p string) int {
	longest := -1
	for _, pattern := range patterns {
		if len(pattern) > longest && MatchPath(pattern, p) {
			longest = len(pattern)
		}
	}
	return longest
}

// trapReason returns why a path looks like that of a trap: it is too deep, or it repeats
// segments. The result is empty if it does not.
func trapReason(p string) Reason {
	depth, rest := 0, p
	var seen [maxPathDepth]string
	for rest != "" {
		var seg string
		seg, rest, _ = strings.Cut(rest, "/")
		if seg == "" {
			continue
		}
		if depth >= maxPathDepth {
			return PathDepth
		}
		same := 0
		for _, s := range seen[:depth] {
			if s == seg {
				same++
			}
		}
		if same >= maxSegmentRepeats {
			return RepeatedSegment
		}
		seen[depth] = seg
		depth++
	}
	return ""
}

// MatchPath reports whether a pattern in the syntax of robots.txt (* and a final $)
// matches the beginning of a path.
func MatchPath(pattern, p string) bool {
	anchored := strings.HasSuffix(pattern, "$")
	parts := strings.Split(strings.TrimSuffix(pattern, "$"), "*")
	if !strings.HasPrefix(p, parts[0]) {
		return false
	}
	p = p[len(parts[0]):]
	for i, part := range parts[1:] {
		if anchored && i == len(parts)-2 {
			return strings.HasSuffix(p, part)
		}
		at := strings.Index(p, part)
		if at < 0 {
			return false
		}
		p = p[at+len(part):]
	}
	return !anchored || p == ""
}

// nonDocumentExtensions are file extensions that no legal document has.
var nonDocumentExtensions = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields(`.jpg .jpeg .png .gif .webp .avif .svg .ico .bmp .tif .tiff .heic
		.css .js .mjs .map .json .woff .woff2 .ttf .otf .eot .mp3 .mp4 .m4a .m4v .mov .avi .webm .ogg .wav .flac
		.zip .gz .tgz .bz2 .xz .7z .rar .tar .dmg .exe .msi .apk .ipa .deb .rpm .pkg .iso .jar .bin
		.xls .xlsx .ppt .pptx .csv .xml .rss .atom .ics .vcf .psd .ai .eps .wasm .swf`) {
		m[e] = true
	}
	return m
}()
