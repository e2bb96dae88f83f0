package main

import (
	"math"
	"math/rand/v2"

	"github.com/clausea/crawler/internal/document/classify"
	"github.com/clausea/crawler/internal/document/doctype"
)

// The hyperparameters, chosen by cross-validation on the labelled pages.
const (
	epochs      = 12
	seeds       = 2
	rate        = 0.05
	decayHashed = 2e-3 // L2 decay at each update of a weight, against reliance on one word
	decayDense  = 2e-3 // decay towards the prior
	decayShared = 1e-4
	// otherWeight is the factor for pages that are not legal documents: a few of them
	// represent the rest of the web.
	otherWeight = 2
	// untrainedBias is the bias of a type without labelled pages.
	untrainedBias = -0.5
)

// weights are the weights during training. shared has one weight for each kind of
// evidence, for all types, so that types with few pages benefit from those with many.
// rows has the differences by type.
type weights struct {
	shared []float32
	rows   []float32 // classify.Rows × len(classify.Classes)
	prior  []float32 // initial value of rows, towards which they decay
}

func newWeights() *weights {
	return &weights{shared: make([]float32, classify.FeatureKinds), rows: make([]float32, classify.Rows*len(classify.Classes))}
}

// train fits a softmax regression by AdaGrad (Duchi et al., JMLR 12, 2011) with several
// orders of the examples. It averages the weights over the orders and the later epochs.
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

// divideByTemperature divides the weights by a temperature, which scales the model's confidence.
func (w *weights) divideByTemperature(temperature float64) { w.scale(float32(1 / temperature)) }

type trainer struct {
	weights
	examples      []example
	order         []int
	classWeight   []float64
	trained       []bool // classes with examples; the others use only the shared weights
	random        *rand.Rand
	gShared, gRow []float32
	sharedPrior   [classify.FeatureKinds]float32
	p             []float64
	classes       []int     // see learn
	errs          []float64 // see learn
}

func newTrainer(examples []example, use func(*example) bool, seed uint64) *trainer {
	n := len(classify.Classes)
	t := &trainer{
		weights: *newWeights(), examples: examples, classWeight: make([]float64, n), trained: make([]bool, n), p: make([]float64, n),
		random: rand.New(rand.NewPCG(1, seed)), gShared: make([]float32, classify.FeatureKinds), gRow: make([]float32, classify.Rows*n),
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
		// Rare types have a higher weight; otherwise the model never predicts them.
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
	// classes lists the classes whose weights change, and errs their errors.
	classes, errs := t.classes[:0], t.errs[:0]
	for c := range n {
		err := t.p[c]
		if c == e.class {
			err--
		}
		if math.Abs(err) >= 1e-4 {
			classes, errs = append(classes, c), append(errs, err*weight)
		}
	}
	t.classes, t.errs = classes, errs
	var gShared [classify.FeatureKinds]float64
	for _, f := range e.features { // the weights of one feature are adjacent in memory
		kind, typ := kindAndType(f.Row)
		decay, prior := float32(decayHashed), []float32(nil)
		if f.Row < classify.Dense {
			decay, prior = decayDense, t.prior[int(f.Row)*n:int(f.Row)*n+n]
		}
		rows, gRow := t.rows[int(f.Row)*n:int(f.Row)*n+n], t.gRow[int(f.Row)*n:int(f.Row)*n+n]
		for i, c := range classes {
			grad := float32(errs[i]) * f.Value
			if prior != nil {
				if typ == c {
					gShared[kind] += errs[i] * float64(f.Value)
				}
				grad += decay * (rows[c] - prior[c])
			} else {
				grad += decay * rows[c]
			}
			if !t.trained[c] {
				continue
			}
			gRow[c] += grad * grad
			rows[c] -= rate * grad / (float32(math.Sqrt(float64(gRow[c]))) + 1e-3)
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

// kindAndType returns the kind and type of a row of evidence; the type of another row is -1.
func kindAndType(row uint32) (kind, typ int) {
	if row >= classify.FeatureKinds*classify.FeatureTypes {
		return 0, -1
	}
	return int(row / classify.FeatureTypes), int(row % classify.FeatureTypes)
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

// quantise converts the weights to the embedded model, with one byte per hashed weight.
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
