package v1alpha1

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// Validate returns an error if the target cannot be crawled although the schema admits it: a
// domain is an IP address or a public suffix such as co.uk, or a seed is on a host outside
// the domains. A seed with a type may be on any public host, because companies publish
// documents on other sites. field is the path of the target, such as spec. The error names
// the field and states a correction.
func (t *Target) Validate(field string) error {
	for i, d := range t.Domains {
		if err := validateDomain(string(d)); err != nil {
			return fmt.Errorf("%s.domains[%d] %w", field, i, err)
		}
	}
	for i, s := range t.Seeds {
		if err := t.validateSeed(s); err != nil {
			return fmt.Errorf("%s.seeds[%d].url %q %w", field, i, s.URL, err)
		}
	}
	return nil
}

func validateDomain(domain string) error {
	if _, err := netip.ParseAddr(domain); err == nil {
		return fmt.Errorf("%q is an IP address; use a domain such as example.com", domain)
	}
	// Private suffixes, such as github.io, are also the domains of companies.
	if suffix, icann := publicsuffix.PublicSuffix(domain); icann && suffix == domain {
		return fmt.Errorf("%q is a public suffix, which belongs to no company; use a domain such as example.%s", domain, domain)
	}
	return nil
}

// validateSeed checks the host of a seed. Hosts of the domains are not checked: a process may
// be allowed to crawl internal sites.
func (t *Target) validateSeed(s Seed) error {
	u, err := url.Parse(s.URL)
	if err != nil {
		return nil //nolint:nilerr // the schema rejects such a URL
	}
	host := strings.ToLower(u.Hostname())
	for _, d := range t.Domains {
		if registrableDomain(host) == registrableDomain(string(d)) {
			return nil
		}
	}
	switch {
	case s.Type == "":
		return fmt.Errorf("is on a host outside spec.domains; add %s to the domains, or set the seed's type if the page is a legal document", host)
	case isInternal(host):
		return fmt.Errorf("is on an internal host; use a public URL")
	default:
		return nil
	}
}

// registrableDomain returns the domain under which a host is registered, or the host itself
// if there is none.
func registrableDomain(host string) string {
	if _, err := netip.ParseAddr(host); err == nil {
		return host
	}
	if d, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return d
	}
	return host
}

// internalSuffixes are the top-level domains that no public name server resolves.
var internalSuffixes = []string{".localhost", ".local", ".internal", ".home.arpa"}

// isInternal reports whether a host is in an internal network by its name or IP address.
func isInternal(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		ip = ip.Unmap()
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
	}
	for _, suffix := range internalSuffixes {
		if strings.HasSuffix(host, suffix) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
