// Package offsite decides whether a link to another domain presents a document as the
// company's own, such as the privacy policy of its parent company or of a policy service, or
// only cites a document of a third party. It does no I/O.
package offsite

import (
	"net"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/clausea/crawler/internal/crawl/scope"
	"github.com/clausea/crawler/internal/crawl/score"
)

// Relation is the relation of the target of a link to the company.
type Relation int

// The relations.
const (
	Unrelated Relation = iota // the link names no document of the company
	Cited                     // the link names a document of a third party
	Doubtful                  // the document is the company's own only if it mentions the company
	Own                       // the link presents a document as the company's own
)

// Link is a link to another domain.
type Link struct {
	URL     *url.URL
	Text    string
	Region  string // header, nav, main, footer or empty
	Context string // text around the link, with its own text
	// FromDocument means that the page with the link is itself a legal document. Most
	// documents on other domains to which it links are those of third parties.
	FromDocument bool
}

// maxNameWords is the maximum number of words of a link text that names a document. It was
// chosen by hand.
const maxNameWords = 8

// Judge judges the links of one company. Its names are those of its domains. It belongs to one
// goroutine.
type Judge struct {
	names   []string        // labels of the company's domains, such as example
	related map[string]bool // domains that present documents of the company
}

// NewJudge returns a Judge of a company with the given domains.
func NewJudge(domains []string) *Judge {
	j := &Judge{related: map[string]bool{}}
	for _, d := range domains {
		j.AddDomain(d)
	}
	return j
}

// AddDomain adds a domain of the company.
func (j *Judge) AddDomain(domain string) {
	if name := nameOf(domain); !slices.Contains(j.names, name) {
		j.names = append(j.names, name)
	}
}

// nameOf returns the label of a host's registrable domain, without hyphens: example for
// www.example.co.uk.
func nameOf(host string) string {
	label, _, _ := strings.Cut(scope.RegistrableDomain(host), ".")
	return strings.ReplaceAll(label, "-", "")
}

// Relations returns the relation of each link of a page. Links of several pages of a company
// are judged by one Judge: it remembers domains that present documents of the company.
func (j *Judge) Relations(links []Link) []Relation {
	out := make([]Relation, len(links))
	targets := map[string]map[string]bool{} // domains of links in the main text, by topic
	for _, l := range links {
		if n := score.NameOf(l.Text); n.Topic != "" && !isBoilerplate(l.Region) {
			if targets[n.Topic] == nil {
				targets[n.Topic] = map[string]bool{}
			}
			targets[n.Topic][scope.RegistrableDomain(l.URL.Hostname())] = true
		}
	}
	// A link with a generic name shows that a domain is related, which the other links of the
	// page depend on.
	for range 2 {
		for i := range links {
			l := &links[i]
			listed := !isBoilerplate(l.Region) && len(targets[score.NameOf(l.Text).Topic]) > 1
			if out[i] = max(out[i], j.relation(l, listed)); out[i] == Own && !isHost(l.URL.Hostname()) {
				j.related[scope.RegistrableDomain(l.URL.Hostname())] = true
			}
		}
	}
	return out
}

func isBoilerplate(region string) bool { return region != "" && region != "main" }

// relation returns the relation of one link. listed means that the main text of the page links
// to documents of the same kind on several domains, as a list of vendors does.
func (j *Judge) relation(l *Link, listed bool) Relation {
	host := l.URL.Hostname()
	sameName, related := j.isNamedBy(host), j.related[scope.RegistrableDomain(host)]
	name := score.NameOf(l.Text)
	if isURLText(l.Text) {
		name = score.Naming{}
	}
	switch {
	case name.Words == 0 && (sameName || related) && score.OfURL(l.URL.String()) >= minURLScore:
		return Own // such as an icon or a bare URL
	case net.ParseIP(host) != nil || !strings.Contains(host, "."):
		return Unrelated // companies do not link to IP addresses
	case name.Topic == "" || name.Words > maxNameWords || isNoDocument(name.Topic, l.Text):
		return Unrelated
	case sameName:
		return Own
	}
	return j.relationByName(l, name.Unknown, related, listed)
}

// relationByName returns the relation of a link that names a document, by the words of its text
// that are not part of that name.
func (j *Judge) relationByName(l *Link, words []string, related, listed bool) Relation {
	host := l.URL.Hostname()
	unknown, namesTarget := j.unknownWords(words, host)
	switch {
	case related && (namesTarget || len(unknown) == 0):
		return Own
	case namesTarget || j.citesTarget(l, host) || listed:
		return Cited
	case l.FromDocument && !isBoilerplate(l.Region):
		return Doubtful
	case len(unknown) == 0:
		return Own
	case isBoilerplate(l.Region) && len(unknown) <= maxUnknownWords:
		return Doubtful
	default:
		return Cited
	}
}

