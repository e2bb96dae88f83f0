package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/doctype"
)

// prediction is the classification of an example.
type prediction struct {
	e             *example
	probabilities []float64
}

// predict classifies an example in the same way as package classify.
func predict(e *example, m *classify.Model) prediction {
	if e.decided {
		p := make([]float64, len(classify.Classes))
		p[e.decision] = 1
		return prediction{e, p}
	}
	return prediction{e, m.Probabilities(e.features)}
}

func (a *prediction) got() (string, float64) {
	i := classify.SelectClass(a.probabilities, a.e.named)
	return classify.Classes[i], a.probabilities[i]
}

func (a *prediction) right() bool {
	got, _ := a.got()
	if !a.e.record.Legal {
		return got == doctype.Other
	}
	return got == a.e.record.Label || slices.Contains(a.e.record.Accept, got)
}

// applyTemperature divides the log-probabilities by a temperature.
func (a *prediction) applyTemperature(temperature float64) {
	for i, p := range a.probabilities {
		a.probabilities[i] = math.Log(max(p, 1e-300)) / temperature
	}
	classify.Softmax(a.probabilities)
}

// fitTemperature returns the temperature that calibrates the confidence best (Guo et al.,
// On Calibration of Modern Neural Networks, 2017).
func fitTemperature(as []prediction) float64 {
	best, least := 1.0, math.Inf(1)
	for t := 0.5; t < 4; t += 0.05 {
		loss := 0.0
		for _, a := range as {
			b := prediction{a.e, slices.Clone(a.probabilities)}
			b.applyTemperature(t)
			p := 0.0
			for i, c := range classify.Classes {
				if c == a.e.record.Label && a.e.record.Legal || slices.Contains(a.e.record.Accept, c) {
					p += b.probabilities[i]
				}
			}
			loss -= math.Log(max(p, 1e-6))
		}
		if loss < least {
			best, least = t, loss
		}
	}
	return best
}

// tally counts correct predictions by form.
type tally struct {
	html, htmlRight, markdown, markdownRight, other, otherRight int
	f1                                                          float64
	types                                                       int
}

func tallyOf(as []prediction) (t tally) {
	type counts struct{ right, missed, wrong int }
	per := map[string]*counts{}
	of := func(typ string) *counts {
		if per[typ] == nil {
			per[typ] = &counts{}
		}
		return per[typ]
	}
	for _, a := range as {
		got, _ := a.got()
		right := a.right()
		n := 0
		if right {
			n = 1
		}
		switch {
		case !a.e.record.Legal:
			t.other++
			t.otherRight += n
		case a.e.form == formHTML:
			t.html++
			t.htmlRight += n
		default:
			t.markdown++
			t.markdownRight += n
		}
		switch {
		case right && a.e.record.Legal:
			of(got).right++
		case !right:
			if a.e.record.Legal {
				of(a.e.record.Label).missed++
			}
			of(got).wrong++
		}
	}
	for typ, c := range per {
		if typ == doctype.Other || c.right+c.missed < 3 {
			continue
		}
		t.types++
		t.f1 += 2 * float64(c.right) / float64(max(1, 2*c.right+c.missed+c.wrong))
	}
	t.f1 /= float64(max(1, t.types))
	return t
}

func (t tally) String() string {
	share := func(ok, n int) float64 { return float64(ok) / float64(max(n, 1)) }
	return fmt.Sprintf("type accuracy %.3f of %d HTML pages, %.3f of %d Markdown texts; macro F1 %.3f over %d types; classified as legal %.3f of %d other pages",
		share(t.htmlRight, t.html), t.html, share(t.markdownRight, t.markdown), t.markdown, t.f1, t.types, 1-share(t.otherRight, t.other), t.other)
}

func accuracy(as []prediction) float64 {
	n := 0
	for i := range as {
		if as[i].right() {
			n++
		}
	}
	return float64(n) / float64(max(1, len(as)))
}

// writeReport writes the results of the cross-validation and the calibration of the confidence.
func writeReport(w io.Writer, as []prediction, temperature float64) {
	fmt.Fprintln(w, "unseen companies:", tallyOf(as))
	var n, right [10]int
	var sure [10]float64
	for _, a := range as {
		_, p := a.got()
		b := min(int(p*10), 9)
		n[b]++
		sure[b] += p
		if a.right() {
			right[b]++
		}
	}
	off := 0.0
	for b := range n {
		if n[b] > 0 {
			fmt.Fprintf(w, "  confidence %.1f to %.1f: %3d predictions, mean confidence %.2f, accuracy %.2f\n", float64(b)/10, float64(b+1)/10, n[b], sure[b]/float64(n[b]), float64(right[b])/float64(n[b]))
			off += math.Abs(sure[b] - float64(right[b]))
		}
	}
	fmt.Fprintf(w, "  expected calibration error %.3f, temperature %.2f\n", off/float64(max(1, len(as))), temperature)
}

// writePredictions writes the predictions, one line of JSON each.
func writePredictions(name string, as []prediction) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	slices.SortFunc(as, func(a, b prediction) int { return cmp.Compare(a.e.record.ID, b.e.record.ID) })
	for _, a := range as {
		got, p := a.got()
		err := enc.Encode(map[string]any{
			"id": a.e.record.ID, "form": a.e.form, "label": a.e.record.Label, "legal": a.e.record.Legal, "accept": a.e.record.Accept, "component": a.e.record.Component,
			"got": got, "p": p, "right": a.right(), "url": a.e.record.URL, "kind": a.e.record.Kind,
		})
		if err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return errors.Join(w.Flush(), f.Close())
}
