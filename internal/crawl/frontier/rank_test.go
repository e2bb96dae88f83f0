package frontier

import "testing"

func TestDocumentsAndMissingPagesLowerTheRank(t *testing.T) {
	t.Parallel()
	it := Item{Score: 1, Topic: "privacy", Family: "privacy-page"}
	c := newDocumentCounts(0)
	c.add("", "")
	c.add("terms", "terms-page")
	if r := c.rank(&it, 0); r != 1 {
		t.Errorf("without a related document, the rank is %v, want 1", r)
	}
	c.add("privacy", "privacy-page")
	if r := c.rank(&it, 1); r != notFoundFactor*topicFactor*familyFactor {
		t.Errorf("the rank is %v, want %v", r, notFoundFactor*topicFactor*familyFactor)
	}
	if r := c.rank(&Item{Score: 1}, maxPenalties+1); r != c.rank(&Item{Score: 1}, maxPenalties) {
		t.Errorf("more than %d missing pages lower the rank to %v", maxPenalties, r)
	}
	it.Pinned = true
	if r := c.rank(&it, 3); r != 1 {
		t.Errorf("the rank of a pinned item is %v, want 1", r)
	}
}

func TestAPageThatExistsRestoresTheRanks(t *testing.T) {
	t.Parallel()
	f := New(Options{})
	f.Add(Item{URL: "a1", Host: "a", Score: 0.5})
	f.Add(Item{URL: "a2", Host: "a", Score: 0.49})
	f.RecordNotFound("a", true)
	f.RecordNotFound("a", true)
	if got, want := f.BestRank(), 0.5*notFoundFactor*notFoundFactor; got != want {
		t.Errorf("the best rank is %v, want %v", got, want)
	}
	f.RecordNotFound("a", false)
	if got := f.BestRank(); got != 0.5 {
		t.Errorf("after a page that exists, the best rank is %v, want 0.5", got)
	}
}

func TestABlockedHostOffersNoItems(t *testing.T) {
	t.Parallel()
	f := New(Options{})
	f.Add(item("a", 1))
	f.Block("a")
	if _, ok, wait := f.Next(start, -1); ok || wait != 0 || f.BestRank() != -1 {
		t.Errorf("a blocked host has an item (%v) after %v with rank %v", ok, wait, f.BestRank())
	}
	f.Unblock("a")
	if _, ok, _ := f.Next(start, -1); !ok {
		t.Error("an unblocked host has no item")
	}
}

func TestPinnedItemsAreOrderedByOrderThenByRedirects(t *testing.T) {
	t.Parallel()
	f := New(Options{})
	for _, it := range []Item{
		{URL: "a", Order: 2}, {URL: "b", Order: 1, RedirectCount: 1}, {URL: "c", Order: 1}, {URL: "d", RedirectCount: 2},
	} {
		it.Host, it.Score, it.Pinned = it.URL, 1, true
		f.Add(it)
	}
	got := ""
	for range 4 {
		it, ok, _ := f.Next(start, -1)
		if !ok {
			t.Fatal("an item is missing")
		}
		got += it.URL
	}
	if got != "dcba" {
		t.Errorf("the order is %s, want dcba", got)
	}
}

func TestANamedLinkKeepsTheRankOfANamedLink(t *testing.T) {
	t.Parallel()
	c := newDocumentCounts(0.35)
	for range 10 {
		c.add("terms", "")
	}
	named, better := Item{Score: 0.4, Topic: "terms"}, Item{Score: 0.45, Topic: "terms"}
	if r := c.rank(&named, 0); r < 0.35 || r >= c.rank(&better, 0) {
		t.Errorf("the rank is %v, that of a better link %v", r, c.rank(&better, 0))
	}
	for name, it := range map[string]Item{"another language": {Score: 0.4, Topic: "terms", OtherLanguage: true}, "a link that is not named": {Score: 0.3, Topic: "terms"}} {
		if r := c.rank(&it, 0); r >= 0.35 {
			t.Errorf("%s has the rank %v", name, r)
		}
	}
	if r := c.rank(&named, maxNamedNotFound+1); r >= 0.35 {
		t.Errorf("in a menu of missing pages it has the rank %v", r)
	}
}
