package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/doctype"
)

// record is a line of a manifest.
type record struct {
	ID        string   `json:"id"`
	Label     string   `json:"label"`
	Legal     bool     `json:"legal"`
	Kind      string   `json:"kind"`
	Terms     string   `json:"terms_type"`
	Accept    []string `json:"accept_labels"`
	Doubt     []string `json:"doubt"`
	Component string   `json:"component"`
	URL       string   `json:"url"`
	HTML      string   `json:"html_file"`
	Markdown  string   `json:"gold_md_file"`
}

// form is a form in which a page is presented to the model.
type form string

const (
	formHTML     form = "html"     // a page with its URL; scored
	formMarkdown form = "markdown" // a text without its page, with its URL; scored
	formCopy     form = "copy"     // another form of a page, for training only
	formBare     form = "bare"     // without title, headings and URL; reported separately
)

// example is one labelled text.
type example struct {
	record   record
	page     *classify.Input // nil once the features are computed
	hidden   classify.HiddenParts
	form     form
	class    int
	fold     int
	weight   float64
	features []classify.Feature
	named    bool // see classify.SelectClass
	// decided reports that classify returns the class decision without the model.
	decided  bool
	decision int
}

func (e *example) scored() bool {
	return (e.form == formHTML || e.form == formMarkdown) && len(e.record.Doubt) == 0
}

// folds is the number of folds of the cross-validation. Each company is in one fold.
const folds = 5

// The training weights of the forms of an example.
const (
	doubtWeight     = 0.3
	copyWeight      = 0.5
	bareWeight      = 0.3
	siteWeight      = 0.5
	disguisedWeight = 0.5
	urlWeight       = 0.15 // of a URL without a page
	noisyURLWeight  = 0.03 // of a URL whose label is often wrong
)

// load reads all manifests.
func load(gold string) ([]example, error) {
	out, err := eachLine(filepath.Join(gold, "legal-types", "*", "manifest.jsonl"), pageExamples)
	if err != nil {
		return nil, err
	}
	sites, err := loadSites(gold)
	if err != nil {
		return nil, err
	}
	urls, err := eachLine(filepath.Join(gold, "legal-urls", "*.jsonl"), urlExamples)
	if err != nil {
		return nil, err
	}
	return slices.Concat(out, disguisedExamples(out), sites, urls), nil
}

func eachLine(pattern string, f func(dir string, r record) ([]example, error)) ([]example, error) {
	files, err := filepath.Glob(pattern)
	if err != nil {
		return nil, err
	}
	var out []example
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var r record
			err := json.Unmarshal(lines.Bytes(), &r)
			if err == nil {
				var more []example
				more, err = f(filepath.Dir(name), r)
				out = append(out, more...)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, errors.Join(err, file.Close()))
			}
		}
		if err := errors.Join(lines.Err(), file.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

// foldOf returns the fold of a company.
func foldOf(company string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(company))
	return int(h.Sum32() % folds)
}

// urlExamples returns examples from labelled URLs, which contain the names of rare types.
func urlExamples(_ string, r record) ([]example, error) {
	class := slices.Index(classify.Classes, r.Label)
	if class < 0 || r.URL == "" {
		return nil, nil // labels include "unclear"
	}
	weight := urlWeight
	switch r.Label {
	case doctype.PrivacyPolicy, doctype.TermsOfService, doctype.CookiePolicy:
	default:
		// Most of these labels come from annotators who had fewer types to choose from.
		weight = noisyURLWeight
	}
	return []example{{record: r, form: formCopy, class: class, fold: foldOf(r.Component), weight: weight, page: &classify.Input{URL: r.URL}}}, nil
}

// pageExamples returns the forms of one labelled page.
func pageExamples(dir string, r record) ([]example, error) {
	label := r.Label
	if !r.Legal {
		label = doctype.Other
	}
	class := slices.Index(classify.Classes, label)
	if class < 0 {
		return nil, fmt.Errorf("%s: unknown label %q", r.ID, label)
	}
	if r.Component == "" {
		r.Component = r.ID
	}
	base := example{record: r, class: class, fold: foldOf(r.Component), weight: 1}
	if len(r.Doubt) > 0 {
		base.weight = doubtWeight
	}
	read := func(file string) (classify.Input, error) {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return classify.Input{}, err
		}
		in := document.Input{Body: b, URL: r.URL}
		if strings.HasSuffix(file, ".md") {
			in.ContentType = "text/markdown"
		}
		p, err := document.ClassifierInput(in)
		if err != nil {
			err = fmt.Errorf("read %s: %w", file, err)
		}
		return p, err
	}
	main, f := r.HTML, formHTML
	if main == "" {
		main, f = r.Markdown, formMarkdown
	}
	p, err := read(main)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.ID, err)
	}
	out := []example{base.inForm(p, f, 0, 1), base.inForm(bare(p), formBare, 0, bareWeight)}
	for _, h := range hiddenParts {
		out = append(out, base.inForm(p, formCopy, h.what, h.weight))
	}
	if r.Markdown != "" && r.HTML != "" {
		if p, err = read(r.Markdown); err != nil {
			return nil, fmt.Errorf("%s: %w", r.ID, err)
		}
		out = append(out, base.inForm(p, formCopy, 0, copyWeight))
	}
	return out, nil
}

