package crawl

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/clausea/crawler/internal/crawl/canonical"
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/robots"
)

const (
	// maxRobotsRedirects is the number of redirects of robots.txt that are followed, also to
	// other hosts: RFC 9309 section 2.3.1.2 asks for at least five.
	maxRobotsRedirects = 5
	// maxAttempts is the number of requests for one URL, retries included.
	maxAttempts = 3
)

// robotsRequest is a request for robots.txt.
type robotsRequest struct {
	host      string   // the host whose rules it is for
	at        *url.URL // robots.txt itself, or the target of its redirects
	redirects int
	attempts  int  // earlier requests, which failed
	rendering bool // only rendered pages need it so far
}

// requestRobots queues a request for the robots.txt of a host unless there was one before.
func (hs *hosts) requestRobots(h *host, origin string, rendering bool) {
	if h.robotsPending || h.robotsKnown {
		return
	}
	h.robotsPending = true
	at, err := url.Parse(origin + "/robots.txt")
	if err != nil {
		hs.handleRobots(&taskResult{host: h.name, robots: robots.FromStatus(0, err), reason: SkipInvalidURL})
		return
	}
	hs.robotsRequests = append(hs.robotsRequests, robotsRequest{host: h.name, at: at, rendering: rendering})
}

// requestRobotsForPage queues a request for the robots.txt of a host that a rendered page
// uses.
func (hs *hosts) requestRobotsForPage(u *url.URL) {
	h := hs.get(hostKey(u))
	if !h.robotsKnown && !h.robotsPending {
		hs.frontier.Block(h.name)
		hs.requestRobots(h, u.Scheme+"://"+u.Host, true)
	}
}

// awaitsRobots reports whether items wait for a queued request for robots.txt.
func (hs *hosts) awaitsRobots() bool {
	return slices.ContainsFunc(hs.robotsRequests, func(r robotsRequest) bool { return !r.rendering || hs.get(r.host).hasItems })
}

// startRobots sends the queued requests for robots.txt that may be sent now. Each occupies
// the slot of the host that it goes to, which after a redirect may be another one. Once the
// page limit is reached, only rendered pages need robots.txt. wait is the time until a host
// may receive its next request, 0 if none waits.
func (hs *hosts) startRobots(ctx context.Context, now time.Time, pageLimitReached bool) (wait time.Duration) {
	pending := hs.robotsRequests
	hs.robotsRequests = nil // handleRobots may add requests
	for _, r := range pending {
		at := hostKey(r.at)
		if pageLimitReached && !r.rendering {
			hs.robotsRequests = append(hs.robotsRequests, r)
			continue
		}
		if hs.leases != nil {
			h := hs.get(at)
			if h.leaseTimedOut {
				hs.handleRobots(&taskResult{host: r.host, robotsRequest: r, robots: robots.FromStatus(0, ErrHostBusy), reason: SkipHostBusy})
				continue
			}
			if !hs.holdsLease(h) {
				hs.acquireOrReleaseLease(ctx, h)
				hs.robotsRequests = append(hs.robotsRequests, r)
				continue
			}
		}
		ok, w := hs.frontier.AcquireSlot(at, now)
		if ok {
			hs.tasks.start(taskResult{kind: robotsTask, host: r.host, robotsRequest: r}, func(t *taskResult) { hs.fetchRobots(ctx, t) })
			continue
		}
		hs.robotsRequests = append(hs.robotsRequests, r)
		if w > 0 && (wait == 0 || w < wait) {
			wait = w
		}
	}
	return wait
}

// handleRobots handles the response to a request for robots.txt: it follows a redirect,
// retries, or sets the rules of the host. A redirect to another host does not change
// which host the rules apply to (RFC 9309 section 2.3.1.2).
func (hs *hosts) handleRobots(r *taskResult) {
	if r.location != "" && r.robotsRequest.redirects < maxRobotsRedirects {
		if _, next, err := canonical.URL(r.robotsRequest.at, r.location); err == nil {
			req := r.robotsRequest
			req.at, req.redirects = next, req.redirects+1
			hs.robotsRequests = append(hs.robotsRequests, req)
			return
		}
	}
	if r.robots.Unreachable && hs.retryRobots(r) {
		return
	}
	h := hs.get(r.host)
	h.robotsPending, h.robotsKnown = false, true
	h.rules = r.robots.GroupFor(UserAgentToken)
	h.sitemaps, h.robotsURL = r.robots.Sitemaps, r.robotsRequest.at
	if r.robots.Unreachable {
		h.robotsFailure, h.robotsStatus, h.robotsCause = r.reason, r.status, r.cause
	}
	hs.robots.set(r.host, h.rules, r.robots.Unreachable)
	hs.unblock(h)
	if hs.delay > 0 {
		if delay, raised := hs.frontier.RaiseDelay(r.host, h.rules.CrawlDelay); raised {
			if h.rules.CrawlDelay > hs.crawlDelay {
				hs.crawlDelay, hs.crawlDelayHost = h.rules.CrawlDelay, h.name
			}
			hs.ledger.observer.HostEvent(HostEvent{Host: r.host, Kind: HostSlowed, Reason: HostCrawlDelay, Delay: delay})
		}
	}
}

// retryRobots queues a failed request for robots.txt again, with the limits of a request for
// a page. It reports whether it did.
func (hs *hosts) retryRobots(r *taskResult) bool {
	req := r.robotsRequest
	req.attempts++
	switch r.reason {
	case SkipRobotsUnreachable, SkipTimeout, SkipConnect, SkipTLS, SkipBadResponse:
	default:
		return false
	}
	if req.at == nil || req.attempts >= maxAttempts || r.retryAfter > maxRetryAfter {
		return false
	}
	wait := r.retryAfter
	if wait == 0 {
		wait = backoff(req.attempts)
	}
	hs.frontier.Postpone(hostKey(req.at), time.Now().Add(wait))
	hs.reportPause(hostKey(req.at), r.reason, wait)
	hs.robotsRequests = append(hs.robotsRequests, req)
	return true
}

// fetchRobots sends one request for robots.txt. It reads at most robots.MaxBytes+1 bytes of
// the file.
func (w *worker) fetchRobots(ctx context.Context, r *taskResult) {
	res, err := w.send(ctx, r, fetch.Request{URL: r.robotsRequest.at.String(), NoRedirects: true, MaxBody: robots.MaxBytes + 1, Truncate: true})
	if err != nil {
		r.robots, r.reason, r.cause = robots.FromStatus(0, err), SkipRobotsUnreachable, fetch.Cause(err)
		if fe := (*fetch.Error)(nil); errors.As(err, &fe) && (r.robotsRequest.redirects == 0 || fe.Reason == fetch.BlockedAddress) {
			r.reason = SkipReason(fe.Reason)
		}
		return
	}
	r.reason, r.status, r.retryAfter = SkipRobotsUnreachable, res.Status, res.RetryAfter
	switch {
	case res.Status >= 200 && res.Status < 300:
		r.robots = robots.Parse(res.Body)
	case res.Status >= 300 && res.Status < 400:
		r.location = res.Header.Get("Location")
		r.robots = robots.FromStatus(http.StatusNotFound, nil) // unless the redirect leads to a file
	default:
		r.robots = robots.FromStatus(res.Status, nil)
	}
}

// backoff returns the wait before the next attempt: exponential backoff with full jitter, so
// that many crawls do not retry at once.
func backoff(attempts int) time.Duration {
	return time.Duration(rand.Int64N(int64(time.Second) << attempts))
}
