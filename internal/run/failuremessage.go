package run

import (
	"fmt"

	"github.com/clausea/crawler/internal/crawl"
)

// failureMessage describes why a crawl fetched no page: the URL, the cause, and the remedy for
// that cause.
func failureMessage(reason crawl.StopReason, f crawl.Failure) string {
	switch {
	case reason == crawl.StopRobotsDisallowed:
		return "robots.txt disallows " + crawl.UserAgentToken + " for the whole site. Ask the site owner to allow it, or pin documents at URLs that are allowed."
	case reason == crawl.StopAccessDenied:
		return accessDeniedMessage(f)
	case f.URL == "":
		return "The site gave no page. " + unreachableRemedies[""]
	}
	remedy, ok := unreachableRemedies[f.Reason]
	if !ok {
		remedy = unreachableRemedies[""]
	}
	return fmt.Sprintf("Could not reach %s: %s. %s", f.URL, failureCause(f), remedy)
}

// failureCause completes the sentence "Could not reach URL: ...".
func failureCause(f crawl.Failure) string {
	cause := f.Cause
	switch {
	case f.Status > 0:
		cause = fmt.Sprintf("HTTP %d", f.Status)
	case f.Reason == crawl.SkipHostBusy:
		cause = "another crawl held the host for too long"
	case cause == "":
		cause = string(f.Reason)
	}
	if f.Robots && f.Status > 0 { // a host without a response explains itself
		cause += "; without its robots.txt, no page of the site may be requested"
	}
	return cause
}

// unreachableRemedies says what to do about each reason for which a site cannot be reached, and
// under the empty reason about any other.
var unreachableRemedies = map[crawl.SkipReason]string{
	"":                          "Check the URL in a browser, and the network, the DNS and the proxy of this machine.",
	crawl.SkipTLS:               "Ask the site owner to renew or complete the certificate. If a private authority signed it, set CLAUSEA_CA_FILE.",
	crawl.SkipDNS:               "Check the domain, and the DNS of this machine.",
	crawl.SkipConnect:           "Check that the site is online, and that no firewall or proxy blocks this machine.",
	crawl.SkipTimeout:           "Check that the site is online, and that no firewall or proxy blocks this machine.",
	crawl.SkipBlockedAddress:    "To crawl a site on your own network or on another port, allow its IP addresses with --allow-address or CLAUSEA_ALLOW_ADDRESS, such as 10.1.2.0/24.",
	crawl.SkipServerError:       "The site is down or overloaded. Try again later, or tell the site owner.",
	crawl.SkipRobotsUnreachable: "Try again later, or tell the site owner.",
	crawl.SkipBadResponse:       "Check the URL in a browser, and the proxy of this machine.",
	crawl.SkipNotFound:          "Check the URL: the site has no such page.",
	crawl.SkipClientError:       "Check the URL in a browser.",
	crawl.SkipHostBusy:          "Try again when the other crawl has finished.",
}

// accessDeniedMessage describes a site that refuses the crawler.
func accessDeniedMessage(f crawl.Failure) string {
	remedy := "Ask the site owner to allow " + crawl.UserAgentToken + "."
	switch f.Status {
	case 0:
		return "Access denied (HTTP 401, 403, 429 or 451). " + remedy
	case 401:
		remedy = "Only pages that need no login can be crawled."
	case 429:
		remedy = "Increase the delay between requests, or ask the site owner to allow " + crawl.UserAgentToken + "."
	case 451:
		remedy = "The site is not available for legal reasons, often in some countries only; use a proxy in another country."
	}
	return fmt.Sprintf("Access denied at %s (HTTP %d). %s", f.URL, f.Status, remedy)
}
