package date

import (
	"os"
	"strings"
	"testing"
	"time"
)

// today is the day on which the test texts are read.
var today = time.Date(2026, 1, 15, 12, 0, 0, 0, time.UTC)

// form is one line of the test data.
type form struct {
	language, region          string
	effective, updated, takes string
	text                      string
}

func forms(t testing.TB, file string) []form {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var list []form
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.Split(line, "\t")
		f := form{text: strings.ReplaceAll(parts[len(parts)-1], `\n`, "\n")}
		f.language, f.region, _ = strings.Cut(parts[0], "-")
		if len(parts) == 5 {
			none := strings.NewReplacer("-", "")
			for i, p := range []*string{&f.effective, &f.updated, &f.takes} {
				if *p = parts[i+1]; *p == "-" {
					*p = none.Replace(*p)
				}
			}
		}
		list = append(list, f)
	}
	return list
}

func (f form) find() Dates {
	return Find(Input{Markdown: f.text, Language: f.language, Region: f.region, Now: today})
}

func TestDatesAreReadInAllForms(t *testing.T) {
	t.Parallel()
	list := forms(t, "dated.tsv")
	wrong := 0
	languages := map[string]bool{}
	for _, f := range list {
		languages[f.language] = true
		d := f.find()
		if d.Effective != f.effective || d.Updated != f.updated || d.Upcoming != f.takes {
			wrong++
			t.Logf("%s: effective %q, updated %q, takes effect %q, want %q, %q, %q: %q", f.language, d.Effective, d.Updated, d.Upcoming, f.effective, f.updated, f.takes, f.text)
		}
	}
	t.Logf("%d of %d forms in %d languages right", len(list)-wrong, len(list), len(languages))
	if len(list) < 140 || len(languages) < 8 || wrong > 0 {
		t.Errorf("%d of %d forms are read wrong", wrong, len(list))
	}
}

func TestNoDateIsInvented(t *testing.T) {
	t.Parallel()
	list := forms(t, "undated.tsv")
	if len(list) < 60 {
		t.Fatalf("only %d texts without a date", len(list))
	}
	for _, f := range list {
		if d := f.find(); d != (Dates{}) {
			t.Errorf("%s: %+v in %q", f.language, d, f.text)
		}
	}
}
