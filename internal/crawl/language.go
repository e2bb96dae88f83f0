package crawl

import (
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/crawl/canonical"
)

// languages are the preferred languages of a crawl.
type languages struct {
	want []string // of the plan, BCP 47; empty is any
	site string   // language of the first page that declares one, two letters
}

// recordPage records the language of the first page that declares one.
func (l *languages) recordPage(scan *Links) {
	if l.site == "" && scan != nil && len(scan.Lang) >= 2 {
		l.site = strings.ToLower(scan.Lang[:2])
	}
}

// preferred reports whether the plan prefers the language of a BCP 47 tag. It ignores
// script and region.
func (l *languages) preferred(tag string) bool {
	return slices.ContainsFunc(l.want, func(want string) bool {
		return strings.EqualFold(primarySubtag(want), primarySubtag(tag))
	})
}

// other reports whether lang, the language in a URL, is set and not preferred. If the plan
// prefers no language, the language of the site is preferred.
func (l *languages) other(lang string) bool {
	if lang == "" || l.preferred(lang) {
		return false
	}
	return len(l.want) > 0 || l.site != "" && l.site != lang
}

// awaitsTranslation reports whether the page at a URL is not in a preferred language and
// links to a translation that is. If the page links to itself as that translation, its
// markup declares the wrong language and there is nothing to await.
func (l *languages) awaitsTranslation(scan *Links, at string) bool {
	if len(l.want) == 0 || scan == nil || scan.Lang == "" || l.preferred(scan.Lang) {
		return false
	}
	found := false
	for _, a := range scan.Alternates {
		if !l.preferred(a.Lang) {
			continue
		}
		if canonical.DedupKey(a.URL) == canonical.DedupKey(at) {
			return false
		}
		found = true
	}
	return found
}

// primarySubtag returns the first subtag of a language tag (RFC 5646 section 2.2.1).
// Some sites separate it by an underscore.
func primarySubtag(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		return tag[:i]
	}
	return tag
}
