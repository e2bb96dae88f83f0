// Package scope decides which URLs belong to a crawl, and knows the traps that
// make a site endless. A Scope belongs to one goroutine; it does no I/O.
package scope

import (
	"fmt"
	"net"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Reason says why a URL is not fetched.
type Reason string

// The reasons of this package.
const (
	OutOfScope      Reason = "out_of_scope"
	DeniedPath      Reason = "denied_path"
	PathDepth       Reason = "path_depth"
	RepeatedSegment Reason = "repeated_segment"
	QueryVariants   Reason = "query_variants"
	HostPages       Reason = "host_pages"
	Calendar        Reason = "calendar"
	FileType        Reason = "file_type"
	TooManyHosts    Reason = "too_many_hosts"
	NearDuplicate   Reason = "near_duplicate"
)

// Bounds against traps: Heritrix' for path depth and repeated segments; the
// others leave room for any site that was looked at.
const (
	maxDepth      = 20
	maxRepeat     = 2
	maxVariants   = 25     // URLs of one path that differ in their query
	maxHostPages  = 20_000 // URLs of one host
	maxHosts      = 1000
	maxHostsAlike = 20 // hosts whose names differ in numbers only
	maxDatedPages = 30 // URLs below one path that differ in a date only
	maxTracked    = 100_000
)

// Scope is what belongs to one crawl.
type Scope struct {
	domains  map[string]bool // registrable domains, or hosts that have none
	allow    []string
	deny     []string
	variants map[string]int
	hosts    map[string]int
	dated    map[string]int
	labels   map[string]int      // hosts by name, its numbers left out
	patterns map[string]*pattern // by skeleton
	recent   map[string]*recent  // pages that came, by registrable domain
	closed   int                 // patterns that are closed
}

// New makes a Scope of the registrable domains of domains and all their
// subdomains, cut down by path patterns in robots.txt's syntax.
func New(domains, allow, deny []string) (*Scope, error) {
	s := &Scope{
		domains: map[string]bool{}, allow: allow, deny: deny,
		variants: map[string]int{}, hosts: map[string]int{}, dated: map[string]int{}, labels: map[string]int{},
		patterns: map[string]*pattern{}, recent: map[string]*recent{},
	}
	for _, d := range domains {
		if strings.ContainsAny(d, "/ ") || d == "" {
			return nil, fmt.Errorf("domain %q: give a host name, such as example.com", d)
		}
		s.AddDomain(d)
	}
	for _, p := range append(append([]string(nil), allow...), deny...) {
		if !strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "*") {
			return nil, fmt.Errorf("path pattern %q: begin it with / or *", p)
		}
	}
	return s, nil
}

// AddDomain takes a host's registrable domain into the scope.
func (s *Scope) AddDomain(host string) { s.domains[RegistrableDomain(host)] = true }

// ContainsHost says whether a host is of one of the domains.
func (s *Scope) ContainsHost(host string) bool { return s.domains[RegistrableDomain(host)] }

// RegistrableDomain is the registrable domain of a host by the Public Suffix List, or
// the host itself where it has none (an address, a single label).
func RegistrableDomain(host string) string {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if isAddress(host) {
		return host
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

func isAddress(host string) bool { return net.ParseIP(strings.Trim(host, "[]")) != nil }

// Admit says whether u may be fetched, and if not, why. It counts: a URL is to be
// asked about once.
func (s *Scope) Admit(u *url.URL) (bool, Reason) {
	host := u.Hostname()
	n, met := s.hosts[host]
	switch {
	case !met && !s.ContainsHost(host):
		return false, OutOfScope
	case !met && len(s.hosts) >= maxHosts:
		return false, TooManyHosts
	case n >= maxHostPages:
		return false, HostPages
	}
	if r := s.checkPath(u); r != "" {
		return false, r
	}
	if u.RawQuery != "" && !s.room(s.variants, host+u.Path, maxVariants) {
		return false, QueryVariants
	}
	if skeleton, dated := undate(u); dated && !s.room(s.dated, host+skeleton, maxDatedPages) {
		return false, Calendar
	}
	if alike := collapse(host); !met && alike != host && !isAddress(host) && !s.room(s.labels, alike, maxHostsAlike) {
		return false, TooManyHosts
	}
	s.hosts[host] = n + 1
	return true, ""
}

// room counts key and says whether it is within limit. When the map is full, new
// keys are refused: only a trap makes so many.
func (s *Scope) room(m map[string]int, key string, limit int) bool {
	n, ok := m[key]
	if !ok && len(m) >= maxTracked || n >= limit {
		return false
	}
	m[key] = n + 1
	return true
}

func (s *Scope) checkPath(u *url.URL) Reason {
	p := u.EscapedPath()
	if fileTypes[strings.ToLower(path.Ext(p))] {
		return FileType
	}
	if u.RawQuery != "" {
		p += "?" + u.RawQuery
	}
	for _, d := range s.deny {
		if MatchPath(d, p) {
			return DeniedPath
		}
	}
	if len(s.allow) > 0 {
		ok := false
		for _, a := range s.allow {
			ok = ok || MatchPath(a, p)
		}
		if !ok && u.Path != "/" {
			return DeniedPath
		}
	}
	return trapped(u.Path)
}

// trapped looks for paths that no page has: very deep, or going in circles.
func trapped(p string) Reason {
	depth, rest := 0, p
	var seen [maxDepth]string
	for rest != "" {
		var seg string
		seg, rest, _ = strings.Cut(rest, "/")
		if seg == "" {
			continue
		}
		if depth >= maxDepth {
			return PathDepth
		}
		same := 0
		for _, s := range seen[:depth] {
			if s == seg {
				same++
			}
		}
		if same >= maxRepeat {
			return RepeatedSegment
		}
		seen[depth] = seg
		depth++
	}
	return ""
}

// MatchPath says whether a pattern in robots.txt's syntax (* and a final $) matches
// the beginning of a path.
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

// fileTypes are endings that are never a document. PDF is not among them.
var fileTypes = func() map[string]bool {
	m := map[string]bool{}
	for _, e := range strings.Fields(`.jpg .jpeg .png .gif .webp .avif .svg .ico .bmp .tif .tiff .heic
		.css .js .mjs .map .json .woff .woff2 .ttf .otf .eot .mp3 .mp4 .m4a .m4v .mov .avi .webm .ogg .wav .flac
		.zip .gz .tgz .bz2 .xz .7z .rar .tar .dmg .exe .msi .apk .ipa .deb .rpm .pkg .iso .jar .bin
		.xls .xlsx .ppt .pptx .csv .xml .rss .atom .ics .vcf .psd .ai .eps .wasm .swf`) {
		m[e] = true
	}
	return m
}()
