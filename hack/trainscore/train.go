package main

import (
	"math"
	"slices"
)

// The hyperparameters, chosen by cross-validation by company.
const (
	minCompanies = 5   // minimum number of companies with a feature, to exclude company names
	lasso        = 0.1 // L1 penalty, for a sparse model
	ridge        = 1.0 // L2 penalty
	passes       = 60
	minWeight    = 0.05 // smaller weights are dropped
	maxWeight    = 1.5
)

// train fits the weights of the features by coordinate descent: a logistic regression
// with the log-odds of the phrase score as offset, so that the phrase score remains
// unchanged where there is no data. It is deterministic.
func train(links []link, use func(*link) bool) map[string]float64 {
	p := prepare(links, use)
	for range passes {
		for j := range p.names {
			p.update(j)
		}
		p.intercept()
	}
	out := map[string]float64{}
	for j, name := range p.names {
		if w := math.Round(p.w[j]*100) / 100; math.Abs(w) >= minWeight {
			out[name] = w
		}
	}
	return out
}

// problem is the training data by feature.
type problem struct {
	names  []string
	rows   [][]int32   // examples with the feature
	counts [][]float64 // number of occurrences in each
	w, h   []float64   // weight, and upper bound of the curvature
	margin []float64   // current log-odds of each example
	target []float64
	weight []float64
	group  []int      // 0: links of sites, 1: URL lists
	bias   [2]float64 // by group; not saved, because it does not affect the ranking
}

func prepare(links []link, use func(*link) bool) *problem {
	p := &problem{}
	companies := map[string]map[string]bool{}
	for i := range links {
		l := &links[i]
		if !use(l) {
			continue
		}
		for _, f := range l.features {
			if companies[f] == nil {
				companies[f] = map[string]bool{}
			}
			if len(companies[f]) < minCompanies {
				companies[f][l.company] = true
			}
		}
	}
	for f, c := range companies {
		if len(c) >= minCompanies {
			p.names = append(p.names, f)
		}
	}
	slices.Sort(p.names)
	index := make(map[string]int, len(p.names))
	for j, f := range p.names {
		index[f] = j
	}
	p.rows, p.counts = make([][]int32, len(p.names)), make([][]float64, len(p.names))
	p.w, p.h = make([]float64, len(p.names)), make([]float64, len(p.names))
	for i := range links {
		l := &links[i]
		if !use(l) {
			continue
		}
		row := int32(len(p.margin))
		p.margin = append(p.margin, math.Log(l.phraseScore/(1-l.phraseScore)))
		p.weight = append(p.weight, l.weight)
		target, group := 0.0, 0
		if l.legal {
			target = 1
		}
		if !l.site {
			group = 1
		}
		p.target, p.group = append(p.target, target), append(p.group, group)
		for _, f := range l.features {
			j, ok := index[f]
			if !ok {
				continue
			}
			if n := len(p.rows[j]); n > 0 && p.rows[j][n-1] == row {
				p.counts[j][n-1]++
				continue
			}
			p.rows[j], p.counts[j] = append(p.rows[j], row), append(p.counts[j], 1)
		}
	}
	for j := range p.names {
		for k, row := range p.rows[j] {
			p.h[j] += p.weight[row] * p.counts[j][k] * p.counts[j][k] / 4
		}
	}
	return p
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// update minimizes the loss over one weight.
func (p *problem) update(j int) {
	var g float64
	for k, row := range p.rows[j] {
		g += p.weight[row] * p.counts[j][k] * (sigmoid(p.margin[row]) - p.target[row])
	}
	h := p.h[j] + ridge
	next := p.w[j] - (g+ridge*p.w[j])/h
	next = math.Copysign(max(math.Abs(next)-lasso/h, 0), next)
	next = min(max(next, -maxWeight), maxWeight)
	if d := next - p.w[j]; d != 0 {
		for k, row := range p.rows[j] {
			p.margin[row] += d * p.counts[j][k]
		}
		p.w[j] = next
	}
}

// intercept fits the biases of the groups.
func (p *problem) intercept() {
	for group := range p.bias {
		var g, h float64
		for row := range p.margin {
			if p.group[row] == group {
				s := sigmoid(p.margin[row])
				g += p.weight[row] * (s - p.target[row])
				h += p.weight[row] / 4
			}
		}
		if h == 0 {
			continue
		}
		d := -g / h
		p.bias[group] += d
		for row := range p.margin {
			if p.group[row] == group {
				p.margin[row] += d
			}
		}
	}
}