// The values were chosen by hand.
const (
	// minURLScore is the score of a URL that names a document.
	minURLScore = 0.6
	// maxUnknownWords is the maximum number of words in the name of a document that may be
	// anything.
	maxUnknownWords = 2
)

// isURLText reports whether the text of a link is a URL.
func isURLText(text string) bool {
	return strings.Contains(text, "://") || strings.HasPrefix(text, "www.") && !strings.Contains(text, " ")
}

// isNamedBy reports whether a host has the name of the company: example.de, and
// example.helpdesk.com of the company example.com.
func (j *Judge) isNamedBy(host string) bool {
	for label := range strings.SplitSeq(strings.ToLower(host), ".") {
		if label = strings.ReplaceAll(label, "-", ""); len(label) >= minNameLength && slices.Contains(j.names, label) {
			return true
		}
	}
	return slices.Contains(j.names, nameOf(host))
}

// minNameLength is the length of the shortest name that is recognized anywhere, in bytes. It
// was chosen by hand.
const minNameLength = 4

// unknownWords returns the words that are not part of the company's name, and reports whether
// one of them is part of the name of the target's domain.
func (j *Judge) unknownWords(words []string, host string) (unknown []string, namesTarget bool) {
	target := nameOf(host)
	for _, w := range words {
		if slices.ContainsFunc(j.names, func(name string) bool { return overlaps(name, w) }) {
			continue
		}
		unknown = append(unknown, w)
		namesTarget = namesTarget || overlaps(target, w)
	}
	return unknown, namesTarget && !isHost(host)
}

// overlaps reports whether a word is part of a name or contains it.
func overlaps(name, word string) bool {
	return len(word) >= 3 && strings.Contains(name, word) || len(name) >= 3 && strings.Contains(word, name)
}

// citesTarget reports whether the text around a link names the target's domain other than as
// the owner of the site.
func (j *Judge) citesTarget(l *Link, host string) bool {
	target := nameOf(host)
	if isHost(host) || len(target) < minNameLength {
		return false
	}
	words := strings.FieldsFunc(strings.ToLower(l.Context), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '©' })
	cited := false
	for i := range words {
		if startsWithName(words[i:], target) {
			if endsWithOwner(strings.Join(words[:i], "")) {
				return false
			}
			cited = true
		}
	}
	return cited
}

// startsWithName reports whether a text begins with a name, which may be several words of it
// and may be followed by an s.
func startsWithName(words []string, name string) bool {
	joined := ""
	for _, w := range words {
		if joined += w; len(joined) >= len(name) {
			break
		}
	}
	rest, ok := strings.CutPrefix(joined, name)
	return ok && (rest == "" || rest == "s")
}

// letters returns the letters and digits of a text in lower case, and the copyright sign.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '©' {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// maxOwnerDistance is how many bytes may be between a word of ownerWords and the name of the
// owner. It was chosen by hand.
const maxOwnerDistance = 24

// endsWithOwner reports whether a text, which precedes the name of a company, says that the
// company owns the site.
func endsWithOwner(before string) bool {
	tail := before[max(0, len(before)-maxOwnerDistance):]
	return slices.ContainsFunc(ownerWords, func(w string) bool { return strings.Contains(tail, w) })
}

// ownerWords precede the name of a site's owner.
var ownerWords = []string{"©", "copyright", "partof", "brandof", "ownedby", "operatedby", "subsidiaryof", "divisionof", "companyof", "serviceof", "productof", "memberof", "tradingnameof", "allrightsreserved"}

// MentionTest returns a function that reports whether a page names the company. The function
// is safe for concurrent use.
func (j *Judge) MentionTest() func(body []byte) bool {
	names := slices.Clone(j.names)
	return func(body []byte) bool {
		text := letters(string(body))
		return slices.ContainsFunc(names, func(name string) bool { return len(name) >= minNameLength && strings.Contains(text, name) })
	}
}

// isNoDocument reports whether a text names a tool, a law or a licence that many sites link to,
// not a document.
func isNoDocument(topic, text string) bool {
	t := " " + strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
	if slices.Contains(laws, strings.TrimSpace(t)) {
		return true
	}
	switch topic {
	case "regional":
		return strings.Contains(t, "choices") || strings.Contains(t, " opt ") || strings.Contains(t, "do not sell")
	case "eula":
		return !strings.Contains(t, "agreement") && !strings.Contains(t, "eula") && !strings.Contains(t, "user")
	default:
		return false
	}
}

// laws are names of laws and of bare subjects. A link of such a text leads to an explanation.
var laws = []string{"gdpr", "ccpa", "coppa", "dsa", "lgpd", "rgpd", "dmca", "scc", "copyright", "security", "ranking", "guarantee", "warranty", "adchoices", "ad choices", "msa", "tc"}
