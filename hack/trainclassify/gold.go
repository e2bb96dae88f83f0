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

// form is in which form a page is given.
type form string

const (
	formHTML     form = "html"     // a page, with its address: scored
	formMarkdown form = "markdown" // a text without a page around it, with its address: scored
	formCopy     form = "copy"     // a further form of a page, which only trains
	formBare     form = "bare"     // the same without title, headings and address: reported apart
)

// example is one text with its answer.
type example struct {
	record   record
	page     *classify.Page // until its features are made
	hidden   classify.Hidden
	form     form
	class    int
	fold     int
	weight   float64
	features []classify.Feature
	named    bool // see classify.Choose
	// decided says that classify needs no model to answer decision.
	decided  bool
	decision int
}

func (e *example) scored() bool {
	return (e.form == formHTML || e.form == formMarkdown) && len(e.record.Doubt) == 0
}

// folds is into how many parts the companies are put for cross-validation.
const folds = 5

// What the forms of an example count in training.
const (
	doubtWeight     = 0.3
	copyWeight      = 0.5
	bareWeight      = 0.3
	siteWeight      = 0.5
	disguisedWeight = 0.5
	urlWeight       = 0.15 // of an address alone
	noisyURLWeight  = 0.03 // of an address whose label is often wrong
)

// load reads every manifest.
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

// foldOf keeps a company in one fold.
func foldOf(company string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(company))
	return int(h.Sum32() % folds)
}

// urlExamples are of the labelled addresses, which teach the names of rare types.
func urlExamples(_ string, r record) ([]example, error) {
	class := slices.Index(classify.Classes, r.Label)
	if class < 0 || r.URL == "" {
		return nil, nil // "unclear" is a label too
	}
	weight := urlWeight
	switch r.Label {
	case doctype.PrivacyPolicy, doctype.TermsOfService, doctype.CookiePolicy:
	default:
		// Most of these were named by a crowd that had fewer types to choose from.
		weight = noisyURLWeight
	}
	return []example{{record: r, form: formCopy, class: class, fold: foldOf(r.Component), weight: weight, page: &classify.Page{URL: r.URL}}}, nil
}

// pageExamples are the forms of one labelled page.
func pageExamples(dir string, r record) ([]example, error) {
	label := r.Label
	if !r.Legal {
		label = doctype.Other
	}
	class := slices.Index(classify.Classes, label)
	if class < 0 {
		return nil, fmt.Errorf("%s: label %q is none of ours", r.ID, label)
	}
	if r.Component == "" {
		r.Component = r.ID
	}
	base := example{record: r, class: class, fold: foldOf(r.Component), weight: 1}
	if len(r.Doubt) > 0 {
		base.weight = doubtWeight
	}
	read := func(file string) (classify.Page, error) {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return classify.Page{}, err
		}
		in := document.Input{Body: b, URL: r.URL}
		if strings.HasSuffix(file, ".md") {
			in.ContentType = "text/markdown"
		}
		p, err := document.Classified(in)
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

// hiddenParts are what each page is trained without, so that the model learns all that
// may stand for a type and not only what stands most often.
var hiddenParts = []struct {
	what   classify.Hidden
	weight float64
}{
	{classify.HideAddress, 0.4},
	{classify.HideTitle, 0.3},
	{classify.HideTitle | classify.HideAddress, 0.3},
	{classify.HideSpeech, 0.2},
	{classify.HideTitle | classify.HideAddress | classify.HideSpeech, 0.4},
}

// inForm is the example in one form of its page.
func (e example) inForm(p classify.Page, f form, hide classify.Hidden, weight float64) example {
	e.form, e.page, e.hidden, e.weight = f, &p, hide, e.weight*weight
	e.named = p.Named()
	if a, ok := p.Decided(); ok {
		e.decided, e.decision = true, slices.Index(classify.Classes, a.Type)
	}
	return e
}

// bare leaves only the text below the title, so that the model learns its words.
func bare(p classify.Page) classify.Page {
	p.URL, p.Title, p.Head, p.Headings = "", "", "", nil
	p.Text, p.Markdown = withoutHeading(p.Text), withoutHeading(p.Markdown)
	return p
}

// disguisedExamples are the pages that are no legal documents under the titles and addresses
// of such: hubs, shells and teasers are named like what they lead to.
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
		p.Title, p.Head, p.URL = as.page.Title, as.page.Head, as.page.URL
		out = append(out, e.inForm(p, formCopy, 0, disguisedWeight))
	}
	return out
}

// withoutHeading is a long text from its first space behind 200 bytes on.
func withoutHeading(s string) string {
	if len(s) < 400 {
		return s
	}
	if i := strings.IndexAny(s[200:], " \n"); i >= 0 {
		return s[200+i:]
	}
	return s
}

// site is what is read of a company's stored site.
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

// loadSites reads the labelled pages of sites, with the text of the links to them.
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
			p, err := document.Classified(in)
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

// withoutSites leaves out the examples of companies that have a stored site.
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

// makeFeatures gives the examples their features, and says what was the background.
func makeFeatures(examples []example) classify.Background {
	var bg classify.Background
	var sum, squares [classify.EvidenceTypes]float64
	n := 0.0
	for i := range examples {
		if e := &examples[i]; e.scored() && e.record.Legal {
			for t, v := range e.page.Wording() {
				sum[t] += float64(v)
				squares[t] += float64(v) * float64(v)
			}
			n++
		}
	}
	for t := range sum {
		mean := sum[t] / max(n, 1)
		bg.Mean[t] = float32(mean)
		bg.Spread[t] = float32(math.Sqrt(max(0, squares[t]/max(n, 1)-mean*mean)))
	}
	for i := range examples {
		if e := &examples[i]; e.page != nil {
			e.features, e.page = e.page.Features(&bg, e.hidden), nil
		}
	}
	return bg
}
