package crawl

import (
	"github.com/clausea/crawler/internal/crawl/fetch"
	"github.com/clausea/crawler/internal/crawl/scope"
)

// SkipReason says why a URL was not fetched, or why its response was not used. The
// set is closed, so a reason can be the label of a metric: see SkipReasons.
type SkipReason string

// The reference is not a URL that a crawl can fetch.
const (
	SkipInvalidURL SkipReason = "invalid"  // it does not parse
	SkipScheme     SkipReason = "scheme"   // neither http nor https
	SkipURLTooLong SkipReason = "too_long" // longer than canonical.MaxLength
	SkipUserinfo   SkipReason = "userinfo" // it contains a user name or a password
)

// The URL is outside the scope of the crawl, or it matches a crawler trap.
const (
	SkipOutOfScope                 = SkipReason(scope.OutOfScope)
	SkipOffSite         SkipReason = "off_site" // its link names a document on another domain, which the crawl does not fetch
	SkipDeniedPath                 = SkipReason(scope.DeniedPath)
	SkipPathDepth                  = SkipReason(scope.PathDepth)
	SkipRepeatedSegment            = SkipReason(scope.RepeatedSegment)
	SkipQueryVariants              = SkipReason(scope.QueryVariants)
	SkipHostPages                  = SkipReason(scope.HostPages)
	SkipCalendar                   = SkipReason(scope.Calendar)
	SkipFileType                   = SkipReason(scope.FileType)
	SkipTooManyHosts               = SkipReason(scope.TooManyHosts)
	SkipNearDuplicate              = SkipReason(scope.NearDuplicate) // pages of its URL pattern show the same text
)

// The crawl did not queue or did not request the URL.
const (
	SkipDepth        SkipReason = "depth"          // more links away from a seed than the plan allows
	SkipLowScore     SkipReason = "low_score"      // nothing suggests a legal document
	SkipConverged    SkipReason = "converged"      // another edition of a document that was found, or a menu of missing pages
	SkipNoFollow     SkipReason = "nofollow"       // the page asks crawlers not to follow its links
	SkipNotFollowed  SkipReason = "not_followed"   // linked only from a page whose links are not followed
	SkipDuplicate    SkipReason = "duplicate"      // a link on a copy of a fetched page, or such a copy itself
	SkipTooManyLinks SkipReason = "too_many_links" // beyond the number of links that are read from one page
	SkipSitemapLimit SkipReason = "sitemap_limit"  // beyond the limits on sitemaps
	SkipQueueFull    SkipReason = "queue_full"     // the frontier is full
	SkipPageLimit    SkipReason = "page_limit"     // still queued when the page limit was reached
	SkipTimeLimit    SkipReason = "time_limit"     // still queued when the time limit was reached
	SkipMoved        SkipReason = "moved"          // rewritten to the host that serves its sibling pages
)

// The host must not receive the request, or does not respond.
const (
	SkipRobots            SkipReason = "robots"             // robots.txt disallows it
	SkipRobotsUnreachable SkipReason = "robots_unreachable" // robots.txt could not be read, so every URL of the host is disallowed
	SkipHostDown          SkipReason = "host_down"          // too many requests in a row failed
	SkipRetryLater        SkipReason = "retry_later"        // Retry-After is longer than a crawl waits
	SkipHostBusy          SkipReason = "host_busy"          // another crawl held the host lease for too long
)

// The request was redirected or failed.
const (
	SkipRedirect         SkipReason = "redirect" // the response redirects to another URL
	SkipBadRedirect      SkipReason = "bad_redirect"
	SkipRedirectLoop     SkipReason = "redirect_loop"
	SkipTooManyRedirects            = SkipReason(fetch.TooManyRedirects)
	SkipAccessDenied     SkipReason = "access_denied" // 401, 403 or 451
	SkipRateLimited      SkipReason = "rate_limited"  // 429
	SkipNotFound         SkipReason = "not_found"     // 404 or 410
	SkipServerError      SkipReason = "server_error"  // 5xx
	SkipClientError      SkipReason = "client_error"  // any other 4xx
	SkipBlockedAddress              = SkipReason(fetch.BlockedAddress)
	SkipDNS                         = SkipReason(fetch.DNS)
	SkipConnect                     = SkipReason(fetch.Connect)
	SkipTLS                         = SkipReason(fetch.TLS)
	SkipTimeout                     = SkipReason(fetch.Timeout)
	SkipTooLarge                    = SkipReason(fetch.TooLarge)
	SkipBadEncoding                 = SkipReason(fetch.BadEncoding)
	SkipContentType                 = SkipReason(fetch.ContentType)
	SkipBadResponse                 = SkipReason(fetch.BadResponse)
	SkipCanceled                    = SkipReason(fetch.Canceled)
	SkipFetchFailed      SkipReason = "fetch_failed"  // an error that fetch does not name
	SkipNotASitemap      SkipReason = "not_a_sitemap" // the response of a sitemap URL is something else
)

// The page was fetched, but its text is not used or is incomplete.
const (
	SkipSoftError    SkipReason = "soft_error"    // an error, login or consent page sent with a success status
	SkipNeedsBrowser SkipReason = "needs_browser" // scripts build its text, and no browser may render it
	SkipNotRendered  SkipReason = "not_rendered"  // rendering failed or gained no text
	SkipUnreadable   SkipReason = "unreadable"    // it cannot be parsed, or a pinned page has no text
	SkipOtherType    SkipReason = "other_type"    // it is not a document of the type that its link suggests
	SkipInternal     SkipReason = "internal"      // it made the crawler panic
)

// skipReasons lists every SkipReason.
var skipReasons = []SkipReason{
	SkipInvalidURL, SkipScheme, SkipURLTooLong, SkipUserinfo,
	SkipOutOfScope, SkipOffSite, SkipDeniedPath, SkipPathDepth, SkipRepeatedSegment, SkipQueryVariants, SkipHostPages, SkipCalendar, SkipFileType,
	SkipTooManyHosts, SkipNearDuplicate,
	SkipDepth, SkipLowScore, SkipConverged, SkipNoFollow, SkipNotFollowed, SkipDuplicate, SkipTooManyLinks, SkipSitemapLimit, SkipQueueFull,
	SkipPageLimit, SkipTimeLimit, SkipMoved,
	SkipRobots, SkipRobotsUnreachable, SkipHostDown, SkipRetryLater, SkipHostBusy,
	SkipRedirect, SkipBadRedirect, SkipRedirectLoop, SkipTooManyRedirects, SkipAccessDenied, SkipRateLimited, SkipNotFound,
	SkipServerError, SkipClientError, SkipBlockedAddress, SkipDNS, SkipConnect, SkipTLS, SkipTimeout, SkipTooLarge, SkipBadEncoding,
	SkipContentType, SkipBadResponse, SkipCanceled, SkipFetchFailed, SkipNotASitemap,
	SkipSoftError, SkipNeedsBrowser, SkipNotRendered, SkipUnreadable, SkipOtherType, SkipInternal,
}

// SkipReasons returns every SkipReason.
func SkipReasons() []SkipReason { return append([]SkipReason(nil), skipReasons...) }