// hiddenParts lists the parts that are hidden in further copies of each page, so that the
// model learns all evidence for a type and not only the most frequent.
var hiddenParts = []struct {
	what   classify.HiddenParts
	weight float64
}{
	{classify.HideURL, 0.4},
	{classify.HideTitle, 0.3},
	{classify.HideTitle | classify.HideURL, 0.3},
	{classify.HideOpening, 0.2},
	{classify.HideTitle | classify.HideURL | classify.HideOpening, 0.4},
}

// inForm returns the example in another form of its page.
func (e example) inForm(p classify.Input, f form, hide classify.HiddenParts, weight float64) example {
	e.form, e.page, e.hidden, e.weight = f, &p, hide, e.weight*weight
	e.named = p.HasTypeName()
	if a, ok := p.ClassifyByRules(); ok {
		e.decided, e.decision = true, slices.Index(classify.Classes, a.Type)
	}
	return e
}

// bare retains only the text below the title, so that the model learns its words.
func bare(p classify.Input) classify.Input {
	p.URL, p.Title, p.TitleElement, p.Headings = "", "", "", nil
	p.Text, p.Markdown = withoutHeading(p.Text), withoutHeading(p.Markdown)
	return p
}

// disguisedExamples returns the pages that are not legal documents with the titles and URLs
// of legal documents, because overview pages and teasers are named like the documents to
// which they link.
func disguisedExamples(examples []example) []example {
	var named [folds][]example
	for _, e := range examples {
		if e.scored() && e.record.Legal {
			named[e.fold] = append(named[e.fold], e)
		}
	}
	var out []example
	for i, e := range examples {
		if !e.scored() || e.record.Legal || e.decided || len(named[e.fold]) == 0 {
			continue
		}
		as := named[e.fold][i%len(named[e.fold])]
		p := *e.page
		p.Title, p.TitleElement, p.URL = as.page.Title, as.page.TitleElement, as.page.URL
		out = append(out, e.inForm(p, formCopy, 0, disguisedWeight))
	}
	return out
}

// withoutHeading returns a long text without its first 200 bytes, up to the next space.
func withoutHeading(s string) string {
	if len(s) < 400 {
		return s
	}
	if i := strings.IndexAny(s[200:], " \n"); i >= 0 {
		return s[200+i:]
	}
	return s
}

// site is a company's recorded site.
type site struct {
	Domain    string `json:"domain"`
	Component string `json:"component"`
	Pages     []struct {
		URL   string `json:"url"`
		File  string `json:"file"`
		Label string `json:"label"`
	} `json:"pages"`
	Legal []struct {
		URL     string   `json:"url"`
		Anchors []string `json:"anchors"`
	} `json:"legal"`
}

func readSites(gold string) (sites []site, dirs []string, err error) {
	files, err := filepath.Glob(filepath.Join(gold, "sites", "*", "*", "site.json"))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		var s site
		if err := json.Unmarshal(b, &s); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
		sites, dirs = append(sites, s), append(dirs, filepath.Dir(name))
	}
	return sites, dirs, nil
}

// loadSites returns the labelled pages of recorded sites, with the text of a link to them.
func loadSites(gold string) ([]example, error) {
	sites, dirs, err := readSites(gold)
	if err != nil {
		return nil, err
	}
	var out []example
	for i, s := range sites {
		for _, page := range s.Pages {
			class := slices.Index(classify.Classes, page.Label)
			if class < 0 {
				continue
			}
			b, err := os.ReadFile(filepath.Join(dirs[i], page.File))
			if err != nil {
				return nil, err
			}
			in := document.Input{Body: b, URL: page.URL}
			for _, l := range s.Legal {
				if l.URL == page.URL && len(l.Anchors) > 0 {
					in.Anchor = l.Anchors[0]
				}
			}
			p, err := document.ClassifierInput(in)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", page.URL, err)
			}
			out = append(out, example{
				record: record{ID: page.URL, Label: page.Label, Legal: true, Component: s.Component, URL: page.URL}, form: formCopy,
				class: class, fold: foldOf(s.Component), weight: siteWeight, page: &p,
			})
		}
	}
	return out, nil
}

// withoutSites removes the examples of companies that have a recorded site.
func withoutSites(gold string, examples []example) ([]example, error) {
	sites, _, err := readSites(gold)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, s := range sites {
		has[s.Component] = true
	}
	return slices.DeleteFunc(examples, func(e example) bool { return has[e.record.Component] }), nil
}

// makeFeatures computes the features of the examples. It returns the background, which is
// the distribution of the wording evidence over the scored legal documents.
func makeFeatures(examples []example) classify.Background {
	var bg classify.Background
	var sum, squares [classify.FeatureTypes]float64
	n := 0.0
	for i := range examples {
		if e := &examples[i]; e.scored() && e.record.Legal {
			for t, v := range e.page.WordingScores() {
				sum[t] += float64(v)
				squares[t] += float64(v) * float64(v)
			}
			n++
		}
	}
	for t := range sum {
		mean := sum[t] / max(n, 1)
		bg.Mean[t] = float32(mean)
		bg.StdDev[t] = float32(math.Sqrt(max(0, squares[t]/max(n, 1)-mean*mean)))
	}
	for i := range examples {
		if e := &examples[i]; e.page != nil {
			e.features, e.page = e.page.Features(&bg, e.hidden), nil
		}
	}
	return bg
}
