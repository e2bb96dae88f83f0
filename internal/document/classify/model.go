package classify

import (
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/clausea/crawler/internal/document/doctype"
)

// weights is written by `make train`.
//
//go:embed weights.bin
var weights []byte

// Classes lists the classes of the model in the order of its weights.
var Classes = func() []string {
	all := []string{doctype.Other}
	for t := range doctype.OTAName {
		all = append(all, t)
	}
	slices.Sort(all)
	return all
}()

// otherClass is the index of doctype.Other in Classes.
var otherClass = slices.Index(Classes, doctype.Other)

// Model is a softmax regression.
type Model struct {
	Background  Background
	Fingerprint uint64    // of the lexicon used for training
	Dense       []float32 // Dense × len(Classes)
	Step        float32   // quantization step of Hashed
	Hashed      []int8    // Hashed × len(Classes), quantized
}

// formatVersion is the version of the features. Increment it if the meaning of a feature changes.
const formatVersion = 2

// Fingerprint identifies the lexicon and the version of the features. A model that was
// trained with another fingerprint does not fit the features.
func Fingerprint() uint64 { return defaultLexicon().fingerprint ^ formatVersion<<56 }

// ErrStale reports that the weights were trained with other features.
var ErrStale = errors.New("weights were trained with other features: run make train")

// model returns the embedded model. If the embedded weights do not fit this program, it
// returns a model with the prior only; a test prevents that from being released.
var model = sync.OnceValue(func() *Model {
	m, err := ReadModel(weights)
	if err != nil && !errors.Is(err, ErrStale) {
		return &Model{Dense: initialWeights(), Hashed: make([]int8, Hashed*len(Classes))}
	}
	return m
})

const headerBytes = 8 + 4 + 2*4*featureTypes

// ReadModel decodes a model from the format of Bytes. If the model has the right size but
// was trained with other features, ReadModel returns it together with ErrStale.
func ReadModel(b []byte) (*Model, error) {
	n := len(Classes)
	if want := headerBytes + 4*Dense*n + Hashed*n; len(b) != want {
		return nil, fmt.Errorf("decode model: %d bytes, expected %d: run make train", len(b), want)
	}
	m := &Model{Fingerprint: binary.LittleEndian.Uint64(b), Step: math.Float32frombits(binary.LittleEndian.Uint32(b[8:]))}
	for i := range featureTypes {
		m.Background.Mean[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[12+8*i:]))
		m.Background.StdDev[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[16+8*i:]))
	}
	b = b[headerBytes:]
	m.Dense = make([]float32, Dense*n)
	for i := range m.Dense {
		m.Dense[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	b = b[4*len(m.Dense):]
	m.Hashed = make([]int8, len(b))
	for i, v := range b {
		m.Hashed[i] = int8(v)
	}
	if m.Fingerprint != Fingerprint() {
		return m, ErrStale
	}
	return m, nil
}

// Bytes encodes the model in the format of the embedded file.
func (m *Model) Bytes() ([]byte, error) {
	n := len(Classes)
	if len(m.Dense) != Dense*n || len(m.Hashed) != Hashed*n {
		return nil, fmt.Errorf("encode model: %d dense and %d hashed weights, expected %d and %d", len(m.Dense), len(m.Hashed), Dense*n, Hashed*n)
	}
	b := binary.LittleEndian.AppendUint64(nil, m.Fingerprint)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(m.Step))
	for i, mean := range m.Background.Mean {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(mean))
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(m.Background.StdDev[i]))
	}
	for _, w := range m.Dense {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w))
	}
	for _, w := range m.Hashed {
		b = append(b, byte(w))
	}
	return b, nil
}

// Prior returns the weights of the dense rows before training, without those of SharedPrior.
func Prior() []float32 {
	n := len(Classes)
	w := make([]float32, Dense*n)
	for i, v := range otherPrior {
		w[(typeFeatureRows+i)*n+otherClass] = v
	}
	return w
}

// otherPrior is the prior of the page-level features for doctype.Other.
var otherPrior = [pageRows]float32{pageBias: 2.5, pageSoftError: 3, pageLegalRegister: -1, pageNoLegalRegister: 2, pageLittleLegalRegister: 1.5, pageNoName: 1.5, pageNoSelfReference: 1, pageSalience: -2, pageLinkShare: 2}

// SharedPrior returns the prior of each kind of feature for its own type. It is the same for
// all types.
func SharedPrior() [FeatureKinds]float32 {
	return [featureKinds]float32{
		titleMatch: 3, titleElementMatch: 2, lastSegmentMatch: 2.5, restOfURLMatch: 0.5, hostMatch: 0.5, anchorMatch: 2, earlyTextMatch: 1, selfReference: 2, openingFormula: 1, wordingScore: 1, relativeWording: 1, wordingSalience: 2, relativeSalience: 2,
		headingMatch: 0, headingWording: 0.5, secondNameMatch: 1, bestNameMatch: 1, unnamedWording: 3, unnamedSalience: 2, salientNameMatch: 0.5,
	}
}

// Probabilities returns the probability of each class. They sum to 1.
func (m *Model) Probabilities(features []Feature) []float64 {
	n := len(Classes)
	out := make([]float64, n)
	for _, f := range features {
		if f.Row < Dense {
			row := m.Dense[int(f.Row)*n:][:len(out)]
			for i, w := range row {
				out[i] += float64(f.Value * w)
			}
			continue
		}
		at := int(f.Row-Dense) * n
		v := float64(f.Value * m.Step)
		row := m.Hashed[at:][:len(out)]
		for i, w := range row {
			out[i] += v * float64(w)
		}
	}
	Softmax(out)
	return out
}

// Softmax replaces scores with probabilities.
func Softmax(p []float64) {
	top := slices.Max(p)
	var sum float64
	for i, v := range p {
		p[i] = math.Exp(v - top)
		sum += p[i]
	}
	for i := range p {
		p[i] /= sum
	}
}

// initialWeights returns the weights of the dense rows before training.
func initialWeights() []float32 {
	w := Prior()
	for k, v := range SharedPrior() {
		for t := range Classes {
			w[FeatureRow(k, t)*len(Classes)+t] += v
		}
	}
	return w
}
