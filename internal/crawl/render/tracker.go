package render

import "strings"

// trackers are the domains of common services for analytics, advertising and chat. Blocking them saves
// requests. The list excludes services that host documents or consent texts.
var trackers = map[string]bool{
	"googletagmanager.com": true, "google-analytics.com": true, "doubleclick.net": true, "googleadservices.com": true,
	"googlesyndication.com": true, "facebook.net": true, "clarity.ms": true, "hotjar.com": true, "segment.com": true,
	"segment.io": true, "mixpanel.com": true, "amplitude.com": true, "heapanalytics.com": true, "fullstory.com": true,
	"newrelic.com": true, "nr-data.net": true, "sentry.io": true, "sentry-cdn.com": true, "datadoghq-browser-agent.com": true,
	"intercom.io": true, "intercomcdn.com": true, "drift.com": true, "zdassets.com": true, "hs-analytics.net": true,
	"hs-scripts.com": true, "hsforms.net": true, "bing.com": true, "licdn.com": true, "ads-twitter.com": true,
	"tiktok.com": true, "criteo.com": true, "criteo.net": true, "taboola.com": true, "outbrain.com": true,
	"quantserve.com": true, "scorecardresearch.com": true, "chartbeat.com": true, "optimizely.com": true, "mouseflow.com": true,
}

// isTracker reports whether a host is a tracker or a subdomain of one.
func isTracker(host string) bool {
	for host != "" {
		if trackers[host] {
			return true
		}
		_, host, _ = strings.Cut(host, ".")
	}
	return false
}
