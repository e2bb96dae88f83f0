package dashboard

// skipTexts has the skip reasons, and the reasons for which a host is slowed down, in words. The
// other reasons are shown with spaces in place of underscores.
var skipTexts = map[string]string{
	"": "Used", "invalid": "Not a valid URL", "scheme": "Neither http nor https", "too_long": "The URL is too long", "userinfo": "The URL has a user name or a password",
	"off_site": "A document on another domain", "depth": "Too many links away from the start", "low_score": "Nothing suggests a legal document",
	"converged": "Another edition of a document that was found", "nofollow": "The page asks crawlers not to follow its links",
	"not_followed": "Linked only from a page whose links are not followed", "duplicate": "A copy of another page", "too_many_links": "Beyond the links that are read from one page",
	"sitemap_limit": "Beyond the limits on sitemaps", "queue_full": "The queue was full", "page_limit": "Still queued at the page limit", "time_limit": "Still queued at the time limit",
	"moved": "Rewritten to the host that serves its sibling pages", "robots": "robots.txt disallows it", "robots_unreachable": "robots.txt could not be read",
	"host_down": "Too many requests to the host failed in a row", "retry_later": "The site asks for a longer wait than a crawl allows", "host_busy": "Another crawl held the host for too long",
	"redirect": "Redirects to another URL", "bad_redirect": "Redirects to something that is not a page", "redirect_loop": "Redirects in a loop",
	"access_denied": "The site denies access (401, 403 or 451)", "rate_limited": "The site asks for fewer requests (429)", "not_found": "The page does not exist (404 or 410)",
	"server_error": "An error of the site (5xx)", "client_error": "The site rejects the request (4xx)", "soft_error": "An error, sign-in or consent page in place of the text",
	"needs_browser": "Scripts build its text, and no browser may render it", "not_rendered": "Rendering failed or gained no text", "unreadable": "No readable text",
	"other_type": "Not a document of the type that its link suggests", "internal": "An error of the crawler", "tls": "The certificate is not valid", "dns": "The domain name has no address",
	"crawl_delay": "robots.txt asks for a longer delay", "retry_after": "The site asked to wait",
}
