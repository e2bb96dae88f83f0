// Command trainclassify trains the model that classifies documents by type, on labelled
// pages, and writes its weights. It is deterministic: the same pages and the same program
// give the same bytes.
//
//	bin/trainclassify -gold .gold -out internal/document/classify/weights.bin
//
// It first estimates the accuracy on unseen companies by cross-validation by company, and
// calibrates the model's confidence on the results.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/clausea/crawler/internal/document/classify"
)

type options struct {
	gold, out, predictions string
	withoutSites, quick    bool
}

func main() {
	var o options
	flag.StringVar(&o.gold, "gold", os.Getenv("CLAUSEA_GOLD"), "folder with legal-types/*/manifest.jsonl")
	flag.StringVar(&o.out, "out", "internal/document/classify/weights.bin", "file to write")
	flag.StringVar(&o.predictions, "predictions", "", "file for the predictions of the cross-validation on open companies, one line of JSON per page")
	flag.BoolVar(&o.withoutSites, "without-sites", false, "exclude the companies of sites/*, to measure discovery on unseen companies")
	flag.BoolVar(&o.quick, "quick", false, "cross-validate only and write no weights")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "trainclassify:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	examples, err := load(o.gold)
	if err != nil {
		return err
	}
	if len(examples) == 0 {
		return errors.New("no labelled pages: set -gold to their folder")
	}
	if o.withoutSites {
		if examples, err = withoutSites(o.gold, examples); err != nil {
			return err
		}
	}
	background := makeFeatures(examples)
	fmt.Fprintln(os.Stderr, "features of", len(examples), "examples")
	var held, stripped []prediction
	for fold := range folds {
		m := train(examples, func(e *example) bool { return e.fold != fold }).quantise()
		fmt.Fprintln(os.Stderr, "trained without fold", fold)
		for i := range examples {
			e := &examples[i]
			if e.fold != fold {
				continue
			}
			if e.scored() {
				held = append(held, predict(e, m))
			} else if e.form == formBare && e.record.Legal && len(e.record.Doubt) == 0 {
				stripped = append(stripped, predict(e, m))
			}
		}
	}
	temperature := fitTemperature(held)
	for i := range held {
		held[i].applyTemperature(temperature)
	}
	writeReport(os.Stdout, held, temperature)
	closed, open := closedPart(held)
	fmt.Println("  closed companies, whose errors are not looked at:", tallyOf(closed))
	fmt.Println("  open companies:", tallyOf(open))
	fmt.Printf("  without title, headings and URL: accuracy %.3f of %d legal documents\n", accuracy(stripped), len(stripped))
	if o.predictions != "" {
		_, openStripped := closedPart(stripped)
		if err := writePredictions(o.predictions, append(open, openStripped...)); err != nil {
			return err
		}
	}
	if o.quick {
		return nil
	}
	w := train(examples, func(*example) bool { return true })
	m := w.quantise()
	var seen []prediction
	for i := range examples {
		if e := &examples[i]; e.scored() {
			seen = append(seen, predict(e, m))
		}
	}
	fmt.Println("training companies:", tallyOf(seen))
	w.divideByTemperature(temperature)
	m = w.quantise()
	m.Fingerprint, m.Background = classify.Fingerprint(), background
	b, err := m.Bytes()
	if err != nil {
		return err
	}
	return os.WriteFile(o.out, b, 0o644)
}
