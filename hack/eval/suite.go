package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// suite is the result of one suite of the scoring script.
type suite struct {
	name     string
	figures  map[string]any
	worst    []string // the reported cases, in the order of the script
	headline string   // the last line of the output
}

func (o *options) suite(ctx context.Context, name string) (suite, error) {
	dir, err := os.MkdirTemp("", "clausea-eval-")
	if err != nil {
		return suite{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	figures := filepath.Join(dir, "figures.json")
	cmd := exec.CommandContext(ctx, "python3", o.score, name, "--bin", o.bin, "--gold", o.gold, "--sitesd", o.sitesd, "--json", figures)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return suite{}, fmt.Errorf("score %s: %w\n%s", name, err, out)
	}
	s := suite{name: name}
	b, err := os.ReadFile(figures)
	if err == nil {
		err = json.Unmarshal(b, &s.figures)
	}
	if err != nil {
		return suite{}, fmt.Errorf("read the figures of %s: %w", name, err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	s.headline = lines[len(lines)-1]
	for _, l := range strings.Split(string(out), "\n") {
		if l == "{" {
			break // the figures follow once more, as JSON
		}
		if remark, ok := strings.CutPrefix(l, "  "); ok {
			s.worst = append(s.worst, strings.Join(strings.Fields(remark), " "))
		}
	}
	return s, nil
}

// prediction is the classification of a page by a model that was trained without the
// page's company.
type prediction struct {
	ID, Form, Label, Got, Kind string
	P                          float64
	Right, Legal               bool
}

// crossValidation is the result of the cross-validation by company.
type crossValidation struct {
	lines []string // the report of trainclassify
	wrong []prediction
}

func (o *options) crossValidate(ctx context.Context) (crossValidation, error) {
	dir, err := os.MkdirTemp("", "clausea-eval-")
	if err != nil {
		return crossValidation{}, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file := filepath.Join(dir, "predictions.jsonl")
	cmd := exec.CommandContext(ctx, o.trainclassify, "-gold", o.gold, "-quick", "-predictions", file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return crossValidation{}, fmt.Errorf("cross-validate: %w", err)
	}
	h := crossValidation{lines: strings.Split(strings.TrimSpace(string(out)), "\n")}
	f, err := os.Open(file)
	if err != nil {
		return crossValidation{}, err
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var p prediction
		if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
			return crossValidation{}, fmt.Errorf("read the predictions: %w", err)
		}
		if !p.Right && p.Form != "bare" {
			h.wrong = append(h.wrong, p)
		}
	}
	// The most confident errors are the worst.
	slices.SortStableFunc(h.wrong, func(a, b prediction) int { return cmp.Compare(b.P, a.P) })
	return h, lines.Err()
}
