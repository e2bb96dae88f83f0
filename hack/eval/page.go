package main

import (
	"fmt"
	"strings"
)

// target is a figure and what it ought to be.
type target struct {
	suite, figure, what string
	minimum             bool // the aim is the least that is wanted, not the most
	value               float64
}

// targets are the project's, on pages whose labels are not its own.
var targets = []target{
	{"types", "type_accuracy_html", "type of document, HTML", true, 0.95},
	{"types", "type_accuracy_markdown", "type of document, Markdown without its page", true, 0.90},
	{"types", "type_macro_f1", "macro F1 of the types", true, 0.80},
	{"types", "false_legal", "pages that are not legal taken for legal", false, 0.03},
	{"types", "language_accuracy", "language", true, 0.99},
	{"extraction", "mean_f1", "extraction, mean F1", true, 0.98},
	{"extraction", "median_f1", "extraction, median F1", true, 0.997},
	{"extraction", "below_0.8", "extractions below 0.8", false, 0},
	{"changes", "change_recall", "changes seen", true, 0.99},
	{"changes", "false_alarm_rate", "false alarms of the quiet pairs", false, 0.02},
	{"discovery", "recall_at_10", "documents found with 10 fetches", true, 0.90},
	{"discovery", "recall_at_40", "documents found with 40 fetches", true, 0.97},
	{"discovery", "typed_right_of_independent", "type right, of those labelled independently", true, 0.93},
	{"discovery", "failed", "sites that failed", false, 0},
}

// maxShown bounds each list of the worst.
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
sites that are not part of this repository. The embedded model was trained on these very
pages, and the rules were written while looking at them: the figures that say how it does on
companies that it has not seen are those of the cross-validation below, in which each
company's pages are answered by a model that was trained without them.

| what | figure | aim | |
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
Measured on %v legal documents and %v pages that are none; extraction on %v documents; %v changes,
%v quiet pairs, broken pages caught %v; %v sites with %v documents, %s fetches a site.

## Companies that the model has not seen

`, t["documents"], t["negatives"], p.suite("extraction").figures["documents"], c["changes"], c["quiet_pairs"], c["broken_caught"],
		d["sites"], d["legal"], formatNumber(d["fetches_per_site"].(float64)))
	for _, l := range p.crossValidation.lines {
		fmt.Fprintf(&b, "    %s\n", l)
	}
	b.WriteString("\nThe surest of its wrong answers:\n\n| page | form | label | answer | confidence |\n|---|---|---|---|---|\n")
	for _, w := range p.crossValidation.wrong[:min(maxShown, len(p.crossValidation.wrong))] {
		label := w.Label
		if !w.Legal {
			label = strings.TrimSuffix("not legal, "+w.Kind, ", ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.2f |\n", w.ID, w.Form, label, w.Got, w.P)
	}
	writeWorst(&b, "Types, with the embedded model: how often, and label -> answer", p.suite("types").worst)
	writeWorst(&b, "Extraction: F1, and page", p.suite("extraction").worst)
	writeWorst(&b, "Changes", p.suite("changes").worst)
	var sites []string
	for _, s := range p.sites {
		sites = append(sites, fmt.Sprintf("%s: missed %d of %d, %s", s.name, len(s.missed), s.known, strings.Join(s.missed[:min(3, len(s.missed))], " ")))
	}
	writeWorst(&b, "Sites", sites)
	b.WriteString("\n" + strings.TrimSpace(p.lessons) + "\n")
	return b.String()
}

// writeWorst writes the first of a list of the worst, and how many there are.
func writeWorst(b *strings.Builder, title string, worst []string) {
	fmt.Fprintf(b, "\n## The worst. %s\n\n", title)
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
