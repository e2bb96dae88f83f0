package crawl

import (
	"maps"
	"slices"
	"testing"

	"github.com/clausea/crawler/internal/crawl/frontier"
	"github.com/clausea/crawler/internal/crawl/robots"
)

func TestEachLinkIsQueuedOrSkippedForItsReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		url, text string
		depth     int
		want      SkipReason // empty if the link is queued
	}{
		"a legal link":                  {"https://example.com/terms", "Terms of Service", 0, ""},
		"any other link":                {"https://example.com/boats", "Boats", 0, ""},
		"a link beyond the depth":       {"https://example.com/terms", "Terms of Service", DefaultMaxDepth, SkipDepth},
		"another company's link":        {"https://other.example/terms", "Terms of Service", 0, SkipOutOfScope},
		"a brochure":                    {"https://example.com/boats.pdf", "Boats", 0, SkipFileType},
		"a PDF that suggests documents": {"https://example.com/terms.pdf", "Terms of Service", 0, ""},
	} {
		s, rec := newParts(t, nil)
		from := &frontier.Item{URL: "https://example.com/", Depth: c.depth}
		s.discovery.enqueue(from, c.url, c.text, "", 1)
		s.discovery.enqueue(from, c.url, c.text, "", 1)
		_, inQueue := queued(s.frontier)[c.url]
		if rec.reasons()[c.url] != c.want || inQueue != (c.want == "") || len(rec.outcomes) > 1 {
			t.Errorf("%s: queued %v, outcomes %v", name, inQueue, rec.outcomes)
		}
	}
}

func TestARedirectIsFollowedWithinItsBounds(t *testing.T) {
	t.Parallel()
	legal := frontier.Item{URL: "https://example.com/terms", DedupKey: "example.com/terms", Score: 0.9, Depth: 1}
	chain := make([]Redirect, maxRedirects)
	for i := range chain {
		chain[i] = Redirect{URL: "https://example.com/a", Status: 302}
	}
	for name, c := range map[string]struct {
		change   func(*frontier.Item)
		location string
		want     SkipReason // of the item
		target   string     // that is queued; empty if none is
		noFollow bool
	}{
		"to another page":              {nil, "/legal/terms", SkipRedirect, "https://example.com/legal/terms", false},
		"to itself":                    {nil, "/terms", SkipRedirectLoop, "", false},
		"to no URL":                    {nil, "http://%zz/", SkipBadRedirect, "", false},
		"of a legal page off the site": {nil, "https://other.example/terms", SkipRedirect, "https://other.example/terms", true},
		"of any other page off it":     {func(it *frontier.Item) { it.Score = 0.1 }, "https://other.example/terms", SkipRedirect, "", false},
		"too many": {func(it *frontier.Item) {
			it.RedirectCount, it.RedirectChain = maxRedirects, chain
		}, "/legal/terms", SkipRedirect, "", false},
	} {
		s, rec := newParts(t, nil)
		it := legal
		if c.change != nil {
			c.change(&it)
		}
		s.discovery.followRedirect(&it, c.location, 301)
		first := rec.outcomes[0]
		if first.Kind != OutcomeRedirected || first.Reason != c.want || first.Status != 301 {
			t.Errorf("%s: the outcome is %+v", name, first)
		}
		pending := s.frontier.Pending()
		if c.target == "" {
			if len(pending) != 0 {
				t.Errorf("%s: %v is queued", name, pending)
			}
			continue
		}
		if len(pending) != 1 || pending[0].URL != c.target || pending[0].NoFollow != c.noFollow || first.Location != c.target ||
			!slices.Equal(pending[0].RedirectChain, []Redirect{{URL: it.URL, Status: 301}}) {
			t.Errorf("%s: %+v is queued", name, pending)
		}
	}
}

func TestASeedThatRedirectsToAnotherDomainAddsItToTheScope(t *testing.T) {
	t.Parallel()
	s, _ := newParts(t, nil)
	s.discovery.followRedirect(&frontier.Item{URL: "https://example.com/", DedupKey: "k", Pinned: true}, "https://new.example/", 301)
	if !s.scope.ContainsHost("www.new.example") || !slices.Equal(s.ledger.domains, []string{"new.example"}) {
		t.Errorf("the domains that were added are %v", s.ledger.domains)
	}
}

