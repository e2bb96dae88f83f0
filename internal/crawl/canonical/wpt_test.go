package canonical

import (
	_ "embed"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// wptCases holds the URL test cases of the Web Platform Tests. testdata/README.md
// names the source and the format.
//
//go:embed testdata/wpt-url.tsv
var wptCases string

const wptCount = 504

// Why this package differs from the URL standard in a test case.
const (
	brokenEscape   = "a percent sign that begins no escape is encoded: some servers reject it"
	unreservedByte = "an escaped letter or digit in a path is decoded (RFC 3986 section 6.2.2.2)"
	unusableHost   = "the parser rejects a host name that cannot be registered"
)

// wptDeviations are the cases whose result differs, by input. Cases with
// credentials are not listed: they all fail with ErrUserinfo.
var wptDeviations = map[string]struct{ got, reason string }{
	"http://example.com/foo/%2e%2":   {"http://example.com/foo/%2e%252", brokenEscape},
	"http://example.com/foo%":        {"http://example.com/foo%25", brokenEscape},
	"http://example.com/foo%2":       {"http://example.com/foo%252", brokenEscape},
	"http://example.com/foo%2zbar":   {"http://example.com/foo%252zbar", brokenEscape},
	"http://example.com/foo%2Â©zbar": {"http://example.com/foo%252%C3%82%C2%A9zbar", brokenEscape},
	"http://example.com/foo%41%7a":   {"http://example.com/fooAz", unreservedByte},
	"http://example.com/foo%00%51":   {"http://example.com/foo%00Q", unreservedByte},
	"http://a.b.c.xn--pokxncvks":     {"", unusableHost},
	"http://a.b.c.XN--pokxncvks":     {"", unusableHost},
	"http://a.b.c.Xn--pokxncvks":     {"", unusableHost},
	"http://10.0.0.xn--pokxncvks":    {"", unusableHost},
	"http://10.0.0.XN--pokxncvks":    {"", unusableHost},
	"http://10.0.0.xN--pokxncvks":    {"", unusableHost},
	"https://xn--/":                  {"", unusableHost},
	"http://!\"$&'()*+,-.;=_`{}~/":   {"", unusableHost},
}

// wptCase is one line of wptCases.
type wptCase struct {
	input string
	base  *url.URL
	href  string // empty: parsing fails
}

func parseWPTCase(t *testing.T, line string) wptCase {
	t.Helper()
	fields := strings.Split(line, "\t")
	if len(fields) != 3 {
		t.Fatalf("%q has %d fields, want 3", line, len(fields))
	}
	unquote := func(s string) string {
		v, err := strconv.Unquote(s)
		if err != nil {
			t.Fatalf("unquote %s: %v", s, err)
		}
		return v
	}
	c := wptCase{input: unquote(fields[0])}
	if fields[1] != "-" {
		base, err := url.Parse(unquote(fields[1]))
		if err != nil {
			t.Fatal(err)
		}
		c.base = base
	}
	if fields[2] != "failure" {
		c.href = unquote(fields[2])
	}
	return c
}

func TestURLFollowsTheWebPlatformTests(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSpace(wptCases), "\n")
	if len(lines) != wptCount {
		t.Errorf("read %d cases, want %d", len(lines), wptCount)
	}
	withCredentials, deviating := 0, map[string]bool{}
	for _, line := range lines {
		c := parseWPTCase(t, line)
		got, _, err := URL(c.base, c.input)
		if c.href != "" && errors.Is(err, ErrUserinfo) {
			withCredentials++
			continue
		}
		// The canonical form has neither a fragment nor an empty query.
		want, _, _ := strings.Cut(c.href, "#")
		want = strings.TrimSuffix(want, "?")
		if d, ok := wptDeviations[c.input]; ok {
			deviating[c.input] = true
			if got == want {
				t.Errorf("%q follows the standard now: remove it from wptDeviations", c.input)
			}
			want = d.got
		}
		if got != want || (err != nil) != (want == "") {
			t.Errorf("URL(%v, %q) = %q, %v, want %q", c.base, c.input, got, err, want)
		}
	}
	for input := range wptDeviations {
		if !deviating[input] {
			t.Errorf("no case has the input %q of wptDeviations", input)
		}
	}
	t.Logf("%d cases: %d rejected because of credentials, %d known deviations", len(lines), withCredentials, len(deviating))
}
