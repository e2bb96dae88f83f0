// Command trainclassify trains the model that tells documents' types apart, from
// labelled pages, and writes its weights. It is deterministic.
//
//	go run ./hack/trainclassify -gold ../shared/gold -out internal/document/classify/weights.bin
//
// It first reports, by cross-validation over companies, how well a model does on
// companies that it has not seen.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"

	"github.com/clausea/crawler/internal/document"
	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/doctype"
)

// row is a line of the manifest.
type row struct {
	ID        string   `json:"id"`
	Label     string   `json:"label"`
	Legal     bool     `json:"legal"`
	Accept    []string `json:"accept_labels"`
	Doubt     []string `json:"doubt"`
	Component string   `json:"component"`
	URL       string   `json:"url"`
	HTML      string   `json:"html_file"`
	Markdown  string   `json:"gold_md_file"`
}

// example is one text with its answer.
type example struct {
	row      row
	form     string // html, markdown, or copy: a second form that only trains
	class    int
	fold     int
	weight   float64
	features []classify.Feature
}

const folds = 5

func main() {
	gold := flag.String("gold", os.Getenv("CLAUSEA_GOLD"), "folder with legal-types/*/manifest.jsonl")
	out := flag.String("out", "internal/document/classify/weights.bin", "file to write")
	flag.Parse()
	if err := run(*gold, *out); err != nil {
		fmt.Fprintln(os.Stderr, "trainclassify:", err)
		os.Exit(1)
	}
}

func run(gold, out string) error {
	examples, err := load(gold)
	if err != nil {
		return err
	}
	if len(examples) == 0 {
		return errors.New("no labelled pages: name their folder with -gold")
	}
	urls, err := loadURLs(gold)
	if err != nil {
		return err
	}
	examples = append(examples, urls...)
	var held tally
	for fold := range folds {
		m := quantise(train(examples, func(e *example) bool { return e.fold != fold }))
		for i := range examples {
			if e := &examples[i]; e.fold == fold {
				held.add(e, m)
			}
		}
	}
	fmt.Println("on companies not trained on:", held)
	m := quantise(train(examples, func(*example) bool { return true }))
	var seen tally
	for i := range examples {
		seen.add(&examples[i], m)
	}
	fmt.Println("on those trained on:        ", seen)
	b, err := m.Bytes()
	if err != nil {
		return err
	}
	return os.WriteFile(out, b, 0o644)
}

// load reads every manifest; a page that has both forms trains with both, and each
// once more without its URL, so that the model doesn't lean on it.
func load(gold string) ([]example, error) {
	files, err := filepath.Glob(filepath.Join(gold, "legal-types", "*", "manifest.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []example
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var r row
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			more, err := examplesOf(filepath.Dir(name), r)
			if err != nil {
				return nil, err
			}
			out = append(out, more...)
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// loadURLs reads the labelled addresses, which teach the names of rare types.
func loadURLs(gold string) ([]example, error) {
	files, err := filepath.Glob(filepath.Join(gold, "legal-urls", "*.jsonl"))
	if err != nil {
		return nil, err
	}
	var out []example
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var r row
			if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			if class := slices.Index(classify.Classes, r.Label); class >= 0 {
				out = append(out, example{row: r, form: "copy", class: class, fold: foldOf(r.Component), weight: urlWeight, features: classify.URLFeatures(r.URL)})
			}
		}
		if err := errors.Join(lines.Err(), f.Close()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func foldOf(company string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(company))
	return int(h.Sum32() % folds)
}

func examplesOf(dir string, r row) ([]example, error) {
	label := r.Label
	if !r.Legal {
		label = doctype.Other
	}
	class := slices.Index(classify.Classes, label)
	if class < 0 {
		return nil, fmt.Errorf("%s: label %q is none of ours", r.ID, label)
	}
	company := r.Component
	if company == "" {
		company = r.ID
	}
	base := example{row: r, class: class, fold: foldOf(company), weight: 1}
	if len(r.Doubt) > 0 {
		base.weight = 0.3
	}
	main, form := r.HTML, "html"
	if main == "" {
		main, form = r.Markdown, "markdown"
	}
	var out []example
	add := func(file, form, url string, weight float64) error {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			return err
		}
		p, err := document.Classified(document.Input{Body: b, URL: url})
		if err != nil {
			return err
		}
		e := base
		e.form, e.features, e.weight = form, p.Features(), base.weight*weight
		out = append(out, e)
		return nil
	}
	if err := add(main, form, r.URL, 1); err != nil {
		return nil, err
	}
	if r.Markdown != "" && r.HTML != "" {
		if err := add(r.Markdown, "copy", r.URL, 0.5); err != nil {
			return nil, err
		}
	}
	return out, add(main, "copy", "", 0.5)
}
