package crawl

import (
	"maps"
	"slices"
)

// Failure is a request that failed.
type Failure struct {
	URL    string
	Reason SkipReason
	Status int // HTTP status of the response; 0 if there was none
	// Cause describes why there was no response, as fetch.Error.Cause does. It is empty if there
	// was one.
	Cause string
	// Robots is true if the request was for robots.txt. Without its rules, no other URL of the
	// host is requested.
	Robots bool
}

// failures holds the first failed request for a page of each kind.
type failures struct {
	denied, unreachable, other Failure
}

// add records a failed request for a page.
func (f *failures) add(failed Failure) {
	kind := &f.other
	switch failed.Reason {
	case SkipAccessDenied, SkipRateLimited:
		kind = &f.denied
	case SkipServerError, SkipTimeout, SkipConnect, SkipTLS, SkipDNS, SkipBadResponse, SkipBlockedAddress:
		kind = &f.unreachable
	}
	if kind.URL == "" {
		*kind = failed
	}
}

// failure returns the request that explains why the crawl failed for a reason. It is zero if the
// reason needs no explanation, or if a process that was interrupted sent the request.
func (s *scheduler) failure(reason StopReason) Failure {
	pages := s.ledger.failures
	switch reason {
	case StopAccessDenied:
		return pages.denied
	case StopSiteUnreachable:
		for _, f := range []Failure{s.hosts.robotsFailure(), pages.unreachable, pages.other} {
			if f.URL != "" {
				return f
			}
		}
	}
	return Failure{}
}

// robotsFailure returns the failure of the first host, by name, whose robots.txt could not be
// read or that another crawl held. It is zero if there is no such host.
func (hs *hosts) robotsFailure() Failure {
	for _, name := range slices.Sorted(maps.Keys(hs.byName)) {
		switch h := hs.byName[name]; {
		case !h.hasItems:
		case h.leaseTimedOut:
			return Failure{URL: "https://" + name + "/", Reason: SkipHostBusy}
		case h.robotsFailure != "":
			f := Failure{URL: "https://" + name + "/robots.txt", Reason: h.robotsFailure, Status: h.robotsStatus, Cause: h.robotsCause, Robots: true}
			if h.robotsURL != nil {
				f.URL = h.robotsURL.String()
			}
			return f
		}
	}
	return Failure{}
}
