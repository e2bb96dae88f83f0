package run

import (
	"fmt"
	"slices"
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
		return noDocumentMessage(reason, res.Progress, missing)
	}
	s := fmt.Sprintf("Found %s; %s", count(found, "document"), endPhrases[reason])
	if without != "" {
		s += "; known documents: " + without
	}
	if len(missing) > 0 {
		s += "; missing: " + strings.Join(missing, ", ")
		if n := res.Progress.Skipped[crawl.SkipNeedsBrowser]; n > 0 {
			s += fmt.Sprintf("; pages that need a browser: %d (%s)", n, browserAdvice)
		}
	}
	return s + "."
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
func noDocumentMessage(reason crawl.StopReason, p crawl.Progress, missing []string) string {
	pages := count(p.Fetched, "page")
	disallowed := func(m string) bool { return strings.Contains(m, string(v1alpha1.MissingRobots)) }
	switch {
	case reason == crawl.StopPageLimit:
		return fmt.Sprintf("No legal document is among the %s fetched before the page limit was reached: raise maxPages, or pin the URLs of the documents as seeds.", pages)
	case reason == crawl.StopTimeLimit:
		return fmt.Sprintf("No legal document is among the %s fetched before the time limit was reached: raise timeLimit (clausea crawl: --timeout), or pin the URLs of the documents as seeds.", pages)
	case reason == crawl.StopInterrupted:
		return fmt.Sprintf("The crawl was interrupted after %s without a legal document; the next crawl resumes from here.", pages)
	case reason == crawl.StopRequested:
		return fmt.Sprintf("The crawl was stopped after %s without a legal document.", pages)
	case slices.ContainsFunc(missing, disallowed):
		return fmt.Sprintf("No legal document is among the %s that robots.txt allows: ask the site owner to allow the others.", pages)
	case p.Skipped[crawl.SkipNeedsBrowser] > 0:
		return fmt.Sprintf("No legal document was found; pages that need a browser: %d (%s).", p.Skipped[crawl.SkipNeedsBrowser], browserAdvice)
	default:
		return fmt.Sprintf("The site was crawled (%s) and no legal document is linked on it: check that this is the company's own site, or pin the URLs of the documents as seeds.", pages)
	}
}

// describeMissing lists the missing types, each with its reason.
func describeMissing(coverage []store.Coverage) []string {
	var out []string
	for _, c := range coverage {
		if c.State == store.CoverageMissing {
			out = append(out, fmt.Sprintf("%s (%s)", c.Type, c.Reason))
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
