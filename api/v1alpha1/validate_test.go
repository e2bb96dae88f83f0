package v1alpha1

import (
	"strings"
	"testing"
)

func TestATargetThatCannotBeCrawledIsInvalid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		domain string
		seed   Seed
		want   string // empty: valid
	}{
		{domain: "example.com"},
		{domain: "example.co.uk"},
		{domain: "github.io"},
		{domain: "shop.test"},
		{domain: "10.0.0.1", want: `spec.domains[0] "10.0.0.1" is an IP address; use a domain such as example.com`},
		{domain: "co.uk", want: `spec.domains[0] "co.uk" is a public suffix, which belongs to no company; use a domain such as example.co.uk`},
		{domain: "www.example.com", seed: Seed{URL: "https://EXAMPLE.com:8443/legal"}},
		{domain: "corp.internal", seed: Seed{URL: "https://wiki.corp.internal/"}},
		{domain: "example.com", seed: Seed{URL: "https://policies.example.net/privacy", Type: "privacy_policy"}},
		{domain: "example.com", seed: Seed{URL: "https://example.net/"}, want: `spec.seeds[0].url "https://example.net/" is on a host outside spec.domains; add example.net`},
		{domain: "example.com", seed: Seed{URL: "http://169.254.169.254/latest", Type: "imprint"}, want: "is on an internal host"},
		{domain: "example.com", seed: Seed{URL: "http://[::ffff:127.0.0.1]/", Type: "imprint"}, want: "is on an internal host"},
		{domain: "example.com", seed: Seed{URL: "http://kubernetes/", Type: "imprint"}, want: "is on an internal host"},
		{domain: "example.com", seed: Seed{URL: "http://wiki.local/", Type: "imprint"}, want: "is on an internal host"},
	} {
		target := Target{Domains: []Domain{Domain(c.domain)}}
		if c.seed.URL != "" {
			target.Seeds = []Seed{c.seed}
		}
		err := target.Validate("spec")
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s with the seed %q: %v, want %q", c.domain, c.seed.URL, err, c.want)
		}
	}
}
