package run

import (
	"testing"

	"github.com/clausea/crawler/internal/crawl"
)

func TestEachFailureNamesURLCauseAndRemedy(t *testing.T) {
	t.Parallel()
	const at = "https://example.com/"
	for want, f := range map[string]crawl.Failure{
		"Could not reach https://example.com/: TLS certificate not trusted: certificate signed by unknown authority. Ask the site owner to renew or complete the certificate. If a private authority signed it, set CLAUSEA_CA_FILE.":                                  {Reason: crawl.SkipTLS, Cause: "TLS certificate not trusted: certificate signed by unknown authority"},
		"Could not reach https://example.com/: the host name example.com does not exist (DNS). Check the domain, and the DNS of this machine.":                                                                                                                         {Reason: crawl.SkipDNS, Cause: "the host name example.com does not exist (DNS)"},
		"Could not reach https://example.com/: connection refused. Check that the site is online, and that no firewall or proxy blocks this machine.":                                                                                                                  {Reason: crawl.SkipConnect, Cause: "connection refused"},
		"Could not reach https://example.com/: HTTP 503. The site is down or overloaded. Try again later, or tell the site owner.":                                                                                                                                     {Reason: crawl.SkipServerError, Status: 503},
		"Could not reach https://example.com/: HTTP 404. Check the URL: the site has no such page.":                                                                                                                                                                    {Reason: crawl.SkipNotFound, Status: 404},
		"Could not reach https://example.com/: HTTP 500; without its robots.txt, no page of the site may be requested. Try again later, or tell the site owner.":                                                                                                       {Reason: crawl.SkipRobotsUnreachable, Status: 500, Robots: true},
		"Could not reach https://example.com/: another crawl held the host for too long. Try again when the other crawl has finished.":                                                                                                                                 {Reason: crawl.SkipHostBusy},
		"Could not reach https://example.com/: the crawler requests no internal IP address (10.0.0.1:443). To crawl a site on your own network or on another port, allow its IP addresses with --allow-address or CLAUSEA_ALLOW_ADDRESS, such as 10.1.2.0/24.":         {Reason: crawl.SkipBlockedAddress, Cause: "the crawler requests no internal IP address (10.0.0.1:443)"},
		"Could not reach https://example.com/: the crawler requests only the ports 80 and 443, not 192.0.2.1:8443. To crawl a site on your own network or on another port, allow its IP addresses with --allow-address or CLAUSEA_ALLOW_ADDRESS, such as 10.1.2.0/24.": {Reason: crawl.SkipBlockedAddress, Cause: "the crawler requests only the ports 80 and 443, not 192.0.2.1:8443"},
		"Could not reach https://example.com/: redirect_loop. Check the URL in a browser, and the network, the DNS and the proxy of this machine.":                                                                                                                     {Reason: crawl.SkipRedirectLoop},
	} {
		f.URL = at
		if got := failureMessage(crawl.StopSiteUnreachable, f); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	if got := failureMessage(crawl.StopSiteUnreachable, crawl.Failure{}); got != "The site gave no page. Check the URL in a browser, and the network, the DNS and the proxy of this machine." {
		t.Errorf("without a request that failed: %s", got)
	}
}

func TestAnAccessDeniedMessageNamesTheStatusAndItsRemedy(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		0:   "Access denied (HTTP 401, 403, 429 or 451). Ask the site owner to allow ClauseaBot.",
		401: "Access denied at https://example.com/ (HTTP 401). Only pages that need no login can be crawled.",
		403: "Access denied at https://example.com/ (HTTP 403). Ask the site owner to allow ClauseaBot.",
		429: "Access denied at https://example.com/ (HTTP 429). Increase the delay between requests, or ask the site owner to allow ClauseaBot.",
		451: "Access denied at https://example.com/ (HTTP 451). The site is not available for legal reasons, often in some countries only; use a proxy in another country.",
	} {
		if got := failureMessage(crawl.StopAccessDenied, crawl.Failure{URL: "https://example.com/", Status: status}); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
