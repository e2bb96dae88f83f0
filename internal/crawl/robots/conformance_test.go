package robots

import (
	_ "embed"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// googleCases holds the test cases of google/robotstxt. testdata/README.md names
// the source and the format.
//
//go:embed testdata/google-robotstxt.tsv
var googleCases string

const googleCount = 140

// googleDeviations are the cases whose verdict differs from this package's, by test
// name and number, with the reason.
var googleDeviations = map[string]string{
	"ID_Encoding 3":                     unencodedURL,
	"ID_Encoding 5":                     unencodedURL,
	"ID_Encoding 6":                     escapedRule,
	"GoogleOnly_IndexHTMLisDirectory 1": "RFC 9309 does not let a rule for /index.html cover its directory",
}

// Google's matcher expects its caller to encode the URL. RFC 9309 section 2.2.2
// encodes both sides before they are compared.
const unencodedURL = "the URL is percent-encoded before it is compared"

// Google's matcher does not undo escapes. RFC 9309 section 2.2.2 undoes those of unreserved
// characters.
const escapedRule = "the escapes of unreserved characters are undone"

func TestRulesFollowGooglesTests(t *testing.T) {
	t.Parallel()
	unquote := func(s string) string {
		v, err := strconv.Unquote(s)
		if err != nil {
			t.Fatalf("unquote %s: %v", s, err)
		}
		return v
	}
	cases, deviating := 0, map[string]bool{}
	var rules *Rules
	for line := range strings.Lines(googleCases) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if fields[0] == "file" && len(fields) == 2 {
			rules = Parse([]byte(unquote(fields[1])))
			continue
		}
		if fields[0] != "case" || len(fields) != 6 {
			t.Fatalf("%q is neither a file nor a case", line)
		}
		cases++
		name, agent, target, want := fields[1]+" "+fields[2], unquote(fields[3]), unquote(fields[4]), fields[5] == "allow"
		path := "/"
		if u, err := url.Parse(target); err == nil && u.Path != "" {
			path = u.RequestURI()
		}
		got, pattern := rules.GroupFor(agent).Allowed(path)
		if reason := googleDeviations[name]; reason != "" {
			deviating[name] = true
			if got == want {
				t.Errorf("%s follows google/robotstxt now: remove it from googleDeviations", name)
			}
			continue
		}
		if got != want {
			t.Errorf("%s: %s for %s: allowed %v (pattern %q), want %v", name, target, agent, got, pattern, want)
		}
	}
	for name := range googleDeviations {
		if !deviating[name] {
			t.Errorf("there is no case %q of googleDeviations", name)
		}
	}
	if cases != googleCount {
		t.Errorf("read %d cases, want %d", cases, googleCount)
	}
	t.Logf("%d cases, %d known deviations", cases, len(deviating))
}
