package httpapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestThePageOfTheAPIUsesItsOwnOriginOnly(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	page := a.call("GET", "/docs", "", "Authorization", "")
	policy := page.Header.Get("Content-Security-Policy")
	if page.StatusCode != 200 || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") {
		t.Errorf("/docs has status %d and the policy %q", page.StatusCode, policy)
	}
	if regexp.MustCompile(`(?i)<style|\sstyle=|\son\w+=|<script>|(src|href)="(https?:)?//`).Match(page.body) {
		t.Errorf("the page has inline code or another origin: %s", page.body)
	}
	for _, m := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllSubmatch(page.body, -1) {
		r := a.call("GET", string(m[1]), "", "Authorization", "")
		if r.StatusCode != 200 || r.Header.Get("Content-Type") == "" || r.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s has status %d and %v", m[1], r.StatusCode, r.Header)
		}
		if again := a.call("GET", string(m[1]), "", "If-None-Match", r.Header.Get("ETag")); again.StatusCode != 304 {
			t.Errorf("%s has status %d for its ETag", m[1], again.StatusCode)
		}
	}
	if r := a.call("GET", "/docs/", ""); r.StatusCode != 404 {
		t.Errorf("/docs/ has status %d", r.StatusCode)
	}
}

func TestTheScriptsOfThePageAreThoseOfTheirPackage(t *testing.T) {
	t.Parallel()
	a := newTestAPI(t, nil)
	readme, err := os.ReadFile("docsui/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/docs/swagger-ui-bundle.js", "/docs/swagger-ui.css"} {
		plain := a.call("GET", path, "", "Accept-Encoding", "identity")
		if sum := sha256.Sum256(plain.body); !bytes.Contains(readme, []byte(hex.EncodeToString(sum[:]))) || plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s has another checksum than in docsui/README.md", path)
		}
		packed := a.call("GET", path, "", "Accept-Encoding", "br, gzip;q=0.8")
		z, err := gzip.NewReader(bytes.NewReader(packed.body))
		if err != nil || packed.Header.Get("Content-Encoding") != "gzip" || packed.Header.Get("Vary") != "Accept-Encoding" || packed.Header.Get("ETag") == plain.Header.Get("ETag") {
			t.Fatalf("%s with gzip: %v, %v", path, packed.Header, err)
		}
		if unpacked, err := io.ReadAll(z); err != nil || !bytes.Equal(unpacked, plain.body) {
			t.Errorf("%s differs with gzip: %v", path, err)
		}
		if r := a.call("GET", path, "", "Accept-Encoding", "gzip;q=0, identity"); r.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s is compressed for a client that refuses it", path)
		}
	}
}
