package run

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clausea/crawler/api/v1alpha1"
	"github.com/clausea/crawler/internal/crawl"
	"github.com/clausea/crawler/internal/store"
)

// message is one sentence on how a run ended: whose fault it is if it failed, and
// what to do.
func message(res crawl.Result, coverage []store.Coverage, documents int) string {
	switch res.Reason {
	case crawl.StopRobotsDisallowed:
		return "The site's robots.txt lets " + crawl.UserAgentToken + " fetch nothing: ask the site's owner to allow it, or pin documents at addresses that it allows."
	case crawl.StopAccessDenied:
		return "The site refuses the crawler (401, 403 or 429): ask its owner to let it in, or crawl more slowly or through a proxy."
	case crawl.StopSiteUnreachable:
		if res.RobotsFailure != "" {
			return "The site gave no page, for none may be fetched while its rules can't be read: " + res.RobotsFailure + ". Try again later, or tell the site's owner."
		}
		why := ""
		if res.NetworkFailure != "" {
			why = " (" + string(res.NetworkFailure) + ")"
		}
		return "The site gave no page" + why + ": check the address, and from this machine the network, the name server and the proxy."
	}
	missing := missingOf(coverage)
	if documents == 0 {
		return nothing(res, missing)
	}
	end := map[crawl.StopReason]string{
		crawl.StopFrontierEmpty: "everything that belongs to the company was looked at",
		crawl.StopConverged:     "nothing promising was left",
		crawl.StopPageLimit:     "the page limit was reached before all was looked at: raise maxPages for more",
		crawl.StopTimeLimit:     "the time limit was reached before all was looked at: give it more time, or a shorter delay",
		crawl.StopInterrupted:   "the crawl was stopped: what was found is kept, and the next crawl goes on from here",
		crawl.StopBudgetSpent:   "the budget was spent before all was looked at: raise it for more",
	}[res.Reason]
	s := fmt.Sprintf("%s found, and %s", count(documents, "document"), end)
	if len(missing) > 0 {
		s += "; missing: " + strings.Join(missing, ", ")
		if n := res.Progress.Skipped[crawl.SkipNeedsBrowser]; n > 0 {
			s += fmt.Sprintf("; pages that need a browser to be read: %d (%s)", n, useBrowser)
		}
	}
	return s + "."
}

// useBrowser is what to do about pages that need a browser.
const useBrowser = "install Chromium, and set render to Auto"

// nothing is the sentence on a run that worked and found no document.
func nothing(res crawl.Result, missing []string) string {
	p := res.Progress
	switch {
	case res.Reason == crawl.StopPageLimit || res.Reason == crawl.StopTimeLimit:
		return fmt.Sprintf("No legal document is among the %s fetched before the limit was reached: raise the limit, or pin the documents' addresses as seeds.", count(p.Fetched, "page"))
	case res.Reason == crawl.StopInterrupted:
		return fmt.Sprintf("The crawl was stopped after %s, none of them a legal document; the next crawl goes on from here.", count(p.Fetched, "page"))
	case slices.ContainsFunc(missing, func(m string) bool { return strings.Contains(m, string(v1alpha1.MissingRobots)) }):
		return fmt.Sprintf("No legal document is among the %s that robots.txt lets be fetched: ask the site's owner to allow the others.", count(p.Fetched, "page"))
	case p.Skipped[crawl.SkipNeedsBrowser] > 0:
		return fmt.Sprintf("No legal document was found; pages that need a browser to be read: %d (%s).", p.Skipped[crawl.SkipNeedsBrowser], useBrowser)
	default:
		return fmt.Sprintf("The site was crawled (%s) and no legal document is linked on it: check that this is the company's own site, or pin the documents' addresses as seeds.", count(p.Fetched, "page"))
	}
}

// missingOf lists the types that are missing, each with the reason.
func missingOf(coverage []store.Coverage) []string {
	var out []string
	for _, c := range coverage {
		if c.State == store.CoverageMissing {
			out = append(out, fmt.Sprintf("%s (%s)", c.Type, c.Reason))
		}
	}
	return out
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
