package run

import (
	"fmt"
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// finalMessage describes in a sentence or two how a run ended, and what to do if it failed
// or found too little. It is empty for a run without a stop reason, which is released to
// the queue. c counts the documents; err is the error of the crawl.
func finalMessage(reason crawl.StopReason, res crawl.Result, coverage []store.Coverage, c store.DocumentCounts, err error) string {
	switch reason {
	case "":
		return ""
	case crawl.StopInternal:
		return "The crawl failed because of an internal error, not because of the site: " + firstLine(err.Error())
	case crawl.StopCancelled:
		return "The crawl was cancelled; the documents found so far are stored."
	case crawl.StopRobotsDisallowed, crawl.StopAccessDenied, crawl.StopSiteUnreachable:
		return failureMessage(reason, res.Failure)
	}
	missing := describeMissing(coverage)
	found, without := int(c.New+c.Changed+c.Unchanged), withoutText(c)
	if found == 0 && without == "" {
		return noDocumentMessage(reason, res, coverage)
	}
	s := fmt.Sprintf("Found %s; %s", count(found, "document"), endPhrase(reason, res))
	if without != "" {
		s += "; known documents: " + without
	}
	if len(missing) > 0 {
		s += "; missing: " + strings.Join(missing, ", ")
		if n := res.Progress.Skipped[crawl.SkipNeedsBrowser]; n > 0 {
			s += fmt.Sprintf("; pages that need a browser: %d (%s)", n, browserAdvice)
		}
		if n := res.Progress.Skipped[crawl.SkipSitemapLimit]; n > 0 {
			s += fmt.Sprintf("; entries of sitemaps beyond their limits: %d", n)
		}
	}
	return s + "."
}

// endPhrase completes the sentence "Found 3 documents; ...".
func endPhrase(reason crawl.StopReason, res crawl.Result) string {
	if reason == crawl.StopTimeLimit && res.CrawlDelay > 0 {
		return "the time limit was reached before every page was checked: " + crawlDelayAdvice(res)
	}
	return endPhrases[reason]
}

// crawlDelayAdvice says why the crawl was slow, and what to do about it.
func crawlDelayAdvice(res crawl.Result) string {
	return fmt.Sprintf("robots.txt of %s asks for %s between two requests, so pin the URLs of the documents as seeds, or ask the site owner for a shorter Crawl-delay", res.CrawlDelayHost, res.CrawlDelay)
}

// withoutText lists the numbers of known documents whose text the run did not find.
func withoutText(c store.DocumentCounts) string {
	var out []string
	for _, n := range []struct {
		count int64
		name  string
	}{{c.Removed, "removed"}, {c.Broken, "broken"}, {c.Unreachable, "unreachable"}, {c.NotVisited, "not visited"}} {
		if n.count > 0 {
			out = append(out, fmt.Sprintf("%d %s", n.count, n.name))
		}
	}
	return strings.Join(out, ", ")
}

// endPhrases complete the sentence "Found 3 documents; ...".
var endPhrases = map[crawl.StopReason]string{
	crawl.StopFrontierEmpty: "no pages of the company remain",
	crawl.StopConverged:     "no promising links remain",
	crawl.StopPageLimit:     "the page limit was reached before every page was checked: raise maxPages to crawl more",
	crawl.StopTimeLimit:     "the time limit was reached before every page was checked: raise timeLimit (clausea crawl: --timeout) to crawl more, or shorten the delay",
	crawl.StopInterrupted:   "the crawl was interrupted: the documents found so far are stored, and the next crawl resumes from here",
	crawl.StopRequested:     "the crawl was stopped: the documents found so far are stored",
}

// browserAdvice is what to do about pages that need a browser.
const browserAdvice = "install Chromium, and set render to Auto"

// noDocumentMessage describes a run that did not fail and found no document.
func noDocumentMessage(reason crawl.StopReason, res crawl.Result, coverage []store.Coverage) string {
	pages, p := count(res.Progress.Fetched, "page"), res.Progress
	switch {
	case reason == crawl.StopPageLimit:
		return fmt.Sprintf("No legal document is among the %s fetched before the page limit was reached: raise maxPages, or pin the URLs of the documents as seeds.", pages)
	case reason == crawl.StopTimeLimit && res.CrawlDelay > 0:
		return fmt.Sprintf("No legal document is among the %s fetched before the time limit was reached: %s.", pages, crawlDelayAdvice(res))
	case reason == crawl.StopTimeLimit:
		return fmt.Sprintf("No legal document is among the %s fetched before the time limit was reached: raise timeLimit (clausea crawl: --timeout), or pin the URLs of the documents as seeds.", pages)
	case reason == crawl.StopInterrupted:
		return fmt.Sprintf("The crawl was interrupted after %s without a legal document; the next crawl resumes from here.", pages)
	case reason == crawl.StopRequested:
		return fmt.Sprintf("The crawl was stopped after %s without a legal document.", pages)
	}
	candidates := map[v1alpha1.MissingReason]string{} // a URL that names a document, by reason
	for _, c := range coverage {
		if c.State == store.CoverageMissing {
			candidates[v1alpha1.MissingReason(c.Reason)] = c.URL
		}
	}
	for _, a := range candidateAdvice {
		if n := p.Skipped[crawl.SkipNeedsBrowser]; n > 0 && explanatoryPower(a.reason) < 2 {
			return fmt.Sprintf("No legal document was found; pages that need a browser: %d (%s).", n, browserAdvice)
		}
		if url, ok := candidates[a.reason]; ok {
			return fmt.Sprintf("The site was crawled (%s) without a legal document. %s%s: %s.", pages, a.cause, parenthesized(url), a.advice)
		}
	}
	return fmt.Sprintf("The site was crawled (%s) and no legal document is linked on it: check that this is the company's own site, or pin the URLs of the documents as seeds.", pages)
}

// candidateAdvice has what the message of a run without documents says about a URL that names
// one. The first reason that applies wins.
var candidateAdvice = []struct {
	reason        v1alpha1.MissingReason
	cause, advice string
}{
	{v1alpha1.MissingRobots, "robots.txt disallows the pages that name documents", "ask the site owner to allow them"},
	{v1alpha1.MissingOffSite, "Its documents are linked on another domain", "pin their URLs as seeds, or set offSite to Linked"},
	{v1alpha1.MissingAccessDenied, "The site refuses the pages that name documents", "ask the site owner to allow the crawler"},
	{v1alpha1.MissingUnreachable, "A page that names a document could not be fetched", "try again later"},
	{v1alpha1.MissingNeedsBrowser, "A page that names a document needs a browser", browserAdvice},
	{v1alpha1.MissingBadEncoding, "A page that names a document could not be decoded", "tell the site owner"},
	{v1alpha1.MissingFileType, "A document has a format that is not read", "pin the URL of an edition in HTML or PDF"},
	{v1alpha1.MissingExcluded, "The paths of the Company exclude a page that names a document", "allow its path"},
	{v1alpha1.MissingNotFound, "A link names a document and leads to no page", "pin the URLs of the documents as seeds"},
	{v1alpha1.MissingNotDocument, "A page is named as a document and has the text of none", "pin the URL if it is one"},
}

// parenthesized returns a URL in parentheses, with a space before them, or nothing.
func parenthesized(url string) string {
	if url == "" {
		return ""
	}
	return " (" + url + ")"
}

// describeMissing lists the missing types, each with its reason.
func describeMissing(coverage []store.Coverage) []string {
	var out []string
	for _, c := range coverage {
		if c.State == store.CoverageMissing {
			reason := c.Reason
			if c.URL != "" && (reason == string(v1alpha1.MissingOffSite) || reason == string(v1alpha1.MissingNeedsBrowser)) {
				reason += ": " + c.URL
			}
			out = append(out, fmt.Sprintf("%s (%s)", c.Type, reason))
		}
	}
	return out
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