func TestAMissingLegalPageIsRetargeted(t *testing.T) {
	t.Parallel()
	s, _ := newParts(t, func(p *Plan, _ *Deps) { p.Domains = append(p.Domains, "help.example.com") })
	s.hosts.setRobots("www.example.com", robots.Parse(nil), "", 200)
	it := &frontier.Item{URL: "https://help.example.com/terms?ref=footer", Host: "help.example.com", Parent: "https://blog.example.com/post", Score: 0.9}
	s.discovery.retarget(it)
	want := []string{"https://blog.example.com/terms", "https://help.example.com/terms", "https://www.example.com/terms"}
	if got := slices.Sorted(maps.Keys(queued(s.frontier))); !slices.Equal(got, want) {
		t.Errorf("queued are %v, want %v", got, want)
	}
	for _, p := range s.frontier.Pending() {
		if !p.Retargeted || p.Score >= it.Score {
			t.Errorf("queued is %+v", p)
		}
	}
	for name, change := range map[string]func(*frontier.Item){
		"a page that is not legal": func(it *frontier.Item) { it.Score = 0.1 },
		"a page looked for before": func(it *frontier.Item) { it.Retargeted = true },
	} {
		s, _ := newParts(t, nil)
		other := *it
		change(&other)
		s.discovery.retarget(&other)
		if left := queued(s.frontier); len(left) != 0 {
			t.Errorf("%s: queued are %v", name, left)
		}
	}
}

func TestQueuedLinksMoveToTheHostWhereARetargetedPageIsFound(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	from := &frontier.Item{URL: "https://help.example.com/"}
	s.discovery.enqueue(from, "https://help.example.com/privacy", "Privacy Policy", "", 1)
	s.discovery.enqueue(&frontier.Item{URL: "https://example.com/"}, "https://help.example.com/contact", "Contact", "", 1)
	s.discovery.relocate(&frontier.Item{URL: "https://example.com/terms", Host: "example.com", Parent: from.URL, Retargeted: true})
	got := queued(s.frontier)
	if _, moved := got["https://example.com/privacy"]; !moved || rec.reasons()["https://help.example.com/privacy"] != SkipMoved {
		t.Errorf("queued are %v", got)
	}
	if _, stays := got["https://help.example.com/contact"]; !stays || len(got) != 2 {
		t.Errorf("a link from elsewhere moves too: %v", got)
	}
}

func TestOnlyMissingTypesAreProbedOnePathAtATime(t *testing.T) {
	t.Parallel()
	s, _ := newParts(t, func(p *Plan, _ *Deps) { p.ExpectedTypes, p.Delay = []string{"imprint", "refund_policy"}, 0 })
	s.ledger.types["refund_policy"] = true
	s.discovery.languages.site = "de"
	var probed []string
	for s.discovery.probe() {
		probed = append(probed, nextItem(t, s.frontier).URL)
	}
	want := []string{"https://example.com/legal", "https://example.com/policies", "https://example.com/impressum"}
	if !slices.Equal(probed, want) {
		t.Errorf("probed are %v, want %v", probed, want)
	}
}

func TestSitemapsAreLimitedInNumberAndToTheScope(t *testing.T) {
	t.Parallel()
	s, rec := newParts(t, nil)
	d := s.sitemaps
	if d.enqueueFile(nil, "https://other.example/sitemap.xml", frontier.Item{Sitemap: frontier.RobotsSitemap}) {
		t.Error("another company's sitemap is queued")
	}
	if !d.enqueueFile(nil, "https://example.com/a.xml", frontier.Item{Sitemap: frontier.RobotsSitemap}) || d.enqueueFile(nil, "https://example.com/a.xml", frontier.Item{Sitemap: frontier.RobotsSitemap}) {
		t.Error("a sitemap is not queued, or twice")
	}
	d.files = maxSitemaps
	if d.enqueueFile(nil, "https://example.com/b.xml", frontier.Item{Sitemap: frontier.RobotsSitemap}) || rec.reasons()["https://example.com/b.xml"] != SkipSitemapLimit {
		t.Errorf("one more sitemap is queued: %v", rec.reasons())
	}
	found := &sitemapURLs{pages: []sitemapPage{{url: "https://example.com/terms", score: 0.9}, {url: "https://example.com/boats", score: 0.01}}}
	d.enqueueURLs(&frontier.Item{URL: "https://example.com/a.xml"}, found)
	if _, inQueue := queued(s.frontier)["https://example.com/terms"]; !inQueue || rec.reasons()["https://example.com/boats"] != SkipLowScore {
		t.Errorf("queued are %v, skipped %v", queued(s.frontier), rec.reasons())
	}
}
