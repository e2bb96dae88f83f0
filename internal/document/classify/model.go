package classify

import (
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"sort"

	"github.com/clausea/crawler/internal/document/doctype"
)

// weights is what `go run ./hack/trainclassify` wrote: the step as a float32, then
// for each bucket a byte a class.
//
//go:embed weights.bin
var weights []byte

// Classes are the answers of the model, in the order of its weights.
var Classes = func() []string {
	all := []string{doctype.Other}
	for t := range doctype.OTAName {
		all = append(all, t)
	}
	sort.Strings(all)
	return all
}()

// Model is a softmax regression over Features.
type Model struct {
	Step    float32
	Weights []int8 // Buckets × len(Classes)
}

// trained is the embedded model; nil if the weights are not of this form.
var trained = func() *Model {
	n := Buckets * len(Classes)
	if len(weights) != 4+n {
		return nil
	}
	m := &Model{Step: math.Float32frombits(binary.LittleEndian.Uint32(weights)), Weights: make([]int8, n)}
	for i, b := range weights[4:] {
		m.Weights[i] = int8(b)
	}
	return m
}()

// Bytes is the model in the form that is embedded.
func (m *Model) Bytes() ([]byte, error) {
	if len(m.Weights) != Buckets*len(Classes) {
		return nil, fmt.Errorf("write the model: %d weights, want %d", len(m.Weights), Buckets*len(Classes))
	}
	b := binary.LittleEndian.AppendUint32(nil, math.Float32bits(m.Step))
	for _, w := range m.Weights {
		b = append(b, byte(w))
	}
	return b, nil
}

// Probabilities are of Classes, and sum to 1.
func (m *Model) Probabilities(features []Feature) []float64 {
	n := len(Classes)
	out := make([]float64, n)
	for _, f := range features {
		row := m.Weights[int(f.Bucket)*n : int(f.Bucket)*n+n]
		v := float64(f.Value * m.Step)
		for i, w := range row {
			out[i] += v * float64(w)
		}
	}
	top := out[0]
	for _, v := range out {
		top = max(top, v)
	}
	var sum float64
	for i, v := range out {
		out[i] = math.Exp(v - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
