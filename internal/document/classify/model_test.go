package classify

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/clausea/crawler/internal/document/tokenize"
)

func TestEmbeddedWeightsMatchTheFeatures(t *testing.T) {
	t.Parallel()
	if _, err := ReadModel(weights); err != nil {
		t.Fatal(err)
	}
	if len(weights) > 2<<20 {
		t.Errorf("the weights have %d bytes, want at most 2 MiB", len(weights))
	}
}

func TestProbabilitiesSumToOne(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"We keep personal data for three years.", "", strings.Repeat("条", 5000), strings.Repeat("shall ", 9000)} {
		p := Input{Text: text, Markdown: text, WordCount: tokenize.CountWords(text)}
		sum := 0.0
		for i, v := range model().Probabilities(p.Features(&model().Background, 0)) {
			if v < 0 || v > 1 || math.IsNaN(v) {
				t.Errorf("%s has probability %v", Classes[i], v)
			}
			sum += v
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("probabilities sum to %v", sum)
		}
	}
}

func TestModelSurvivesEncodingAndDecoding(t *testing.T) {
	t.Parallel()
	n := len(Classes)
	m := &Model{Fingerprint: Fingerprint(), Step: 0.25, Dense: make([]float32, Dense*n), Hashed: make([]int8, Hashed*n)}
	m.Dense[7], m.Hashed[9], m.Background.Mean[3], m.Background.StdDev[4] = 1.5, -8, 2, 3
	b, err := m.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadModel(b)
	if err != nil || got.Step != m.Step || got.Dense[7] != 1.5 || got.Hashed[9] != -8 || got.Background != m.Background {
		t.Errorf("%v, step %v, %v, %v", err, got.Step, got.Dense[7], got.Hashed[9])
	}
	b[0] ^= 1
	if _, err := ReadModel(b); !errors.Is(err, ErrStale) {
		t.Errorf("weights for another lexicon: %v", err)
	}
	if _, err := ReadModel(b[:100]); err == nil || errors.Is(err, ErrStale) {
		t.Errorf("truncated weights: %v", err)
	}
	m.Hashed = nil
	if _, err := m.Bytes(); err == nil {
		t.Error("Bytes encoded a model without weights")
	}
}

func TestUntrainedModelFollowsTheFeaturesOfAType(t *testing.T) {
	t.Parallel()
	m := &Model{Dense: initialWeights(), Hashed: make([]int8, Hashed*len(Classes))}
	p := Input{Title: "Service Level Agreement", URL: "https://example.com/sla", Text: "This service level agreement promises uptime. Service credits are paid for downtime.", WordCount: 60}
	pr := m.Probabilities(p.Features(&m.Background, 0))
	if got := highestType(toTypeScores(pr)); got != "service_level_agreement" {
		t.Errorf("got %s, want service_level_agreement", got)
	}
}

func toTypeScores(p []float64) (n typeScores) {
	for i, v := range p {
		n[i] = float32(v)
	}
	return n
}
