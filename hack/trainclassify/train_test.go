package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/clausea/crawler/internal/document/classify"
)

// labelled writes a small set of labelled pages.
func labelled(t *testing.T) string {
	t.Helper()
	gold := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(gold, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	law := "We may change this and you agree to it, subject to the law that is applicable and to your rights. "
	write("legal-types/dev/manifest.jsonl", `{"id":"a","label":"privacy_policy","legal":true,"accept_labels":["privacy_policy"],"component":"d:a","url":"https://a.example/privacy","html_file":"html/a.html","gold_md_file":"md/a.md"}
{"id":"b","label":"imprint","legal":true,"accept_labels":["imprint"],"component":"d:b","url":"https://b.example/impressum","html_file":null,"gold_md_file":"md/b.md"}
{"id":"c","label":"other","legal":false,"accept_labels":["other"],"kind":"article","component":"d:c","html_file":"html/c.html"}
`)
	write("legal-types/dev/html/a.html", "<title>Privacy</title><h1>Privacy Policy</h1><p>We collect personal data. "+law+law+law+"</p>")
	write("legal-types/dev/md/a.md", "# Privacy Policy\n\nWe collect personal data. "+law+law+law)
	write("legal-types/dev/md/b.md", "# Impressum\n\nAngaben gemäß DDG: Beispiel GmbH, vertreten durch die Geschäftsführerin, Amtsgericht Berlin, HRB 1. "+law+law+law)
	write("legal-types/dev/html/c.html", "<title>Cats</title><h1>Cats</h1><p>The cat sat on the mat and looked at the bird. It was a fine day in May, and all the people of the town were out in the park, where music played, and no one thought of work, or of rain, which was soon to come, they said.</p>")
	write("legal-urls/dev.jsonl", `{"label":"terms_of_service","component":"d:d","url":"https://d.example/terms"}
{"label":"unclear","component":"d:d","url":"https://d.example/about"}
`)
	write("sites/dev/e.example/site.json", `{"domain":"e.example","component":"d:e","pages":[{"url":"https://e.example/tos","file":"p0.html","label":"terms_of_service"}],"legal":[{"url":"https://e.example/tos","anchors":["Terms"]}]}`)
	write("sites/dev/e.example/p0.html", "<h1>Terms of Service</h1><p>"+law+law+law+law+"</p>")
	return gold
}

func TestTrainingTwiceGivesTheSameBytes(t *testing.T) {
	t.Parallel()
	gold := labelled(t)
	var out [2][]byte
	for i := range out {
		name := filepath.Join(t.TempDir(), "weights.bin")
		if err := run(options{gold: gold, out: name}); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = b
	}
	if !bytes.Equal(out[0], out[1]) {
		t.Error("two trainings on the same pages differ")
	}
	if _, err := classify.ReadModel(out[0]); err != nil {
		t.Error(err)
	}
}

func TestEveryFormOfAPageStaysInItsCompanysFold(t *testing.T) {
	t.Parallel()
	examples, err := load(labelled(t))
	if err != nil {
		t.Fatal(err)
	}
	folds, forms := map[string]int{}, map[string]int{}
	scored := 0
	for _, e := range examples {
		if f, ok := folds[e.record.Component]; ok && f != e.fold {
			t.Errorf("%s is in folds %d and %d", e.record.Component, f, e.fold)
		}
		folds[e.record.Component] = e.fold
		forms[e.record.Component]++
		if e.scored() {
			scored++
		}
	}
	if scored != 3 || forms["d:a"] != 8 || forms["d:b"] != 7 || forms["d:d"] != 1 || forms["d:e"] != 1 {
		t.Errorf("%d scored, forms %v", scored, forms)
	}
	left, err := withoutSites(labelled(t), examples)
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(left, func(e example) bool { return e.record.Component == "d:e" }) {
		t.Error("a company with a recorded site was not removed")
	}
}

func TestTemperatureMatchesConfidenceToAccuracy(t *testing.T) {
	t.Parallel()
	// Two of three predictions with confidence 0.99 are right: the fit must lower the confidence.
	var as []prediction
	for i := range 300 {
		p := make([]float64, len(classify.Classes))
		for c := range p {
			p[c] = 0.01 / float64(len(p)-1)
		}
		p[0] = 0.99
		e := &example{record: record{Legal: true, Label: classify.Classes[0]}}
		if i%3 == 0 {
			e.record.Label = classify.Classes[1]
		}
		as = append(as, prediction{e, p})
	}
	temperature := fitTemperature(as)
	as[1].applyTemperature(temperature)
	if _, p := as[1].got(); temperature <= 1 || p > 0.9 {
		t.Errorf("temperature %.2f, confidence %.2f", temperature, p)
	}
}

func TestTrainingWithoutPagesIsAnError(t *testing.T) {
	t.Parallel()
	if err := run(options{gold: t.TempDir()}); err == nil {
		t.Error("a model was trained without pages")
	}
}
