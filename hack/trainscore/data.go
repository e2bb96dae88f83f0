package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
)

// link is one labelled link.
type link struct {
	company     string
	site        bool // from a page of a site, not from the URL list
	from        string
	url         string
	legal       bool
	phraseScore float64
	features    []string
	weight      float64
}

// labelledURL is a line of legal-urls.
type labelledURL struct {
	Component string `json:"component"`
	URL       string `json:"url"`
}

// siteFile contains the labels and links of a site.
type siteFile struct {
	Domain    string                 `json:"domain"`
	Component string                 `json:"component"`
	Hosts     []string               `json:"hosts"`
	Legal     []struct{ URL string } `json:"legal"`
	Stubs     []struct {
		URL   string  `json:"url"`
		Legal *string `json:"legal"`
	} `json:"stubs"`
	Links [][4]string `json:"links"` // page, URL, text, region
}

// load reads the URL lists and the links of the sites below gold.
func load(gold string) ([]link, error) {
	var all []link
	lists, err := filepath.Glob(filepath.Join(gold, "legal-urls", "*.jsonl"))
	if err != nil {
		return nil, err
	}
	for _, name := range lists {
		links, err := loadURLList(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, links...)
	}
	sites, err := filepath.Glob(filepath.Join(gold, "sites", "*", "*", "site.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range sites {
		links, err := loadSite(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, links...)
	}
	if len(lists) == 0 || len(sites) == 0 {
		return nil, errors.New("no labelled links: set -gold to their folder")
	}
	return all, nil
}

// urlListWeight is the total weight of a company's URLs in the lists. It is below that of
// a site, because these URLs have no link text and no region.
const urlListWeight = 0.3

func loadURLList(name string) ([]link, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []link
	perCompany := map[string]int{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a labelledURL
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			return nil, err
		}
		u, err := url.Parse(a.URL)
		if err != nil {
			continue
		}
		perCompany[a.Component]++
		out = append(out, link{company: a.Component, url: a.URL, legal: true, phraseScore: score.PhraseScore(u, "", ""), features: score.Features(u, "")})
	}
	for i := range out {
		out[i].weight = urlListWeight / float64(perCompany[out[i].company])
	}
	return out, lines.Err()
}

// siteWeight bounds the total weight of a site's links to documents, and that of its
// other links. A site with few links has a lower weight.
const siteWeight = 5.0

func loadSite(name string) ([]link, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var s siteFile
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, err
	}
	legal, own := map[string]bool{}, map[string]bool{}
	for _, l := range s.Legal {
		legal[pageKey(l.URL)] = true
	}
	for _, l := range s.Stubs {
		if l.Legal != nil {
			legal[pageKey(l.URL)] = true
		}
	}
	for _, h := range s.Hosts {
		own[scope.RegistrableDomain(h)] = true
	}
	var out []link
	seen := map[string]bool{}
	count := map[bool]float64{}
	for _, l := range s.Links {
		u, err := url.Parse(l[1])
		if err != nil || !own[scope.RegistrableDomain(u.Hostname())] || seen[l[1]+"\n"+l[2]] {
			continue
		}
		seen[l[1]+"\n"+l[2]] = true
		region := l[3]
		if region == "body" {
			region = ""
		}
		e := link{company: s.Component, site: true, from: l[0], url: l[1], legal: legal[pageKey(l[1])],
			phraseScore: score.PhraseScore(u, l[2], region), features: score.Features(u, l[2])}
		count[e.legal]++
		out = append(out, e)
		// Repeat the link without its text, as in a sitemap.
		bare := e
		bare.from, bare.phraseScore, bare.features = "", score.PhraseScore(u, "", ""), score.Features(u, "")
		out = append(out, bare)
	}
	for i := range out {
		n := count[out[i].legal]
		out[i].weight = min(1, siteWeight/n)
		if out[i].from == "" {
			out[i].weight *= urlListWeight
		}
	}
	return out, nil
}

// pageKey returns a key that is equal for URLs of one page. It ignores www., a trailing
// slash, the scheme and the fragment.
func pageKey(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	k := strings.TrimPrefix(u.Hostname(), "www.") + strings.TrimRight(u.EscapedPath(), "/")
	if u.RawQuery != "" {
		k += "?" + u.RawQuery
	}
	return strings.ToLower(k)
}

// folds is the number of folds of the cross-validation. Each company is in one fold.
const folds = 5

func foldOf(company string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(company))
	return int(h.Sum32() % folds)
}
