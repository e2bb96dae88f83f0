package date

import (
	"os"
	"strings"
	"testing"
	"time"
)

// today is the date on which the test texts are read.
var today = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// dateCase is one line of the test data.
type dateCase struct {
	language, region             string
	effective, updated, upcoming string
	text                         string
}

// readCases reads a file of test data.
func readCases(t testing.TB, file string) []dateCase {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var list []dateCase
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.Split(line, "\t")
		f := dateCase{text: strings.ReplaceAll(parts[len(parts)-1], `\n`, "\n")}
		f.language, f.region, _ = strings.Cut(parts[0], "-")
		if len(parts) == 5 {
			none := strings.NewReplacer("-", "")
			for i, p := range []*string{&f.effective, &f.updated, &f.upcoming} {
				if *p = parts[i+1]; *p == "-" {
					*p = none.Replace(*p)
				}
			}
		}
		list = append(list, f)
	}
	return list
}

func (f dateCase) find() Dates {
	return Find(Input{Markdown: f.text, Language: f.language, Region: f.region, Now: today})
}

func TestDatesAreFoundInAllSupportedForms(t *testing.T) {
	t.Parallel()
	list := readCases(t, "dated.tsv")
	wrong := 0
	languages := map[string]bool{}
	for _, f := range list {
		languages[f.language] = true
		d := f.find()
		if d.Effective != f.effective || d.Updated != f.updated || d.Upcoming != f.upcoming {
			wrong++
			t.Logf("%s: effective %q, updated %q, upcoming %q, want %q, %q, %q: %q", f.language, d.Effective, d.Updated, d.Upcoming, f.effective, f.updated, f.upcoming, f.text)
		}
	}
	t.Logf("%d of %d cases in %d languages are correct", len(list)-wrong, len(list), len(languages))
	if len(list) < 140 || len(languages) < 8 || wrong > 0 {
		t.Errorf("%d of %d cases are wrong", wrong, len(list))
	}
}

func TestUnrelatedDatesAreIgnored(t *testing.T) {
	t.Parallel()
	list := readCases(t, "undated.tsv")
	if len(list) < 60 {
		t.Fatalf("only %d texts without a date, want at least 60", len(list))
	}
	for _, f := range list {
		if d := f.find(); d != (Dates{}) {
			t.Errorf("%s: %+v in %q", f.language, d, f.text)
		}
	}
}
