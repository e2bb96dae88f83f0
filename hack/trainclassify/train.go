package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/doctype"
)

// The training's constants, chosen by cross-validation on the labelled pages.
const (
	epochs    = 15
	rate      = 0.05
	decay     = 1e-3 // of a weight at each of its updates, against leaning on one word
	prior     = 6    // what a vote of the rules counts before any training
	urlWeight = 0.2  // of an address alone against a page
)

// train fits a softmax regression by AdaGrad (Duchi et al., JMLR 12, 2011).
func train(examples []example, use func(*example) bool) []float32 {
	n := len(classify.Classes)
	w, g := make([]float32, classify.Buckets*n), make([]float32, classify.Buckets*n)
	for c, t := range classify.Classes {
		w[int(classify.VoteBucket(t))*n+c] = prior
	}
	var order []int
	perClass := make([]float64, n)
	for i := range examples {
		if use(&examples[i]) {
			order = append(order, i)
			perClass[examples[i].class] += examples[i].weight
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	p := make([]float64, n)
	for range epochs {
		rnd.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, i := range order {
			e := &examples[i]
			softmax(w, e.features, p)
			// Rare types count more, or the model never names them.
			weight := e.weight * math.Sqrt(10/(perClass[e.class]+1))
			for c := range n {
				err := p[c]
				if c == e.class {
					err--
				}
				if math.Abs(err) < 1e-4 {
					continue
				}
				for _, f := range e.features {
					at := int(f.Bucket)*n + c
					grad := float32(weight*err)*f.Value + decay*w[at]
					g[at] += grad * grad
					w[at] -= rate * grad / float32(math.Sqrt(float64(g[at]))+1e-3)
				}
			}
		}
	}
	return w
}

func softmax(w []float32, features []classify.Feature, p []float64) {
	n := len(p)
	clear(p)
	for _, f := range features {
		for c := range n {
			p[c] += float64(f.Value * w[int(f.Bucket)*n+c])
		}
	}
	top := slices.Max(p)
	var sum float64
	for c := range p {
		p[c] = math.Exp(p[c] - top)
		sum += p[c]
	}
	for c := range p {
		p[c] /= sum
	}
}

// quantise puts the weights into a byte each.
func quantise(w []float32) *classify.Model {
	var top float32
	for _, v := range w {
		top = max(top, v, -v)
	}
	m := &classify.Model{Step: max(top, 1e-6) / 127, Weights: make([]int8, len(w))}
	for i, v := range w {
		m.Weights[i] = int8(math.Round(float64(v / m.Step)))
	}
	return m
}

// tally counts right answers by form.
type tally struct {
	html, htmlRight, markdown, markdownRight, other, otherRight int
}

func (t *tally) add(e *example, m *classify.Model) {
	if e.form == "copy" || len(e.row.Doubt) > 0 {
		return
	}
	p := m.Probabilities(e.features)
	got := classify.Classes[slices.Index(p, slices.Max(p))]
	right := slices.Contains(e.row.Accept, got) || got == e.row.Label
	count := func(n, ok *int) {
		*n++
		if right {
			*ok++
		}
	}
	switch {
	case !e.row.Legal:
		right = got == doctype.Other
		count(&t.other, &t.otherRight)
	case e.form == "html":
		count(&t.html, &t.htmlRight)
	default:
		count(&t.markdown, &t.markdownRight)
	}
}

func (t tally) String() string {
	share := func(ok, n int) float64 { return float64(ok) / float64(max(n, 1)) }
	return fmt.Sprintf("type accuracy HTML %.3f of %d, Markdown %.3f of %d, taken for legal %.3f of %d",
		share(t.htmlRight, t.html), t.html, share(t.markdownRight, t.markdown), t.markdown, 1-share(t.otherRight, t.other), t.other)
}
