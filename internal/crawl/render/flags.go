package render

import "strings"

// deadProxy is the proxy that the browser is told to use for everything: port 1 of
// loopback, where nothing listens. The browser needs no network, because every
// request that it may make is answered by this package. What gets past that (a
// WebSocket, a worker, a feature of the browser itself) ends here.
const deadProxy = "http://127.0.0.1:1"

// noProxyBypass takes loopback and link-local addresses out of the list of what
// Chromium by itself sends past a proxy.
const noProxyBypass = "<-loopback>"

// browserFlags start a browser that speaks to nobody of its own accord.
func browserFlags(root bool) []string {
	all := []string{
		"--headless=new", "--hide-scrollbars", "--mute-audio", "--no-first-run", "--no-default-browser-check",
		// No network.
		"--proxy-server=" + deadProxy, "--proxy-bypass-list=" + noProxyBypass,
		"--host-resolver-rules=MAP * ~NOTFOUND",
		"--disable-quic", "--dns-prefetch-disable", "--no-pings",
		"--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
		// Nothing of its own.
		"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
		"--disable-domain-reliability", "--disable-client-side-phishing-detection", "--metrics-recording-only",
		"--disable-extensions", "--disable-component-extensions-with-background-pages",
		"--disable-breakpad", "--disable-crash-reporter", "--password-store=basic", "--use-mock-keychain",
		"--disable-notifications", "--deny-permission-prompts", "--disable-prompt-on-repost", "--block-new-web-contents",
		"--disable-search-engine-choice-screen",
		// A page's timers run although nobody looks.
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
		// No hardware; /dev/shm is 64 MiB in a container.
		"--disable-gpu", "--disable-dev-shm-usage", "--disk-cache-size=1", "--media-cache-size=1", "--blink-settings=imagesEnabled=false",
		// Frames of other sites stay in the page's process, where their text is read and
		// where they cost no process of their own. There is nothing to keep them apart
		// for: each page has a context of its own, without cookies or other sites.
		"--disable-site-isolation-trials",
		"--disable-features=" + strings.Join([]string{
			"IsolateOrigins", "site-per-process", "SitePerProcess",
			"Translate", "OptimizationHints", "MediaRouter", "DialMediaRouteProvider", "AutofillServerCommunication",
			"CertificateTransparencyComponentUpdater", "HttpsUpgrades", "HttpsFirstBalancedMode", "InterestFeedContentSuggestions",
			"GlobalMediaControls", "PaintHolding", "Prerender2", "LocalNetworkAccessChecks", "WebTransport",
		}, ","),
	}
	if root {
		all = append(all, "--no-sandbox")
	}
	return all
}
