package render

import "strings"

// deadProxy is the browser's proxy for all connections: port 1 of loopback, where no process
// listens. The browser needs no network, because this package answers every permitted request.
// A connection that bypasses interception, such as that of a WebSocket, a worker or a feature
// of the browser itself, fails at this proxy.
const deadProxy = "http://127.0.0.1:1"

// noProxyBypass removes loopback and link-local addresses from the addresses for which Chromium
// bypasses the proxy by default.
const noProxyBypass = "<-loopback>"

// browserFlags returns the command line of a browser that makes no connections on its own. As
// root, Chromium requires --no-sandbox.
func browserFlags(root bool) []string {
	all := []string{
		"--headless=new", "--hide-scrollbars", "--mute-audio", "--no-first-run", "--no-default-browser-check",
		// No network.
		"--proxy-server=" + deadProxy, "--proxy-bypass-list=" + noProxyBypass,
		"--host-resolver-rules=MAP * ~NOTFOUND",
		"--disable-quic", "--dns-prefetch-disable", "--no-pings",
		"--webrtc-ip-handling-policy=disable_non_proxied_udp", "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
		// No background activity.
		"--disable-background-networking", "--disable-component-update", "--disable-default-apps", "--disable-sync",
		"--disable-domain-reliability", "--disable-client-side-phishing-detection", "--metrics-recording-only",
		"--disable-extensions", "--disable-component-extensions-with-background-pages",
		"--disable-breakpad", "--disable-crash-reporter", "--password-store=basic", "--use-mock-keychain",
		"--disable-notifications", "--deny-permission-prompts", "--disable-prompt-on-repost", "--block-new-web-contents",
		"--disable-search-engine-choice-screen",
		// Timers run at full speed although the page is not visible.
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
		// No GPU. /dev/shm is only 64 MiB in a container.
		"--disable-gpu", "--disable-dev-shm-usage", "--disk-cache-size=1", "--media-cache-size=1", "--blink-settings=imagesEnabled=false",
		// Cross-site frames stay in the process of the page, where their text is read and
		// where they need no additional process. Isolation protects nothing here: each page
		// has its own browser context without cookies.
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
