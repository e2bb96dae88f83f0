package main

import (
	"fmt"
	"strings"
)

// target is a figure with its target value.
type target struct {
	suite, figure, what string
	minimum             bool // value is a lower bound, not an upper one
	value               float64
}

// targets are the targets of this project.
var targets = []target{
	{"types", "type_accuracy_html", "document type accuracy, HTML", true, 0.95},
	{"types", "type_accuracy_markdown", "document type accuracy, Markdown without the page", true, 0.90},
	{"types", "type_macro_f1", "document type, macro F1", true, 0.80},
	{"types", "false_legal", "other pages classified as legal documents", false, 0.03},
	{"types", "language_accuracy", "language accuracy", true, 0.99},
	{"extraction", "mean_f1", "extraction, mean F1", true, 0.98},
	{"extraction", "median_f1", "extraction, median F1", true, 0.997},
	{"extraction", "below_0.8", "extractions below 0.8", false, 0},
	{"changes", "change_recall", "change recall", true, 0.99},
	{"changes", "false_alarm_rate", "false alarms on pairs without a significant change", false, 0.02},
	{"discovery", "recall_at_10", "document recall with 10 fetches", true, 0.90},
	{"discovery", "recall_at_40", "document recall with 40 fetches", true, 0.97},
	{"discovery", "typed_right_of_independent", "document type accuracy, independent labels", true, 0.93},
	{"discovery", "failed", "failed sites", false, 0},
}

// maxShown bounds each list of worst cases.
const maxShown = 10

type page struct {
	suites          []suite
	crossValidation crossValidation
	sites           []site
	lessons         string
}

func (p *page) suite(name string) suite {
	for _, s := range p.suites {
		if s.name == name {
			return s
		}
	}
	return suite{}
}

func (p *page) markdown() string {
	var b strings.Builder
	b.WriteString(`# Quality

` + "`make eval`" + ` writes this page. It scores the binary on labelled pages, histories and recorded
sites that are not part of this repository. The embedded model was trained on these pages,
and the rules were written with them at hand, so the figures in the table are not those of
unseen companies. The cross-validation below estimates those: it classifies the pages of
each company with a model that was trained without them.

| measure | result | target | |
|---|---|---|---|
`)
	for _, a := range targets {
		v, ok := p.suite(a.suite).figures[a.figure].(float64)
		if !ok {
			fmt.Fprintf(&b, "| %s | not measured | | **missed** |\n", a.what)
			continue
		}
		met, bound := "", "at most"
		if a.minimum {
			bound = "at least"
		}
		if a.minimum && v < a.value || !a.minimum && v > a.value {
			met = "**missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %s %s | %s |\n", a.what, formatNumber(v), bound, formatNumber(a.value), met)
	}
	t, c, d := p.suite("types").figures, p.suite("changes").figures, p.suite("discovery").figures
	fmt.Fprintf(&b, `
Types: %v legal documents and %v other pages. Extraction: %v documents. Changes: %v changed pairs and
%v pairs without a significant change; broken pages detected: %v. Discovery: %v sites with %v documents,
%s fetches per site.

## Cross-validation by company

`, t["documents"], t["negatives"], p.suite("extraction").figures["documents"], c["changes"], c["quiet_pairs"], c["broken_caught"],
		d["sites"], d["legal"], formatNumber(d["fetches_per_site"].(float64)))
	for _, l := range p.crossValidation.lines {
		fmt.Fprintf(&b, "    %s\n", l)
	}
	b.WriteString("\nWrong classifications of open companies, the most confident first:\n\n| page | form | label | classification | confidence |\n|---|---|---|---|---|\n")
	for _, w := range p.crossValidation.wrong[:min(maxShown, len(p.crossValidation.wrong))] {
		label := w.Label
		if !w.Legal {
			label = strings.TrimSuffix("not legal, "+w.Kind, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f |\n", w.ID, w.Form, label, w.Got, w.P)
	}
	writeWorst(&b, "document types, with the embedded model: count, and label -> classification", p.suite("types").worst)
	writeWorst(&b, "extraction: F1 and page", p.suite("extraction").worst)
	writeWorst(&b, "changes", p.suite("changes").worst)
	var sites []string
	for _, s := range p.sites {
		sites = append(sites, fmt.Sprintf("%s: missed %d of %d, %s", s.name, len(s.missed), s.known, strings.Join(s.missed[:min(3, len(s.missed))], " ")))
	}
	writeWorst(&b, "sites", sites)
	b.WriteString("\n" + strings.TrimSpace(p.lessons) + "\n")
	return b.String()
}

// writeWorst writes the first of a list of worst cases, and the number of the others.
func writeWorst(b *strings.Builder, title string, worst []string) {
	fmt.Fprintf(b, "\n## Worst cases: %s\n\n", title)
	for _, w := range worst[:min(maxShown, len(worst))] {
		fmt.Fprintf(b, "    %s\n", w)
	}
	switch {
	case len(worst) == 0:
		b.WriteString("None.\n")
	case len(worst) > maxShown:
		fmt.Fprintf(b, "\nand %d more.\n", len(worst)-maxShown)
	}
}

func formatNumber(v float64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.4f", v), "0"), ".")
}
