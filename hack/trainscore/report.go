package main

import (
	"fmt"
	"math"
	"slices"
)

// ranked is a link with its score by a model that was trained without its company.
type ranked struct {
	*link
	score float64
}

// writeReport prints how well the links of unseen companies are ranked, with the
// hand-written phrases alone and with the learned weights.
func writeReport(links []link) {
	var written, learned []ranked
	for fold := range folds {
		weights := train(links, func(l *link) bool { return foldOf(l.company) != fold })
		for i := range links {
			l := &links[i]
			if foldOf(l.company) != fold {
				continue
			}
			offset := math.Log(l.phraseScore / (1 - l.phraseScore))
			var sum float64
			for _, f := range l.features {
				sum += weights[f]
			}
			written = append(written, ranked{l, offset})
			learned = append(learned, ranked{l, offset + min(max(sum, -maxSum), maxSum)})
		}
	}
	fmt.Println("links of unseen companies:                phrases  with learned")
	withText := func(r ranked) bool { return r.site && r.from != "" }
	row := func(what string, f func([]ranked) float64) {
		fmt.Printf("  %-40s %.4f   %.4f\n", what, f(written), f(learned))
	}
	row("AUC, links with text", func(rs []ranked) float64 { return auc(filter(rs, withText)) })
	row("AUC, links with text, mean over companies", func(rs []ranked) float64 { return meanPerCompany(filter(rs, withText), auc) })
	row("AUC, listed URLs against other links", func(rs []ranked) float64 {
		return auc(filter(rs, func(r ranked) bool { return !r.site || r.from == "" && !r.legal }))
	})
	row("documents among first 9 links of home page", func(rs []ranked) float64 {
		return meanPerCompany(filter(rs, func(r ranked) bool { return r.from == "home" }), firstNine)
	})
}

// maxSum is the bound of package score on the sum of learned weights (maxLearned).
const maxSum = 1.5

func filter(rs []ranked, include func(ranked) bool) []ranked {
	var out []ranked
	for _, r := range rs {
		if include(r) {
			out = append(out, r)
		}
	}
	return out
}

// meanPerCompany returns the mean of f over the companies for which f is a number.
func meanPerCompany(rs []ranked, f func([]ranked) float64) float64 {
	by := map[string][]ranked{}
	var names []string
	for _, r := range rs {
		if by[r.company] == nil {
			names = append(names, r.company)
		}
		by[r.company] = append(by[r.company], r)
	}
	var sum, n float64
	for _, name := range names {
		if v := f(by[name]); !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	return sum / n
}

// auc returns the share of pairs of a document and another link that are in the right
// order. A tie counts as half.
func auc(rs []ranked) float64 {
	rs = slices.Clone(rs)
	slices.SortStableFunc(rs, func(a, b ranked) int { return compareScores(a.score, b.score) })
	var pairs, ordered, others float64
	for i := 0; i < len(rs); {
		j := i
		var legal, other float64
		for ; j < len(rs) && rs[j].score == rs[i].score; j++ {
			if rs[j].legal {
				legal++
			} else {
				other++
			}
		}
		ordered += legal * (others + other/2)
		others += other
		i = j
	}
	for _, r := range rs {
		if r.legal {
			pairs += others
		}
	}
	return ordered / pairs
}

// firstNine returns the share of a company's documents among its nine best links.
func firstNine(rs []ranked) float64 {
	rs = slices.Clone(rs)
	slices.SortStableFunc(rs, func(a, b ranked) int { return compareScores(b.score, a.score) })
	seen, legal := map[string]bool{}, 0.0
	all := map[string]bool{}
	for _, r := range rs {
		k := pageKey(r.url)
		if r.legal {
			all[k] = true
		}
		if !seen[k] && len(seen) < 9 && r.legal {
			legal++
		}
		seen[k] = true
	}
	return legal / float64(len(all))
}

func compareScores(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}
