package frontier

// Item is one URL to fetch. Its JSON form is part of a checkpoint.
type Item struct {
	URL      string  `json:"u"`
	DedupKey string  `json:"k,omitempty"` // key in the seen set; empty: URL
	Host     string  `json:"-"`           // host:port to which the delay applies
	Score    float64 `json:"s,omitempty"` // from 0 to 1
	Depth    int     `json:"d,omitempty"` // links from a seed
	Anchor   string  `json:"a,omitempty"` // text of the link
	// Topic groups items that probably lead to documents of one type. Each document
	// of a topic lowers the rank of the topic's other items, so that the first
	// fetches are diverse.
	Topic string `json:"t,omitempty"`
	// Family groups variants of one page, such as translations.
	Family        string `json:"f,omitempty"`
	Pinned        bool   `json:"p,omitempty"`
	Order         int    `json:"o,omitempty"` // pinned items with a lower Order come first
	RedirectCount int    `json:"h,omitempty"` // redirects that led to this URL
	Attempts      int    `json:"n,omitempty"` // earlier attempts
	// Retargeted marks a URL without a link to it: a probe, or a URL that replaces the
	// target of a broken link.
	Retargeted    bool          `json:"r,omitempty"`
	Sitemap       SitemapSource `json:"m,omitempty"`  // NotSitemap for pages
	NoFollow      bool          `json:"l,omitempty"`  // do not follow the page's links
	OtherLanguage bool          `json:"g,omitempty"`  // an edition in a language that is not preferred
	OffSite       bool          `json:"x,omitempty"`  // on a domain out of scope
	MustMention   bool          `json:"w,omitempty"`  // used only if the page names the company
	GotCookies    bool          `json:"c,omitempty"`  // a redirect that led to this URL set cookies
	RedirectChain []Redirect    `json:"v,omitempty"`  // redirects that led to this URL, first one first
	DiscoveryPath []string      `json:"-"`            // URLs from a seed to the parent
	Parent        string        `json:"pa,omitempty"` // page with the link to this URL

	rank float64 // may be stale; see host.refreshTop
}

// Redirect is a URL that redirects to another one, with the status of its response.
type Redirect struct {
	URL    string `json:"u"`
	Status int    `json:"s"`
}

// key identifies an item.
func (it *Item) key() string {
	if it.DedupKey != "" {
		return it.DedupKey
	}
	return it.URL
}

// SitemapSource is the way in which a sitemap was discovered.
type SitemapSource int8

// The sources of sitemaps.
const (
	NotSitemap    SitemapSource = iota
	RobotsSitemap               // listed in robots.txt
	ProbedSitemap               // /sitemap.xml, probed if robots.txt lists no sitemap
	ChildSitemap                // listed in a sitemap index
)
