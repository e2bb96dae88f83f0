package main

import (
	"math"
	"math/rand/v2"

	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/doctype"
)

// The training's constants, chosen by cross-validation on the labelled pages.
const (
	epochs      = 12
	seeds       = 2
	rate        = 0.05
	decayHashed = 2e-3 // of a weight at each of its updates, against leaning on one word
	decayDense  = 2e-3 // of what a weight differs from what it began with
	decayShared = 1e-4
	// otherWeight is what pages that are no legal documents count more: few of them
	// stand for a whole web.
	otherWeight = 2
	// untrainedBias is how much rarer a type is held that no labelled page is of.
	untrainedBias = -0.5
)

// weights are those of a model that is being trained: shared is what a kind of
// evidence counts for its type, whichever that is, and is learnt from the types
// that have many pages for those that have few; rows is what differs from it.
type weights struct {
	shared []float32
	rows   []float32 // classify.Rows × len(classify.Classes)
	prior  []float32 // of rows: what they begin from and are drawn to
}

func newWeights() *weights {
	return &weights{shared: make([]float32, classify.Kinds), rows: make([]float32, classify.Rows*len(classify.Classes))}
}

// train fits a softmax regression by AdaGrad (Duchi et al., JMLR 12, 2011), from
// several orders of the examples, and averages them and the later epochs of each.
func train(examples []example, use func(*example) bool) *weights {
	sum := newWeights()
	n := 0
	for seed := range seeds {
		t := newTrainer(examples, use, uint64(seed))
		for epoch := range epochs {
			t.epoch()
			if epoch >= epochs/2 {
				sum.add(&t.weights)
				n++
			}
		}
	}
	sum.scale(1 / float32(n))
	return sum
}

func (w *weights) add(o *weights) {
	for i, v := range o.shared {
		w.shared[i] += v
	}
	for i, v := range o.rows {
		w.rows[i] += v
	}
}

func (w *weights) scale(f float32) {
	for i := range w.shared {
		w.shared[i] *= f
	}
	for i := range w.rows {
		w.rows[i] *= f
	}
}

// divideByTemperature makes the model's answers surer or less sure by a temperature.
func (w *weights) divideByTemperature(temperature float64) { w.scale(float32(1 / temperature)) }

type trainer struct {
	weights
	examples      []example
	order         []int
	classWeight   []float64
	trained       []bool // classes that have examples: the others keep to what is shared
	random        *rand.Rand
	gShared, gRow []float32
	sharedPrior   [classify.Kinds]float32
	p             []float64
}

func newTrainer(examples []example, use func(*example) bool, seed uint64) *trainer {
	n := len(classify.Classes)
	t := &trainer{
		weights: *newWeights(), examples: examples, classWeight: make([]float64, n), trained: make([]bool, n), p: make([]float64, n),
		random: rand.New(rand.NewPCG(1, seed)), gShared: make([]float32, classify.Kinds), gRow: make([]float32, classify.Rows*n),
	}
	t.sharedPrior = classify.SharedPrior()
	copy(t.shared, t.sharedPrior[:])
	t.prior = classify.Prior()
	copy(t.rows, t.prior)
	perClass := make([]float64, n)
	for i := range examples {
		if use(&examples[i]) {
			t.order = append(t.order, i)
			perClass[examples[i].class] += examples[i].weight
		}
	}
	for c := range n {
		if t.trained[c] = perClass[c] > 0; !t.trained[c] {
			t.rows[classify.Bias*n+c] = untrainedBias
		}
		// Rare types count more, or the model never names them.
		t.classWeight[c] = math.Sqrt(10 / (perClass[c] + 1))
		if classify.Classes[c] == doctype.Other {
			t.classWeight[c] *= otherWeight
		}
	}
	return t
}

func (t *trainer) epoch() {
	t.random.Shuffle(len(t.order), func(i, j int) { t.order[i], t.order[j] = t.order[j], t.order[i] })
	for _, i := range t.order {
		t.learn(&t.examples[i])
	}
}

func (t *trainer) learn(e *example) {
	n := len(classify.Classes)
	t.probabilities(e.features, t.p)
	weight := e.weight * t.classWeight[e.class]
	var gShared [classify.Kinds]float64
	for c := range n {
		err := t.p[c]
		if c == e.class {
			err--
		}
		if math.Abs(err) < 1e-4 {
			continue
		}
		err *= weight
		for _, f := range e.features {
			at := int(f.Row)*n + c
			grad := float32(err) * f.Value
			if f.Row < classify.Dense {
				if k, typ := kindAndType(f.Row); typ == c {
					gShared[k] += err * float64(f.Value)
				}
				grad += decayDense * (t.rows[at] - t.prior[at])
			} else {
				grad += decayHashed * t.rows[at]
			}
			if !t.trained[c] {
				continue
			}
			t.gRow[at] += grad * grad
			t.rows[at] -= rate * grad / (float32(math.Sqrt(float64(t.gRow[at]))) + 1e-3)
		}
	}
	for k, g := range gShared {
		grad := float32(g) + decayShared*(t.shared[k]-t.sharedPrior[k])
		if grad == 0 {
			continue
		}
		t.gShared[k] += grad * grad
		t.shared[k] -= rate * grad / (float32(math.Sqrt(float64(t.gShared[k]))) + 1e-3)
	}
}

// kindAndType are those of a row of evidence; type -1 for another row.
func kindAndType(row uint32) (kind, typ int) {
	if row >= classify.Kinds*classify.EvidenceTypes {
		return 0, -1
	}
	return int(row / classify.EvidenceTypes), int(row % classify.EvidenceTypes)
}

func (w *weights) probabilities(features []classify.Feature, p []float64) {
	n := len(p)
	clear(p)
	for _, f := range features {
		if kind, typ := kindAndType(f.Row); typ >= 0 && typ < n {
			p[typ] += float64(f.Value * w.shared[kind])
		}
		row := w.rows[int(f.Row)*n : int(f.Row)*n+n]
		v := f.Value
		for c, x := range row {
			p[c] += float64(v * x)
		}
	}
	classify.Softmax(p)
}

// quantise puts the weights into the form that is embedded: a byte each for words.
func (w *weights) quantise() *classify.Model {
	n := len(classify.Classes)
	m := &classify.Model{Dense: make([]float32, classify.Dense*n), Hashed: make([]int8, classify.Hashed*n)}
	copy(m.Dense, w.rows)
	for row := range uint32(classify.Dense) {
		if kind, typ := kindAndType(row); typ >= 0 && typ < n {
			m.Dense[int(row)*n+typ] += w.shared[kind]
		}
	}
	hashed := w.rows[classify.Dense*n:]
	var top float32
	for _, v := range hashed {
		top = max(top, v, -v)
	}
	m.Step = max(top, 1e-6) / 127
	for i, v := range hashed {
		m.Hashed[i] = int8(math.Round(float64(v / m.Step)))
	}
	return m
}
