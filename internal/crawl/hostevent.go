package crawl

import "time"

// HostEvent reports that a host receives fewer requests than before, or none for a time.
type HostEvent struct {
	Host string
	Kind HostEventKind
	// Reason is HostCrawlDelay, HostRetryAfter, or the skip reason of the request that failed
	// or of the URLs that are skipped.
	Reason string
	// Delay is the new delay between two requests of a slowed host. For a paused host it is
	// the time without requests; 0 is the rest of the crawl.
	Delay time.Duration
}

// HostEventKind is the kind of a HostEvent.
type HostEventKind int

// The kinds of a HostEvent.
const (
	HostSlowed HostEventKind = iota // the delay between two requests was raised
	HostPaused                      // the host receives no request for a time
)

// The reasons of a HostEvent that are not skip reasons.
const (
	HostCrawlDelay = "crawl_delay" // robots.txt asks for a longer delay
	HostRetryAfter = "retry_after" // a response asks for a pause, typically a 429 or 503
)

// HostReasons returns the reasons of HostEvents: HostCrawlDelay, HostRetryAfter and skip reasons.
func HostReasons() []string {
	reasons := []string{HostCrawlDelay, HostRetryAfter}
	for _, r := range []SkipReason{
		SkipAccessDenied, SkipRateLimited, SkipServerError, SkipTimeout, SkipConnect, SkipTLS, SkipBadResponse, SkipHostDown, SkipHostBusy, SkipRetryLater,
	} {
		reasons = append(reasons, string(r))
	}
	return reasons
}

// reportPause reports that a host is paused because of a failed request or skipped URLs.
func (hs *hosts) reportPause(host string, reason SkipReason, pause time.Duration) {
	hs.ledger.observer.HostEvent(HostEvent{Host: host, Kind: HostPaused, Reason: string(reason), Delay: pause})
}
