package robots

import (
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGoogleCases asks the cases of google/robotstxt that RFC 9309 settles. They
// are not part of this repository: CLAUSEA_GOLD names the folder that has them.
func TestGoogleCases(t *testing.T) {
	t.Parallel()
	gold := os.Getenv("CLAUSEA_GOLD")
	if gold == "" {
		t.Skip("NOT TESTED: the conformance cases of google/robotstxt, for CLAUSEA_GOLD names no folder")
	}
	b, err := os.ReadFile(filepath.Join(gold, "conformance", "robots-google.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Fatalf("CLAUSEA_GOLD has no conformance cases: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	var set struct {
		Cases []struct {
			Test      string
			N         int
			Robots    string
			UserAgent string `json:"user_agent"`
			URL       string
			Allowed   bool
			RFC       bool `json:"rfc9309"`
		}
	}
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, c := range set.Cases {
		// An address that is not in ASCII is no URI (RFC 3986); the RFC has both sides
		// encoded before they are compared (section 2.2.2), which the set's source has not.
		if !c.RFC || strings.ContainsFunc(c.URL, func(r rune) bool { return r > 0x7f }) {
			continue
		}
		asked++
		at := "/"
		if u, err := url.Parse(c.URL); err == nil && u.Path != "" {
			at = u.RequestURI()
		}
		got, pattern := Parse([]byte(c.Robots)).GroupFor(c.UserAgent).Allowed(at)
		if got != c.Allowed {
			t.Errorf("%s %d: %s for %s: %v (by %q), want %v\n%s", c.Test, c.N, at, c.UserAgent, got, pattern, c.Allowed, strings.TrimSpace(c.Robots))
		}
	}
	t.Logf("%d of %d cases are of RFC 9309", asked, len(set.Cases))
	if asked < 50 {
		t.Errorf("only %d cases were asked", asked)
	}
}
