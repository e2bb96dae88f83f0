package offsite

import "strings"

// policyServices host documents of many companies, each at a path of its own.
var policyServices = []string{
	"iubenda.com", "termly.io", "termsfeed.com", "getterms.io", "enzuzo.com", "freeprivacypolicy.com", "privacypolicies.com",
	"privacypolicygenerator.info", "termsandconditionsgenerator.com", "websitepolicies.com", "cookieyes.com", "cookiebot.com", "usercentrics.eu",
	"onetrust.com", "osano.com", "secureprivacy.ai", "privacyterms.io", "avodocs.com", "ironcladapp.com", "policymaker.io",
	"docs.google.com", "drive.google.com", "sites.google.com", "dropbox.com", "notion.so", "notion.com", "onedrive.live.com", "box.com",
	"amazonaws.com", "cloudfront.net", "azureedge.net", "windows.net", "googleapis.com", "cdn.shopify.com", "ctfassets.net", "cloudinary.com",
	"hubspotusercontent.com", "prismic.io", "sanity.io", "datocms-assets.com", "storyblok.com", "filesusr.com", "wixstatic.com", "website-files.com",
}

// tenantServices host sites of many companies, each at a subdomain of its own.
var tenantServices = []string{
	"zendesk.com", "freshdesk.com", "helpscoutdocs.com", "intercom.help", "gitbook.io", "gitbook.com", "readme.io", "notion.site", "hubspot.com",
	"atlassian.net", "webflow.io", "squarespace.com", "wordpress.com", "wixsite.com", "statuspage.io", "safebase.us", "force.com", "desk.com",
	"uservoice.com", "groovehq.com", "crisp.help", "helpjuice.com", "document360.io",
}

// isHost reports whether a host belongs to a service that hosts documents of many companies.
func isHost(host string) bool {
	host = strings.ToLower(host)
	for _, s := range policyServices {
		if host == s || strings.HasSuffix(host, "."+s) {
			return true
		}
	}
	for _, s := range tenantServices {
		if sub, ok := strings.CutSuffix(host, "."+s); ok && sub != "www" && sub != "support" && sub != "help" {
			return true
		}
	}
	return false
}
